-- Forget what is kept no longer of one step; a part of it when there is much.
-- in:  ?1 step in seconds   ?2 before this time   ?3 the most stretches of time
DELETE FROM chronicle
WHERE step = ?1 AND at < min(?2, (SELECT min(at) FROM chronicle WHERE step = ?1) + ?1 * ?3)
