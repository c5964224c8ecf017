-- Pause a queue; one that is paused already keeps since when and by whom.
-- in:  ?1 queue   ?2 now   ?3 by whom
INSERT INTO queue (name, paused_at, paused_by) VALUES (?1, ?2, ?3)
ON CONFLICT DO UPDATE SET paused_at = ?2, paused_by = ?3 WHERE paused_at IS NULL
