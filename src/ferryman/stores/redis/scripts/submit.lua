-- Store jobs, all that are not known yet.
-- in:  time, how many kinds of jobs there are and of each: lane, task, priority, max_retries, max_crashes;
--      then for each job: id, number of its kind, args, number of further fields, and each of these: name, value.
--      Further fields are timeout, key, request, fingerprint, tags (a line each), and when it may start, for which
--      delay is milliseconds from now and run_at a time; and of a job that comes from another store submitted, attempt,
--      retries, crashes, worker, started, and history, a JSON array of its attempts as parts/history.lua writes them
-- out: for each job that was not stored: its position from 0, the id of the job that it met, and whether that conflicts
--      with, or is, the same part of the same request
-- A job is known by its id, else by its request, else by its task and key.
-- parts: values signals indexes places lines

local SHORT = 64
local NOTHING = {}
local KEPT_AS_THEY_ARE = { 'key', 'request', 'timeout', 'tags', 'submitted', 'attempt', 'retries', 'crashes', 'worker',
  'started' }
local answer = {}

local function known(position, id, conflict, same)
  answer[#answer + 1] = { position, id, conflict and 1 or 0, same and 1 or 0 }
  return true
end

-- A request is a name, or a name, # and the number of one of its jobs.
local function split(request)
  local name, number = string.match(request, '^([^#]*)#?(.*)$')
  return REQUEST .. name, number
end

-- Say of a job that its request is known, if it is.
local function meets_request(position, more)
  if not more.request then return false end
  local key, number = split(more.request)
  local fingerprint, id = unpack(redis.call('HMGET', key, 'fingerprint', 'job ' .. number))
  if fingerprint and fingerprint ~= (more.fingerprint or '') then
    local fields = redis.call('HGETALL', key)
    for n = 1, #fields, 2 do
      if fields[n] ~= 'fingerprint' then id = fields[n + 1] end
    end
    return known(position, id, true, false)
  end
  return id and known(position, id, false, true)
end

local function meets_one(position, id, kind, more)
  if redis.call('EXISTS', JOB .. id) == 1 then
    local same = more.request and redis.call('HGET', JOB .. id, 'request') == more.request
    return known(position, id, false, same)
  end
  if more == NOTHING then return false end
  if meets_request(position, more) then return true end
  local holder = more.key and redis.call('GET', UNIQUE .. kind.task .. '\n' .. more.key)
  return holder and known(position, holder, false, false)
end

local function due_of(more)
  local due = more.delay and now + more.delay or tonumber(more.run_at)
  return due and due > now and whole(due) or nil
end

-- Note what finds the job again; answers what its hash keeps of it.
local function register(id, seq, kind, more, due)
  local fields = {}
  for _, name in ipairs(KEPT_AS_THEY_ARE) do
    if more[name] then
      fields[#fields + 1] = name
      fields[#fields + 1] = more[name]
    end
  end
  if due then
    fields[#fields + 1] = 'run_at'
    fields[#fields + 1] = due
  elseif more.submitted then
    -- A place of its own says that seq does not tell since when it waits: see claims.lua.
    fields[#fields + 1] = 'place'
    fields[#fields + 1] = seq
  end
  if more.key then redis.call('SET', UNIQUE .. kind.task .. '\n' .. more.key, id) end
  if more.request then
    local key, number = split(more.request)
    redis.call('HSET', key, 'fingerprint', more.fingerprint or '', 'job ' .. number, id)
  end
  for tag in string.gmatch(more.tags or '', '[^\n]+') do redis.call('ZADD', TAG .. tag, seq, id) end
  if more.history then in_pieces('RPUSH', HISTORY .. id, cjson.decode(more.history)) end
  return unpack(fields)
end

-- The arguments as they stand in the hash: whole, or empty when they are too long for it.
local function keep_args(id, args)
  if #args <= SHORT then return args end
  redis.call('SET', ARGS .. id, args)
  return ''
end

local function store(id, seq, kind, args, state, ...)
  redis.call('HSET', JOB .. id, 'state', state, 'lane', kind.lane, 'seq', seq, 'args', keep_args(id, args), ...)
  if kind.unusual then redis.call('HSET', JOB .. id, unpack(kind.unusual)) end
  enter(state, kind.lane, id, seq)
end

-- Whoever sleeps until the next job is due must look again when another is due before it.
local function schedule(id, lane, due)
  local first = redis.call('ZRANGE', DUE, 0, 0, 'WITHSCORES')[2]
  if not first or tonumber(due) < tonumber(first) then tell_queue(lane) end
  redis.call('ZADD', DUE, due, id)
end

local function take_kind()
  local kind = { lane = take(), task = take() }
  local unusual = {}
  for _, name in ipairs({ 'priority', 'max_retries', 'max_crashes' }) do
    local value = take()
    if name == 'priority' then kind.priority = value end
    if value ~= USUAL[name] then
      unusual[#unusual + 1] = name
      unusual[#unusual + 1] = value
    end
  end
  kind.unusual = #unusual > 0 and unusual
  return kind
end

local function take_kinds()
  local kinds = {}
  for n = 1, take_number() do kinds[tostring(n)] = take_kind() end
  return kinds
end

local function take_more()
  local count = take()
  if count == '0' then return NOTHING end
  local more = {}
  for _ = 1, count do
    local name = take()
    more[name] = take()
  end
  return more
end

local kinds = take_kinds()
-- More places than jobs: a job has at least four values.
local place = take_places(#ARGV)
local lanes = {}
local number = 0
while position < #ARGV do
  local id, kind, args, more = take(), kinds[take()], take(), take_more()
  if not meets_one(number, id, kind, more) then
    place = place + 1
    local seq, due = whole(place), due_of(more)
    lanes[kind.lane] = (lanes[kind.lane] or 0) + 1
    if more == NOTHING then
      store(id, seq, kind, args, 'pending')
    else
      store(id, seq, kind, args, due and 'scheduled' or 'pending', register(id, seq, kind, more, due))
    end
    if due then
      schedule(id, kind.lane, due)
    else
      join(kind.priority, kind.lane, id, seq)
    end
  end
  number = number + 1
end
for lane, number_stored in pairs(lanes) do
  redis.call('SADD', LANES, lane)
  count(lane, ITEM.SUBMITTED, number_stored)
end
settle_indexes()
settle_lines()
settle_chronicle()
send_signals()
return answer
