-- Where a pending job stands.
-- in:  time, id
-- out: its queue, its priority and its place; nil for a job that is not pending
-- parts: values

local id = take()
local state, lane, seq, priority, place = unpack(redis.call('HMGET', JOB .. id, 'state', 'lane', 'seq', 'priority', 'place'))
if state ~= 'pending' then return nil end
return { string.match(lane, '^%S+'), priority or USUAL.priority, place or seq }
