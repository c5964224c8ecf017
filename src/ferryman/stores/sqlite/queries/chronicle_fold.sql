-- Add minutes to the stretches of time that they are in.
-- in:  ?1 a step in seconds   ?2 minutes before this time
INSERT INTO chronicle (step, at, lane, item, count)
SELECT ?1, at - at % ?1, lane, item, iif(item = 9, max(count), sum(count))
FROM fresh
WHERE at < ?2
GROUP BY at - at % ?1, lane, item
ON CONFLICT DO UPDATE SET count = iif(item = 9, max(count, excluded.count), count + excluded.count)
