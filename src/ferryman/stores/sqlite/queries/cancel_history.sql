-- Write down the running attempts of the chosen jobs as cancelled.
-- in:  ?1 now
INSERT INTO attempt (seq, number, worker, started_at, finished_at, ending, error)
SELECT job.seq, job.attempt, job.worker, job.started_at, ?1, 'cancelled',
       json_object('type', 'Cancelled', 'message', 'cancelled while it ran', 'frame', '', 'traceback', '')
FROM temp.chosen AS c CROSS JOIN job ON job.seq = c.seq
WHERE job.state = 'processing'
