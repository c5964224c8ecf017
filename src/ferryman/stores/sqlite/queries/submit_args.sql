-- Store the arguments of the jobs that were just stored; "{}" is not worth a row.
-- in:  ?1, ?2 as in submit_jobs.sql
INSERT INTO args (seq, text)
SELECT job.seq, j.value ->> 12
FROM json_each(?1) AS j
CROSS JOIN job ON job.seq = ?2 + j.key + 1
WHERE j.value ->> 12 <> '{}'
