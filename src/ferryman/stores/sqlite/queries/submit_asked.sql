-- What requests asked for that stored jobs before; asked only of jobs that carry a request.
-- in:  ?1 JSON array of requests, without the #n that tells the jobs of one request apart
-- out: request, id of one of its jobs, fingerprint
SELECT asked.value, job.id, job.fingerprint
FROM json_each(?1) AS asked
JOIN job ON job.seq = coalesce(
    (SELECT seq FROM job AS alone WHERE alone.request = asked.value),
    -- $ is the character behind #
    (SELECT seq FROM job AS part WHERE part.request >= asked.value || '#' AND part.request < asked.value || '$'
     ORDER BY part.request LIMIT 1)
)
