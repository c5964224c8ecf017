-- Deleting a job with all that it has. To be called before ends.lua settles.
-- parts: indexes failures

local function forget_request(request, id)
  local name, number = string.match(request, '^([^#]*)#?(.*)$')
  redis.call('HDEL', REQUEST .. name, 'job ' .. number)
  if redis.call('HLEN', REQUEST .. name) == 1 then redis.call('DEL', REQUEST .. name) end
end

-- The entry of a pending job stays in its line, where it counts no more: see lines.lua.
local function delete(id)
  local state, lane, key, request, tags, failure =
    unpack(redis.call('HMGET', JOB .. id, 'state', 'lane', 'key', 'request', 'tags', 'failure'))
  leave(state, lane, id)
  mend(id, failure)
  if state == 'scheduled' then redis.call('ZREM', DUE, id) end
  if key then redis.call('DEL', UNIQUE .. string.match(lane, '%S+$') .. '\n' .. key) end
  if request then forget_request(request, id) end
  for tag in string.gmatch(tags or '', '[^\n]+') do redis.call('ZREM', TAG .. tag, id) end
  redis.call('UNLINK', JOB .. id, ARGS .. id, RESULT .. id, HISTORY .. id, FEED .. id, PROGRESS .. id)
end
