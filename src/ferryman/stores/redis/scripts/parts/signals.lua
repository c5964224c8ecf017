-- Signals wake those who wait: each is sent once a call, after everything else, with the partition that it comes from.

local signals = {}

local function tell(signal)
  signals[signal] = true
end

local function tell_queue(queue)
  signals['queue:' .. queue] = true
end

local function send_signals()
  for signal in pairs(signals) do redis.call('PUBLISH', SIGNAL .. signal, KEYS[1]) end
end
