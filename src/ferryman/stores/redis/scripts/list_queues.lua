-- Which queues are paused.
-- in:  time
-- out: queue, then since when, a space and by whom, and so on in turn

return redis.call('HGETALL', PAUSED)
