-- Promote what is due, recover what dead workers left, prune what retention lets go; forget workers long gone.
-- in:  time, the most of each kind, milliseconds that a silent worker is remembered, milliseconds that completed,
--      failed and cancelled jobs are kept
-- out: how many were promoted, recovered and pruned, how many entries were looked at for the latter, and milliseconds
--      until something is due (-1 for never)
-- parts: values ends overdue leaving

local MOST_FORGOTTEN = 128

local most, worker_kept = take_number(), take_number()

-- Delete the jobs of a state that ended before a time. A job that a person retried or deleted left its entry behind: an
-- entry counts only while its job is in that state since that time.
local function prune(state, before, most_here)
  local pruned, looked = 0, 0
  for _, entry in ipairs(redis.call('LRANGE', KEPT .. state, 0, most_here - 1)) do
    local id, ended = string.sub(entry, 1, ID), string.sub(entry, ID + 1)
    if tonumber(ended) > before then break end
    looked = looked + 1
    local at, now_in = unpack(redis.call('HMGET', JOB .. id, 'finished', 'state'))
    if at == ended and now_in == state then
      delete(id)
      pruned = pruned + 1
    end
  end
  if looked > 0 then redis.call('LPOP', KEPT .. state, looked) end
  return pruned, looked
end

local function prune_all()
  local pruned, looked = 0, 0
  for _, state in ipairs({ 'completed', 'failed', 'cancelled' }) do
    local before = now - take_number()
    if looked < most then
      local here, entries = prune(state, before, most - looked)
      pruned = pruned + here
      looked = looked + entries
    end
  end
  settle_ends()
  return pruned, looked
end

-- Bounded by itself: nothing tells the caller that more of them are left.
local function forget_workers()
  local gone = redis.call('ZRANGEBYSCORE', SEEN, '-inf', '(' .. whole(now - worker_kept), 'LIMIT', 0,
    MOST_FORGOTTEN)
  in_pieces('ZREM', SEEN, gone)
  in_pieces('HDEL', WORKERS, gone)
  in_pieces('HDEL', COMMANDS, gone)
end

write_though_full()
local promoted = promote(most)
local recovered = recover(most)
local pruned, looked = prune_all()
forget_workers()
send_signals()
return { promoted, recovered, pruned, looked, due_in() }
