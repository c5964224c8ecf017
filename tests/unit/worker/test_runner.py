"""Whatever a task's code does becomes an outcome, and the worker lives on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from ferryman.domain.errors import InvalidArguments
from ferryman.domain.outcome import Cancel, Ending, Snooze
from ferryman.domain.retry import Retry
from ferryman.telemetry.current import CURRENT
from ferryman.telemetry.events import AttemptFailed, AttemptOverran, OutcomeRefused, ServiceFailed
from ferryman.worker.context import Context
from tests.unit.fakes.virtual_time import now, virtual_time
from tests.unit.worker.place import AT_ONCE, endings, error_of, task, working


class UnspeakableError(Exception):
    """Its text cannot be had."""

    def __str__(self) -> str:
        raise SystemExit("not even this")


class Opaque:
    """What JSON cannot carry."""


@virtual_time
async def test_what_a_task_returns_is_its_result() -> None:
    async def work(left: int, right: int = 3) -> int:
        return left + right

    async with working(task(work)) as place:
        outcome = await place.outcome(args='{"left": 2}')
    assert (outcome.ending, outcome.result) == (Ending.COMPLETED, "5")


@virtual_time
async def test_arguments_that_do_not_fit_fail_the_job_at_once() -> None:
    async def work(number: int) -> None: ...

    async with working(task(work, retries=3)) as place:
        for args in ('{"number": "seven"}', "{}", "no json"):
            outcome = await place.outcome(args=args)
            assert outcome.ending is Ending.FAILED
            assert error_of(outcome)["type"].endswith("InvalidArguments")


@virtual_time
async def test_wrong_arguments_met_inside_a_task_are_an_error_like_another() -> None:
    async def work() -> None:
        raise InvalidArguments("other", [])

    async with working(task(work, retry=AT_ONCE)) as place:
        assert (await place.outcome()).ending is Ending.RETRIED


@virtual_time
async def test_a_result_that_json_cannot_carry_fails_the_job_at_once() -> None:
    async def work() -> Any:
        return Opaque()

    async with working(task(work, retries=3)) as place:
        outcome = await place.outcome()
    assert outcome.ending is Ending.FAILED
    assert error_of(outcome)["type"].endswith("InvalidResult")


@virtual_time
async def test_an_error_is_retried_after_the_wait_that_the_policy_draws() -> None:
    async def work() -> None:
        raise ConnectionError("no answer")

    async with working(task(work, retry=Retry(3, backoff="4s..1h"))) as place:
        row = place.store.put()
        await place.until(lambda: len(row.outcomes) == 3)
        # Dice of one half: half of 4, 8, 16 seconds.
        assert [outcome.delay for outcome in row.outcomes] == [2.0, 4.0, 8.0]
        assert (await place.ended(row)).ending is Ending.FAILED
    told = place.told(AttemptFailed)
    assert [event.retry_in for event in told] == [2.0, 4.0, 8.0, None]
    assert told[0].error_type == "ConnectionError"
    assert told[0].message == "no answer"


@virtual_time
async def test_the_traceback_begins_with_the_tasks_own_line() -> None:
    async def work() -> None:
        raise ValueError("here")

    async with working(task(work, retries=0)) as place:
        trace = error_of(await place.outcome())["traceback"]
    assert "src/ferryman" not in trace
    assert 'raise ValueError("here")' in trace


@virtual_time
async def test_errors_that_the_policy_excludes_fail_at_once() -> None:
    async def work() -> None:
        raise KeyError("gone")

    async with working(task(work, retry=Retry(3).never(LookupError))) as place:
        assert (await place.outcome()).ending is Ending.FAILED


@virtual_time
async def test_snoozing_spends_nothing_and_says_when() -> None:
    async def work() -> None:
        raise Snooze("30s", "not yet")

    async with working(task(work)) as place:
        row = place.store.put()
        outcome = await place.ended(row)
    assert (outcome.ending, outcome.delay, row.retries) == (Ending.SNOOZED, 30.0, 0)
    assert error_of(outcome)["message"] == "not yet"
    assert place.told(AttemptFailed) == []


@virtual_time
async def test_a_task_may_declare_its_job_pointless() -> None:
    async def work() -> None:
        raise Cancel("the order is gone")

    async with working(task(work)) as place:
        outcome = await place.outcome()
    assert outcome.ending is Ending.CANCELLED
    assert error_of(outcome)["message"] == "the order is gone"


@pytest.mark.parametrize(
    "error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), asyncio.CancelledError(), UnspeakableError()]
)
@pytest.mark.parametrize("kind", ["async", "sync"])
def test_whatever_a_task_raises_is_an_error_and_the_worker_lives_on(error: BaseException, kind: str) -> None:
    @virtual_time
    async def scenario() -> None:
        def work() -> None:
            raise error

        async def work_async() -> None:
            raise error

        async def after() -> str:
            return "alive"

        failing = task(work_async if kind == "async" else work, retry=AT_ONCE)
        async with working(failing, task(after, name="after")) as place:
            outcome = await place.outcome(max_retries=1)
            assert outcome.ending is Ending.RETRIED
            assert error_of(outcome)["type"].endswith(type(error).__qualname__)
            assert (await place.outcome("after")).result == '"alive"'
            assert place.told(ServiceFailed) == []

    scenario()


@virtual_time
async def test_stop_iteration_from_a_thread_does_not_hang_the_job() -> None:
    def work() -> None:
        raise StopIteration

    async with working(task(work, retries=0)) as place:
        # Python itself turns it into a RuntimeError where it leaves a coroutine.
        assert "StopIteration" in error_of(await place.outcome(max_retries=0))["message"]


@virtual_time
async def test_a_sync_task_that_returns_a_coroutine_has_it_awaited() -> None:
    async def inner() -> int:
        return 7

    def work() -> Any:
        return inner()

    async with working(task(work)) as place:
        assert (await place.outcome()).result == "7"


@virtual_time
async def test_a_task_that_runs_too_long_is_cancelled_and_retried() -> None:
    cleaned = []

    async def work() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            cleaned.append(now())

    async with working(task(work, retry=AT_ONCE)) as place:
        began = now()
        outcome = await place.outcome(timeout=5.0)
    assert cleaned[0] - began == pytest.approx(5.0, abs=0.1)
    assert outcome.ending is Ending.RETRIED
    error = error_of(outcome)
    assert (error["type"], error["message"]) == ("TimeoutError", "the attempt ran longer than its timeout of 5s")
    assert "asyncio.sleep(100)" in error["traceback"]


@virtual_time
async def test_a_timeout_is_an_error_that_the_policy_may_exclude() -> None:
    async def work() -> None:
        await asyncio.sleep(100)

    async with working(task(work, retry=AT_ONCE.never(TimeoutError))) as place:
        assert (await place.outcome(timeout=5.0)).ending is Ending.FAILED


@virtual_time
async def test_an_error_while_cleaning_up_after_a_timeout_is_still_a_timeout() -> None:
    async def work() -> None:
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            raise RuntimeError("the connection broke") from None

    async with working(task(work, retries=0)) as place:
        assert error_of(await place.outcome(timeout=5.0))["type"] == "TimeoutError"


@virtual_time
async def test_a_task_that_ends_in_time_hears_nothing_of_its_timeout() -> None:
    async def work() -> str:
        await asyncio.sleep(4.9)
        return "done"

    async with working(task(work)) as place:
        assert (await place.outcome(timeout=5.0)).result == '"done"'
        await asyncio.sleep(10)
    assert place.told(AttemptFailed) == []


@virtual_time
async def test_code_that_swallows_its_cancellation_is_reported_and_keeps_its_slot() -> None:
    async def work() -> str:
        for _ in range(100):
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                continue
        return "late"

    async with working(task(work, retries=0), slots=1) as place:
        row = place.store.put(timeout=5.0, max_retries=0)
        outcome = await place.ended(row)
        assert error_of(outcome)["type"] == "TimeoutError"
        assert len(place.told(AttemptOverran)) == 1
        second = place.store.put(timeout=5.0)
        await asyncio.sleep(50)
        assert second.attempt == 0, "its slot is not free"
        await place.until(lambda: second.attempt == 1)
    # What the first one came to at last is not even sent.
    assert endings(row) == [Ending.FAILED]
    assert place.told(OutcomeRefused) == []


@virtual_time
async def test_a_task_gets_a_context_only_if_it_asks_for_one() -> None:
    seen: list[Context] = []

    async def work(context: Context, name: str) -> None:
        seen.append(context)
        context.progress(1, 2, name)

    async with working(task(work)) as place:
        row = place.store.put(args='{"name": "Ada"}')
        await place.ended(row)
    assert (seen[0].job_id, seen[0].attempt, seen[0].queue) == (row.new.id, 1, "default")
    assert [json.loads(report.data)["message"] for report in row.said] == ["Ada"]


@virtual_time
async def test_log_lines_of_a_task_can_tell_their_job() -> None:
    seen: list[str] = []

    async def work() -> None:
        current = CURRENT.get()
        assert current is not None
        seen.append(current.id)

    def sync() -> None:
        current = CURRENT.get()
        assert current is not None
        seen.append(current.id)

    async with working(task(work), task(sync, name="sync")) as place:
        rows = [place.store.put(), place.store.put("sync")]
        for row in rows:
            await place.until(lambda row=row: row.outcomes)  # type: ignore[misc]  # bound now
    assert sorted(seen) == sorted(row.new.id for row in rows)
    assert CURRENT.get() is None
