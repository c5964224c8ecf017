-- Forget answers that nobody will ask for again.
-- in:  ?1 now
DELETE FROM turn WHERE at + 3600 < ?1
