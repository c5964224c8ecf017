-- The lanes a worker may claim from: of its queues and tasks, not paused, with something pending.
-- in:  ?1 JSON array of tasks   ?2 JSON array of queues, empty for any
-- out: lane id
SELECT lane.id
FROM lane
JOIN tally ON tally.lane = lane.id AND tally.state = 'pending' AND tally.jobs > 0
LEFT JOIN queue ON queue.name = lane.queue
WHERE queue.paused_at IS NULL
  AND lane.task IN (SELECT value FROM json_each(?1))
  AND (?2 = '[]' OR lane.queue IN (SELECT value FROM json_each(?2)))
