-- A job is in exactly one index, by its state, queue and task. Moves are collected and made together.
-- parts: values

local entering, leaving = {}, {}

local function enter(state, queue, task, id, seq)
  local list = list_in(entering, INDEX .. state .. ' ' .. queue .. ' ' .. task)
  list[#list + 1] = seq
  list[#list + 1] = id
end

local function leave(state, queue, task, id)
  local list = list_in(leaving, INDEX .. state .. ' ' .. queue .. ' ' .. task)
  list[#list + 1] = id
end

-- Make the moves. To be called before a job can move a second time. Removals come first: they need no memory, and
-- once a script has written, a server that is full lets it write on.
local function settle_indexes()
  for index, ids in pairs(leaving) do in_pieces('ZREM', index, ids) end
  for index, members in pairs(entering) do in_pieces('ZADD', index, members) end
  entering, leaving = {}, {}
end
