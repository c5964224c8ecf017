-- out: when the next scheduled job is due or the next lease runs out, NULL for never
SELECT min(at) FROM (
    SELECT min(run_at) AS at FROM job WHERE state = 'scheduled'
    UNION ALL
    SELECT min(lease_until) FROM job WHERE state = 'processing'
)
