-- Keep the results in temp.ended; "null" is not worth a row.
INSERT INTO result (seq, text)
SELECT seq, result FROM temp.ended
WHERE target = 'completed' AND result IS NOT NULL AND result <> 'null'
