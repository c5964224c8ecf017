-- Announce a worker; a command left for it stays until it is gone.
-- in:  ?1 id   ?2 JSON of WorkerInfo   ?3 now   ?4 lease
-- out: the command, or NULL
INSERT INTO worker (id, info, seen_at, lease) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO UPDATE SET info = ?2, seen_at = ?3, lease = ?4
RETURNING command
