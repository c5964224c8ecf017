-- Lines of pending jobs, one for each priority and lane. An entry is an id and its place. A job that is
-- cancelled or deleted leaves its entry behind: an entry counts only while its job is pending at that very place.
-- parts: values signals

-- Entries looked at when jobs come back to the front; more than this many are never away at once.
local MOST_BEFORE = 2000

local joining, joined, returning = {}, {}, {}

local function place_of(entry)
  return tonumber(string.sub(entry, ID + 1))
end

-- Go to the end of the line.
local function join(priority, lane, id, place)
  local list = list_in(joining, priority .. ' ' .. lane)
  list[#list + 1] = id .. place
  joined[priority .. ' ' .. lane] = lane
end

-- Come back to the place that one had.
local function come_back(priority, lane, id, place)
  local list = list_in(returning, priority .. ' ' .. lane)
  list[#list + 1] = id .. place
  tell_queue(lane)
end

-- Put entries before those that have later places: whoever stands at the front with an earlier one steps aside.
local function put_back(line, entries)
  local function earlier(one, other) return place_of(one) < place_of(other) end
  table.sort(entries, earlier)
  local last = place_of(entries[#entries])
  local aside = 0
  for _, entry in ipairs(redis.call('LRANGE', LINE .. line, 0, MOST_BEFORE - 1)) do
    if place_of(entry) >= last then break end
    aside = aside + 1
    entries[#entries + 1] = entry
  end
  if aside > 0 then
    redis.call('LTRIM', LINE .. line, aside, -1)
    table.sort(entries, earlier)
  end
  local reversed = {}
  for n = #entries, 1, -1 do reversed[#reversed + 1] = entries[n] end
  in_pieces('LPUSH', LINE .. line, reversed)
end

-- Write down who joined and who came back.
local function settle_lines()
  for line, entries in pairs(joining) do
    -- Whoever could take from a line that has somebody in it was told when the first one came.
    if redis.call('EXISTS', LINE .. line) == 0 then
      tell_queue(joined[line])
      redis.call('SADD', READY, line)
    end
    in_pieces('RPUSH', LINE .. line, entries)
  end
  for line, entries in pairs(returning) do
    put_back(line, entries)
    redis.call('SADD', READY, line)
  end
  joining, joined, returning = {}, {}, {}
end
