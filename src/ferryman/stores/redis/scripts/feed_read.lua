-- Read a job's live output.
-- in:  time, id, number of the entry behind which to begin, how many
-- out: the entries, as feed_append.lua wrote them
-- parts: values

local id, after, count = take(), take_number(), take_number()
local last = tonumber(redis.call('HGET', JOB .. id, 'said') or 0)
local first = last - redis.call('LLEN', FEED .. id) + 1
local start = math.max(0, after + 1 - first)
return redis.call('LRANGE', FEED .. id, start, start + count - 1)
