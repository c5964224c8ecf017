-- Write down that jobs failed for a cause.
-- in:  ?1 id   ?2 task   ?3 type   ?4 frame   ?5 message   ?6 now   ?7 number of the hour   ?8 the first hour that is
--      still told of   ?9 how many
-- out: the number of the group; whether it is new
INSERT INTO failure_group (id, task, type, frame, message, first_at, last_at, hours)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, json_object(cast(?7 AS TEXT), ?9))
ON CONFLICT (id) DO UPDATE SET
    message = excluded.message,
    last_at = excluded.last_at,
    hours   = (
        SELECT json_group_object(cast(hour AS TEXT), failed) FROM (
            SELECT cast(key AS INTEGER) AS hour, value AS failed FROM json_each(failure_group.hours)
            WHERE cast(key AS INTEGER) BETWEEN ?8 AND ?7 - 1
            UNION ALL
            SELECT ?7, ?9 + coalesce(failure_group.hours ->> ('$."' || ?7 || '"'), 0)
        )
    )
RETURNING number, jobs = 0
