-- A worker's turn: finish what ended, recover and promote a bounded number, claim for the free slots.
-- in:  time, worker, its track, request, want, lease in milliseconds, when the worker ceases to wait for an answer
--      (0 for never), list of tasks, list of queues (empty for any),
--      then for each outcome: token, and either a plus and the result, or ending, delay in milliseconds and error
--      with spaces between
-- out: a 1 or 0 for each outcome in one text, milliseconds until something is due (-1 for never),
--      for each claimed job: id, attempt, lane, args, retries, max_retries, crashes, timeout; and the time now
-- The same request of the same worker again is answered the same and changes nothing; a job that the worker has lost
-- meanwhile is left out.
-- parts: values ends overdue claims

local MOST_RECOVERED = 100
local MOST_PROMOTED = 128
-- How long an answer is kept, in milliseconds.
local ANSWER_KEPT = 3600000

local worker, track, request = take(), take(), take()
local want, lease, waits_until = take_number(), take_number(), take_number()
local answered_key = ANSWERED .. worker .. ' ' .. track
local tasks, queues = take_set(), take_set()

-- The tokens of the outcomes, and of each what is said of it.
local function read_outcomes()
  local tokens, said = {}, {}
  for n = position + 1, #ARGV, 2 do
    tokens[#tokens + 1] = ARGV[n]
    said[#said + 1] = ARGV[n + 1]
  end
  return tokens, said
end

-- Whether the attempt of a token still runs: its job says so. Of two outcomes for one lease only the first finds it so.
local function holds(token, state, attempt, nonce)
  return state == 'processing' and string.sub(token, ID + 1) == attempt .. ' ' .. nonce
end

-- How many attempts one after the other ran as long: those of one lane that began in one turn, whose number is the nonce
-- of their leases.
local ran, began = { number = 0 }, {}

local function settle_runs()
  if ran.number > 0 then count(ran.lane, ITEM.RUN + class_of(now - began[ran.nonce]), ran.number) end
end

local function next_run(id, lane, nonce)
  settle_runs()
  began[nonce] = began[nonce] or redis.call('HGET', JOB .. id, 'started')
  ran = { lane = lane, nonce = nonce, number = 1 }
end

-- Completing is what happens most, and reads the least.
local function finish_one(token, said)
  local id = string.sub(token, 1, ID)
  local state, attempt, nonce, lane, seq =
    unpack(redis.call('HMGET', JOB .. id, 'state', 'attempt', 'nonce', 'lane', 'seq'))
  if not holds(token, state, attempt, nonce) then return false end
  if lane == ran.lane and nonce == ran.nonce then
    ran.number = ran.number + 1
  else
    next_run(id, lane, nonce)
  end
  if string.sub(said, 1, 1) == '+' then
    complete({ id = id, lane = lane, seq = seq }, string.sub(said, 2))
  else
    local ending, delay, error = string.match(said, '^(%S+) (%d+) (.*)$')
    by_ending[ending](read_attempt(id), error, tonumber(delay))
  end
  return true
end

local function finish(tokens, said)
  local accepted, ended = {}, {}
  for n, token in ipairs(tokens) do
    local held = finish_one(token, said[n])
    accepted[n] = held and '1' or '0'
    if held then ended[#ended + 1] = token end
  end
  in_pieces('ZREM', LEASES, ended)
  settle_runs()
  settle_ends()
  return table.concat(accepted)
end

-- The jobs of an earlier answer that the worker still holds.
local function describe_again(tokens)
  local answer = {}
  for _, token in ipairs(tokens) do
    if redis.call('ZSCORE', LEASES, token) then
      local id = string.sub(token, 1, ID)
      local fields = redis.call('HMGET', JOB .. id, unpack(CLAIMED))
      describe(answer, id, fields[5], redis.call('HGET', JOB .. id, 'lane'), fields)
    end
  end
  return answer
end

write_though_full()
local answered = redis.call('GET', answered_key)
if answered then
  local last, accepted, tokens = unpack(cmsgpack.unpack(answered))
  if last == request then return { accepted, due_in(), describe_again(tokens), now_text } end
end

local ended, said = read_outcomes()
local accepted = finish(ended, said)
recover(MOST_RECOVERED)
promote(MOST_PROMOTED)
local answer, tokens, cut_short = {}, {}, false
-- Jobs that are claimed when nobody waits for them any more would only come back when their leases run out.
if waits_until > 0 and now > waits_until then want = 0 end
if want > 0 then tokens, cut_short = claim(want, tasks, queues, worker, request, lease, answer) end
if #ended > 0 or #tokens > 0 then
  redis.call('SET', answered_key, cmsgpack.pack({ request, accepted, tokens }), 'PX', ANSWER_KEPT)
end
settle_chronicle()
send_signals()
return { accepted, cut_short and 0 or due_in(), answer, now_text }
