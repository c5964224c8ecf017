-- out: of those in temp.ended that failed: seq, task, error
SELECT e.seq, lane.task, e.error
FROM temp.ended AS e
CROSS JOIN lane ON lane.id = e.lane
WHERE e.target = 'failed'
