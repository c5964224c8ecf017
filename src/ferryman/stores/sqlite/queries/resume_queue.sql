-- Resume a queue.
-- in:  ?1 queue
DELETE FROM queue WHERE name = ?1
