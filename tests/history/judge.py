"""Judges a history: which promises were broken, if any.

Each rule is sound: it says nothing that some placing of the calls without an answer could excuse. So a rule may miss a
fault, and a found fault is one. `test_judge.py` has for each rule a history that breaks it and one that nearly does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise

from ferryman.domain.job import Job, NewJob
from ferryman.domain.lease import Lease, LeaseState
from ferryman.domain.outcome import Ending
from ferryman.domain.state import FINAL, TRANSITIONS, Operation, State
from tests.history.records import Call, Grant, History, Sight, finishes, grants

#: A store may round times to milliseconds, when it is told of a delay and when it tells what it made of it, in seconds.
ROUNDING = 0.002
Rule = Callable[[History], Iterator[str]]
#: Where an accepted ending leaves its job for good.
_LAST = {Ending.COMPLETED, Ending.FAILED, Ending.CANCELLED}


def judge(history: History) -> list[str]:
    """Return what was broken, each with the rule's name before it."""
    return [f"{rule.__name__}: {text}" for rule in RULES for text in rule(history)]


def lost(history: History) -> Iterator[str]:
    """An acknowledged job is kept until somebody deletes it."""
    for call in history.submits:
        for _, answer in history.answers(call):
            if answer.conflict or answer.id in history.final or history.acted(Operation.DELETE, answer.id):
                continue
            yield f"{answer.id} was acknowledged at {call.ended} and is gone"


def stuck(history: History) -> Iterator[str]:
    """Once faults are over, every job ends."""
    for job in history.final.values():
        if not job.final:
            yield f"{job.id} is still {job.state} after {job.attempt} attempts"


def phantom(history: History) -> Iterator[str]:
    """Nothing exists or runs that nobody asked for."""
    asked = {job.id for call in history.submits for job in call.said}
    for job_id in history.final.keys() | {run.lease.job_id for run in history.runs}:
        if job_id not in asked:
            yield f"nobody submitted {job_id}"


def token_reused(history: History) -> Iterator[str]:
    """Each attempt number is given once, and they rise."""
    for job_id, given in _by_job(history).items():
        for one, other in pairwise(sorted(given, key=lambda grant: (grant.lease.attempt, grant.begun))):
            if one.lease.attempt == other.lease.attempt:
                yield f"attempt {one.lease.attempt} of {job_id} was given to {one.by} and to {other.by}"
            elif other.ended < one.begun:
                yield f"attempt {other.lease.attempt} of {job_id} was given before attempt {one.lease.attempt}"


def stale_accepted(history: History) -> Iterator[str]:
    """Whoever lost a lease, to another or to a person who cancelled, cannot finish."""
    given = _by_job(history)
    for finish in finishes(history):
        for why in _gone(history, given, finish.lease, finish.begun):
            yield f"{finish.ending} of {finish.lease} was accepted although {why} before"


def stale_extended(history: History) -> Iterator[str]:
    """Whoever lost a lease cannot have it extended, nor add to the job's feed."""
    given = _by_job(history)
    for call, lease in _said_held(history):
        for why in _gone(history, given, lease, call.begun):
            yield f"{lease} was called held although {why} before"


def finished_twice(history: History) -> Iterator[str]:
    """A lease ends once, and a job ends once unless a person has it run again."""
    ends: defaultdict[Lease, set[int]] = defaultdict(set)
    lasts: defaultdict[str, list[str]] = defaultdict(list)
    for finish in finishes(history):
        ends[finish.lease].add(finish.request)
        if finish.ending in _LAST:
            lasts[finish.lease.job_id].append(f"{finish.ending} by attempt {finish.lease.attempt}")
    for lease, requests in ends.items():
        if len(requests) > 1:
            yield f"{lease} was finished by {len(requests)} turns"
    for job_id, last in lasts.items():
        again = history.acted(Operation.RETRY, job_id) + history.acted(Operation.DELETE, job_id)
        if len(last) > 1 + len(again):
            yield f"{job_id} ended as {' and as '.join(last)}"


def not_run(history: History) -> Iterator[str]:
    """Behind each completion is an execution that ended, and its result is what that execution returned."""
    returned = {run.lease: run.returned for run in history.runs if run.returned is not None}
    for finish in finishes(history):
        if finish.ending == Ending.COMPLETED and returned.get(finish.lease) != finish.result:
            yield f"{finish.lease} is completed with {finish.result}, but its run returned {returned.get(finish.lease)}"
    runs = {(lease.job_id, lease.attempt): text for lease, text in returned.items()}
    for job in history.final.values():
        if job.state is State.COMPLETED and runs.get((job.id, job.attempt)) != job.result:
            yield f"{job.id} has the result {job.result}; its run {job.attempt} gave {runs.get((job.id, job.attempt))}"


def doubled(history: History) -> Iterator[str]:
    """A task's key, and a request, make one job for as long as that job is kept."""
    for name, of in (("key", _key), ("request", _request)):
        made: defaultdict[str, list[tuple[NewJob, Call]]] = defaultdict(list)
        for job, call in history.created():
            if (value := of(job)) is not None:
                made[value].append((job, call))
        for value, jobs in made.items():
            jobs.sort(key=lambda pair: pair[1].begun)
            for (first, _), (second, call) in pairwise(jobs):
                deletes = history.acted(Operation.DELETE, first.id)
                if first.id != second.id and not any(delete.begun < call.ended for delete in deletes):
                    yield f"the {name} {value!r} made {first.id} and {second.id}"


def early(history: History) -> Iterator[str]:
    """Nothing begins before its time, by the store's clock."""
    if history.clock_went_back:
        return
    for job in history.final.values():
        acted = history.acted(Operation.RUN_NOW, job.id) or history.acted(Operation.RETRY, job.id)
        begun = job.attempts[0].started_at if job.attempts else None
        due = _due(history, job)
        if due is not None and begun is not None and begun < due - ROUNDING and not acted:
            yield f"{job.id} began {due - begun:g} s before its time"


