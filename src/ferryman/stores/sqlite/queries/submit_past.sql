-- Give a job that was just stored the counters of its past.
-- in:  ?1 job id   ?2 submitted_at   ?3 attempt   ?4 retries   ?5 crashes   ?6 worker   ?7 started_at
UPDATE job
SET submitted_at = ?2, attempt = ?3, retries = ?4, crashes = ?5, worker = ?6, started_at = ?7
WHERE id = ?1
