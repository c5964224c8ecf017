-- Walk the jobs of a tag by the order of their submission.
-- in:  time, how many, 1 for the oldest first or 0, the edge (as for find_jobs.lua), the tag
-- out: for each job: seq, id, and what reading.lua answers
-- parts: values reading

local count, oldest_first, edge, tag = take_number(), take() == '1', take(), take()

local flat
if oldest_first then
  flat = redis.call('ZRANGEBYSCORE', TAG .. tag, edge, '+inf', 'WITHSCORES', 'LIMIT', 0, count)
else
  flat = redis.call('ZREVRANGEBYSCORE', TAG .. tag, edge, '-inf', 'WITHSCORES', 'LIMIT', 0, count)
end
local answer = {}
for n = 1, #flat, 2 do answer[#answer + 1] = { flat[n + 1], flat[n], read_job(flat[n]) } end
return answer
