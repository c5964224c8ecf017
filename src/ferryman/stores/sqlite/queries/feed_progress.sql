-- Keep the latest progress of a job beside it.
-- in:  ?1 job id   ?2 JSON text
UPDATE job SET progress = ?2 WHERE id = ?1
