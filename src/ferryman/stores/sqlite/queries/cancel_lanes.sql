-- out: the lanes of the chosen jobs, and how many are of each
SELECT job.lane, count(*) FROM temp.chosen AS c CROSS JOIN job ON job.seq = c.seq GROUP BY job.lane
