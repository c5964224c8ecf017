-- The newest jobs of each of some lanes and states.
-- in:  ?1 JSON array of [lane, state]   ?2, ?3 seq between these   ?4 how many of each
-- out: for each, in their order: JSON array of seq, falling
SELECT (
    SELECT json_group_array(seq) FROM (
        SELECT seq FROM job
        WHERE lane = r.value ->> 0 AND state = r.value ->> 1 AND seq > ?2 AND seq < ?3
        ORDER BY seq DESC LIMIT ?4
    )
)
FROM json_each(?1) AS r
ORDER BY r.key
