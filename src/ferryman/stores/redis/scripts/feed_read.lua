-- Read a job's live output.
-- in:  time, id, number of the entry behind which to begin, how many at most, and bytes behind which none begins
-- out: the entries, as feed_append.lua wrote them
-- parts: values feeds

local AT_ONCE = 16

local id, after, count, size = take(), take_number(), take_number(), take_number()
local last = tonumber(redis.call('HGET', JOB .. id, 'said') or 0)
local first = last - redis.call('LLEN', FEED .. id) + 1
local start = math.max(0, after + 1 - first)

local answer, bytes = {}, 0
while #answer < count and bytes < size do
  local entries = redis.call('LRANGE', FEED .. id, start, start + math.min(AT_ONCE, count - #answer) - 1)
  if #entries == 0 then break end
  for _, entry in ipairs(entries) do
    if bytes < size then answer[#answer + 1] = entry end
    bytes = bytes + data_of(entry)
  end
  start = start + #entries
end
return answer
