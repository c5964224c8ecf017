-- Jobs as people see them, in any order; rows.py reads the columns by this order.
-- in:  ?1 JSON array of seq
SELECT job.seq, job.id, lane.task, lane.queue, job.state, job.priority, job.attempt, job.retries, job.max_retries,
       job.crashes, job.max_crashes, job.submitted_at, job.run_at, job.started_at, job.finished_at, job.timeout,
       job.key, job.tags, job.worker, job.lease_until,
       (SELECT error FROM attempt WHERE attempt.seq = job.seq AND job.state <> 'completed'
        ORDER BY number DESC LIMIT 1),
       job.progress, coalesce((SELECT max(number) FROM feed WHERE feed.seq = job.seq), 0),
       (SELECT id FROM failure_group WHERE number = job.failure)
FROM json_each(?1) AS s
CROSS JOIN job ON job.seq = s.value
CROSS JOIN lane ON lane.id = job.lane
