-- Extend the leases that are still held.
-- in:  ?1 JSON [[job id, attempt, nonce], ...]   ?2 lease until
UPDATE job
SET lease_until = ?2
FROM json_each(?1) AS l
WHERE job.id = l.value ->> 0 AND job.state = 'processing'
  AND job.attempt = l.value ->> 1 AND job.nonce = l.value ->> 2
