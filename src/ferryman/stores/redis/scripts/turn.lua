-- A worker's turn: finish what ended, recover and promote a bounded number, claim for the free slots.
-- in:  shift, milliseconds that completed, failed, cancelled jobs are kept,
--      worker, request, want, lease in milliseconds, list of tasks, list of queues (empty for any),
--      then for each outcome: token, ending, result or error, delay in milliseconds
-- out: a 1 or 0 for each outcome in one text, milliseconds until something is due (-1 for never),
--      and for each claimed job: id, attempt, lane, args, retries, max_retries, crashes, timeout
-- The same request of the same worker again is answered the same and changes nothing; a job that the worker has lost
-- meanwhile is left out.
-- parts: values ends overdue claims

local MOST_RECOVERED = 100
local MOST_PROMOTED = 128
-- How long an answer is kept, in milliseconds.
local ANSWER_KEPT = 3600000

local worker, request, want, lease = take(), take(), take_number(), take_number()
local tasks, queues = take_set(), take_set()

-- The outcomes, and of each whether its lease is held: of two for one lease the first counts.
local function read_outcomes()
  local outcomes, tokens = {}, {}
  while position < #ARGV do
    tokens[#tokens + 1] = take()
    outcomes[#outcomes + 1] = { token = tokens[#tokens], ending = take(), said = take(), delay = take_number() }
  end
  local seen = {}
  for first = 1, #tokens, MOST_AT_ONCE do
    local last = math.min(first + MOST_AT_ONCE - 1, #tokens)
    for n, score in ipairs(redis.call('ZMSCORE', LEASES, unpack(tokens, first, last))) do
      local outcome = outcomes[first + n - 1]
      outcome.held = score and not seen[outcome.token]
      seen[outcome.token] = true
    end
  end
  return outcomes
end

local function finish(outcomes)
  local held, accepted = {}, {}
  for n, outcome in ipairs(outcomes) do
    accepted[n] = outcome.held and '1' or '0'
    if outcome.held then held[#held + 1] = outcome.token end
  end
  -- First of all writes, since it frees memory: see indexes.lua.
  in_pieces('ZREM', LEASES, held)
  for _, outcome in ipairs(outcomes) do
    if outcome.held then
      by_ending[outcome.ending](string.sub(outcome.token, 1, ID), outcome.said, outcome.delay)
    end
  end
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

local answered = redis.call('GET', ANSWERED .. worker)
if answered then
  local last, accepted, tokens = unpack(cmsgpack.unpack(answered))
  if last == request then return { accepted, due_in(), describe_again(tokens) } end
end

local outcomes = read_outcomes()
local accepted = finish(outcomes)
recover(MOST_RECOVERED)
promote(MOST_PROMOTED)
local answer, tokens, cut_short = {}, {}, false
if want > 0 then tokens, cut_short = claim(want, tasks, queues, worker, request, lease, answer) end
if #outcomes > 0 or #tokens > 0 then
  redis.call('SET', ANSWERED .. worker, cmsgpack.pack({ request, accepted, tokens }), 'PX', ANSWER_KEPT)
end
send_signals()
return { accepted, cut_short and 0 or due_in(), answer }
