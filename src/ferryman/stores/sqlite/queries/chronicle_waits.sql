-- How long the first in line waits in each lane: one look per lane and priority, whatever the number of jobs.
-- in:  ?1 now
-- out: lane, milliseconds
SELECT lane, cast(round(1000 * max(0, ?1 - min(since))) AS INTEGER) FROM (
    SELECT tally.lane,
           (SELECT max(job.submitted_at, coalesce(job.run_at, 0)) FROM job
            WHERE job.lane = tally.lane AND job.state = 'pending' AND job.priority = p.value
            ORDER BY job.place LIMIT 1) AS since
    FROM tally
    CROSS JOIN json_each('[0,1,2,3,4,5,6,7,8,9]') AS p
    WHERE tally.state = 'pending' AND tally.jobs > 0
)
WHERE since IS NOT NULL
GROUP BY lane
