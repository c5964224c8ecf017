-- Groups of failed jobs: those that failed last, or those that are asked for.
-- in:  time, most groups, task or empty for any, then ids of groups (none for those that failed last)
-- out: the time now, and for each group that is there: id, number of its jobs, the fields of CAUSE
-- parts: values

-- Names that are read at once when only those of a task are wanted.
local MOST_READ = 500
-- Digits of the id of a group.
local DIGITS = 16

local most, task = take_number(), take()

local function latest()
  local groups, first = {}, 0
  while true do
    local names = redis.call('ZREVRANGE', FAILURES, first, first + MOST_READ - 1)
    for _, name in ipairs(names) do
      if #groups == most then return groups end
      if task == '' or string.sub(name, DIGITS + 2) == task then groups[#groups + 1] = string.sub(name, 1, DIGITS) end
    end
    if #names < MOST_READ then return groups end
    first = first + MOST_READ
  end
end

local groups = {}
while position < #ARGV do groups[#groups + 1] = take() end
if #groups == 0 then groups = latest() end

local answer = {}
for _, group in ipairs(groups) do
  local cause = redis.call('HGETALL', CAUSE .. group)
  if #cause > 0 then answer[#answer + 1] = { group, redis.call('ZCARD', GROUP .. group), cause } end
end
return { now_text, answer }
