-- An attempt that ended, as text: number, started, finished, ending, worker, error, each in a line; the error may have
-- lines of its own and may be empty. An attempt that completed its job is not written down while the job stays
-- completed: the job itself says all of it.

local function write_down(id, attempt, started, finished, ending, worker, error)
  redis.call('RPUSH', HISTORY .. id, table.concat({ attempt, started, finished, ending, worker, error or '' }, '\n'))
end
