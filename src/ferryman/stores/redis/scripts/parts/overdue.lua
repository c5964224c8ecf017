-- What time brings about: leases that ran out are recovered, scheduled jobs that are due are promoted. Bounded, so that
-- no herd holds up the server.
-- parts: ends places

local function recover_one(job)
  local crashes = tonumber(job.crashes or 0) + 1
  local times = crashes == 1 and ' time: ' or ' times: '
  local message = 'the worker died ' .. crashes .. times .. job.worker .. ' did not renew its lease'
  local error = '{"type": "WorkerDied", "message": ' .. cjson.encode(message) .. ', "frame": "", "traceback": ""}'
  write_attempt(job, 'crashed', error)
  count(job.lane, ITEM.CRASHED, 1)
  if crashes < tonumber(job.max_crashes) then
    hand_back(job, 'crashes', crashes)
  else
    fail(job, error, 'crashes', crashes)
  end
end

-- Take jobs back whose lease ran out; answers how many.
local function recover(most)
  local tokens = redis.call('ZRANGEBYSCORE', LEASES, '-inf', now_text, 'LIMIT', 0, most)
  if #tokens == 0 then return 0 end
  in_pieces('ZREM', LEASES, tokens)
  for _, token in ipairs(tokens) do recover_one(read_attempt(string.sub(token, 1, ID))) end
  settle_ends()
  return #tokens
end

-- Put jobs that are due at the end of the line, the longest due first; answers how many.
local function promote(most)
  local ids = redis.call('ZRANGEBYSCORE', DUE, '-inf', now_text, 'LIMIT', 0, most)
  if #ids == 0 then return 0 end
  in_pieces('ZREM', DUE, ids)
  local before = take_places(#ids)
  for n, id in ipairs(ids) do
    local lane, seq, priority = unpack(redis.call('HMGET', JOB .. id, 'lane', 'seq', 'priority'))
    local place = whole(before + n)
    leave('scheduled', lane, id)
    enter('pending', lane, id, seq)
    redis.call('HSET', JOB .. id, 'state', 'pending', 'place', place)
    join(priority or USUAL.priority, lane, id, place)
  end
  settle_ends()
  return #ids
end

-- Milliseconds until a job is due or a lease runs out; -1 for never.
local function due_in()
  local due = redis.call('ZRANGE', DUE, 0, 0, 'WITHSCORES')[2]
  local lease = redis.call('ZRANGE', LEASES, 0, 0, 'WITHSCORES')[2]
  if not due and not lease then return -1 end
  local at = math.min(tonumber(due) or math.huge, tonumber(lease) or math.huge)
  return math.max(0, math.ceil(at - now))
end
