-- out: the queues to which jobs in temp.ended went back
SELECT DISTINCT lane.queue
FROM temp.ended AS e
CROSS JOIN lane ON lane.id = e.lane
WHERE e.target = 'pending'
