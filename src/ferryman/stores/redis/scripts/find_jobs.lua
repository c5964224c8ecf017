-- List or count jobs by the order of their submission: a walk over the indexes that have all which a filter finds, and a
-- look at each job where those have others too.
-- in:  time, most that are found, most that are looked at, 1 to read them or 0 to count, 1 for the oldest first or 0,
--      the edges (low and high, in Redis' notation, e.g. "(17" or "+inf"), sets of states, of queues and of tasks (empty
--      for any), set of tags (a job has all of them), the tag whose index is walked or empty, set of workers (empty for
--      any), text in the error with A to Z in small or empty, what ids begin with (whole bytes, and half of one more as a
--      number or -1), set of groups of failures (empty for any), list of ids and list of task, line feed, key; if either is not empty, only these are looked at
-- out: the number of jobs found; how many were looked at; seq of the last of them, empty when there are no more; and for
--      each job found, if they are read: seq, id, and what reading.lua answers
-- parts: values reading walking errors

local STATES = { 'scheduled', 'blocked', 'pending', 'processing', 'completed', 'failed', 'cancelled' }

local most_found, most_looked, reads = take_number(), take_number(), take() == '1'
local span = { oldest_first = take() == '1', low = take(), high = take() }
local states, queues, tasks, tags, walked_tag = take_set(), take_set(), take_set(), take_set(), take()
local workers, error_text, beginning, half = take_set(), take(), take(), take_number()
local groups, ids, keys = take_set(), take_set(), take_set()

local function asked(set, value)
  return not next(set) or set[value]
end

-- Those of the groups of failures, the one of the tag, or those of the states and lanes that are asked for.
local function indexes()
  if next(groups) then
    local names = {}
    for group in pairs(groups) do names[#names + 1] = GROUP .. group end
    return names
  end
  if walked_tag ~= '' then return { TAG .. walked_tag } end
  local names = {}
  for _, lane in ipairs(redis.call('SMEMBERS', LANES)) do
    local queue, task = string.match(lane, '^(%S+) (%S+)$')
    if asked(queues, queue) and asked(tasks, task) then
      for _, state in ipairs(STATES) do
        if asked(states, state) then names[#names + 1] = INDEX .. state .. ' ' .. lane end
      end
    end
  end
  return names
end

-- Whether a seq is between the edges, of which one that begins with ( is outside.
local function inside(seq)
  local function compare(edge, sign)
    if edge == '+inf' or edge == '-inf' then return true end
    local open, number = string.match(edge, '^(%(?)(%d+)$')
    local distance = (tonumber(seq) - tonumber(number)) * sign
    return distance > 0 or (distance == 0 and open == '')
  end
  return compare(span.low, 1) and compare(span.high, -1)
end

-- A walk over jobs that are named, of which some may not exist.
local function named()
  local found = {}
  for key in pairs(keys) do ids[redis.call('GET', UNIQUE .. key) or ''] = true end
  for id in pairs(ids) do
    local seq = redis.call('HGET', JOB .. id, 'seq')
    if seq and inside(seq) then found[#found + 1] = { id, seq } end
  end
  table.sort(found, function(one, other)
    if span.oldest_first then return tonumber(one[2]) < tonumber(other[2]) end
    return tonumber(one[2]) > tonumber(other[2])
  end)
  local n = 0
  return function()
    n = n + 1
    if found[n] then return found[n][1], found[n][2] end
  end
end

local function begins(id)
  if string.sub(id, 1, #beginning) ~= beginning then return false end
  return half < 0 or math.floor(string.byte(id, #beginning + 1) / 16) == half
end

local function has_tags(text)
  local lines = '\n' .. (text or '') .. '\n'
  for tag in pairs(tags) do
    if not string.find(lines, '\n' .. tag .. '\n', 1, true) then return false end
  end
  return true
end

local by_name = next(ids) or next(keys)
-- What the indexes do not tell of a job.
local narrows = next(states) or next(queues) or next(tasks)
local looks = by_name or (walked_tag ~= '' and narrows) or next(workers) or next(tags)
  or (next(groups) and (next(queues) or next(tasks)))

local function is_grouped(id)
  for group in pairs(groups) do
    if redis.call('ZSCORE', GROUP .. group, id) then return true end
  end
  return false
end

-- Whether the last attempt that ended (see history.lua) has a text, of which A to Z are written as a to z, in its type or
-- its message.
local function error_says(id)
  local last = redis.call('LINDEX', HISTORY .. id, -1)
  local start = last and string.match(last, '^[^\n]*\n[^\n]*\n[^\n]*\n[^\n]*\n[^\n]*\n()')
  if not start or start > #last then return false end
  local kind, message = parts_of_error(last, start)
  return kind and message and string.find(string.lower(kind .. ": " .. message), error_text, 1, true) ~= nil
end

local function fits(id)
  if (beginning ~= '' or half >= 0) and not begins(id) then return false end
  if looks then
    local state, lane, worker, its_tags = unpack(redis.call('HMGET', JOB .. id, 'state', 'lane', 'worker', 'tags'))
    if not state then return false end
    local queue, task = string.match(lane, '^(%S+) (%S+)$')
    if not (asked(states, state) and asked(queues, queue) and asked(tasks, task) and asked(workers, worker)) then
      return false
    end
    if not has_tags(its_tags) then return false end
  end
  if by_name and next(groups) and not is_grouped(id) then return false end
  return error_text == '' or error_says(id)
end

local indexed = not looks and error_text == '' and beginning == '' and half < 0

local function begin()
  if by_name then return named() end
  return walk(indexes(), span, indexed and most_found or most_looked)
end

if indexed and not reads then return { size(indexes(), span), 0, '', {} } end

local following = begin()
local found, looked, jobs, reached = 0, 0, {}, ''
while found < most_found and looked < most_looked do
  local id, seq = following()
  reached = seq or ''
  if not id then break end
  looked = looked + 1
  if indexed or fits(id) then
    found = found + 1
    if reads then jobs[found] = { seq, id, read_job(id) } end
  end
end
return { found, looked, reached, jobs }
