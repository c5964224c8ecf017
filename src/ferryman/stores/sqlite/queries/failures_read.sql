-- The groups that failed last.
-- in:  ?1 task, NULL for any   ?2 most
SELECT id, task, type, frame, message, jobs, first_at, last_at, hours
FROM failure_group
WHERE ?1 IS NULL OR task = ?1
ORDER BY last_at DESC, id
LIMIT ?2
