-- List jobs by the order of their submission: a merge of the indexes that the filter asks for.
-- in:  time, how many, 1 for the oldest first or 0, the edge (in Redis' notation, e.g. "(17" or "+inf"), sets of
--      states, of queues and of tasks (empty for any)
-- out: for each job: seq, id, and what reading.lua answers
-- parts: values reading

local STATES = { 'scheduled', 'blocked', 'pending', 'processing', 'completed', 'failed', 'cancelled' }

local count, oldest_first, edge = take_number(), take() == '1', take()
local states, queues, tasks = take_set(), take_set(), take_set()

local function asked(set, value)
  return not next(set) or set[value]
end

-- Seq and id of the first jobs of one index.
local function range(index)
  if oldest_first then return redis.call('ZRANGEBYSCORE', index, edge, '+inf', 'WITHSCORES', 'LIMIT', 0, count) end
  return redis.call('ZREVRANGEBYSCORE', index, edge, '-inf', 'WITHSCORES', 'LIMIT', 0, count)
end

local found = {}
for _, lane in ipairs(redis.call('SMEMBERS', LANES)) do
  local queue, task = string.match(lane, '^(%S+) (%S+)$')
  if asked(queues, queue) and asked(tasks, task) then
    for _, state in ipairs(STATES) do
      if asked(states, state) then
        local flat = range(INDEX .. state .. ' ' .. lane)
        for n = 1, #flat, 2 do found[#found + 1] = { tonumber(flat[n + 1]), flat[n] } end
      end
    end
  end
end
table.sort(found, function(one, other)
  if oldest_first then return one[1] < other[1] end
  return one[1] > other[1]
end)

local answer = {}
for n = 1, math.min(count, #found) do
  answer[n] = { whole(found[n][1]), found[n][2], read_job(found[n][2]) }
end
return answer
