-- Bytes of data in the feed before this entry: what an entry and all behind it take is a difference.
ALTER TABLE feed ADD COLUMN start INTEGER NOT NULL DEFAULT 0;

-- The latest progress, which is there even when its entry made room for others.
ALTER TABLE job ADD COLUMN progress TEXT;
UPDATE job SET progress = (
    SELECT data FROM feed WHERE feed.seq = job.seq AND kind = 'progress' ORDER BY number DESC LIMIT 1
) WHERE seq IN (SELECT seq FROM feed WHERE kind = 'progress');
