-- A job is in exactly one index, by its state and its lane, which is its queue and its task. Moves are collected and
-- made together.
-- parts: values chronicle

-- Whoever enters one of these states has ended.
local ENDS = { completed = ITEM.COMPLETED, failed = ITEM.FAILED, cancelled = ITEM.CANCELLED }

local entering, leaving = {}, {}

local function enter(state, lane, id, seq)
  local list = list_in(list_in(entering, state), lane)
  local n = #list
  list[n + 1] = seq
  list[n + 2] = id
end

local function leave(state, lane, id)
  local list = list_in(list_in(leaving, state), lane)
  list[#list + 1] = id
end

local function make_moves(command, moves)
  for state, lanes in pairs(moves) do
    for lane, members in pairs(lanes) do in_pieces(command, INDEX .. state .. ' ' .. lane, members) end
  end
end

local function count_ends()
  for state, item in pairs(ENDS) do
    if entering[state] then
      for lane, members in pairs(entering[state]) do count(lane, item, #members / 2) end
    end
  end
end

-- Make the moves. To be called before a job can move a second time.
local function settle_indexes()
  make_moves('ZREM', leaving)
  make_moves('ZADD', entering)
  count_ends()
  entering, leaving = {}, {}
end
