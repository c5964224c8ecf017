-- Working tables of one connection, in memory: empty between transactions.
CREATE TABLE temp.ended (
    seq      INTEGER PRIMARY KEY,
    position INTEGER,               -- of the outcome in the turn; NULL for a recovered lease
    lane     INTEGER NOT NULL,
    lasted   REAL NOT NULL,         -- seconds since the attempt began
    ending   TEXT NOT NULL,
    target   TEXT NOT NULL,         -- the state the job goes to
    result   TEXT,
    error    TEXT,
    run_at   REAL
);
CREATE TABLE temp.chosen (
    seq INTEGER PRIMARY KEY,
    rank INTEGER NOT NULL           -- 1, 2, 3...: the order among the chosen
);
