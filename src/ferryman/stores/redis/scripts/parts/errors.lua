-- Reads the error of an attempt, which is JSON text.

-- A piece of JSON text as what it stands for.
local function plain(piece)
  if not string.find(piece, '\\', 1, true) then return piece end
  local fine, decoded = pcall(cjson.decode, '["' .. piece .. '"]')
  return fine and decoded[1] or piece
end

local function text_in(said, name)
  return type(said[name]) == 'string' and said[name] or nil
end

-- Type, message and frame of an error in a text from a position on, each nil if it is not there. Mostly they stand first
-- and as we write them.
local function parts_of_error(text, start)
  local kind, message, frame = string.match(text, '^{"type": "(.-)", "message": "(.-)", "frame": "(.-)", "', start)
  if kind then return plain(kind), plain(message), plain(frame) end
  local fine, said = pcall(cjson.decode, string.sub(text, start or 1))
  if not fine or type(said) ~= 'table' then return end
  return text_in(said, 'type'), text_in(said, 'message'), text_in(said, 'frame')
end
