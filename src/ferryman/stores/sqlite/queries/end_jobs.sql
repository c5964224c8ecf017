-- Move the jobs in temp.ended to where they go. A released or recovered job keeps its place in line.
-- in:  ?1 now   ?2 ?3 ?4 seconds that completed, failed, cancelled jobs are kept
UPDATE job
SET state       = e.target,
    nonce       = NULL,
    lease_until = NULL,
    retries     = retries + (e.ending = 'retried' AND e.target = 'scheduled'),
    crashes     = crashes + (e.ending = 'crashed'),
    run_at      = iif(e.target = 'scheduled', e.run_at, job.run_at),
    finished_at = iif(e.target IN ('completed', 'failed', 'cancelled'), ?1, NULL),
    keep_until  = ?1 + CASE e.target WHEN 'completed' THEN ?2 WHEN 'failed' THEN ?3 WHEN 'cancelled' THEN ?4 END
FROM temp.ended AS e
WHERE job.seq = +e.seq  -- the plus makes the few ended ones drive, never a scan of all jobs
