-- Failed jobs by their cause, see store/failures.py. Numbers are never given twice: what a group that made room had
-- belongs to no later one.
CREATE TABLE failure_group (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    id       TEXT NOT NULL UNIQUE,
    task     TEXT NOT NULL,
    type     TEXT NOT NULL,
    frame    TEXT NOT NULL,
    message  TEXT NOT NULL,              -- of the last one
    jobs     INTEGER NOT NULL DEFAULT 0, -- kept by the triggers below
    first_at REAL NOT NULL,
    last_at  REAL NOT NULL,
    hours    TEXT NOT NULL               -- JSON object: number of the hour since the epoch, failures in it
) STRICT;
CREATE INDEX failure_group_last ON failure_group (last_at);

-- The number of its group; NULL for a job that did not fail, or failed before there were groups.
ALTER TABLE job ADD COLUMN failure INTEGER;
CREATE INDEX job_failure ON job (failure, seq) WHERE failure IS NOT NULL;

-- Only statements that set `failure` pay for these: a job that completes never does.
CREATE TRIGGER failure_enters AFTER UPDATE OF failure ON job WHEN new.failure IS NOT NULL BEGIN
    UPDATE failure_group SET jobs = jobs + 1 WHERE number = new.failure;
END;

CREATE TRIGGER failure_leaves AFTER UPDATE OF failure ON job WHEN old.failure IS NOT NULL BEGIN
    UPDATE failure_group SET jobs = jobs - 1 WHERE number = old.failure;
    DELETE FROM failure_group WHERE number = old.failure AND jobs = 0;
END;

CREATE TRIGGER failure_deleted AFTER DELETE ON job WHEN old.failure IS NOT NULL BEGIN
    UPDATE failure_group SET jobs = jobs - 1 WHERE number = old.failure;
    DELETE FROM failure_group WHERE number = old.failure AND jobs = 0;
END;
