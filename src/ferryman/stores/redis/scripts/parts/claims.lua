-- Claiming: the first jobs in line, over all lines that a worker may take from.
-- parts: values indexes lines

-- Entries of cancelled jobs that one call clears away besides what it claims.
local MOST_STALE = 1000

local CLAIMED = { 'state', 'place', 'seq', 'args', 'attempt', 'retries', 'max_retries', 'crashes', 'timeout' }

-- Arguments that are too long for the job's hash are apart; an empty object is not stored.
local function args_of(id, inline)
  if inline == '' then return redis.call('GET', ARGS .. id) end
  return inline or '{}'
end

-- What the worker is told of a job.
local function describe(answer, id, attempt, lane, fields)
  local n = #answer
  answer[n + 1], answer[n + 2], answer[n + 3], answer[n + 4] = id, attempt, lane, args_of(id, fields[4])
  answer[n + 5], answer[n + 6], answer[n + 7], answer[n + 8] =
    fields[6] or 0, fields[7] or USUAL.max_retries, fields[8] or 0, fields[9] or ''
end

-- The lines with somebody in them that the worker serves, by priority.
local function open_lines(tasks, queues)
  local lines = redis.call('SMEMBERS', READY)
  local by_priority = {}
  if #lines == 0 then return by_priority end
  local paused = {}
  for _, queue in ipairs(redis.call('HKEYS', PAUSED)) do paused[queue] = true end
  for _, line in ipairs(lines) do
    local priority, lane, queue, task = string.match(line, '^(%d+) ((%S+) (%S+))$')
    if tasks[task] and not paused[queue] and (not next(queues) or queues[queue]) then
      local list = list_in(by_priority, tonumber(priority))
      list[#list + 1] = { name = line, lane = lane, entries = {}, next = 1, taken = 0, rest = true }
    end
  end
  return by_priority
end

-- The entry at the front of a line, read some at a time; nil at its end.
local function front(line, at_once)
  if line.next > #line.entries and line.rest then
    line.entries = redis.call('LRANGE', LINE .. line.name, line.taken, line.taken + at_once - 1)
    line.next = 1
    line.rest = #line.entries == at_once
  end
  return line.entries[line.next]
end

-- The line whose front has the earliest place.
local function earliest(lines, at_once)
  if #lines == 1 then return front(lines[1], at_once) and lines[1] end
  local first, first_place
  for _, line in ipairs(lines) do
    local entry = front(line, at_once)
    local place = entry and place_of(entry)
    if place and (not first or place < first_place) then first, first_place = line, place end
  end
  return first
end

-- Choose up to `want` jobs of lines of one priority, in the order of their places.
local function choose(lines, want, chosen, budget)
  local at_once = math.max(1, math.ceil((want - #chosen) / #lines))
  while #chosen < want and budget.looks > 0 do
    local line = earliest(lines, at_once)
    if not line then return end
    local entry = line.entries[line.next]
    local id = string.sub(entry, 1, ID)
    line.next = line.next + 1
    line.taken = line.taken + 1
    budget.looks = budget.looks - 1
    local fields = redis.call('HMGET', JOB .. id, unpack(CLAIMED))
    if fields[1] == 'pending' and (fields[2] or fields[3]) == string.sub(entry, ID + 1) then
      chosen[#chosen + 1] = { id, line.lane, fields }
    end
  end
end

local function let_go(lines)
  for _, line in ipairs(lines) do
    if line.taken > 0 then redis.call('LPOP', LINE .. line.name, line.taken) end
    if redis.call('EXISTS', LINE .. line.name) == 0 then redis.call('SREM', READY, line.name) end
  end
end

-- How many jobs one after the other waited about as long: those of one lane that could be claimed from a time on, and
-- until a time, as text. To compare that costs less than to count each.
local same = { number = 0 }

local function settle_waits()
  if same.number > 0 then count(same.lane, ITEM.WAIT + same.class, same.number) end
end

local function next_wait(lane, since)
  settle_waits()
  local class, least, most = class_of(now - math.floor(since / 1000))
  same = { lane = lane, class = class, number = 1, from = whole((now - most) * 1000), to = whole((now - least + 1) * 1000 - 1) }
end

-- Since when a job could be claimed, in microseconds. Its seq says so, unless it has a place of its own.
local function since_when(id, fields)
  if not fields[2] then return fields[3] end
  local submitted, run_at = unpack(redis.call('HMGET', JOB .. id, 'submitted', 'run_at'))
  return whole(math.max(submitted and submitted * 1000 or fields[3], (run_at or 0) * 1000))
end

-- Give the chosen jobs to the worker; answers their tokens.
local function grant(chosen, worker, request, lease, answer)
  local tokens, leases = {}, {}
  local lease_until = whole(now + lease)
  for n, job in ipairs(chosen) do
    local id, lane, fields = job[1], job[2], job[3]
    local attempt = fields[5] and whole(fields[5] + 1) or '1'
    redis.call('HSET', JOB .. id, 'state', 'processing', 'attempt', attempt, 'nonce', request, 'worker', worker,
      'started', now_text)
    leave('pending', lane, id)
    enter('processing', lane, id, fields[3])
    if not fields[5] then
      local since = since_when(id, fields)
      if lane == same.lane and since >= same.from and since <= same.to then
        same.number = same.number + 1
      else
        next_wait(lane, since)
      end
    end
    tokens[n] = id .. attempt .. ' ' .. request
    leases[2 * n - 1] = lease_until
    leases[2 * n] = tokens[n]
    describe(answer, id, attempt, lane, fields)
  end
  settle_waits()
  in_pieces('ZADD', LEASES, leases)
  settle_indexes()
  return tokens
end

-- Claim up to `want` jobs, the most urgent first; answers their tokens, and whether the search was cut short.
local function claim(want, tasks, queues, worker, request, lease, answer)
  local chosen, budget = {}, { looks = want + MOST_STALE }
  local by_priority = open_lines(tasks, queues)
  for priority = 9, 0, -1 do
    local lines = by_priority[priority]
    if lines and #chosen < want then
      choose(lines, want, chosen, budget)
      let_go(lines)
    end
  end
  if #chosen == 0 then return {}, budget.looks <= 0 end
  return grant(chosen, worker, request, lease, answer), budget.looks <= 0
end
