-- Drop the oldest entries of a feed that grew too long.
-- in:  ?1 job id   ?2 entries to keep
DELETE FROM feed
WHERE seq = (SELECT seq FROM job WHERE id = ?1)
  AND number <= (SELECT max(number) FROM feed WHERE seq = (SELECT seq FROM job WHERE id = ?1)) - ?2
