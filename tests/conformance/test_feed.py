"""The live output of a job: fenced by its lease, in order, replayable, bounded."""

from __future__ import annotations

import asyncio
import json

from ferryman.domain.lease import Lease
from ferryman.domain.outcome import Outcome
from ferryman.domain.state import Operation
from ferryman.store.messages import LARGEST_FEED, LONGEST_FEED, FeedEntry, FeedKind, Report
from ferryman.store.query import JobFilter, PageRequest
from tests.conformance.world import World


def say(lease: Lease, number: int, kind: FeedKind = FeedKind.LOG) -> Report:
    return Report(lease, kind, json.dumps({"n": number}))


def numbers(entries: list[FeedEntry]) -> list[int]:
    return [json.loads(entry.data)["n"] for entry in entries]


async def test_entries_are_read_in_the_order_they_were_said(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    assert list(await world.store.feed.append([say(lease, 1), say(lease, 2, FeedKind.PROGRESS)])) == [True, True]
    await world.advance(3)
    assert list(await world.store.feed.append([say(lease, 3)])) == [True]
    entries = await world.store.feed.read(identifier)
    assert numbers(entries) == [1, 2, 3]
    assert [entry.kind for entry in entries] == [FeedKind.LOG, FeedKind.PROGRESS, FeedKind.LOG]
    assert [entry.attempt for entry in entries] == [1, 1, 1]
    assert entries[2].at == world.about(world.now())
    assert entries[0].id < entries[1].id < entries[2].id


async def test_nothing_said_is_nothing_read(world: World) -> None:
    assert await world.store.feed.read(await world.submit()) == []
    assert await world.store.feed.read("no such job") == []
    assert list(await world.store.feed.append([])) == []


async def test_reading_goes_on_behind_the_last_entry_seen(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    await world.store.feed.append([say(lease, n) for n in range(10)])
    first = await world.store.feed.read(identifier, limit=4)
    assert numbers(first) == [0, 1, 2, 3]
    rest = await world.store.feed.read(identifier, after=first[-1].id)
    assert numbers(rest) == [4, 5, 6, 7, 8, 9]
    assert await world.store.feed.read(identifier, after=rest[-1].id) == []


async def test_what_a_worker_without_the_lease_says_is_refused(world: World) -> None:
    identifier = await world.submit()
    stale = (await world.claim_one()).lease
    await world.recover()
    assert list(await world.store.feed.append([say(stale, 1)])) == [False]
    current = (await world.claim_one()).lease
    forged = current._replace(nonce=current.nonce ^ 1)
    answers = await world.store.feed.append([say(stale, 1), say(current, 2), say(forged, 3), say(current, 4)])
    assert list(answers) == [False, True, False, True]
    assert numbers(await world.store.feed.read(identifier)) == [2, 4]


async def test_what_is_said_after_the_end_is_refused(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    await world.complete(lease)
    assert list(await world.store.feed.append([say(lease, 1)])) == [False]
    assert await world.store.feed.read(identifier) == []


async def test_what_is_said_after_a_cancel_is_refused(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    await world.act(Operation.CANCEL, identifier)
    assert list(await world.store.feed.append([say(lease, 1)])) == [False]


async def test_the_feed_outlives_the_attempt(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    await world.store.feed.append([say(lease, 1)])
    await world.complete(lease)
    assert numbers(await world.store.feed.read(identifier)) == [1]


async def test_another_attempt_goes_on_counting(world: World) -> None:
    identifier = await world.submit()
    for attempt in (1, 2, 3):
        lease = (await world.claim_one()).lease
        await world.store.feed.append([say(lease, attempt), say(lease, 10 * attempt)])
        await world.finish(Outcome.released(lease))
    entries = await world.store.feed.read(identifier)
    assert numbers(entries) == [1, 10, 2, 20, 3, 30]
    assert [entry.attempt for entry in entries] == [1, 1, 2, 2, 3, 3]
    assert len({entry.id for entry in entries}) == 6
    assert sorted(entry.id for entry in entries) == [entry.id for entry in entries]


async def test_feeds_of_different_jobs_do_not_mix(world: World) -> None:
    await world.submit_many(2)
    one, two = [claimed.lease for claimed in await world.claim(2)]
    await world.store.feed.append([say(one, 1), say(two, 2), say(one, 3)])
    assert numbers(await world.store.feed.read(one.job_id)) == [1, 3]
    assert numbers(await world.store.feed.read(two.job_id)) == [2]


async def test_a_feed_is_bounded_and_keeps_the_newest(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    for start in range(0, 3_000, 500):
        await world.store.feed.append([say(lease, n) for n in range(start, start + 500)])
    entries = await world.store.feed.read(identifier, limit=5_000)
    assert len(entries) == LONGEST_FEED
    assert numbers(entries) == list(range(3_000 - LONGEST_FEED, 3_000))
    assert (await world.get(identifier)).entries == entries[-1].id == 3_000


def large(lease: Lease, number: int, size: int, kind: FeedKind = FeedKind.OUTPUT) -> Report:
    """Say something of so many bytes, of which a character takes two."""
    data = json.dumps({"n": number, "text": ""})
    wide, narrow = divmod(size - len(data), 2)
    return Report(lease, kind, data.replace('""', f'"{"ü" * wide}{"u" * narrow}"'))


async def test_a_feed_is_bounded_in_bytes(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    for start in range(0, 300, 50):
        await world.store.feed.append([large(lease, n, 10_000) for n in range(start, start + 50)])
    entries = await world.store.feed.read(identifier, limit=5_000)
    size = sum(len(entry.data.encode()) for entry in entries)
    assert LARGEST_FEED - 10_000 < size <= LARGEST_FEED
    assert numbers(entries) == list(range(300 - len(entries), 300))
    # Small ones push the large ones out one by one.
    await world.store.feed.append([large(lease, 300, 9_000), say(lease, 301)])
    after = await world.store.feed.read(identifier, limit=5_000)
    assert numbers(after) == list(range(numbers(entries)[0] + 1, 302))


async def test_the_last_entry_is_kept_however_large(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    await world.store.feed.append([say(lease, 1), large(lease, 2, LARGEST_FEED + 10)])
    assert numbers(await world.store.feed.read(identifier)) == [2]
    await world.store.feed.append([say(lease, 3)])
    assert numbers(await world.store.feed.read(identifier)) == [3]
    assert (await world.get(identifier)).entries == 3


async def test_reading_stops_behind_so_many_bytes(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    await world.store.feed.append([large(lease, n, 1_000) for n in range(30)])
    entries = await world.store.feed.read(identifier, after=5, limit=50, size=2_500)
    assert [entry.id for entry in entries] == [6, 7, 8]
    assert len(await world.store.feed.read(identifier, after=5, limit=2, size=2_500)) == 2
    assert [entry.id for entry in await world.store.feed.read(identifier, size=1)] == [1]
    assert len(await world.store.feed.read(identifier, limit=50, size=20_000)) == 20
    assert await world.store.feed.read(identifier, after=30, size=10) == []


async def test_a_job_tells_the_number_of_its_last_entry(world: World) -> None:
    identifier = await world.submit()
    assert (await world.get(identifier)).entries == 0
    first = (await world.claim_one()).lease
    await world.store.feed.append([say(first, n) for n in range(3)])
    await world.finish(Outcome.released(first))
    second = (await world.claim_one()).lease
    await world.store.feed.append([say(second, 4)])
    await world.complete(second)
    assert (await world.get(identifier)).entries == 4
    [listed] = (await world.store.inspector.find(JobFilter(), PageRequest())).jobs
    assert listed.entries == 4


async def test_the_latest_progress_outlives_its_entry(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    await world.store.feed.append([say(lease, 7, FeedKind.PROGRESS)])
    for _ in range(2):
        await world.store.feed.append([say(lease, n) for n in range(1_000)])
    assert json.loads((await world.get(identifier)).progress or "") == {"n": 7}


async def test_whoever_reads_from_before_the_bound_gets_the_oldest_that_is_left(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    await world.store.feed.append([say(lease, 0)])
    [first] = await world.store.feed.read(identifier)
    for start in range(1, 3_001, 1_000):
        await world.store.feed.append([say(lease, n) for n in range(start, start + 1_000)])
    entries = await world.store.feed.read(identifier, after=first.id, limit=5)
    assert numbers(entries) == list(range(numbers(entries)[0], numbers(entries)[0] + 5))
    assert all(entry.id > first.id for entry in entries)


async def test_a_job_shows_its_latest_progress(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    reports = [say(lease, 1, FeedKind.PROGRESS), say(lease, 2, FeedKind.PROGRESS), say(lease, 3)]
    await world.store.feed.append(reports)
    assert json.loads((await world.get(identifier)).progress or "") == {"n": 2}


async def test_concurrent_reports_are_all_kept(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    stores = [world.store, await world.another()]
    answers = await asyncio.gather(*[stores[n % 2].feed.append([say(lease, n)]) for n in range(40)])
    assert all(list(answer) == [True] for answer in answers)
    entries = await world.store.feed.read(identifier)
    assert sorted(numbers(entries)) == list(range(40))
    assert len({entry.id for entry in entries}) == 40


async def test_text_of_any_kind_survives(world: World) -> None:
    identifier = await world.submit()
    lease = (await world.claim_one()).lease
    data = json.dumps({"message": "ü 🚢 \u0000 'quoted' \"twice\"", "big": 2**100})
    await world.store.feed.append([Report(lease, FeedKind.LOG, data)])
    [entry] = await world.store.feed.read(identifier)
    assert entry.data == data
