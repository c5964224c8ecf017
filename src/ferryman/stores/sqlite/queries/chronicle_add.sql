-- Add to what happened in a minute; of item 9 the larger holds (Item.OLDEST in store/history.py).
-- in:  ?1 when the minute begins   ?2 JSON [[lane, item, count], ...]
INSERT INTO fresh (at, lane, item, count)
SELECT ?1, c.value ->> 0, c.value ->> 1, c.value ->> 2
FROM json_each(?2) AS c
WHERE true
ON CONFLICT DO UPDATE SET count = iif(item = 9, max(count, excluded.count), count + excluded.count)
