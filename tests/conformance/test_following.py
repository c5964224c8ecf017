"""What becomes of a job is told in one order, and the same to whoever comes back as to whoever stayed."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from ferryman.domain.errors import JobNotFound
from ferryman.domain.outcome import Outcome
from ferryman.domain.state import Operation, State
from ferryman.following.reader import Reader
from ferryman.store.events import EventKind, JobEvent, Place
from ferryman.store.messages import FeedKind, Report
from tests.conformance.lives import Life, Once, read
from tests.conformance.world import NO_ERROR, World

FEED = (EventKind.LOG, EventKind.OUTPUT, EventKind.PROGRESS)
WAITS = ("scheduled", "pending")


def plain(event: JobEvent) -> tuple[Any, ...]:
    """Return what is the same whenever it is told: when a job came to wait, and until when, is not kept for ever."""
    data = json.loads(event.data)
    data.pop("run_at", None)
    at = None if data.get("state") in WAITS else event.at
    return event.id, event.kind, event.attempt, at, data


def states(events: list[JobEvent]) -> list[str]:
    """Return the states that were told, each with its attempt."""
    told = [(json.loads(event.data)["state"], event.attempt) for event in events if event.kind is EventKind.STATE]
    return [f"{state} {attempt}" for state, attempt in told]


async def say(world: World, claimed: Any, *numbers: int) -> None:
    await world.store.feed.append([Report(claimed.lease, FeedKind.LOG, f'{{"n": {number}}}') for number in numbers])


@pytest.mark.parametrize("seed", range(6))
async def test_wherever_a_stream_is_cut_the_rest_is_what_would_have_come(world: World, seed: int) -> None:
    # Seen red when a job that was cancelled while it waited was not asked whether it had been due, when "run now" left
    # that time as it was, and when entries of an attempt that began after the look were told with it.
    dice = random.Random(seed)
    life = Life(world, dice)
    stayed: list[JobEvent] = []
    async for _ in life.lived():
        if dice.random() < 0.7:
            stayed += await read(world.store, life.id, stayed[-1].id if stayed else None)
            # Whoever came back just now is where the other one is, wherever it had left.
            cut = dice.randrange(len(stayed)) if stayed else 0
            for event, other in zip(stayed[cut + 1 :], await read(world.store, life.id, stayed[cut].id), strict=True):
                assert plain(event) == plain(other)
    if await life.ended():
        stayed += await read(world.store, life.id, stayed[-1].id if stayed else None)
    for cut in range(len(stayed)):
        rest = await read(world.store, life.id, stayed[cut].id)
        assert [plain(event) for event in rest] == [plain(event) for event in stayed[cut + 1 :]]
    check(stayed, await life.ended())


def check(events: list[JobEvent], ended: bool) -> None:
    """Check what holds of every whole stream."""
    assert len({event.id for event in events}) == len(events)
    entries = [event for event in events if event.kind in FEED]
    assert [json.loads(event.data)["n"] for event in entries] == list(range(len(entries)))
    runs = 0
    for event in events:
        if event.kind is EventKind.STATE:
            runs = event.attempt if json.loads(event.data)["state"] == "processing" else 0
        elif event.kind in FEED:
            assert event.attempt == runs, "it came outside of its attempt"
    kinds = [event.kind for event in events]
    assert kinds.count(EventKind.RESULT) == int(ended)
    assert not ended or kinds[-1] is EventKind.RESULT


@pytest.mark.parametrize("seed", range(2))
async def test_what_made_room_before_it_was_read_is_a_gap_of_the_true_size(world: World, seed: int) -> None:
    dice = random.Random(100 + seed)
    life = Life(world, dice, largest=600)
    stayed: list[JobEvent] = []
    async for _ in life.lived(most=20):
        stayed += await read(world.store, life.id, stayed[-1].id if stayed else None)
    assert EventKind.GAP not in [event.kind for event in stayed]
    for cut in range(0, len(stayed), 97):
        rest = await read(world.store, life.id, stayed[cut].id)
        missing = {plain(event)[4]["n"] for event in stayed[cut + 1 :] if event.kind in FEED}
        missing -= {plain(event)[4]["n"] for event in rest if event.kind in FEED}
        assert sum(json.loads(event.data)["missed"] for event in rest if event.kind is EventKind.GAP) == len(missing)
        assert states(rest) == states(stayed[cut + 1 :])


async def test_a_gap_stands_where_the_entries_would_have_been(world: World) -> None:
    identifier = await world.submit()
    first = await world.claim_one()
    await say(world, first, *range(10))
    early = await read(world.store, identifier)
    await say(world, first, *range(10, 600))
    await world.finish(Outcome.released(first.lease))
    second = await world.claim_one()
    await say(world, second, *range(600, 1_500))
    rest = await read(world.store, identifier, early[-1].id)
    assert [event.kind for event in rest[:2]] == ["gap", "log"]
    assert json.loads(rest[0].data) == {"missed": 490}
    numbers = [json.loads(event.data)["n"] for event in rest if event.kind is EventKind.LOG]
    assert numbers == list(range(500, 1_500))
    # The gap may be where a stream is cut, too.
    assert await read(world.store, identifier, rest[0].id) == rest[1:]
    await say(world, second, *range(1_500, 3_000))
    [gap, *more] = await read(world.store, identifier, rest[-1].id)
    assert json.loads(gap.data) == {"missed": 500}
    assert json.loads(more[0].data) == {"n": 2_000}


async def test_what_was_said_after_the_look_is_told_with_the_attempt_that_said_it(world: World) -> None:
    identifier = await world.submit()
    first = await world.claim_one()
    await say(world, first, 0)
    look = await world.get(identifier)
    await say(world, first, 1)
    await world.finish(Outcome.released(first.lease))
    second = await world.claim_one()
    await say(world, second, 2)
    reader = Reader(Once(world.store, identifier), Place())
    early = [event async for batch in reader.until(look) for event in batch]
    assert [event.kind for event in early] == ["state", "state", "log"]
    late = await read(world.store, identifier, reader.place.id)
    assert [event.kind for event in late] == ["log", "state", "state", "log"]
    # All that was known at the look has made room by now.
    again = Reader(Once(world.store, identifier), Place())
    await say(world, second, *range(3, 1_100))
    assert [event.kind async for batch in again.until(look) for event in batch] == ["state", "state", "gap"]
    assert again.place.number == 1


async def test_a_job_run_now_was_in_line_when_it_is_cancelled(world: World) -> None:
    identifier = await world.submit(delay=60.0)
    [scheduled] = await read(world.store, identifier)
    await world.act(Operation.RUN_NOW, identifier)
    [pending] = await read(world.store, identifier, scheduled.id)
    await world.advance(1)
    await world.act(Operation.CANCEL, identifier)
    assert states(await read(world.store, identifier, scheduled.id)) == ["pending 0", "cancelled 0"]
    assert states(await read(world.store, identifier, pending.id)) == ["cancelled 0"]


async def test_a_job_that_is_cancelled_before_it_is_due_was_never_in_line(world: World) -> None:
    identifier = await world.submit(delay=60.0)
    await world.act(Operation.CANCEL, identifier)
    assert states(await read(world.store, identifier)) == ["scheduled 0", "cancelled 0"]


async def test_a_job_that_runs_through_is_told_from_its_beginning(world: World) -> None:
    identifier = await world.submit()
    claimed = await world.claim_one()
    await say(world, claimed, 0, 1)
    await world.complete(claimed.lease, '{"x":1}')
    events = await read(world.store, identifier)
    assert [event.kind for event in events] == ["state", "state", "log", "log", "state", "result"]
    assert states(events) == ["pending 0", "processing 1", "completed 1"]
    assert json.loads(events[-1].data) == {"state": "completed", "result": {"x": 1}, "error": None}
    begun, ended = json.loads(events[1].data), json.loads(events[-2].data)
    assert begun == {
        "state": "processing",
        "status": "processing",
        "worker": "w",
        "run_at": None,
        "ending": None,
        "error": None,
    }
    assert (ended["ending"], ended["worker"], ended["error"]) == ("completed", "w", None)


async def test_retries_snoozes_crashes_and_releases_are_told_with_what_ended_them(world: World) -> None:
    identifier = await world.submit(max_retries=1)
    await world.finish(Outcome.retried((await world.claim_one()).lease, NO_ERROR, 10.0))
    waiting = (await read(world.store, identifier))[-1]
    assert json.loads(waiting.data)["run_at"].startswith("2030-")
    assert json.loads(waiting.data)["error"] == json.loads(NO_ERROR)
    for _ in range(2):
        await world.advance(11)
        await world.store.upkeep(100)
        await world.finish(Outcome.snoozed((await world.claim_one()).lease, 10.0))
    await world.advance(11)
    await world.store.upkeep(100)
    await world.finish(Outcome.released((await world.claim_one()).lease))
    await world.claim_one()
    await world.recover()
    await world.finish(Outcome.failed((await world.claim_one()).lease, NO_ERROR))
    events = await read(world.store, identifier)
    assert states(events) == [
        "pending 0",
        "processing 1", "scheduled 1", "pending 1",
        "processing 2", "scheduled 2", "pending 2",
        "processing 3", "scheduled 3", "pending 3",
        "processing 4", "pending 4",
        "processing 5", "pending 5",
        "processing 6", "failed 6",
    ]  # fmt: skip
    endings = [json.loads(event.data)["ending"] for event in events[:-1]]
    assert [ending for ending in endings if ending] == [
        "retried",
        "snoozed",
        "snoozed",
        "released",
        "crashed",
        "failed",
    ]
    assert json.loads(events[-1].data) == {"state": "failed", "result": None, "error": json.loads(NO_ERROR)}


async def test_a_person_who_cancels_and_retries_begins_another_part(world: World) -> None:
    identifier = await world.submit()
    await world.act(Operation.CANCEL, identifier)
    first = await read(world.store, identifier)
    assert states(first) == ["pending 0", "cancelled 0"]
    assert await read(world.store, identifier, first[-1].id) == []
    await world.act(Operation.RETRY, identifier)
    second = await read(world.store, identifier, first[-1].id)
    assert states(second) == ["pending 0"]
    await world.act(Operation.CANCEL, identifier)
    third = await read(world.store, identifier, second[-1].id)
    assert states(third) == ["cancelled 0"]
    await world.act(Operation.RETRY, identifier)
    await world.finish(Outcome.failed((await world.claim_one()).lease, NO_ERROR))
    fourth = await read(world.store, identifier, third[-1].id)
    assert states(fourth) == ["processing 1", "failed 1"]
    await world.act(Operation.RETRY, identifier)
    await world.complete((await world.claim_one()).lease)
    assert states(await read(world.store, identifier, fourth[-1].id)) == ["pending 1", "processing 2", "completed 2"]
    assert states(await read(world.store, identifier)) == [
        "pending 0", "processing 1", "failed 1", "pending 1", "processing 2", "completed 2",
    ]  # fmt: skip


async def test_a_running_job_that_is_cancelled_ends_with_its_attempt(world: World) -> None:
    identifier = await world.submit()
    await say(world, await world.claim_one(), 0)
    await world.act(Operation.CANCEL, identifier)
    events = await read(world.store, identifier)
    assert [event.kind for event in events] == ["state", "state", "log", "state", "result"]
    assert states(events) == ["pending 0", "processing 1", "cancelled 1"]
    assert json.loads(events[3].data)["ending"] == "cancelled"


async def test_a_job_that_is_gone_is_told_so_wherever_a_reader_is(world: World) -> None:
    identifier = await world.in_state(State.COMPLETED)
    last = (await read(world.store, identifier))[-1].id
    await world.act(Operation.DELETE, identifier)
    for after in (None, "0.1.0", last):
        with pytest.raises(JobNotFound):
            await read(world.store, identifier, after)


async def test_a_large_result_is_not_in_the_last_event(world: World) -> None:
    identifier = await world.submit()
    await world.complete((await world.claim_one()).lease, f'"{"x" * 70_000}"')
    last = (await read(world.store, identifier))[-1]
    assert json.loads(last.data) == {"state": "completed", "result": None, "error": None, "large": True}


@pytest.mark.parametrize("after", ["99.9.1", "999999999999999999.1.0", "0.0.6", "0.999999999.6", "7.0.0"])
async def test_an_id_of_another_job_does_no_harm(world: World, after: str) -> None:
    identifier = await world.submit()
    claimed = await world.claim_one()
    await say(world, claimed, 0)
    events = await read(world.store, identifier, after)
    assert len(events) <= 3
    last = events[-1].id if events else after
    await say(world, claimed, 1)
    await world.complete(claimed.lease)
    assert [event.kind for event in await read(world.store, identifier, last)][-1] == "result"
