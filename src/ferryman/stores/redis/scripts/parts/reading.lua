-- A job as people see it.

-- Answers the fields of the job's hash; when its lease runs out; its last ended attempt (see history.lua); its latest
-- progress; whether it is in its group of failures; and as far as asked for its arguments, its result, all its ended attempts and the fingerprint of its
-- request. False for no job.
local function read_job(id, with_args, with_result, with_attempts, with_request)
  local flat = redis.call('HGETALL', JOB .. id)
  if #flat == 0 then return false end
  local job = {}
  for n = 1, #flat, 2 do job[flat[n]] = flat[n + 1] end
  local answer = { flat, false, false, false, false, false, false, false, false }
  if job.state == 'processing' then
    answer[2] = redis.call('ZSCORE', LEASES, id .. job.attempt .. ' ' .. job.nonce)
  end
  if job.attempt then answer[3] = redis.call('LINDEX', HISTORY .. id, -1) end
  if job.said then answer[4] = redis.call('GET', PROGRESS .. id) end
  if job.failure then answer[5] = redis.call('ZSCORE', GROUP .. job.failure, id) end
  if with_args and job.args == '' then answer[6] = redis.call('GET', ARGS .. id) end
  if with_result and job.result == '' then answer[7] = redis.call('GET', RESULT .. id) end
  if with_attempts and job.attempt then answer[8] = redis.call('LRANGE', HISTORY .. id, 0, -1) end
  if with_request and job.request then
    answer[9] = redis.call('HGET', REQUEST .. string.match(job.request, '^[^#]*'), 'fingerprint')
  end
  return answer
end
