-- Failed jobs by their cause, see store/failures.py. A group is there while it has jobs, and at most MOST_GROUPS are kept:
-- the one that failed longest ago makes room, and its jobs are then in no group.
-- parts: values errors

-- Milliseconds, and how many of them a group tells apart: each has the place of its number modulo HOURS.
local HOUR, HOURS = 3600000, 24
-- Bytes kept of a message.
local MOST_SAID = 500

local failing, mending = {}, {}

-- As many whole characters as are kept.
local function shortened(message)
  if #message <= MOST_SAID then return message end
  local kept, following = string.sub(message, 1, MOST_SAID), string.byte(message, MOST_SAID + 1)
  if following >= 128 and following < 192 then kept = string.gsub(kept, '[\192-\255][\128-\191]*$', '') end
  return kept .. '...'
end

-- The id of the group that a job joins.
local function group_failure(job, error)
  local task = string.match(job.lane, '%S+$')
  local kind, message, frame = parts_of_error(error)
  kind, frame = kind or '', frame or ''
  local group = string.sub(redis.sha1hex(table.concat({ task, kind, frame }, '\n')), 1, 16)
  local joining = failing[group]
  if not joining then
    joining = { task = task, kind = kind, frame = frame, members = {} }
    failing[group] = joining
  end
  joining.message = message or ''
  local n = #joining.members
  joining.members[n + 1] = job.seq
  joining.members[n + 2] = job.id
  return group
end

-- A job leaves the group that it is in, if any.
local function mend(id, group)
  if not group then return end
  local list = list_in(mending, group)
  list[#list + 1] = id
end

local function drop_group(name)
  local group = string.match(name, '^%S+')
  redis.call('ZREM', FAILURES, name)
  redis.call('UNLINK', CAUSE .. group, GROUP .. group)
end

local function join_group(group, joining)
  local cause, hour, failed = CAUSE .. group, math.floor(now / HOUR), #joining.members / 2
  local known = redis.call('HGET', cause, hour % HOURS)
  local at, before = string.match(known or '', '^(%d+) (%d+)$')
  if tonumber(at) == hour then failed = failed + before end
  in_pieces('ZADD', GROUP .. group, joining.members)
  redis.call('HSET', cause, 'task', joining.task, 'type', joining.kind, 'frame', joining.frame,
    'message', shortened(joining.message), 'last', now_text, hour % HOURS, whole(hour) .. ' ' .. whole(failed))
  redis.call('HSETNX', cause, 'first', now_text)
  redis.call('ZADD', FAILURES, now_text, group .. ' ' .. joining.task)
end

local function leave_group(group, ids)
  in_pieces('ZREM', GROUP .. group, ids)
  if redis.call('EXISTS', GROUP .. group) == 0 then
    local task = redis.call('HGET', CAUSE .. group, 'task')
    if task then drop_group(group .. ' ' .. task) end
  end
end

-- To be called before a job can move a second time.
local function settle_failures()
  for group, ids in pairs(mending) do leave_group(group, ids) end
  mending = {}
  if not next(failing) then return end
  for group, joining in pairs(failing) do join_group(group, joining) end
  failing = {}
  local beyond = redis.call('ZCARD', FAILURES) - MOST_GROUPS
  if beyond > 0 then
    for _, name in ipairs(redis.call('ZRANGE', FAILURES, 0, beyond - 1)) do drop_group(name) end
  end
end
