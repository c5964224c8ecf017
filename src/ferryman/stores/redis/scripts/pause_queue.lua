-- Pause a queue, or let it go on; one that is paused already keeps since when and by whom.
-- in:  time, queue, 1 to pause or 0 to go on, by whom
-- parts: values signals

local queue, pause, by = take(), take() == '1', take()
write_though_full()
if pause then
  redis.call('HSETNX', PAUSED, queue, now_text .. ' ' .. by)
else
  redis.call('HDEL', PAUSED, queue)
  tell('queue:' .. queue)
  tell('queues')
  send_signals()
end
