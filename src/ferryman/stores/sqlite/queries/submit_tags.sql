-- Index the tags of the jobs that were just stored.
-- in:  ?1 the last place before theirs   ?2 how many were sent
INSERT INTO tag (tag, seq)
SELECT t.value, job.seq
FROM job CROSS JOIN json_each(job.tags) AS t
WHERE job.seq > ?1 AND job.seq <= ?1 + ?2 AND job.tags IS NOT NULL
