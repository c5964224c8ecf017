"""Freedom as one store used it: what it was seen to choose, checked to be a choice that it had."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ferryman.domain.job import Job
from ferryman.domain.lease import Claimed
from ferryman.domain.state import Operation, State
from ferryman.store.messages import TurnReply, Upkeep
from tests.model.bench import Bench
from tests.model.freedom import Answer, Freedom, Rank
from tests.model.lines import by_line
from tests.model.look import Seen, differences
from tests.model.queue import Queue

#: Whether a job that an operation could be done to, given as it was, is seen to have had it done.
DONE: dict[Operation, Callable[[Job, Job | None], bool]] = {
    Operation.PROMOTE: lambda job, now: now is None or now.state is not State.SCHEDULED,
    Operation.RECOVER: lambda job, now: now is None or now.state is not State.PROCESSING or now.attempt != job.attempt,
    Operation.PRUNE: lambda job, now: now is None,
}


class Observed(Freedom):
    """What a store chose in one step, as its answer and what it shows afterwards tell."""

    def __init__(self, model: Queue, answer: object, seen: Seen, bench: Bench) -> None:
        self._model = model
        self._answer = answer
        self._seen = seen
        self._bench = bench
        self._lines = bench.lines

    def take(self, operation: Operation, jobs: Iterable[Job], rank: Rank, most: int) -> list[Job]:
        """Return the jobs that the store chose. It must choose by rank, and as many as it may."""
        candidates = sorted(jobs, key=rank)
        if operation is Operation.CLAIM:
            chosen = self._claimed(candidates)
        else:
            done = DONE[operation]
            chosen = [job for job in candidates if done(job, self._seen.jobs.get(job.id))]
        if operation is Operation.PRUNE:
            self._check_prune(candidates, chosen, rank, most)
        else:
            self._check_order(operation, candidates, chosen, rank)
            self._check_number(operation, candidates, chosen, most)
        return chosen

    def _check_order(self, operation: Operation, candidates: Sequence[Job], chosen: Sequence[Job], rank: Rank) -> None:
        """Check that whoever has a lower rank was chosen before, in each line."""
        for line in by_line(candidates, self._lines):
            here = [job for job in chosen if job in line]
            first = line[: len(here)]
            assert list(map(rank, here)) == list(map(rank, first)), f"{operation} of {here}, not of {first}"

    def _check_number(self, operation: Operation, candidates: Sequence[Job], chosen: Sequence[Job], most: int) -> None:
        """Check that as many were chosen as may be: in all for a turn, in each line for upkeep.

        A turn need not come to a line that it claims nothing from.
        """
        if isinstance(self._answer, Upkeep):
            expected = sum(min(most, len(line)) for line in by_line(candidates, self._lines))
            assert self._answer.more or expected == len(candidates), f"{operation} is not done, and nothing says so"
        else:
            expected = min(most, len(candidates))
        passed_over = self._lines > 1 and operation is not Operation.CLAIM and not isinstance(self._answer, Upkeep)
        assert len(chosen) == expected or passed_over, f"{operation} of {len(chosen)} jobs, not of {expected}"

    def _claimed(self, candidates: Sequence[Job]) -> list[Job]:
        assert isinstance(self._answer, TurnReply)
        by_id = {job.id: job for job in candidates}
        strange = [claimed for claimed in self._answer.claimed if claimed.id not in by_id]
        assert not strange, f"{strange} could not be claimed, only {candidates}"
        return [by_id[claimed.id] for claimed in self._answer.claimed]

    def _check_prune(self, candidates: Sequence[Job], chosen: Sequence[Job], rank: Rank, most: int) -> None:
        """Check that no more was pruned than asked for, and nothing left without saying so.

        The order is free, and a clock that was set back may delay it by as much.
        """
        assert isinstance(self._answer, Upkeep)
        assert len(chosen) <= most * self._lines, f"pruned {len(chosen)} of at most {most}"
        left = [job for job in candidates if job not in chosen and rank(job) + self._bench.set_back <= self._model.now]
        assert self._answer.more or not left, f"did not prune {left}"

    def repeats(self, answer: Answer) -> bool:
        """Whether the store gave this answer again, and did nothing."""
        assert isinstance(self._answer, TurnReply)
        held: list[Claimed] = [claimed for claimed in answer.claimed if self._model.jobs.held(claimed.lease)]
        same = list(self._answer.accepted) == answer.accepted and list(self._answer.claimed) == held
        return same and not any(differences(self._model, self._seen, self._bench.latest, ordered=self._lines == 1))
