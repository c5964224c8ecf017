-- Write down the attempts in temp.ended.
-- in:  ?1 now
INSERT INTO attempt (seq, number, worker, started_at, finished_at, ending, error)
SELECT job.seq, job.attempt, job.worker, job.started_at, ?1,
       iif(e.ending = 'retried' AND e.target = 'failed', 'failed', e.ending), e.error
FROM temp.ended AS e CROSS JOIN job ON job.seq = e.seq
