-- Add entries to the live output of jobs whose lease is held. An entry is text: number, attempt, time, kind, data,
-- with spaces between; the job's `said` is the number of its last one, `said_bytes` what the data in its feed take.
-- in:  time, the most entries of a job, the most bytes of their data, then for each report: token, kind, data
-- out: 1 or 0 for each report
-- parts: values signals feeds

local most, largest = take_number(), take_number()
local answer, sizes = {}, {}

-- The oldest make room, never the last one.
local function trim(id, bytes)
  local length, before = redis.call('LLEN', FEED .. id), bytes
  while length > 1 and (length > most or bytes > largest) do
    bytes = bytes - data_of(redis.call('LPOP', FEED .. id))
    length = length - 1
  end
  if bytes < before then redis.call('HSET', JOB .. id, 'said_bytes', bytes) end
end

while position < #ARGV do
  local token, kind, data = take(), take(), take()
  local held = redis.call('ZSCORE', LEASES, token)
  answer[#answer + 1] = held and 1 or 0
  if held then
    local id, attempt = string.sub(token, 1, ID), string.match(token, '^(%d+) ', ID + 1)
    local number = redis.call('HINCRBY', JOB .. id, 'said', 1)
    redis.call('RPUSH', FEED .. id, table.concat({ number, attempt, now_text, kind, data }, ' '))
    if kind == 'progress' then redis.call('SET', PROGRESS .. id, data) end
    sizes[id] = (sizes[id] or 0) + #data
  end
end
for id, size in pairs(sizes) do
  trim(id, redis.call('HINCRBY', JOB .. id, 'said_bytes', size))
  tell('feeds')
end
send_signals()
return answer
