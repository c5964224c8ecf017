"""What can be said against a store after its faults: the judge of `tests/history`, and what only real processes show.

The tasks are witnesses of their own: each attempt leaves a mark that no other has, and returns it as its result.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ferryman.domain.job import Attempt, Job
from ferryman.domain.lease import Lease
from ferryman.domain.outcome import Ending
from tests.history.judge import judge
from tests.history.records import History, Run

#: What a recovery may take beyond the lease, in seconds.
RECOVERY = 2.0


@dataclass(frozen=True)
class Mark:
    """A line of the witness."""

    word: str
    text: str
    pid: int
    at: float

    @property
    def place(self) -> tuple[str, int]:
        """The job and the number of the attempt."""
        job, attempt, _ = self.text.split("/")
        return job, int(attempt)


def read_marks(folder: Path) -> list[Mark]:
    """Read the witness."""
    path = folder / "marks.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    marks = []
    for line in lines:
        word, text, pid, at = line.split()
        marks.append(Mark(word, text, int(pid), float(at)))
    return marks


def runs(marks: list[Mark]) -> list[Run]:
    """Return what ran, as the judge wants it; a witness does not know its nonce."""
    found: dict[str, Run] = {}
    for mark in marks:
        if mark.word == "begin":
            found[mark.text] = Run(Lease(*mark.place, 0), mark.at)
        else:
            found[mark.text].ended, found[mark.text].returned = mark.at, json.dumps(mark.text)
    return list(found.values())


def against(history: History, marks: list[Mark]) -> list[str]:
    """Return all that speaks against the store."""
    final = history.final
    return [
        *judge(history),
        *run_twice(marks),
        *run_by_another(final, marks),
        *completed_twice(final),
        *keyed_twice(final),
    ]


def run_twice(marks: list[Mark]) -> Iterator[str]:
    """An attempt is run once; a second run is another attempt."""
    for (job, attempt), times in Counter(mark.place for mark in marks if mark.word == "begin").items():
        if times > 1:
            yield f"run_twice: attempt {attempt} of {job} was run {times} times"


def run_by_another(final: Mapping[str, Job], marks: list[Mark]) -> Iterator[str]:
    """Each run is an attempt that the store knows of, by the worker that it gave the job to."""
    for mark in marks:
        job_id, number = mark.place
        job = final.get(job_id)
        known = {attempt.number: attempt for attempt in (job.attempts or () if job else ())}
        if number not in known:
            yield f"run_by_another: {job_id} was run as attempt {number}, of which nobody knows"
        elif pid_of(known[number]) != mark.pid:
            yield f"run_by_another: attempt {number} of {job_id} was run by {mark.pid}, not by {known[number].worker}"


def completed_twice(final: Mapping[str, Job]) -> Iterator[str]:
    """Nothing follows a completion."""
    for job in final.values():
        endings = [attempt.ending for attempt in job.attempts or ()]
        if Ending.COMPLETED in endings[:-1]:
            yield f"completed_twice: {job.id} went on after it was completed: {endings}"


def keyed_twice(final: Mapping[str, Job]) -> Iterator[str]:
    """A key has one job: also when nobody heard that it was made, and it was asked for again."""
    jobs: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for job in final.values():
        if job.key is not None:
            jobs[job.task, job.key].append(job.id)
    for (_, key), ids in jobs.items():
        if len(ids) > 1:
            yield f"keyed_twice: {key} has the jobs {' and '.join(ids)}"


def pid_of(attempt: Attempt) -> int:
    """Return the process that was given an attempt."""
    return int(attempt.worker.split("-")[-2])


@dataclass(frozen=True)
class Recovery:
    """How a job of a dead or frozen worker went on: seconds from the fault to its next attempt, None for never."""

    job: str
    seconds: float | None


def recoveries(jobs: list[Job], marks: list[Mark], victim: int, at: float) -> list[Recovery]:
    """Return how the jobs went on whose attempt died with the victim at a time, by the store's clock."""
    begun = [(*mark.place, mark.at) for mark in marks if mark.word == "begin"]
    found = []
    for job in jobs:
        for attempt in job.attempts or ():
            if pid_of(attempt) == victim and attempt.ending is Ending.CRASHED:
                later = [when for job_id, number, when in begun if job_id == job.id and number > attempt.number]
                found.append(Recovery(job.id, min(later) - at if later else None))
    return found


def too_late(found: list[Recovery], lease: float) -> Iterator[str]:
    """What died with its worker runs again soon after its lease."""
    for recovery in found:
        if recovery.seconds is None or recovery.seconds > lease + RECOVERY:
            yield f"too_late: {recovery.job} ran again after {recovery.seconds} s"
