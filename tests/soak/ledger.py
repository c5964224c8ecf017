"""The ledger: what was promised for each job and what became of it, in a few bytes a job."""

from __future__ import annotations

import zlib
from array import array
from collections import Counter
from dataclasses import dataclass

from ferryman import Job, State
from ferryman.domain.outcome import Ending
from tests.soak.figures import Durations
from tests.soak.witnesses import Witness

#: Complaints that are kept in words; all are counted.
MOST_COMPLAINTS = 50
#: An acknowledged job that has not ended for this long is looked up, in seconds.
PATIENCE = 30.0
#: Attempts of a job that are told apart, one bit each.
_MOST_ATTEMPTS = 8


@dataclass(slots=True)
class Entry:
    """A job that is not settled yet; `ended` has a bit for each attempt whose task returned."""

    sent: float
    job_id: str | None = None
    acknowledged: bool = False
    ended: int = 0
    unwitnessed: bool = False


class Complaints:
    """What was violated: counted by kind, the first ones in words."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.words: list[str] = []

    def add(self, kind: str, words: str) -> None:
        """Note a violation."""
        self.counts[kind] += 1
        if len(self.words) < MOST_COMPLAINTS:
            self.words.append(f"{kind}: {words}")


class Ledger:
    """Jobs by their number, which the client gives and the task is told. `most` is how many there will be."""

    def __init__(self, most: int, complaints: Complaints) -> None:
        self.complaints = complaints
        self.counts: Counter[str] = Counter()
        self.to_start = Durations()
        self.open: dict[int, Entry] = {}
        # Settled, and (so far) not acknowledged.
        self._unknown: set[int] = set()
        # By number: the attempt that completed it, a bit for each attempt that started, a digest of its id.
        self._completed = bytearray(most)
        self._started = bytearray(most)
        self._digests = array("I", bytes(4 * most))

    # -- what the client says

    def sent(self, number: int, at: float) -> None:
        """A submit is about to be sent; sent again, it is still that job."""
        if number not in self.open and not self._completed[number]:
            self.open[number] = Entry(at)
            self.counts["sent"] += 1

    def acknowledged(self, number: int, job_id: str) -> None:
        """The submit was answered: from here on the job must not get lost."""
        self.counts["acknowledged"] += 1
        self._is_the_one(number, job_id)
        self._unknown.discard(number)
        if number in self.open:
            self.open[number].job_id = job_id
            self.open[number].acknowledged = True

    # -- what the tasks say

    def witnessed(self, witness: Witness) -> None:
        """An attempt started or ended."""
        number, attempt = witness.number, witness.attempt
        self._is_the_one(number, witness.job_id)
        entry = self.open.get(number)
        if entry is not None:
            entry.job_id = witness.job_id
        if witness.what == "end":
            if entry is not None:
                entry.ended |= _bit(attempt)
            return
        self.counts["started"] += 1
        if self._started[number] & _bit(attempt) and attempt < _MOST_ATTEMPTS:
            self.complaints.add("an attempt ran twice", f"attempt {attempt} of job {number} ({witness.job_id})")
        if entry is not None and not self._started[number]:
            self.to_start.add(max(0.0, witness.at - entry.sent))
        self._started[number] |= _bit(attempt)
        if self._completed[number] and attempt > self._completed[number]:
            self.complaints.add("run again after its completion", f"job {number} ({witness.job_id}), attempt {attempt}")

    def _is_the_one(self, number: int, job_id: str) -> None:
        digest = zlib.crc32(job_id.encode()) or 1
        if self._digests[number] not in (0, digest):
            self.complaints.add("stored twice", f"job {number} is {job_id} and another one")
        self._digests[number] = digest

    # -- what the store says

    def to_look_up(self, now: float) -> dict[int, str]:
        """Return the jobs that should have ended, and those that take long: number and id."""
        return {
            number: entry.job_id
            for number, entry in self.open.items()
            if entry.job_id is not None and (entry.ended or now - entry.sent > PATIENCE)
        }

    def looked_up(self, number: int, job: Job | None) -> None:
        """The store was asked for a job after every witness of before was read."""
        entry = self.open[number]
        if job is None:
            self._is_gone(number, entry)
        elif job.state is State.COMPLETED:
            self._is_completed(number, entry, job)
        elif job.final:
            self.complaints.add("ended otherwise", f"job {number} ({job.id}) is {job.state}: {(job.error or '')[:200]}")
            self._settle(number, 1, "ended otherwise")

    def _is_gone(self, number: int, entry: Entry) -> None:
        if entry.ended:
            self._settle(number, entry.ended.bit_length(), "completed and pruned unseen")
        elif entry.acknowledged:
            self.complaints.add("lost", f"job {number} ({entry.job_id}) was acknowledged, never ran and does not exist")
            self._settle(number, 1, "lost")

    def _is_completed(self, number: int, entry: Entry, job: Job) -> None:
        ends = [attempt.number for attempt in job.attempts or () if attempt.ending is Ending.COMPLETED]
        if len(ends) != 1 or ends[0] != job.attempt:
            words = f"job {number} ({job.id}) was completed by attempts {ends} of {job.attempt}"
            self.complaints.add("not completed exactly once", words)
        elif job.result != str(job.attempt):
            words = f"job {number} ({job.id}) has result {job.result} of attempt {job.attempt}"
            self.complaints.add("the result of another attempt", words)
        if not entry.ended & _bit(job.attempt):
            # It may have ended between our reading the witnesses and asking the store: look once more.
            if not entry.unwitnessed:
                entry.unwitnessed = True
                return
            self.complaints.add("completed without a run", f"job {number} ({job.id}), attempt {job.attempt}")
        self._settle(number, job.attempt, "completed")

    def _settle(self, number: int, attempt: int, how: str) -> None:
        entry = self.open.pop(number)
        self.counts[how] += 1
        if not entry.acknowledged:
            self._unknown.add(number)
        self._completed[number] = min(attempt, 255)

    # -- the end

    def close(self) -> None:
        """All is quiet and everything was looked up: what is still open was lost, unless nobody was promised it."""
        self.counts["unknown, yet run"] = len(self._unknown)
        for number, entry in self.open.items():
            if entry.acknowledged:
                self.complaints.add("lost", f"job {number} ({entry.job_id}) was acknowledged and did not end")
            elif entry.job_id is None:
                self.counts["unknown, never run"] += 1
            else:
                self.complaints.add("left over", f"job {number} ({entry.job_id}) was run and did not end")


def _bit(attempt: int) -> int:
    return 1 << (min(attempt, _MOST_ATTEMPTS) - 1)
