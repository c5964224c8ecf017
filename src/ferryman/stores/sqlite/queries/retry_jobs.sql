-- Put the chosen final jobs at the end of the line with a fresh budget; attempt numbers go on.
-- in:  ?1 the last place before theirs
UPDATE job
SET state = 'pending', place = ?1 + c.rank, retries = 0, crashes = 0, run_at = NULL,
    finished_at = NULL, keep_until = NULL, failure = NULL
FROM temp.chosen AS c
WHERE job.seq = +c.seq  -- the plus makes the few chosen ones drive, never a scan of all jobs
