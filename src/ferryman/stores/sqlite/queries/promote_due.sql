-- Choose scheduled jobs that are due, the earliest first.
-- in:  ?1 now   ?2 most
-- out: temp.chosen
INSERT INTO temp.chosen (seq, rank)
SELECT seq, row_number() OVER (ORDER BY run_at, seq)
FROM (SELECT seq, run_at FROM job WHERE state = 'scheduled' AND run_at <= ?1 ORDER BY run_at LIMIT ?2)
