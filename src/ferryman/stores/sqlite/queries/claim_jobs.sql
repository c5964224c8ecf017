-- Take jobs under a lease: state, attempt, token and deadline in one statement.
-- in:  ?1 JSON array of seq   ?2 nonce   ?3 worker   ?4 lease until   ?5 now
UPDATE job
SET state = 'processing', attempt = attempt + 1, nonce = ?2, worker = ?3, lease_until = ?4, started_at = ?5
WHERE seq IN (SELECT value FROM json_each(?1))
