-- Forget groups beyond the most that are kept, the one that failed longest ago first.
-- in:  ?1 the most
DELETE FROM failure_group
WHERE number IN (
    SELECT number FROM failure_group ORDER BY last_at, number
    LIMIT max(0, (SELECT count(*) FROM failure_group) - ?1)
)
