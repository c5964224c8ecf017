-- What people do to jobs: cancel, retry, run now, delete; each where the job's state allows it.
-- in:  time, request, the action, the set of states that allow it, then the ids
-- out: for each id whether it was done, and the job's state now, empty for none
-- The same request again is answered the same and changes nothing: a job that was retried may have ended meanwhile, and
-- would be retried once more.
-- parts: values ends places leaving

local request, action, allowed = take(), take(), take_set()
-- How long an answer is kept, in milliseconds: a call is repeated for some seconds only.
local ANSWER_KEPT = 60000
local CANCELLED = '{"type": "Cancelled", "message": "cancelled while it ran", "frame": "", "traceback": ""}'

-- Take its lease from whoever runs the job, and wake them.
local function revoke(job)
  local nonce = redis.call('HGET', JOB .. job.id, 'nonce')
  redis.call('ZREM', LEASES, job.id .. job.attempt .. ' ' .. nonce)
  write_attempt(job, 'cancelled', CANCELLED)
  tell('worker:' .. job.worker)
end

-- To the end of the line.
local function line_up(job, source)
  local place = whole(take_places(1) + 1)
  move(job, source, 'pending')
  redis.call('HSET', JOB .. job.id, 'state', 'pending', 'place', place)
  join(job.priority, job.lane, job.id, place)
end

local actions = {
  cancel = function(job, state)
    if state == 'processing' then revoke(job) end
    if state == 'scheduled' then redis.call('ZREM', DUE, job.id) end
    end_job(job, state, 'cancelled')
  end,
  retry = function(job, state)
    if state == 'completed' then
      local finished = redis.call('HGET', JOB .. job.id, 'finished')
      write_down(job.id, job.attempt, job.started, finished, 'completed', job.worker)
    end
    if state == 'failed' then mend(job.id, redis.call('HGET', JOB .. job.id, 'failure')) end
    redis.call('HDEL', JOB .. job.id, 'retries', 'crashes', 'run_at', 'finished', 'result', 'failure')
    redis.call('DEL', RESULT .. job.id)
    line_up(job, state)
  end,
  ['run-now'] = function(job, state)
    redis.call('ZREM', DUE, job.id)
    redis.call('HSET', JOB .. job.id, 'run_at', now_text)
    line_up(job, state)
  end,
  delete = function(job)
    delete(job.id)
    tell('finished') -- whoever awaits it must look, and find it gone
  end,
}

write_though_full()
local answered = redis.call('GET', ANSWERED .. 'act ' .. request)
if answered then return cmsgpack.unpack(answered) end
local answer, changed = {}, false
while position < #ARGV do
  local id = take()
  local state = redis.call('HGET', JOB .. id, 'state')
  local done = state and allowed[state]
  if done then
    actions[action](read_attempt(id), state)
    settle_ends() -- the same id may come twice
    changed = true
    state = redis.call('HGET', JOB .. id, 'state')
  end
  answer[#answer + 1] = { done and 1 or 0, state or '' }
end
settle_chronicle()
if changed then redis.call('SET', ANSWERED .. 'act ' .. request, cmsgpack.pack(answer), 'PX', ANSWER_KEPT) end
send_signals()
return answer
