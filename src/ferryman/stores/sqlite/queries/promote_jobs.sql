-- Put the chosen jobs at the end of the line, in their order.
-- in:  ?1 the last place before theirs
UPDATE job
SET state = 'pending', place = ?1 + c.rank
FROM temp.chosen AS c
WHERE job.seq = +c.seq  -- the plus makes the few chosen ones drive, never a scan of all jobs
