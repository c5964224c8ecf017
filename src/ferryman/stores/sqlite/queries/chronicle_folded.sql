-- Forget minutes that were added to the chronicle.
-- in:  ?1 before this time
DELETE FROM fresh WHERE at < ?1
