"""A job that is gone leaves no key behind, and neither does a worker; one that is there does not go by itself."""

from __future__ import annotations

import time

import pytest

from ferryman.domain.outcome import Outcome
from ferryman.domain.retention import Retention
from ferryman.domain.state import Operation
from ferryman.store.messages import TRACKS, FeedKind, Report, Turn
from ferryman.store.protocol import Store
from tests.conformance.world import NO_ERROR, worker_info
from tests.integration.redis.place import Place, new_job, turn

LONG = '"' + "x" * 500 + '"'
#: What there is once and for all, whatever the number of jobs; the answers run out by themselves.
#: `open` counts what happens in the stretch of time that goes on, in a field for each lane.
CONSTANT = {"lanes", "last_place", "format", "answered", "open"}


def keys(place: Place, condition: str = "true") -> set[str]:
    """Return the kinds of keys that the server has, of those for which a condition in Lua holds."""
    # Found on the server: an id in a name may look like the end of a line.
    script = (
        "local kinds, list = {}, {} for _, key in ipairs(redis.call('KEYS', '*')) do "
        f"if {condition} then kinds[string.match(key, '}}:([%l_]+)')] = true end end "
        "for kind in pairs(kinds) do list[#list + 1] = kind end return list"
    )
    return set(place.redis.ask("EVAL", script, "0").split("\r\n")[2::2])


async def live(store: Store) -> list[str]:
    """Have jobs of each kind lived to each end, and return their ids."""
    jobs = [
        new_job(key="k", tags=("a", "b"), args=f'{{"text": {LONG}}}', timeout=5.0),
        new_job(request="r#0", fingerprint="f", queue="mail"),
        new_job(priority=9, max_retries=0),
        new_job(max_retries=5),
        new_job(),
        new_job(delay=60.0),
    ]
    await store.submit(jobs)
    claimed = list((await turn(store)).claimed)
    await store.extend(worker_info("w"), [job.lease for job in claimed], 15.0)
    await store.feed.append([Report(claimed[0].lease, kind, "{}") for kind in FeedKind])
    leases = [job.lease for job in claimed]
    await turn(
        store,
        Outcome.completed(leases[0], LONG),
        Outcome.completed(leases[1], "1"),
        Outcome.retried(leases[2], NO_ERROR, 0.0),
        Outcome.failed(leases[3], NO_ERROR),
        Outcome.cancelled(leases[4], NO_ERROR),
        want=0,
    )
    ids = [job.id for job in jobs]
    await store.inspector.act(Operation.CANCEL, ids)
    await turn(store)  # clears the lines of those that were cancelled
    await store.retire("w")
    return ids


async def test_pruned_jobs_leave_nothing(place: Place) -> None:
    ahead = 0.0
    store = await place.store(retention=Retention(10, 10, 10), clock=lambda: time.time() + ahead)
    await live(store)
    assert {"job", "args", "result", "feed", "history", "unique", "request", "tag"} < keys(place)
    ahead = 100.0
    assert (await store.upkeep(100)).pruned == 6
    assert keys(place) <= CONSTANT


async def test_nothing_but_answers_runs_out_by_itself(place: Place) -> None:
    # Seen red when a key was held for a day instead of for as long as its job.
    store = await place.store()
    await live(store)
    await store.submit([new_job()])
    await turn(store)
    assert keys(place, "redis.call('PTTL', key) ~= -1") == {"answered"}


@pytest.mark.parametrize("again", [False, True])
async def test_deleted_jobs_leave_a_note_until_retention_would_have_pruned_them(place: Place, again: bool) -> None:
    ahead = 0.0
    store = await place.store(retention=Retention(10, 10, 10), clock=lambda: time.time() + ahead)
    ids = await live(store)
    if again:
        await store.inspector.act(Operation.RETRY, ids)
        await store.inspector.act(Operation.CANCEL, ids)
    await store.inspector.act(Operation.DELETE, ids)
    await turn(store)
    assert keys(place) <= CONSTANT | {"kept"}
    ahead = 100.0
    assert (await store.upkeep(100)).pruned == 0
    assert keys(place) <= CONSTANT


@pytest.mark.parametrize("partitions", [1, 2])
async def test_a_worker_that_ended_leaves_no_answer(place: Place, partitions: int) -> None:
    store = await place.store(f"{place.redis.url}?partitions={partitions}")
    await store.submit([new_job() for _ in range(20)])
    for track in range(TRACKS):
        claim = Turn("w", track, (), ("work",), want=10, track=track)
        ended = [Outcome.completed(job.lease, "1") for job in (await store.turn(claim)).claimed]
        await store.turn(Turn("w", TRACKS + track, (), ("work",), ended, track=track))
    assert "answered" in keys(place)
    await store.retire("w")
    assert "answered" not in keys(place)
