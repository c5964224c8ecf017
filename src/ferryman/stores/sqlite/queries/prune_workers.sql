-- Forget workers that were silent for too long.
-- in:  ?1 seen before
DELETE FROM worker WHERE seen_at < ?1
