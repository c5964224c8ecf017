-- What the worker needs of the jobs it claimed, as one JSON array.
-- in:  ?1 JSON array of seq   ?2 nonce: a job that it no longer holds is left out
-- out: JSON [[id, attempt, nonce, task, queue, args, retries, max_retries, crashes, timeout,
--             position in the claim, lane, since when it could be claimed], ...]
SELECT json_group_array(json_array(
    job.id, job.attempt, job.nonce, lane.task, lane.queue, coalesce(args.text, '{}'),
    job.retries, job.max_retries, job.crashes, job.timeout,
    c.key, job.lane, max(job.submitted_at, coalesce(job.run_at, 0))
))
FROM json_each(?1) AS c
CROSS JOIN job ON job.seq = c.value
CROSS JOIN lane ON lane.id = job.lane
LEFT JOIN args ON args.seq = job.seq
WHERE job.nonce = ?2
