-- out: the queues of the jobs in temp.chosen
SELECT DISTINCT lane.queue
FROM temp.chosen AS c
CROSS JOIN job ON job.seq = c.seq
CROSS JOIN lane ON lane.id = job.lane
