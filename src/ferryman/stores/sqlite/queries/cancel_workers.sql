-- out: the workers that run a chosen job
SELECT DISTINCT job.worker
FROM temp.chosen AS c CROSS JOIN job ON job.seq = c.seq
WHERE job.state = 'processing'
