-- Forget a worker that ended properly.
-- in:  time, worker, how many tracks it had
-- parts: values

local worker, tracks = take(), take_number()
redis.call('ZREM', SEEN, worker)
redis.call('HDEL', WORKERS, worker)
redis.call('HDEL', COMMANDS, worker)
for track = 0, tracks - 1 do
  redis.call('DEL', ANSWERED .. worker .. ' ' .. track, ANSWERED .. worker .. ' ends ' .. track)
end
