-- What happened in lanes, by stretches of one step.
-- in:  time, the step in seconds, how many stretches from the end of the past, set of queues, set of tasks (empty
--      for any)
-- out: the time now, and for each lane: lane, and counts as text, see parts/chronicle.lua
-- parts: values chronicle

local step, most, queues, tasks = take_number(), take_number(), take_set(), take_set()

local function asked(set, value)
  return not next(set) or set[value]
end

local function open_counts(level, lane, texts)
  local open = redis.call('HGET', OPEN, open_name(level, lane))
  if open then texts[#texts + 1] = text_of(cmsgpack.unpack(open)) end
end

local answer = {}
for _, lane in ipairs(redis.call('SMEMBERS', LANES)) do
  local queue, task = string.match(lane, '^(%S+) (%S+)$')
  if asked(queues, queue) and asked(tasks, task) then
    local texts = redis.call('LRANGE', PAST .. whole(step) .. ' ' .. lane, -most, -1)
    for level, length in ipairs(STEPS) do
      if length <= step then open_counts(level, lane, texts) end
    end
    if #texts > 0 then answer[#answer + 1] = { lane, texts } end
  end
end
return { now_text, answer }
