-- How many jobs there are per queue, task and state: the sizes of the indexes, so no count can be wrong.
-- in:  time
-- out: for each queue and task: "queue task", the numbers of scheduled, blocked, pending, processing, completed, failed
--      and cancelled jobs, and the seq of the oldest pending one or empty

local answer = {}
for _, lane in ipairs(redis.call('SMEMBERS', LANES)) do
  local row = { lane }
  for _, state in ipairs({ 'scheduled', 'blocked', 'pending', 'processing', 'completed', 'failed', 'cancelled' }) do
    row[#row + 1] = redis.call('ZCARD', INDEX .. state .. ' ' .. lane)
  end
  row[#row + 1] = redis.call('ZRANGE', INDEX .. 'pending ' .. lane, 0, 0, 'WITHSCORES')[2] or ''
  answer[#answer + 1] = row
end
return answer
