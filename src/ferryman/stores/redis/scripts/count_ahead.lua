-- How many pending jobs stand before a place in the lines of a queue: more urgent ones, and earlier ones as urgent.
-- in:  time, queue, priority, place, most that are counted
-- out: the number, and 1 if these are all or 0
-- parts: values lines

-- Entries of cancelled jobs are told from others one by one, so many in one call.
local MOST_LOOKED = 2000
local AT_ONCE = 200

local queue, priority, place, most = take(), take_number(), take_number(), take_number()
local looks = MOST_LOOKED

-- How many of the first `count` entries of a line stand before the place: a search by halves, since places rise.
local function before(line, count)
  local low, high = 0, count
  while low < high do
    local middle = math.floor((low + high) / 2)
    if place_of(redis.call('LINDEX', LINE .. line, middle)) < place then low = middle + 1 else high = middle end
  end
  return low
end

-- By lane: the entries in all of its lines, and how many in which line are ahead.
local function read_lanes()
  local lanes = {}
  for _, line in ipairs(redis.call('SMEMBERS', READY)) do
    local urgency, lane, theirs = string.match(line, '^(%d+) ((%S+) %S+)$')
    if theirs == queue then
      local length = redis.call('LLEN', LINE .. line)
      local found = lanes[lane] or { entries = 0, ahead = 0, lines = {} }
      local ahead = 0
      if tonumber(urgency) > priority then ahead = length end
      if tonumber(urgency) == priority then ahead = before(line, math.min(length, most + 1)) end
      found.entries, found.ahead = found.entries + length, found.ahead + ahead
      if ahead > 0 then found.lines[line] = ahead end
      lanes[lane] = found
    end
  end
  return lanes
end

-- The first entries of a line that count: their jobs are pending at that very place.
local function look(line, count)
  local alive = 0
  for first = 0, count - 1, AT_ONCE do
    local last = math.min(first + AT_ONCE, count, first + looks) - 1
    for _, entry in ipairs(redis.call('LRANGE', LINE .. line, first, last)) do
      looks = looks - 1
      local state, own, seq = unpack(redis.call('HMGET', JOB .. string.sub(entry, 1, ID), 'state', 'place', 'seq'))
      if state == 'pending' and (own or seq) == string.sub(entry, ID + 1) then alive = alive + 1 end
    end
    if looks <= 0 then return alive, last + 1 == count end
  end
  return alive, true
end

-- The jobs of a lane that are ahead, at least; and whether that is all of them.
local function count(lane, found)
  local gone = found.entries - redis.call('ZCARD', INDEX .. 'pending ' .. lane)
  if gone == 0 then return found.ahead, true end
  local alive, all = 0, true
  for line, ahead in pairs(found.lines) do
    if looks <= 0 then
      all = false
    else
      local here, whole = look(line, ahead)
      alive, all = alive + here, all and whole
    end
  end
  return math.max(alive, found.ahead - gone), all
end

local jobs, exact = 0, 1
for lane, found in pairs(read_lanes()) do
  if jobs > most then return { jobs, 0 } end
  local here, all = count(lane, found)
  jobs = jobs + here
  if not all then exact = 0 end
end
return { jobs, exact }
