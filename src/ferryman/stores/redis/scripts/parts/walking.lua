-- Walks sorted sets of ids by seq as if they were one: in the order of submission, or against it.

-- Entries of one set that are read at once, at most.
local MOST_READ = 200

-- A heap of sources, the one whose rank is smallest first.
local function sift_down(heap, n)
  local count, source = #heap, heap[n]
  local rank = source.rank
  while 2 * n <= count do
    local below = 2 * n
    if below < count and heap[below + 1].rank < heap[below].rank then below = below + 1 end
    if rank <= heap[below].rank then break end
    heap[n] = heap[below]
    n = below
  end
  heap[n] = source
end

local function read(key, low, high, oldest_first, count)
  if oldest_first then return redis.call('ZRANGEBYSCORE', key, low, high, 'WITHSCORES', 'LIMIT', 0, count) end
  return redis.call('ZREVRANGEBYSCORE', key, high, low, 'WITHSCORES', 'LIMIT', 0, count)
end

-- Come to the next entry of a source; false at its end.
local function advance(source, span)
  local n = source.n + 2
  if n > #source.entries then
    if #source.entries < 2 * source.count then return false end
    local low, high = span.low, span.high
    if span.oldest_first then low = '(' .. source.seq else high = '(' .. source.seq end
    source.count = math.min(2 * source.count, MOST_READ)
    source.entries = read(source.key, low, high, span.oldest_first, source.count)
    if #source.entries == 0 then return false end
    n = 1
  end
  local seq = source.entries[n + 1]
  source.n, source.seq, source.rank = n, seq, span.sign * seq
  return true
end

-- The sources that may have one of the first `wanted` entries: those whose own first is among so many firsts.
local function sources_of(keys, span, wanted)
  local found, entries_of, ranks = {}, {}, {}
  local count = math.min(MOST_READ, math.ceil(2 * wanted / math.max(1, #keys)))
  for _, key in ipairs(keys) do
    local entries = read(key, span.low, span.high, span.oldest_first, count)
    if entries[1] then
      local n = #found + 1
      found[n], entries_of[n], ranks[n] = key, entries, span.sign * entries[2]
    end
  end
  local last = math.huge
  if #ranks > wanted then
    local sorted = {}
    for n, rank in ipairs(ranks) do sorted[n] = rank end
    table.sort(sorted)
    last = sorted[wanted]
  end
  local sources = {}
  for n, key in ipairs(found) do
    if ranks[n] <= last then
      local entries = entries_of[n]
      sources[#sources + 1] = { key = key, entries = entries, count = count, n = 1, seq = entries[2], rank = ranks[n] }
    end
  end
  return sources
end

-- A function that answers the next id and its seq, nil at the end; it is called at most `wanted` times. `span` has the
-- edges low and high as Redis writes them, and oldest_first.
local function walk(keys, span, wanted)
  span.sign = span.oldest_first and 1 or -1
  local heap = sources_of(keys, span, wanted)
  for n = math.floor(#heap / 2), 1, -1 do sift_down(heap, n) end
  return function()
    local source = heap[1]
    if not source then return nil end
    local id, seq = source.entries[source.n], source.seq
    if not advance(source, span) then
      heap[1] = heap[#heap]
      heap[#heap] = nil
    end
    if #heap > 1 then sift_down(heap, 1) end
    return id, seq
  end
end

-- How many entries there are between the edges.
local function size(keys, span)
  local sum = 0
  for _, key in ipairs(keys) do sum = sum + redis.call('ZCOUNT', key, span.low, span.high) end
  return sum
end
