-- Drop the oldest entries of a feed that grew too long or too large, never the last one.
-- in:  ?1 job id   ?2 entries to keep   ?3 bytes of data to keep
WITH last AS MATERIALIZED (
    SELECT feed.seq, number, start + length(CAST(data AS BLOB)) AS size
    FROM job CROSS JOIN feed ON feed.seq = job.seq WHERE job.id = ?1 ORDER BY number DESC LIMIT 1
)
DELETE FROM feed
WHERE seq = (SELECT seq FROM last)
  AND number < (SELECT kept.number FROM last CROSS JOIN feed AS kept
                ON kept.seq = last.seq AND kept.number > last.number - ?2
                AND (last.size - kept.start <= ?3 OR kept.number = last.number)
                ORDER BY kept.number LIMIT 1)
