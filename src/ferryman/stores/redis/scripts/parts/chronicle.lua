-- What happened in each lane, by the minute and longer: counted while a script works, written down at its end.
-- The counts of a stretch of time are the second when it began and then in turn an item (ITEM) and how often it
-- happened. Those of the latest minute of a lane are open; another minute closes them: they join the past, and the
-- counts of the five minutes that they are in, which another five minutes close, and so on over STEPS. So each is in the
-- past of a step once, or in one of the open ones of that step and those below it.
-- parts: values

local counted = {}

local function count(lane, item, number)
  local items = list_in(counted, lane)
  items[item] = (items[item] or 0) + number
end

-- The most that was seen, where others are added.
local function count_oldest(lane, duration)
  local items = list_in(counted, lane)
  items[ITEM.OLDEST] = math.max(items[ITEM.OLDEST] or 0, duration)
end

-- The class of a histogram (domain/histogram.py) that a number of milliseconds belongs to, and its first and last ones.
local LONGEST = 9999999999
local function class_of(duration)
  if duration < 1 then return 0, 0, 0 end
  local digits = whole(math.min(duration, LONGEST))
  local unit, first = 10 ^ (#digits - 1), tonumber(string.sub(digits, 1, 1))
  return 9 * (#digits - 1) + first, first * unit, (first + 1) * unit - 1
end

-- Counts as they are in the past: with spaces between.
local function text_of(counts)
  local texts = {}
  for n, number in ipairs(counts) do texts[n] = whole(number) end
  return table.concat(texts, ' ')
end

-- Add counts to a table by item.
local function add(items, counts)
  for n = 2, #counts, 2 do
    local item, number = counts[n], counts[n + 1]
    local known = items[item] or 0
    items[item] = item == ITEM.OLDEST and math.max(known, number) or known + number
  end
end

local function open_name(level, lane)
  return level == 1 and lane or whole(STEPS[level]) .. ' ' .. lane
end

local close

-- Add what happened at a time to the open counts of a level, which is the number of a step.
local function note(level, lane, at, items)
  local name = open_name(level, lane)
  local began = at - at % STEPS[level]
  local open = redis.call('HGET', OPEN, name)
  if open then
    open = cmsgpack.unpack(open)
    if open[1] == began then
      add(items, open)
    else
      close(level, lane, open)
    end
  end
  local counts = { began }
  for item, number in pairs(items) do
    counts[#counts + 1] = item
    counts[#counts + 1] = number
  end
  redis.call('HSET', OPEN, name, cmsgpack.pack(counts))
end

-- It stays in the past for as long as it is kept, or until as many came after it as are kept.
close = function(level, lane, counts)
  local step = STEPS[level]
  local past = PAST .. whole(step) .. ' ' .. lane
  redis.call('RPUSH', past, text_of(counts))
  redis.call('LTRIM', past, -STEP_KEPT[step] / step, -1)
  redis.call('EXPIRE', past, STEP_KEPT[step])
  if STEPS[level + 1] then
    local items = {}
    add(items, counts)
    note(level + 1, lane, counts[1], items)
  end
end

-- To be called once, when all is counted.
local function settle_chronicle()
  for lane, items in pairs(counted) do note(1, lane, math.floor(now / 1000), items) end
end
