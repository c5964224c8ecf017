-- Match leases that ran out: back to pending, or failed once the job has cost its share of workers.
-- in:  ?1 now   ?2 most
-- out: temp.ended
INSERT INTO temp.ended (seq, lane, lasted, ending, target, error)
SELECT seq, lane, ?1 - started_at, 'crashed',
       iif(crashes + 1 < max_crashes, 'pending', 'failed'),
       json_object('type', 'WorkerDied', 'frame', '', 'traceback', '', 'message',
                   'the worker died ' || (crashes + 1) || iif(crashes = 0, ' time', ' times')
                   || ': ' || worker || ' did not renew its lease')
FROM job
WHERE state = 'processing' AND lease_until <= ?1
ORDER BY lease_until
LIMIT ?2
