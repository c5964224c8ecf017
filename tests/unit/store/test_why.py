"""Every reason why a job is where it is, told from what the store knows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ferryman.domain.job import Attempt, Job
from ferryman.domain.outcome import Ending, error_text
from ferryman.domain.state import State
from ferryman.store.messages import Command, QueueRow, WorkerInfo, WorkerRow
from ferryman.store.query import Counted
from ferryman.store.why import STUCK, Reason, Why, explain

#: A Tuesday in 2030, at noon.
NOON = 1_893_499_200.0
MAIL = QueueRow("mail")
ERROR = error_text("ValueError", "no\nluck " + "x" * 500)


def job(state: State = State.PENDING, **said: Any) -> Job:
    values: dict[str, Any] = {"id": "0", "task": "send", "queue": "mail", "state": state, "priority": 5, "attempt": 0}
    values |= {"retries": 0, "max_retries": 3, "crashes": 0, "max_crashes": 3, "submitted_at": NOON - 60}
    return Job(**(values | said))


def worker(name: str = "w1", **said: Any) -> WorkerRow:
    alive, command, seen_at = said.pop("alive", True), said.pop("command", None), said.pop("seen_at", NOON)
    values: dict[str, Any] = {"queues": (), "tasks": ("send",), "slots": 10}
    return WorkerRow(WorkerInfo(name, "here", 7, "1", **(values | said)), seen_at, alive, command)


def attempt(ending: Ending, error: str | None = ERROR) -> Attempt:
    return Attempt(1, "w1", NOON - 50, NOON - 40, ending, error)


def told(one: Job, *workers: WorkerRow, queue: QueueRow = MAIL, ahead: int | None = 0, exact: bool = True) -> Why:
    return explain(one, queue, workers, None if ahead is None else Counted(ahead, exact), NOON)


def test_a_paused_queue_is_told_with_who_paused_it_and_when() -> None:
    paused = QueueRow("mail", paused=True, paused_at=NOON - 3_600, paused_by="ana")
    why = told(job(), worker(), queue=paused)
    assert (why.reason, why.since, why.until) == (Reason.QUEUE_PAUSED, NOON - 3_600, None)
    assert why.detail == "Queue mail is paused by ana since 11:00:00 UTC."
    assert why.fix == "Resume it: ferryman queues resume mail"
    assert why.facts == {"ahead": 0, "ahead_exact": True, "by": "ana"}


def test_a_day_is_named_where_it_is_not_today() -> None:
    paused = QueueRow("mail", paused=True, paused_at=NOON - 86_400)
    assert told(job(), queue=paused).detail == "Queue mail is paused since 2029-12-31 12:00:00 UTC."


@pytest.mark.parametrize(
    ("workers", "detail"),
    [
        ((), "No worker that serves queue mail is alive."),
        ((worker(alive=False),), "No worker that serves queue mail is alive."),
        ((worker(queues=("other",)),), "No worker that serves queue mail is alive; 1 of other queues are."),
    ],
)
def test_a_queue_that_nobody_serves(workers: tuple[WorkerRow, ...], detail: str) -> None:
    why = told(job(), *workers)
    assert (why.reason, why.detail, why.since) == (Reason.NO_WORKER_FOR_QUEUE, detail, NOON - 60)
    assert why.fix == "Start one: ferryman worker -q mail"


def test_a_task_that_nobody_knows() -> None:
    why = told(job(), worker(tasks=("other",)), worker("w2", queues=("other",)))
    assert why.reason is Reason.NO_WORKER_FOR_TASK
    assert why.detail == "No worker that is alive and serves queue mail knows task send."


@pytest.mark.parametrize("said", [{"quiet": True}, {"command": Command.QUIET}, {"command": Command.STOP}])
def test_workers_that_start_nothing_more(said: dict[str, Any]) -> None:
    why = told(job(), worker(**said), worker("w2", queues=("other",)))
    assert why.reason is Reason.WORKERS_QUIET
    assert why.detail == "The only worker that could run it is quiet and will start nothing more."
    assert told(job(), worker(**said), worker("w2", **said)).detail.startswith("All 2 workers that could run it are")
    assert told(job(), worker(**said), worker("w2")).reason is Reason.ABOUT_TO_START


@pytest.mark.parametrize(
    ("busy", "ahead", "exact", "detail"),
    [
        (10, 0, True, "It is the next one; 10 of 10 slots of worker w1 are busy."),
        (10, 1, True, "1 job is ahead of it; 10 of 10 slots of worker w1 are busy."),
        (8, 1_234, True, "1,234 jobs are ahead of it; 8 of 10 slots of worker w1 are busy."),
        (8, 10_000, False, "More than 10,000 jobs are ahead of it; 8 of 10 slots of worker w1 are busy."),
    ],
)
def test_workers_that_have_enough_to_do(busy: int, ahead: int, exact: bool, detail: str) -> None:
    why = told(job(), worker(busy=busy), worker("dead", alive=False), ahead=ahead, exact=exact)
    assert (why.reason, why.detail) == (Reason.WORKERS_BUSY, detail)
    assert why.facts == {"ahead": ahead, "ahead_exact": exact, "workers": 1, "slots": 10, "busy": busy}


def test_a_free_slot_means_that_it_starts_soon() -> None:
    assert told(job(), worker(busy=9)).reason is Reason.ABOUT_TO_START
    assert told(job(), worker(busy=9), ahead=1).reason is Reason.WORKERS_BUSY
    assert told(job(), worker(busy=9), worker("w2", busy=10, slots=11), ahead=1).reason is Reason.ABOUT_TO_START


def test_a_job_that_is_due_later() -> None:
    why = told(job(State.SCHEDULED, run_at=NOON + 60), worker(), ahead=None)
    assert (why.reason, why.since, why.until) == (Reason.DUE_LATER, NOON - 60, NOON + 60)
    assert why.detail == "It is due at 12:01:00 UTC."
    assert why.fix == "Run it now: ferryman jobs run-now 0"
    assert "then" not in why.facts


def test_what_will_hold_a_job_up_once_it_is_due_is_told_before() -> None:
    why = told(job(State.SCHEDULED, run_at=NOON + 60), ahead=None)
    assert (why.reason, why.facts["then"]) == (Reason.DUE_LATER, "No worker that serves queue mail is alive.")


def test_a_retry_that_waits_is_told_with_the_error_in_one_line() -> None:
    waiting = job(State.SCHEDULED, run_at=NOON + 5, attempt=1, retries=1, attempts=(attempt(Ending.RETRIED),))
    why = told(waiting, worker(), ahead=None)
    assert (why.reason, why.since, why.until) == (Reason.WAITS_FOR_RETRY, NOON - 40, NOON + 5)
    assert why.detail.startswith("Attempt 1 failed with ValueError: no luck xxx")
    assert why.detail.endswith("...; retry 1 of 3 is due at 12:00:05 UTC.")
    assert "\n" not in why.detail
    assert why.facts["error"]["type"] == "ValueError"


def test_a_snoozed_job_waits_for_no_retry() -> None:
    snoozed = job(State.SCHEDULED, run_at=NOON + 5, attempt=1, attempts=(attempt(Ending.SNOOZED, None),))
    why = told(snoozed, worker(), ahead=None)
    assert (why.reason, why.detail) == (Reason.SNOOZED, "Attempt 1 asked to be run again at 12:00:05 UTC.")


def test_a_job_that_is_due_but_was_not_put_in_line_yet_waits_for_what_a_pending_one_waits_for() -> None:
    due = job(State.SCHEDULED, run_at=NOON - 5)
    assert told(due, ahead=None).reason is Reason.NO_WORKER_FOR_QUEUE
    assert told(due, worker(), ahead=None).reason is Reason.ABOUT_TO_START


@pytest.mark.parametrize("seen_at", [NOON - 4, NOON - 20])
def test_a_job_runs_as_long_as_its_lease_is_renewed_in_time(seen_at: float) -> None:
    # The worker may have announced itself before it claimed the job: the claim is as good a sign of life.
    until = max(seen_at, NOON - 5) + 15
    running = job(State.PROCESSING, attempt=2, worker="w1", started_at=NOON - 5, lease_until=until)
    why = told(running, worker(seen_at=seen_at), ahead=None)
    assert (why.reason, why.since, why.until) == (Reason.RUNNING, NOON - 5, running.lease_until)
    assert why.detail == "Worker w1 runs it since 11:59:55 UTC, attempt 2."


@pytest.mark.parametrize("known", [True, False])
def test_a_lease_that_was_not_renewed_is_running_out(known: bool) -> None:
    running = job(State.PROCESSING, attempt=1, worker="w1", started_at=NOON - 10, lease_until=NOON + 5)
    why = told(running, *([worker(seen_at=NOON - 10)] if known else []), ahead=None)
    assert (why.reason, why.since, why.until) == (Reason.LEASE_RUNNING_OUT, NOON - 10, NOON + 5)
    assert "was last heard of at 11:59:50 UTC" in why.detail
    assert "another worker may take the job at 12:00:05 UTC" in why.detail


@pytest.mark.parametrize(
    ("state", "detail", "has_fix"),
    [
        (State.COMPLETED, "It completed at 12:00:00 UTC.", False),
        (State.FAILED, "It failed at 12:00:00 UTC: ValueError: bad.", True),
        (State.CANCELLED, "It was cancelled at 12:00:00 UTC.", True),
    ],
)
def test_a_job_that_has_ended_waits_for_nothing(state: State, detail: str, has_fix: bool) -> None:
    error = error_text("ValueError", "bad") if state is State.FAILED else None
    why = told(job(state, finished_at=NOON, error=error), ahead=None)
    assert (why.reason, why.detail, bool(why.fix)) == (Reason.FINAL, detail, has_fix)


def test_since_when_a_job_waits_is_not_known_when_a_person_sent_it_to_the_line() -> None:
    assert told(job(attempt=1, attempts=(attempt(Ending.FAILED),))).since is None
    assert told(job(run_at=NOON + 3_600)).since is None
    assert told(job(attempt=1, attempts=(attempt(Ending.RELEASED),))).since == NOON - 40


@pytest.mark.parametrize("error", ['{"type": "E"}', '{"message": null}', "{}", error_text("", "")])
def test_an_error_of_any_make_can_be_told(error: str) -> None:
    assert told(job(State.FAILED, finished_at=NOON, error=error), ahead=None).detail.startswith("It failed at")


def test_the_facts_are_json_and_the_stuck_reasons_have_a_fix() -> None:
    for why in (told(job()), told(job(), worker(tasks=())), told(job(), worker(quiet=True))):
        assert why.reason in STUCK
        assert why.fix
        json.dumps(why.facts)
