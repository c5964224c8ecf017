-- Forget listeners that did not renew themselves.
-- in:  ?1 now
DELETE FROM listener WHERE until <= ?1
