-- What happened since a time, by stretches of one step; minutes are in it from when they begin.
-- in:  ?1 step in seconds   ?2 since
-- out: at, queue, task, JSON array of items, JSON array of how many
SELECT c.at, lane.queue, lane.task, c.items, c.counts
FROM (
    SELECT at, lane, json_group_array(item) AS items, json_group_array(count) AS counts
    FROM chronicle WHERE step = ?1 AND at >= ?2 GROUP BY at, lane
    UNION ALL
    SELECT at, lane, json_group_array(item), json_group_array(count)
    FROM fresh WHERE at >= ?2 GROUP BY at, lane
) AS c
CROSS JOIN lane ON lane.id = c.lane
