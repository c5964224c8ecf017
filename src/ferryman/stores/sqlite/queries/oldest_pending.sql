-- The oldest pending job of each queue: one look per lane and priority, whatever the number of jobs.
-- out: queue, submitted_at
SELECT queue, min(submitted_at) FROM (
    SELECT lane.queue,
           (SELECT job.submitted_at FROM job
            WHERE job.lane = lane.id AND job.state = 'pending' AND job.priority = p.value
            ORDER BY job.place LIMIT 1) AS submitted_at
    FROM lane
    JOIN tally ON tally.lane = lane.id AND tally.state = 'pending' AND tally.jobs > 0
    CROSS JOIN json_each('[0,1,2,3,4,5,6,7,8,9]') AS p
)
WHERE submitted_at IS NOT NULL
GROUP BY queue
