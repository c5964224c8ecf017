-- How many jobs stand before a pending one in the lines of its queue: more urgent ones, and earlier ones as urgent.
-- in:  ?1 job id   ?2 most that are counted
-- out: the number; no row for a job that is not pending
SELECT (
    SELECT count(*) FROM (
        SELECT 1
        FROM lane AS l CROSS JOIN job AS j ON j.lane = l.id AND j.state = 'pending' AND j.priority > job.priority
        WHERE l.queue = lane.queue
        UNION ALL
        SELECT 1
        FROM lane AS l CROSS JOIN job AS j
            ON j.lane = l.id AND j.state = 'pending' AND j.priority = job.priority AND j.place < job.place
        WHERE l.queue = lane.queue
        LIMIT ?2
    )
)
FROM job CROSS JOIN lane ON lane.id = job.lane
WHERE job.id = ?1 AND job.state = 'pending'
