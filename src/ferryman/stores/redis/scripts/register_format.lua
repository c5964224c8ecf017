-- Note how the jobs of this prefix are kept, unless that is noted already.
-- in:  shift, the version of the format, the number of partitions
-- out: both as they are noted

redis.call('HSETNX', FORMAT, 'version', ARGV[2])
redis.call('HSETNX', FORMAT, 'partitions', ARGV[3])
return redis.call('HMGET', FORMAT, 'version', 'partitions')
