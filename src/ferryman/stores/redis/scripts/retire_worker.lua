-- Forget a worker that ended properly.
-- in:  time, worker
-- parts: values

local worker = take()
redis.call('ZREM', SEEN, worker)
redis.call('HDEL', WORKERS, worker)
redis.call('HDEL', COMMANDS, worker)
redis.call('DEL', ANSWERED .. worker, ANSWERED .. worker .. ' ends')
