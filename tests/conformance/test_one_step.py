"""Every call is one step: whoever dies in the middle of it leaves a store that knows nothing of it, or all of it.

The process dies as soon as the store has taken in anything: its first commit, the answer to its first script. What was
meant to follow is never done. Then a new process looks. Seen red with a claim, and with a recovery, in two steps.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest

from ferryman import failpoints
from ferryman.domain.lease import Lease
from ferryman.domain.outcome import Outcome
from ferryman.domain.state import FINAL, Operation
from ferryman.store.messages import Turn
from tests.conformance.world import LEASE, NO_ERROR, RETENTION, World

Call = Callable[[], Awaitable[object]]
#: Prepares what a call needs, from the leases of three jobs that run; two more are pending and one is scheduled.
Preparation = Callable[[World, list[Lease]], Awaitable[Call]]

#: What a store of this kind has done when its process dies.
DONE = {"SqliteStore": "sqlite.committed", "RedisStore": "redis.answered"}


def turn(*outcomes: Outcome, want: int = 0) -> Turn:
    return Turn("w", 2, (), ("work",), outcomes, want, LEASE)


async def submit(world: World, leases: list[Lease]) -> Call:
    jobs = [world.job(key="k", tags=("t",), request="r", fingerprint="f"), world.job(delay=5.0), world.job()]
    return lambda: world.store.submit(jobs)


async def claim(world: World, leases: list[Lease]) -> Call:
    return lambda: world.store.turn(turn(want=2))


async def finish(world: World, leases: list[Lease]) -> Call:
    first, second, third = leases
    outcomes = Outcome.completed(first, '"done"'), Outcome.retried(second, NO_ERROR, 3.0), Outcome.released(third)
    return lambda: world.store.turn(turn(*outcomes, want=1))


async def extend(world: World, leases: list[Lease]) -> Call:
    await world.advance(1)
    return lambda: world.extend(*leases)


async def recover(world: World, leases: list[Lease]) -> Call:
    await world.advance(LEASE + 1)
    return lambda: world.store.upkeep(10)


async def recover_and_claim(world: World, leases: list[Lease]) -> Call:
    await world.advance(LEASE + 1)
    return lambda: world.store.turn(turn(want=9))


async def prune(world: World, leases: list[Lease]) -> Call:
    await world.complete(leases[0])
    await world.advance(RETENTION.completed + 1)
    return lambda: world.store.upkeep(10)


def act(operation: Operation) -> Preparation:
    async def prepare(world: World, leases: list[Lease]) -> Call:
        if operation is not Operation.CANCEL:
            await world.complete(leases[0])
        ids = await world.listed()
        return lambda: world.store.inspector.act(operation, ids)

    prepare.__name__ = str(operation)
    return prepare


CALLS: list[Preparation] = [
    submit,
    claim,
    finish,
    extend,
    recover,
    recover_and_claim,
    prune,
    *map(act, [Operation.CANCEL, Operation.RETRY, Operation.RUN_NOW, Operation.DELETE]),
]


@pytest.fixture(autouse=True)
def _disarm() -> Iterator[None]:
    yield
    failpoints.arm(None)


@pytest.mark.one_line  # many servers are asked in as many steps
@pytest.mark.parametrize("prepare", CALLS, ids=lambda prepare: prepare.__name__)
async def test_a_call_whose_process_died_has_done_all_of_it(world: World, prepare: Preparation) -> None:
    await world.submit_many(5)
    await world.submit(delay=LEASE / 2)
    call = await prepare(world, [claimed.lease for claimed in await world.claim(3)])
    failpoints.arm(f"{DONE[type(world.store).__name__]}:raise")
    with pytest.raises(failpoints.FailpointReached):
        await call()
    failpoints.arm(None)
    await world.reopen()
    left = await world.dump()
    await call()
    assert await world.dump() == left, "the same call again had something left to do"
    await world.advance(2 * LEASE)
    await world.store.upkeep(100)
    assert sorted(await world.claim_ids()) == sorted(job.id for job in left.values() if job.state not in FINAL)
