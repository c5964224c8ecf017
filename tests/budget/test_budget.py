"""What a job costs does not grow unseen: commands, round trips, statements, commits, instructions; no seconds.

What turns these tests red is planted by `make mutants`: tests/mutants/faults/9_costs.toml.
"""

from __future__ import annotations

import pytest

from tests.budget import callgrind, python_instructions, redis_counts, redis_instructions, sqlite_counts
from tests.budget.table import (
    PYTHON_INSTRUCTIONS,
    REDIS_COUNTS,
    REDIS_INSTRUCTIONS,
    SQLITE_COUNTS,
    about,
    at_most,
    exactly,
    faults,
)

with_callgrind = pytest.mark.skipif(callgrind.VALGRIND is None, reason=callgrind.MISSING)
#: What runs under callgrind takes fifty times as long, and the machine may have much else to do.
slow = pytest.mark.timeout(300)


@slow
async def test_commands_and_reads_of_redis() -> None:
    assert faults(await redis_counts.measure(), REDIS_COUNTS) == []


@slow
async def test_statements_commits_and_steps_of_sqlite() -> None:
    assert faults(await sqlite_counts.measure(), SQLITE_COUNTS) == []


@slow
@with_callgrind
async def test_instructions_of_redis() -> None:
    assert faults(await redis_instructions.measure(), REDIS_INSTRUCTIONS) == []


@slow
@with_callgrind
async def test_instructions_of_python() -> None:
    assert faults(await python_instructions.measure(), PYTHON_INSTRUCTIONS) == []


def test_what_grew_and_what_fell_is_told() -> None:
    limits = {"commands": exactly(4.0), "reads": about(0.02, most=0.04), "instructions": at_most(2.0)}
    assert faults({"commands": 4.01, "reads": 0.039, "instructions": 2.19}, limits) == []
    assert len(faults({"commands": 4.1, "reads": 0.041, "instructions": 2.21}, limits)) == 3
    [fell] = faults({"commands": 3.9, "reads": 0.001, "instructions": 1.0}, limits)
    assert "lower the budget" in fell
