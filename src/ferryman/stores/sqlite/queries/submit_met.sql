-- Which job each submitted one met; asked only when some were left out.
-- in:  ?1 as in submit_jobs.sql
-- out: position, id, seq, request; a job with the same id counts before one of the same request, and
--      that before one with the same key
SELECT j.key, met.id, met.seq, met.request
FROM json_each(?1) AS j
LEFT JOIN job AS same  ON same.id = j.value ->> 0
LEFT JOIN job AS asked ON asked.request = j.value ->> 9
LEFT JOIN job AS keyed ON keyed.key = j.value ->> 8
JOIN job AS met ON met.seq = coalesce(same.seq, asked.seq, keyed.seq)
ORDER BY j.key
