-- Which of some jobs match the parts of a filter that no index has.
-- in:  ?1 JSON array of seq   ?2 JSON array of lanes, NULL for any   ?3 of states, empty for any   ?4 of tags, all of
--      which a job must have   ?5 of workers, empty for any   ?6 of groups of failures, empty for any   ?7 text that its last error must
--      have, empty for any
-- out: seq, in their order
SELECT job.seq
FROM json_each(?1) AS s
CROSS JOIN job ON job.seq = s.value
WHERE (?2 IS NULL OR job.lane IN (SELECT value FROM json_each(?2)))
  AND (?3 = '[]' OR job.state IN (SELECT value FROM json_each(?3)))
  AND (?5 = '[]' OR job.worker IN (SELECT value FROM json_each(?5)))
  AND (?4 = '[]' OR NOT EXISTS (
      SELECT 1 FROM json_each(?4) AS t WHERE NOT EXISTS (SELECT 1 FROM tag WHERE tag.tag = t.value AND tag.seq = job.seq)
  ))
  AND (?6 = '[]' OR (SELECT id FROM failure_group WHERE number = job.failure) IN (SELECT value FROM json_each(?6)))
  AND (?7 = '' OR job.state <> 'completed' AND error_says(
      (SELECT error FROM attempt WHERE attempt.seq = job.seq ORDER BY number DESC LIMIT 1), ?7
  ))
ORDER BY s.key
