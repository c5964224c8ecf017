-- Forget answers that nobody will ask for again.
-- in:  ?1 given before
DELETE FROM turn WHERE at < ?1
