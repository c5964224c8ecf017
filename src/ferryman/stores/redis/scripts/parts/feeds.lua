-- Entries of feeds.

-- Bytes of an entry's data.
local function data_of(entry)
  return #entry - string.match(entry, '^%S+ %S+ %S+ %S+ ()') + 1
end
