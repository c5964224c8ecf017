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

-- How long the first in a line waits; entries that count no more are passed over, a few at most.
local MOST_STALE = 10
local function look_at_wait(line)
  local lane = string.match(line, '^%d+ (.+)$')
  for _, entry in ipairs(redis.call('LRANGE', LINE .. line, 0, MOST_STALE)) do
    local id, place = string.sub(entry, 1, ID), string.sub(entry, ID + 1)
    local state, own, seq, submitted, run_at =
      unpack(redis.call('HMGET', JOB .. id, 'state', 'place', 'seq', 'submitted', 'run_at'))
    if state == 'pending' and (own or seq) == place then
      local since = math.max(tonumber(submitted) or seq / 1000, tonumber(run_at) or 0)
      count_oldest(lane, math.max(0, now - math.floor(since)))
      return
    end
  end
end

-- Once a minute.
local function look_at_waits()
  local minute = whole(math.floor(now / 1000 / STEPS[1]))
  if redis.call('HGET', OPEN, 'looked') == minute then return end
  redis.call('HSET', OPEN, 'looked', minute)
  for _, line in ipairs(redis.call('SMEMBERS', READY)) do look_at_wait(line) end
end

write_though_full()
local promoted = promote(most)
local recovered = recover(most)
local pruned, looked = prune_all()
forget_workers()
look_at_waits()
settle_chronicle()
send_signals()
return { promoted, recovered, pruned, looked, due_in() }
