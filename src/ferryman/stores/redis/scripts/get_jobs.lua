-- Look jobs up.
-- in:  time, 1 or 0 for arguments, for results, for attempts, for requests, then the ids
-- out: for each id what reading.lua answers
-- parts: values reading

local with_args, with_result, with_attempts, with_request = take() == '1', take() == '1', take() == '1', take() == '1'

local answer = {}
while position < #ARGV do
  answer[#answer + 1] = read_job(take(), with_args, with_result, with_attempts, with_request)
end
return answer
