-- Store jobs; one whose id, key or request is known already is left out.
-- in:  ?1 JSON [[id, lane, state, priority, run_at, timeout, max_retries, max_crashes, key, request, fingerprint,
--                tags, args], ...]
--      ?2 the last place before theirs   ?3 now
INSERT INTO job (seq, id, lane, state, priority, place, run_at, timeout, max_retries, max_crashes,
                 key, request, fingerprint, tags, submitted_at)
SELECT ?2 + j.key + 1, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, ?2 + j.key + 1,
       j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7,
       j.value ->> 8, j.value ->> 9, j.value ->> 10, j.value ->> 11, ?3
FROM json_each(?1) AS j
WHERE true
ON CONFLICT DO NOTHING
