-- Extend the leases that are still held, and announce the worker.
-- in:  time, worker, JSON of what it announces, lease in milliseconds, then the tokens
-- out: for each token held, lost or cancelled; and the command left for the worker, or nil
-- parts: values

local worker, announced, lease = take(), take(), take_number()
local states, held = {}, {}
local lease_until = whole(now + lease)

-- A lease that is not held was taken over, unless a person cancelled its job.
local function state_without_lease(token)
  local attempt = string.match(token, '^(%d+) ', ID + 1)
  local state, last = unpack(redis.call('HMGET', JOB .. string.sub(token, 1, ID), 'state', 'attempt'))
  return state == 'cancelled' and last == attempt and 'cancelled' or 'lost'
end

write_though_full()
while position < #ARGV do
  local token = take()
  if redis.call('ZSCORE', LEASES, token) then
    states[#states + 1] = 'held'
    held[#held + 1] = lease_until
    held[#held + 1] = token
  else
    states[#states + 1] = state_without_lease(token)
  end
end
in_pieces('ZADD', LEASES, held)
redis.call('HSET', WORKERS, worker, announced)
redis.call('ZADD', SEEN, now_text, worker)
return { states, redis.call('HGET', COMMANDS, worker) }
