"""The budget: what a job may cost. Nothing in it is a time, so that it holds on every machine and at any load.

When a figure is over its limit, look what the new cost is for:

- commands in Redis: `python -m tests.budget --commands` tells which, and how often; reads are calls nobody shares
- statements, commits and steps in SQLite: its statements are src/ferryman/stores/sqlite/queries, and EXPLAIN QUERY PLAN
  tells what became of them
- instructions of Redis: those of its commands, or of the scripts between them
- instructions of Python: `python -m tests.budget --calls worker` tells which function is called how often for a job;
  run it before the change as well, and compare

A cost that buys something is entered here, and the commit says what it buys. Whoever made a job cheaper enters that:
counts that are below their entry fail too, so that no gain is lost unseen.
"""

from __future__ import annotations

from dataclasses import dataclass

#: What a count may differ that is the same in each run: as little as shares of one call do.
HAIR = 0.005
#: How far instructions may grow unseen: builds of Python and of Redis differ by less, in rounds of a yardstick.
ROOM = 0.10


@dataclass(frozen=True, slots=True)
class Limits:
    """What a figure was when it was entered, and between what it must stay."""

    measured: float
    least: float
    most: float


def exactly(measured: float) -> Limits:
    """A count that is the same in each run."""
    return Limits(measured, measured * (1 - HAIR), measured * (1 + HAIR))


def about(measured: float, most: float) -> Limits:
    """A count that depends on which of two processes is the quicker."""
    return Limits(measured, 0.0, most)


def at_most(measured: float) -> Limits:
    """A number of instructions."""
    return Limits(measured, 0.0, measured * (1 + ROOM))


#: All for each job. Turns of 100 finish and claim a hundred jobs each; a worker that drains takes smaller ones.
REDIS_COUNTS = {
    "sequential submits: commands in Redis": exactly(12.0),
    "sequential submits: reads of Redis": exactly(1.0),
    "100 concurrent submits: commands in Redis": exactly(2.3),
    "100 concurrent submits: reads of Redis": about(0.028, 0.04),
    "bulk submit: commands in Redis": exactly(2.01),
    "bulk submit: reads of Redis": about(0.003, 0.006),
    "turns of 100: commands in Redis": exactly(4.249),
    "turns of 100: reads of Redis": about(0.009, 0.012),
    "drain: commands in Redis": about(4.74, 5.0),
    "drain: reads of Redis": about(0.027, 0.04),
}
SQLITE_COUNTS = {
    "100 concurrent submits: statements of SQLite": exactly(0.21),
    "100 concurrent submits: commits of SQLite": exactly(0.03),
    "100 concurrent submits: steps in SQLite": at_most(178.0),
    "bulk submit: statements of SQLite": exactly(0.007),
    "bulk submit: commits of SQLite": exactly(0.0005),
    "bulk submit: steps in SQLite": at_most(171.0),
    "drain: statements of SQLite": about(0.51, 0.56),
    "drain: commits of SQLite": about(0.026, 0.03),
    "drain: steps in SQLite": at_most(585.0),
}
#: In rounds of a script on the same server: see `redis_instructions`.
REDIS_INSTRUCTIONS = {
    "submit: instructions of Redis": at_most(1.85),
    "turns of 100: instructions of Redis": at_most(6.7),
}
#: In rounds of `subjects.yardstick` by the same Python: 3.11.2 to 3.13.0 differ by 7 % at most. The worker's store
#: is in memory, and costs nothing.
PYTHON_INSTRUCTIONS = {
    "bulk submit: instructions of Python": at_most(2.27),
    "100 concurrent submits: instructions of Python": at_most(3.73),
    "worker: instructions of Python": at_most(2.23),
    "bulk submit and drain: instructions of Python": at_most(5.35),
}


def faults(figures: dict[str, float], limits: dict[str, Limits]) -> list[str]:
    """Return a line for each figure that is not within its limits."""
    assert figures.keys() == limits.keys(), "each figure has its line in the table, and each line its figure"
    found = []
    for name, figure in figures.items():
        allowed = limits[name]
        if figure > allowed.most:
            found.append(
                f"{name}: {figure:.4g} a job, at most {allowed.most:.4g} are allowed: see tests/budget/table.py"
            )
        if figure < allowed.least:
            found.append(
                f"{name}: {figure:.4g} a job, cheaper than {allowed.measured:.4g}: lower the budget to keep it"
            )
    return found
