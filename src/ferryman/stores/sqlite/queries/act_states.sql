-- in:  ?1 JSON array of job ids
-- out: id, state of those that exist
SELECT job.id, job.state FROM json_each(?1) AS i CROSS JOIN job ON job.id = i.value
