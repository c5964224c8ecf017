-- Cancel the chosen jobs; whoever runs one has lost its lease by this.
-- in:  ?1 now   ?2 seconds that cancelled jobs are kept
UPDATE job
SET state = 'cancelled', nonce = NULL, lease_until = NULL, finished_at = ?1, keep_until = ?1 + ?2
WHERE seq IN (SELECT seq FROM temp.chosen)
