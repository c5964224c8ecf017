-- Store jobs, all that are not known yet.
-- in:  shift, then for each job: id, lane, task, priority, when it may start (empty for at once, "+" and milliseconds
--      from now, or "=" and a time), max_retries, max_crashes, args, key, request, number of further fields, and each
--      of these: name, value
-- out: for each job that was not stored: its position from 0, the id of the job that it met, and whether that conflicts
--      with, or is, the same part of the same request
-- A job is known by its id, else by its request, else by its task and key.
-- parts: values signals indexes places lines

local SHORT = 64
local answer = {}

local function known(position, id, conflict, same)
  answer[#answer + 1] = { position, id, conflict and 1 or 0, same and 1 or 0 }
end

-- A request is a name, or a name, # and the number of one of its jobs.
local function split(request)
  local name, number = string.match(request, '^([^#]*)#?(.*)$')
  return REQUEST .. name, number
end

-- Say of a job that its request is known, if it is.
local function meets_request(position, job)
  if job.request == '' then return false end
  local key, number = split(job.request)
  local fingerprint, id = unpack(redis.call('HMGET', key, 'fingerprint', 'job ' .. number))
  if not fingerprint then return false end
  if fingerprint ~= (job.more.fingerprint or '') then
    local fields = redis.call('HGETALL', key)
    for n = 1, #fields, 2 do
      if fields[n] ~= 'fingerprint' then id = fields[n + 1] end
    end
    known(position, id, true, false)
    return true
  end
  if id then known(position, id, false, true) end
  return id
end

local function meets_one(position, job)
  if redis.call('EXISTS', JOB .. job.id) == 1 then
    local same = job.request ~= '' and redis.call('HGET', JOB .. job.id, 'request') == job.request
    known(position, job.id, false, same)
    return true
  end
  if meets_request(position, job) then return true end
  local id = job.key ~= '' and redis.call('GET', UNIQUE .. job.task .. '\n' .. job.key)
  if id then known(position, id, false, false) end
  return id
end

local function due_of(when)
  if when == '' then return nil end
  local moment = tonumber(string.sub(when, 2))
  local due = string.sub(when, 1, 1) == '+' and now + moment or moment
  return due > now and due or nil
end

-- Note what finds the job again.
local function register(job, seq)
  if job.key ~= '' then redis.call('SET', UNIQUE .. job.task .. '\n' .. job.key, job.id) end
  if job.request ~= '' then
    local key, number = split(job.request)
    redis.call('HSET', key, 'fingerprint', job.more.fingerprint or '', 'job ' .. number, job.id)
  end
  for tag in string.gmatch(job.more.tags or '', '[^\n]+') do redis.call('ZADD', TAG .. tag, seq, job.id) end
end

-- The fields that most jobs do not have.
local function rest_of(job, due)
  local rest = {}
  local function add(name, value)
    rest[#rest + 1] = name
    rest[#rest + 1] = value
  end
  if job.key ~= '' then add('key', job.key) end
  if job.request ~= '' then add('request', job.request) end
  for name, value in pairs(job.more) do
    if name ~= 'fingerprint' then add(name, value) end
  end
  if due then add('run_at', whole(due)) end
  return unpack(rest)
end

-- The arguments as they stand in the hash: whole, or empty when they are too long for it.
local function keep_args(job)
  if #job.args <= SHORT then return job.args end
  redis.call('SET', ARGS .. job.id, job.args)
  return ''
end

-- Whoever sleeps until the next job is due must look again when another is due before it.
local function set_alarm(job, due)
  local first = redis.call('ZRANGE', DUE, 0, 0, 'WITHSCORES')[2]
  if not first or due < tonumber(first) then tell_queue(job.lane) end
  redis.call('ZADD', DUE, whole(due), job.id)
end

local function store(job, seq)
  local due = due_of(job.when)
  local state = due and 'scheduled' or 'pending'
  redis.call('HSET', JOB .. job.id, 'state', state, 'lane', job.lane, 'seq', seq, 'priority', job.priority,
    'max_retries', job.max_retries, 'max_crashes', job.max_crashes, 'args', keep_args(job), rest_of(job, due))
  enter(state, job.lane, job.id, seq)
  if due then
    set_alarm(job, due)
  else
    join(job.priority, job.lane, job.id, seq)
  end
  register(job, seq)
end

local function read_job()
  local p = position
  local job = { id = ARGV[p + 1], lane = ARGV[p + 2], task = ARGV[p + 3], priority = ARGV[p + 4], when = ARGV[p + 5],
    max_retries = ARGV[p + 6], max_crashes = ARGV[p + 7], args = ARGV[p + 8], key = ARGV[p + 9],
    request = ARGV[p + 10], more = {} }
  position = p + 10
  for _ = 1, take_number() do
    local name = take()
    job.more[name] = take()
  end
  return job
end

local jobs = {}
while position < #ARGV do jobs[#jobs + 1] = read_job() end
local before = take_places(#jobs)
local lanes = {}
for n, job in ipairs(jobs) do
  if not meets_one(n - 1, job) then
    store(job, whole(before + n))
    lanes[job.lane] = true
  end
end
for lane in pairs(lanes) do redis.call('SADD', LANES, lane) end
settle_indexes()
settle_lines()
send_signals()
return answer
