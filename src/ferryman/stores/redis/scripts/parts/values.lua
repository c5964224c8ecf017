-- Reads ARGV from front to back, and tells the time.

-- Bytes of an id.
local ID = 16

local position = 0

-- The next value.
local function take()
  position = position + 1
  return ARGV[position]
end

local function take_number()
  return tonumber(take())
end

-- A list, which is its length and then its values, as a set.
local function take_set()
  local set = {}
  for _ = 1, take_number() do set[take()] = true end
  return set
end

-- A number as text, with all of its digits.
local function whole(number)
  return string.format('%.0f', number)
end

-- The server's time in microseconds and in milliseconds, both whole; a test may say what it is.
local now_us = take_number()
if now_us == 0 then
  local clock = redis.call('TIME')
  now_us = clock[1] * 1000000 + clock[2]
end
local now = math.floor(now_us / 1000)
local now_text = whole(now)

-- A full server (maxmemory) refuses what needs memory, but lets a script write on that has written already. So whatever
-- helps to drain it begins with a write that needs none: there is no key of this name.
local function write_though_full()
  redis.call('DEL', KEYS[1])
end

-- Values of any number to one command: Lua passes some thousand at once, and pairs must stay together.
local MOST_AT_ONCE = 2000
local function in_pieces(command, key, values)
  for first = 1, #values, MOST_AT_ONCE do
    redis.call(command, key, unpack(values, first, math.min(first + MOST_AT_ONCE - 1, #values)))
  end
end

-- The list of a table of lists, made when there is none.
local function list_in(lists, name)
  local list = lists[name]
  if not list then
    list = {}
    lists[name] = list
  end
  return list
end
