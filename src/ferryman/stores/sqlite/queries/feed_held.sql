-- in:  ?1 as in feed_append.sql
-- out: JSON array: the positions of the reports whose lease is held
SELECT json_group_array(r.key)
FROM json_each(?1) AS r
CROSS JOIN job ON job.id = r.value ->> 0
WHERE job.state = 'processing' AND job.attempt = r.value ->> 1 AND job.nonce = r.value ->> 2
