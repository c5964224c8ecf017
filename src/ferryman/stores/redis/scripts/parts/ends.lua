-- What becomes of a job whose attempt ended, or that a person ended.
-- parts: values signals indexes lines history failures

-- A value up to this size stays in the job's hash, which the server keeps compact only while all of it is short.
local SHORT = 64

local keeping = {}

-- What ending an attempt needs to know of the job.
local FIELDS = { 'lane', 'seq', 'priority', 'place', 'attempt', 'worker', 'started', 'retries', 'max_retries',
  'crashes', 'max_crashes' }

local function read_attempt(id)
  local values = redis.call('HMGET', JOB .. id, unpack(FIELDS))
  local job = { id = id }
  for n, name in ipairs(FIELDS) do job[name] = values[n] or USUAL[name] end
  return job
end

local function move(job, source, target)
  leave(source, job.lane, job.id)
  enter(target, job.lane, job.id, job.seq)
end

local function end_job(job, source, target, ...)
  move(job, source, target)
  redis.call('HSET', JOB .. job.id, 'state', target, 'finished', now_text, ...)
  local list = list_in(keeping, target)
  list[#list + 1] = job.id .. now_text
  tell('finished')
end

-- For good: the error says why.
local function fail(job, error, ...)
  end_job(job, 'processing', 'failed', 'failure', group_failure(job, error), ...)
end

local function schedule(job, source, delay, ...)
  move(job, source, 'scheduled')
  local due = whole(now + delay)
  redis.call('HSET', JOB .. job.id, 'state', 'scheduled', 'run_at', due, ...)
  redis.call('ZADD', DUE, due, job.id)
end

-- Back to the place in line that it had.
local function hand_back(job, ...)
  move(job, 'processing', 'pending')
  redis.call('HSET', JOB .. job.id, 'state', 'pending', ...)
  come_back(job.priority, job.lane, job.id, job.place or job.seq)
end

local function write_attempt(job, ending, error)
  write_down(job.id, job.attempt, job.started, now_text, ending, job.worker, error)
end

local function complete(job, result)
  if result == 'null' then
    end_job(job, 'processing', 'completed')
  elseif #result <= SHORT then
    end_job(job, 'processing', 'completed', 'result', result)
  else
    end_job(job, 'processing', 'completed', 'result', '')
    redis.call('SET', RESULT .. job.id, result)
  end
end

-- One function for each other way in which a worker may say that an attempt ended.
local by_ending = {
  failed = function(job, said)
    write_attempt(job, 'failed', said)
    fail(job, said)
  end,
  cancelled = function(job, said)
    write_attempt(job, 'cancelled', said)
    end_job(job, 'processing', 'cancelled')
  end,
  retried = function(job, said, delay)
    local retries = tonumber(job.retries or 0)
    if retries < tonumber(job.max_retries) then
      write_attempt(job, 'retried', said)
      count(job.lane, ITEM.RETRIED, 1)
      schedule(job, 'processing', delay, 'retries', retries + 1)
    else
      write_attempt(job, 'failed', said)
      fail(job, said)
    end
  end,
  snoozed = function(job, said, delay)
    write_attempt(job, 'snoozed', said)
    schedule(job, 'processing', delay)
  end,
  released = function(job, said)
    write_attempt(job, 'released', said)
    hand_back(job)
  end,
}

-- To be called before a job can move a second time.
local function settle_ends()
  settle_indexes()
  settle_lines()
  settle_failures()
  for state, entries in pairs(keeping) do in_pieces('RPUSH', KEPT .. state, entries) end
  keeping = {}
end
