-- Read a feed.
-- in:  ?1 job id   ?2 number behind which to begin   ?3 how many at most   ?4 bytes of data behind which none begins
-- out: number, attempt, at, kind, data
SELECT number, attempt, at, kind, data FROM feed
WHERE seq = (SELECT seq FROM job WHERE id = ?1) AND number > ?2
  AND start < ?4 + (SELECT start FROM feed WHERE seq = (SELECT seq FROM job WHERE id = ?1) AND number > ?2
                    ORDER BY number LIMIT 1)
ORDER BY number LIMIT ?3
