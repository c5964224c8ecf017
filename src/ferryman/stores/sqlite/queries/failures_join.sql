-- Put failed jobs into their group.
-- in:  ?1 JSON array of seq   ?2 number of the group
UPDATE job SET failure = ?2 WHERE seq IN (SELECT value FROM json_each(?1))
