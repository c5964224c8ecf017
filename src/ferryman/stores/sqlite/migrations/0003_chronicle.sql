-- What happened in each lane. `item` is a number of store/history.py, `at` the second since the epoch at which a
-- minute, or a longer stretch of time, begins.

-- What transitions write: minutes that upkeep has not added to the other table yet.
CREATE TABLE fresh (
    at    INTEGER NOT NULL,
    lane  INTEGER NOT NULL,
    item  INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (at, lane, item)
) STRICT, WITHOUT ROWID;

-- The same by stretches of `step` seconds, each complete in itself.
CREATE TABLE chronicle (
    step  INTEGER NOT NULL,
    at    INTEGER NOT NULL,
    lane  INTEGER NOT NULL,
    item  INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (step, at, lane, item)
) STRICT, WITHOUT ROWID;

-- One row: the minute in which upkeep looked last how long jobs wait.
CREATE TABLE looked (at INTEGER NOT NULL) STRICT;
INSERT INTO looked VALUES (0);
