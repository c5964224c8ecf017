-- Places order all that is submitted or joins a line, over all partitions: the time in microseconds, but always later
-- than the last one given out.
-- parts: values

-- Reserve `count` places; answers the one before the first.
local function take_places(count)
  local before = math.max(tonumber(redis.call('GET', LAST_PLACE) or 0), now_us)
  redis.call('SET', LAST_PLACE, whole(before + count))
  return before
end
