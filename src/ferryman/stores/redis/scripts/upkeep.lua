-- Promote what is due, recover what dead workers left, prune what retention lets go; forget workers long gone.
-- in:  shift, milliseconds that completed, failed, cancelled jobs are kept, the most of each kind,
--      milliseconds that a silent worker is remembered
-- out: how many were promoted, recovered and pruned
-- parts: values ends overdue leaving

local most, worker_kept = take_number(), take_number()

local function prune()
  local ids = redis.call('ZRANGEBYSCORE', KEPT, '-inf', now_text, 'LIMIT', 0, most)
  for _, id in ipairs(ids) do delete(id) end
  settle_ends()
  return #ids
end

local function forget_workers()
  local gone = redis.call('ZRANGEBYSCORE', SEEN, '-inf', '(' .. whole(now - worker_kept), 'LIMIT', 0, most)
  in_pieces('ZREM', SEEN, gone)
  in_pieces('HDEL', WORKERS, gone)
  in_pieces('HDEL', COMMANDS, gone)
end

local promoted = promote(most)
local recovered = recover(most)
local pruned = prune()
forget_workers()
send_signals()
return { promoted, recovered, pruned }
