-- Match outcomes with the leases they hold; whatever holds none is left out and so changes nothing.
-- in:  ?1 JSON [[job id, attempt, nonce, ending, result, error, delay], ...]   ?2 now
-- out: temp.ended
INSERT OR IGNORE INTO temp.ended (seq, position, lane, lasted, ending, target, result, error, run_at)
SELECT job.seq, o.key, job.lane, ?2 - job.started_at, o.value ->> 3,
       CASE o.value ->> 3
           WHEN 'retried'  THEN iif(job.retries < job.max_retries, 'scheduled', 'failed')
           WHEN 'snoozed'  THEN 'scheduled'
           WHEN 'released' THEN 'pending'
           ELSE o.value ->> 3
       END,
       o.value ->> 4, o.value ->> 5, ?2 + (o.value ->> 6)
FROM json_each(?1) AS o
CROSS JOIN job ON job.id = o.value ->> 0
WHERE job.state = 'processing' AND job.attempt = o.value ->> 1 AND job.nonce = o.value ->> 2
