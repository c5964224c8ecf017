-- The workers that announced themselves lately, the latest first.
-- in:  time, milliseconds that a silent worker is remembered
-- out: the time now, and for each worker: JSON of what it announced, when, and the command left for it or empty
-- parts: values

local kept = take_number()
local seen = redis.call('ZREVRANGEBYSCORE', SEEN, '+inf', whole(now - kept), 'WITHSCORES')
local workers = {}
for n = 1, #seen, 2 do
  local announced = redis.call('HGET', WORKERS, seen[n])
  if announced then
    workers[#workers + 1] = { announced, seen[n + 1], redis.call('HGET', COMMANDS, seen[n]) or '' }
  end
end
return { now_text, workers }
