-- Add entries to the live output of jobs whose lease is held. An entry is text: number, attempt, time, kind, data,
-- with spaces between; the job's `said` is the number of its last one.
-- in:  time, the most entries of a job, then for each report: token, kind, data
-- out: 1 or 0 for each report
-- parts: values signals

local most = take_number()
local answer, jobs = {}, {}

while position < #ARGV do
  local token, kind, data = take(), take(), take()
  local held = redis.call('ZSCORE', LEASES, token)
  answer[#answer + 1] = held and 1 or 0
  if held then
    local id, attempt = string.sub(token, 1, ID), string.match(token, '^(%d+) ', ID + 1)
    local number = redis.call('HINCRBY', JOB .. id, 'said', 1)
    redis.call('RPUSH', FEED .. id, table.concat({ number, attempt, now_text, kind, data }, ' '))
    if kind == 'progress' then redis.call('SET', PROGRESS .. id, data) end
    jobs[id] = true
  end
end
for id in pairs(jobs) do
  redis.call('LTRIM', FEED .. id, -most, -1)
  tell('job:' .. string.gsub(id, '.', function(byte) return string.format('%02x', string.byte(byte)) end))
end
send_signals()
return answer
