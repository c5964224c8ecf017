"""Why a job waits, as every store tells it; `tests/unit/store/test_why.py` has each reason in its variants."""

from __future__ import annotations

import pytest

from ferryman.domain.errors import JobNotFound
from ferryman.domain.outcome import Outcome
from ferryman.domain.state import Operation
from ferryman.store.why import Reason, Why, why
from tests.conformance.world import LEASE, NO_ERROR, World, worker_info


async def told(world: World, identifier: str) -> Why:
    """Return why a job is where it is."""
    job, reason = await why(world.store.inspector, identifier, world.now())
    assert job.id == identifier
    return reason


async def test_a_job_that_does_not_exist_has_no_reason(world: World) -> None:
    with pytest.raises(JobNotFound):
        await told(world, "00000000-0000-7000-8000-000000000000")


async def test_what_holds_a_waiting_job_up_is_told_one_after_the_other(world: World) -> None:
    identifier = await world.submit(queue="mail")
    await world.pause("mail", by="ana")
    paused = await told(world, identifier)
    assert (paused.reason, paused.facts["by"], paused.since) == (Reason.QUEUE_PAUSED, "ana", world.about(world.now()))
    await world.resume("mail")
    assert (await told(world, identifier)).reason is Reason.NO_WORKER_FOR_QUEUE
    await world.store.extend(worker_info("w1", tasks=("other",)), [], LEASE)
    assert (await told(world, identifier)).reason is Reason.NO_WORKER_FOR_TASK
    await world.store.extend(worker_info("w1", slots=2, busy=2), [], LEASE)
    busy = await told(world, identifier)
    assert (busy.reason, busy.facts["ahead"], busy.facts["slots"]) == (Reason.WORKERS_BUSY, 0, 2)
    await world.store.extend(worker_info("w1", slots=2, busy=1), [], LEASE)
    assert (await told(world, identifier)).reason is Reason.ABOUT_TO_START
    await world.advance(LEASE + 1)
    assert (await told(world, identifier)).reason is Reason.NO_WORKER_FOR_QUEUE


async def test_a_running_job_is_told_with_its_worker_and_its_lease(world: World) -> None:
    identifier = await world.submit()
    claimed = await world.claim_one()
    await world.extend(claimed.lease)
    runs = await told(world, identifier)
    assert (runs.reason, runs.facts["worker"], runs.until) == (Reason.RUNNING, "w", world.about(world.now() + LEASE))
    await world.advance(LEASE - 2)
    assert (await told(world, identifier)).reason is Reason.LEASE_RUNNING_OUT


async def test_a_job_that_is_due_later_is_told_with_the_reason(world: World) -> None:
    later = await world.submit(delay=60.0)
    assert ((await told(world, later)).reason, (await told(world, later)).until) == (
        Reason.DUE_LATER,
        world.about(world.now() + 60),
    )
    identifier = await world.submit()
    await world.finish(Outcome.retried((await world.claim_one()).lease, NO_ERROR, 30.0))
    retry = await told(world, identifier)
    assert (retry.reason, retry.facts["error"]) == (Reason.WAITS_FOR_RETRY, {"type": "ValueError", "message": "no"})
    await world.act(Operation.RUN_NOW, identifier)
    await world.finish(Outcome.snoozed((await world.claim_one()).lease, 30.0))
    assert (await told(world, identifier)).reason is Reason.SNOOZED
    await world.act(Operation.CANCEL, identifier)
    assert (await told(world, identifier)).reason is Reason.FINAL
