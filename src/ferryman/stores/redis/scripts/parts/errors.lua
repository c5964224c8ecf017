-- Finds text in the error of an attempt: in its type and its message, not in its traceback.

local BETWEEN = ": "

-- A piece of JSON text as what it stands for.
local function plain(piece)
  if not string.find(piece, '\\', 1, true) then return piece end
  local fine, decoded = pcall(cjson.decode, '["' .. piece .. '"]')
  return fine and decoded[1] or piece
end

local function said_by(error)
  local said = cjson.decode(error)
  return said.type .. BETWEEN .. said.message
end

-- Type and message in the JSON text from a position on. Mostly they stand first and as we write them.
local function type_and_message(text, start)
  local kind, message = string.match(text, '^{"type": "(.-)", "message": "(.-)", "', start)
  if kind then return plain(kind) .. BETWEEN .. plain(message) end
  local fine, said = pcall(said_by, string.sub(text, start))
  return fine and said or ''
end

-- Whether the last attempt that ended (see history.lua) has a text, of which A to Z are written as a to z.
local function error_says(id, wanted)
  local last = redis.call('LINDEX', HISTORY .. id, -1)
  local start = last and string.match(last, '^[^\n]*\n[^\n]*\n[^\n]*\n[^\n]*\n[^\n]*\n()')
  if not start or start > #last then return false end
  return string.find(string.lower(type_and_message(last, start)), wanted, 1, true) ~= nil
end
