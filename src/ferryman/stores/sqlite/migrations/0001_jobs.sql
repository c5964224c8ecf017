-- Times are seconds since the epoch, durations are seconds, states and endings are the words of domain/state.py
-- and domain/outcome.py. Whoever adds a column here adds its meaning too.

-- One row: the last place given out. Places order the jobs of a lane, first in first out.
CREATE TABLE line (last_place INTEGER NOT NULL) STRICT;
INSERT INTO line VALUES (0);

-- A lane is a task's share of a queue. Lanes are few, jobs name them by number.
CREATE TABLE lane (
    id    INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    task  TEXT NOT NULL,
    UNIQUE (queue, task)
) STRICT;

CREATE TABLE queue (
    name      TEXT PRIMARY KEY,
    paused_at REAL,
    paused_by TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
    seq          INTEGER PRIMARY KEY,   -- order of submission; never reused
    id           TEXT NOT NULL UNIQUE,
    lane         INTEGER NOT NULL,
    state        TEXT NOT NULL,
    priority     INTEGER NOT NULL,
    place        INTEGER NOT NULL,      -- in the line of pending jobs
    run_at       REAL,                  -- scheduled: when it becomes pending
    timeout      REAL,
    max_retries  INTEGER NOT NULL,
    max_crashes  INTEGER NOT NULL,
    retries      INTEGER NOT NULL DEFAULT 0,
    crashes      INTEGER NOT NULL DEFAULT 0,
    attempt      INTEGER NOT NULL DEFAULT 0,
    nonce        INTEGER,               -- with attempt: the fencing token; NULL while nobody holds the job
    worker       TEXT,                  -- of the latest attempt
    lease_until  REAL,                  -- processing: when another worker may take the job
    submitted_at REAL NOT NULL,
    started_at   REAL,                  -- of the latest attempt
    finished_at  REAL,                  -- when the job became final
    keep_until   REAL,                  -- final: when retention lets it go
    key          TEXT UNIQUE,           -- task, line feed, the submitter's key
    request      TEXT UNIQUE,           -- the request that asked for the job, and what it asked
    fingerprint  TEXT,
    tags         TEXT                   -- JSON array, NULL for none
) STRICT;

-- A job is in exactly one of these, by its state; each is what one operation walks.
CREATE INDEX job_pending ON job (lane, priority DESC, place) WHERE state = 'pending';
CREATE INDEX job_due     ON job (run_at)                     WHERE state = 'scheduled';
CREATE INDEX job_lease   ON job (lease_until)                WHERE state = 'processing';
CREATE INDEX job_kept    ON job (keep_until)                 WHERE keep_until IS NOT NULL;
-- Lists: any choice of queues, tasks and states is a merge of a few of its ranges.
CREATE INDEX job_list    ON job (lane, state, seq);

-- Apart from the job, so that a change of state never rewrites them.
CREATE TABLE args   (seq INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE result (seq INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;

CREATE TABLE tag (
    tag TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (tag, seq)
) STRICT, WITHOUT ROWID;

-- Attempts that ended; the running one is in the job itself.
CREATE TABLE attempt (
    seq         INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    worker      TEXT NOT NULL,
    started_at  REAL NOT NULL,
    finished_at REAL NOT NULL,
    ending      TEXT NOT NULL,
    error       TEXT,
    PRIMARY KEY (seq, number)
) STRICT, WITHOUT ROWID;

-- The live output of a job.
CREATE TABLE feed (
    seq     INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    at      REAL NOT NULL,
    kind    TEXT NOT NULL,
    data    TEXT NOT NULL,
    PRIMARY KEY (seq, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE worker (
    id      TEXT PRIMARY KEY,
    info    TEXT NOT NULL,              -- JSON of WorkerInfo
    seen_at REAL NOT NULL,
    lease   REAL NOT NULL,              -- silent for longer than this: dead
    command TEXT
) STRICT, WITHOUT ROWID;

-- The last turn of each worker, so that a turn sent again gets the same answer and changes nothing more.
CREATE TABLE turn (
    worker   TEXT PRIMARY KEY,
    request  INTEGER NOT NULL,
    accepted TEXT NOT NULL,             -- JSON array: positions of the accepted outcomes
    claimed  TEXT NOT NULL,             -- JSON array: seq of the claimed jobs
    at       REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- Who wants to be woken by which signal, at which UDP port of the loopback interface.
CREATE TABLE listener (
    signal TEXT NOT NULL,
    port   INTEGER NOT NULL,
    until  REAL NOT NULL,
    PRIMARY KEY (signal, port)
) STRICT, WITHOUT ROWID;

-- Counts per lane and state. Triggers keep them inside whatever statement moves a job, so that no transition
-- can forget them.
CREATE TABLE tally (
    lane  INTEGER NOT NULL,
    state TEXT NOT NULL,
    jobs  INTEGER NOT NULL,
    PRIMARY KEY (lane, state)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER job_enters AFTER INSERT ON job BEGIN
    INSERT INTO tally VALUES (new.lane, new.state, 1)
    ON CONFLICT DO UPDATE SET jobs = jobs + 1;
END;

CREATE TRIGGER job_moves AFTER UPDATE OF state ON job WHEN new.state <> old.state BEGIN
    UPDATE tally SET jobs = jobs - 1 WHERE lane = old.lane AND state = old.state;
    INSERT INTO tally VALUES (new.lane, new.state, 1)
    ON CONFLICT DO UPDATE SET jobs = jobs + 1;
END;

CREATE TRIGGER job_leaves AFTER DELETE ON job BEGIN
    UPDATE tally SET jobs = jobs - 1 WHERE lane = old.lane AND state = old.state;
    DELETE FROM args WHERE seq = old.seq;
    DELETE FROM result WHERE seq = old.seq;
    DELETE FROM attempt WHERE seq = old.seq;
    DELETE FROM feed WHERE seq = old.seq;
    DELETE FROM tag WHERE old.tags IS NOT NULL
        AND tag IN (SELECT value FROM json_each(old.tags)) AND seq = old.seq;
END;
