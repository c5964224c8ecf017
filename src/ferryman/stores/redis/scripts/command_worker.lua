-- Leave a command for a worker, or take it back.
-- in:  time, worker, the command or empty
-- out: 1, or 0 when no such worker is known
-- parts: values signals

local worker, command = take(), take()
write_though_full()
if redis.call('HEXISTS', WORKERS, worker) == 0 then return 0 end
if command == '' then
  redis.call('HDEL', COMMANDS, worker)
else
  redis.call('HSET', COMMANDS, worker, command)
end
tell('worker:' .. worker)
send_signals()
return 1
