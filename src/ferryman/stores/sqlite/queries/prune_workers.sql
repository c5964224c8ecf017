-- Forget workers that were silent for an hour; until then they are shown as dead.
-- in:  ?1 now
DELETE FROM worker WHERE seen_at + 3600 < ?1