def overtaken(history: History) -> Iterator[str]:
    """First in, first out: among jobs of one queue, task and priority that may run at once."""
    if not history.one_line:
        return
    first = {grant.lease.job_id: grant for grant in grants(history) if grant.lease.attempt == 1}
    acted = {job_id for call in history.acts for job_id in call.said[1]}
    lines: defaultdict[tuple[str, str, int], list[tuple[Call, Grant]]] = defaultdict(list)
    for job, call in history.created():
        if job.delay is None and job.run_at is None and job.id in first and job.id not in acted:
            lines[job.queue, job.task, job.priority].append((call, first[job.id]))
    for line in lines.values():
        for call, grant in line:
            for later_call, later in line:
                if call.ended < later_call.begun and later.ended < grant.begun:
                    yield f"{later.lease.job_id} overtook {grant.lease.job_id}"


def illegal(history: History) -> Iterator[str]:
    """Jobs move along the edges of the table: whoever looks twice sees what the table allows."""
    seen: defaultdict[str, list[Sight]] = defaultdict(list)
    for sight in history.sights:
        seen[sight.id].append(sight)
    for job_id, sights in seen.items():
        if history.acted(Operation.DELETE, job_id):
            continue  # it may have been submitted anew from the start
        for one, other in pairwise(sorted(sights, key=lambda sight: sight.begun)):
            if one.job is None or other.begun < one.ended:
                continue
            if other.job is None:
                yield f"{job_id} was {one.job.state} and then gone"
                continue
            if other.job.attempt < one.job.attempt:
                yield f"the attempts of {job_id} went from {one.job.attempt} to {other.job.attempt}"
            again = bool(history.acted(Operation.RETRY, job_id))
            if other.job.state not in _reachable(one.job.state, again):
                yield f"{job_id} went from {one.job.state} to {other.job.state}"


def miscounted(history: History) -> Iterator[str]:
    """A job's counters say what its attempts say, and no budget is overdrawn."""
    for job in history.final.values():
        endings = [attempt.ending for attempt in job.attempts or ()]
        if job.attempts is None or history.acted(Operation.RETRY, job.id):
            continue  # a retry by a person begins the budgets anew
        retried, crashed = endings.count(Ending.RETRIED), endings.count(Ending.CRASHED)
        if (job.retries, job.crashes) != (retried, crashed):
            yield f"{job.id} counts {job.retries} retries and {job.crashes} crashes, its attempts {endings}"
        if retried > job.max_retries or crashed > max(1, job.max_crashes):
            yield f"{job.id} was run again too often: {endings}"
        if len(endings) != job.attempt:
            yield f"{job.id} has {job.attempt} attempts and knows of {len(endings)}"


RULES: tuple[Rule, ...] = (
    lost,
    stuck,
    phantom,
    token_reused,
    stale_accepted,
    stale_extended,
    finished_twice,
    not_run,
    doubled,
    early,
    overtaken,
    illegal,
    miscounted,
)


def _by_job(history: History) -> dict[str, list[Grant]]:
    """Return the leases of each job; not of one that was deleted, which may have been submitted anew from the start."""
    jobs: defaultdict[str, list[Grant]] = defaultdict(list)
    for grant in grants(history):
        if not history.acted(Operation.DELETE, grant.lease.job_id):
            jobs[grant.lease.job_id].append(grant)
    return jobs


def _gone(history: History, given: dict[str, list[Grant]], lease: Lease, at: float) -> Iterator[str]:
    """Yield what certainly took a lease away before `at`."""
    mine = given.get(lease.job_id, [])
    for grant in mine:
        if grant.lease.attempt > lease.attempt and grant.ended < at:
            yield f"{grant.lease} was given"
    if any(revoked.ended < at for revoked in _revoked(history, lease, mine)):
        yield "the job was cancelled"


def _revoked(history: History, lease: Lease, given: list[Grant]) -> list[Call]:
    """Return the calls that certainly cancelled the job after this lease was given."""
    mine = next((grant for grant in given if grant.lease == lease), None)
    if mine is None:
        return []
    return [
        call
        for call in history.acted(Operation.CANCEL, lease.job_id)
        if call.answer is not None and call.begun > mine.ended and _done(call, lease.job_id)
    ]


def _done(call: Call, job_id: str) -> bool:
    return any(changed.id == job_id and changed.done for changed in call.answer)


def _said_held(history: History) -> Iterator[tuple[Call, Lease]]:
    for call in history.extends:
        if call.answer is not None:
            for lease, state in zip(call.said, call.answer.leases, strict=True):
                if state is LeaseState.HELD:
                    yield call, lease
    for call in history.appends:
        if call.answer is not None:
            for report, accepted in zip(call.said, call.answer, strict=True):
                if accepted:
                    yield call, report.lease


def _key(job: NewJob) -> str | None:
    return None if job.key is None else f"{job.task} {job.key}"


def _request(job: NewJob) -> str | None:
    return job.request


def _due(history: History, job: Job) -> float | None:
    new: NewJob | None = next((new for call in history.submits for new in call.said if new.id == job.id), None)
    if new is None:
        return None
    return new.run_at if new.delay is None else job.submitted_at + new.delay


def _reachable(source: State, again: bool) -> set[State]:
    """Return where a job may be seen later; `again` says that a person may have had it run again."""
    found, steps = {source}, {source}
    while steps:
        steps = {
            edge.target
            for edge in TRANSITIONS
            if edge.source in found and edge.target is not None and (again or edge.source not in FINAL)
        } - found
        found |= steps
    return found
