-- Choose the jobs whose state allows an operation, in the order of the ids.
-- in:  ?1 JSON array of job ids   ?2 JSON array of states
-- out: temp.chosen
INSERT OR IGNORE INTO temp.chosen (seq, rank)
SELECT job.seq, row_number() OVER (ORDER BY i.key)
FROM json_each(?1) AS i
CROSS JOIN job ON job.id = i.value
WHERE job.state IN (SELECT value FROM json_each(?2))
