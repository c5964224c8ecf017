"""Judges a file that was opened again: nothing acknowledged lost, no call by half, no hole; at the level promised."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ferryman.domain.job import Job
from ferryman.domain.state import State
from ferryman.store.protocol import Store
from ferryman.stores.sqlite import migrate
from tests.conformance import census
from tests.power.records import Call, Found, Records

#: The version of the schema, before a test makes it one step longer.
OURS = len(migrate._steps())


@dataclass(frozen=True)
class Verdict:
    """How many acknowledged calls were lost, how many without an answer were kept, and the jobs that are there."""

    lost: int
    kept_unanswered: int
    jobs: dict[str, Job]


async def judge(store: Store, records: Records, *, lossless: bool, safe: bool) -> Verdict:
    """Check all that must hold, and forget what was lost.

    `lossless` says that no acknowledged call may be missing; otherwise the last ones may. `safe` says that all in the
    file is on the disk by now: a cut of the power went before, or the level is full.
    """
    jobs = await census.take(store)
    await census.take_apart(store)
    found = Found(jobs, records.may_be_gone)
    kept: list[Call] = []
    lost: list[Call] = []
    for call in records.calls:
        truths = [fact.holds(found) for fact in call.facts]
        proofs = [truth for truth, fact in zip(truths, call.facts, strict=True) if fact.proves]
        assert not (False in truths and True in proofs), f"a call was kept by half: {_tell(call, found)}"
        if False in truths:
            lost.append(call)
        elif True in truths:
            kept.append(call)
    missed = [call for call in lost if call.answered is not None]
    for call in missed:
        assert not call.settled, f"lost, and was there after an earlier end: {_tell(call, found)}"
        assert not lossless, f"acknowledged, and lost: {_tell(call, found)}"
    _check_no_hole(kept, missed, found)
    unanswered = _settle(records, kept, lost, jobs, safe)
    return Verdict(len(missed), unanswered, jobs)


def check_file(path: Path) -> None:
    """Let SQLite look at every page of the file; a step of its schema is there if its number says so."""
    connection = sqlite3.connect(path)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        moved = connection.execute(
            "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'moved%' AND sql > ''"
        ).fetchone()
        assert moved[0] == (2 if version > OURS else 0), f"version {version} has {moved[0]} of 2 parts"
        problems = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    finally:
        connection.close()
    assert problems == ["ok"], f"integrity_check: {problems}"


def _check_no_hole(kept: Iterable[Call], missed: Iterable[Call], found: Found) -> None:
    """Check that what was lost came last: nothing that was committed after it is there."""
    proven = [call for call in kept if not call.repeated and any(fact.proves for fact in call.facts)]
    for call in missed:
        later = [_tell(other, found) for other in proven if not other.settled and call.before(other)]
        assert not later, f"a hole: {_tell(call, found)} is lost, and {later[0]} is there"


def _settle(records: Records, kept: list[Call], lost: list[Call], jobs: dict[str, Job], safe: bool) -> int:
    """Bring the records to what the file holds; return how many calls without an answer turned out to be kept."""
    gone = set(map(id, lost))
    there = set(map(id, kept))
    now = records.tick()
    # A call of which nothing can be told, such as one whose jobs were all deleted, is not looked at again.
    records.calls = [call for call in records.calls if id(call) not in gone and call.facts]
    unanswered = 0
    for call in records.calls:
        if id(call) in there:
            call.settled = call.settled or safe
            if call.answered is None:
                call.answered = now
                unanswered += 1
    records.calls = [call for call in records.calls if call.answered is not None]
    records.completed = {job.id for job in jobs.values() if job.state is State.COMPLETED}
    records.attempts = {job.id: job.attempt for job in jobs.values()}
    return unanswered


def _tell(call: Call, found: Found) -> str:
    facts = ", ".join(f"{fact} {fact.holds(found)}" for fact in call.facts)
    return f"[by {call.by}, {call.invoked} to {call.answered}: {facts}]"
