-- Make the chosen jobs due now, and put them at the end of the line, in their order.
-- in:  ?1 the last place before theirs   ?2 now
UPDATE job
SET state = 'pending', place = ?1 + c.rank, run_at = ?2
FROM temp.chosen AS c
WHERE job.seq = +c.seq  -- the plus makes the few chosen ones drive, never a scan of all jobs
