-- Write down an attempt of the past of a job that was just stored.
-- in:  ?1 job id   ?2 number   ?3 worker   ?4 started_at   ?5 finished_at   ?6 ending   ?7 error
INSERT INTO attempt (seq, number, worker, started_at, finished_at, ending, error)
SELECT seq, ?2, ?3, ?4, ?5, ?6, ?7 FROM job WHERE id = ?1
