"""Freedom as one store used it: what it was seen to choose, checked to be a choice that it had."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ferryman.domain.job import Job
from ferryman.domain.lease import Claimed
from ferryman.domain.state import Operation, State
from ferryman.store.messages import TurnReply, Upkeep
from tests.model.freedom import Answer, Freedom, Rank
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

    def __init__(self, model: Queue, answer: object, seen: Seen, latest: float, set_back: float) -> None:
        """`latest` is how far the store's clock ever was, `set_back` how far it ever went back behind that."""
        self._model = model
        self._answer = answer
        self._seen = seen
        self._latest = latest
        self._set_back = set_back

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
            expected = candidates[:most]
            assert list(map(rank, chosen)) == list(map(rank, expected)), f"{operation} of {chosen}, not of {expected}"
        return chosen

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
        assert len(chosen) <= most, f"pruned {len(chosen)} of at most {most}"
        left = [job for job in candidates if job not in chosen and rank(job) + self._set_back <= self._model.now]
        assert self._answer.more or not left, f"did not prune {left}"

    def repeats(self, answer: Answer) -> bool:
        """Whether the store gave this answer again, and did nothing."""
        assert isinstance(self._answer, TurnReply)
        held: list[Claimed] = [claimed for claimed in answer.claimed if self._model.jobs.held(claimed.lease)]
        same = list(self._answer.accepted) == answer.accepted and list(self._answer.claimed) == held
        return same and not any(differences(self._model, self._seen, self._latest))
