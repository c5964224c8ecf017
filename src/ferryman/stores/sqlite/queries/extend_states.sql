-- What became of each lease.
-- in:  ?1 as in extend_leases.sql
-- out: JSON array, in order: held, cancelled or lost
SELECT json_group_array(state) FROM (
    SELECT CASE WHEN job.state = 'processing' AND job.nonce = l.value ->> 2 THEN 'held'
                WHEN job.state = 'cancelled' THEN 'cancelled'
                ELSE 'lost' END AS state
    FROM json_each(?1) AS l
    LEFT JOIN job ON job.id = l.value ->> 0 AND job.attempt = l.value ->> 1
    ORDER BY l.key
)
