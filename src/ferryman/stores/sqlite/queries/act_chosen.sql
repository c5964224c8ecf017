-- out: the ids in temp.chosen
SELECT job.id FROM temp.chosen AS c CROSS JOIN job ON job.seq = c.seq
