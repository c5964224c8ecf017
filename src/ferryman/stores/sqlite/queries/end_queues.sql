-- out: the queues to which jobs in temp.ended went back
SELECT DISTINCT lane.queue
FROM temp.ended AS e
CROSS JOIN job ON job.seq = e.seq
CROSS JOIN lane ON lane.id = job.lane
WHERE e.target = 'pending'
