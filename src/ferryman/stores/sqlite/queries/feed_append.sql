-- Add entries to the feeds of attempts that still hold their job.
-- in:  ?1 JSON [[job id, attempt, nonce, kind, data], ...]   ?2 now
INSERT INTO feed (seq, number, attempt, at, kind, data, start)
SELECT job.seq,
       coalesce((SELECT max(number) FROM feed WHERE feed.seq = job.seq), 0)
           + row_number() OVER (PARTITION BY job.seq ORDER BY r.key),
       job.attempt, ?2, r.value ->> 3, r.value ->> 4,
       coalesce((SELECT start + length(CAST(data AS BLOB)) FROM feed WHERE feed.seq = job.seq
                 ORDER BY number DESC LIMIT 1), 0)
           + coalesce(sum(length(CAST(r.value ->> 4 AS BLOB))) OVER
                 (PARTITION BY job.seq ORDER BY r.key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
FROM json_each(?1) AS r
CROSS JOIN job ON job.id = r.value ->> 0
WHERE job.state = 'processing' AND job.attempt = r.value ->> 1 AND job.nonce = r.value ->> 2
