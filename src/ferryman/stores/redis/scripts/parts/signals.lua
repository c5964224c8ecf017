-- Signals wake those who wait: each is sent once a call, after everything else, with the partition that it comes from.

local signals, stirred = {}, {}

local function tell(signal)
  signals[signal] = true
end

-- There may be something to claim in the queue of this lane.
local function tell_queue(lane)
  stirred[lane] = true
end

local function send_signals()
  for lane in pairs(stirred) do
    tell('queue:' .. string.match(lane, '^%S+'))
    tell('queues')
  end
  for signal in pairs(signals) do redis.call('PUBLISH', SIGNAL .. signal, KEYS[1]) end
end
