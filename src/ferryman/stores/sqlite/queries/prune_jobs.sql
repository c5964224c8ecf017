-- Delete jobs that retention no longer keeps, the longest overdue first.
-- in:  ?1 now   ?2 most
DELETE FROM job
WHERE seq IN (SELECT seq FROM job WHERE keep_until <= ?1 ORDER BY keep_until LIMIT ?2)
