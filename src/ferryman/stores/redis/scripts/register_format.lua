-- Note how the jobs of this prefix are kept, unless that is noted already.
-- in:  time, the version of the format, the number of partitions
-- out: both as they are noted
-- parts: values

-- Nobody waits for this one: a user that may not publish is to find that out here, not at the end of a submit.
redis.call('PUBLISH', SIGNAL .. 'opened', KEYS[1])
write_though_full()
redis.call('HSETNX', FORMAT, 'version', take())
redis.call('HSETNX', FORMAT, 'partitions', take())
return redis.call('HMGET', FORMAT, 'version', 'partitions')
