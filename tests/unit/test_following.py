"""Following jobs: told at once, one read for all who follow, and no more looks than need be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ferryman.domain.errors import InvalidOption, JobNotFound, StoreIncompatible, StoreUnavailable
from ferryman.domain.job import Job
from ferryman.following import Following
from ferryman.following.following import JOBS_A_SECOND, LEAST, SOON
from ferryman.following.watch import LOOK_AGAIN
from ferryman.store.query import Include
from ferryman.store.signals import FEEDS, FINISHED
from tests.unit.fakes.followed_jobs import Jobs, Told
from tests.unit.fakes.virtual_time import now, virtual_time


@virtual_time
async def test_what_happens_is_told_as_it_happens_up_to_the_result() -> None:
    store = Jobs()
    row, following = store.put(), Following(store)
    told = Told(following, row.new.id)
    await asyncio.sleep(5)
    store.run(row)
    begun = now()
    await asyncio.sleep(5)
    store.say(row)
    said = now()
    await asyncio.sleep(5)
    store.end(row)
    ended = now()
    await told.task
    assert told.kinds == ["pending", "processing", "log", "completed", "result"]
    assert told.at[1] - begun <= SOON + 0.1, "a claim sends no signal"
    assert told.at[2] - said <= 2 * LEAST
    assert told.at[4] - ended <= 2 * LEAST


@virtual_time
async def test_an_entry_that_no_signal_told_is_seen_soon() -> None:
    store = Jobs()
    row, following = store.put(), Following(store)
    store.run(row)
    told = Told(following, row.new.id)
    await asyncio.sleep(5)
    store.say(row, signal=False)
    said = now()
    await asyncio.sleep(2)
    assert told.kinds[-1] == "log"
    assert told.at[-1] - said <= SOON + 0.1
    await told.stop()


@virtual_time
async def test_a_busy_store_is_looked_at_twenty_times_a_second() -> None:
    store = Jobs()
    row, following = store.put(), Following(store)
    told = Told(following, row.new.id)
    await asyncio.sleep(1)
    before = len(store.looks)
    for _ in range(1_000):
        store.signal(FINISHED)
        await asyncio.sleep(0.01)
    assert len(store.looks) - before <= 10 / LEAST + 1
    await told.stop()


@virtual_time
async def test_many_followed_jobs_are_one_read_and_are_read_less_often() -> None:
    store = Jobs()
    following = Following(store)
    rows = [store.put() for _ in range(500)]
    told = [Told(following, row.new.id) for row in rows]
    await asyncio.sleep(1)
    store.looks.clear()
    for _ in range(1_000):
        store.signal(FEEDS)
        await asyncio.sleep(0.01)
    assert {len(ids) for ids in store.looks} == {500}
    assert sum(map(len, store.looks)) <= 10 * JOBS_A_SECOND
    assert len(store.looks) >= 10 / LOOK_AGAIN
    for one in told:
        await one.stop()


@virtual_time
async def test_readers_of_one_job_share_what_is_read() -> None:
    store = Jobs()
    row, following = store.put(), Following(store)
    store.run(row)
    told = [Told(following, row.new.id) for _ in range(50)]
    await asyncio.sleep(1)
    for _ in range(10):
        store.say(row)
        await asyncio.sleep(1)
    assert all(one.kinds.count("log") == 10 for one in told)
    assert store.reads <= 20
    for one in told:
        await one.stop()


@virtual_time
async def test_a_reader_that_leaves_takes_nothing_from_another_that_reads_the_same() -> None:
    store = Jobs()
    row, following = store.put(), Following(store)
    told = [Told(following, row.new.id) for _ in range(2)]
    await asyncio.sleep(0)
    await told[0].stop()
    await asyncio.sleep(1)
    assert told[1].kinds == ["pending"]
    await told[1].stop()


@virtual_time
async def test_nobody_looks_when_nobody_follows() -> None:
    store = Jobs()
    following = Following(store)
    told = Told(following, store.put().new.id)
    await asyncio.sleep(1)
    await told.stop()
    await asyncio.sleep(LOOK_AGAIN)
    store.looks.clear()
    await asyncio.sleep(60)
    assert store.looks == []
    assert following._followed == {}
    again = Told(following, store.put().new.id)
    await asyncio.sleep(1)
    assert again.kinds == ["pending"]
    await again.stop()


@virtual_time
async def test_a_look_that_comes_back_late_takes_nothing_back() -> None:
    # Seen red when the number of entries at such a look was believed: the entry was told twice.
    class Slow(Jobs):
        async def get(self, ids: Sequence[str], include: frozenset[Include] = frozenset()) -> list[Job | None]:
            found = await super().get(ids, include)
            await asyncio.sleep(0.2)
            return await super().get(ids, include) if include else found

    store = Slow()
    row, following = store.put(), Following(store)
    store.run(row)
    told = Told(following, row.new.id)
    await asyncio.sleep(0.1)
    store.say(row, signal=False)
    await asyncio.sleep(5)
    assert told.kinds == ["pending", "processing", "log"]
    await told.stop()


@virtual_time
async def test_a_reader_that_joins_believes_no_read_that_was_under_way() -> None:
    # Seen red when they shared it: the late one was told again what it knew.
    class Late(Jobs):
        async def get(self, ids: Sequence[str], include: frozenset[Include] = frozenset()) -> list[Job | None]:
            found = await super().get(ids, include)
            await asyncio.sleep(0.05)
            return found

    store = Late()
    row, following = store.put(), Following(store)
    store.run(row)
    store.say(row)
    first = Told(following, row.new.id)
    await asyncio.sleep(1)
    early = Told(following, row.new.id)
    await asyncio.sleep(0.02)  # its read is under way
    store.say(row)
    store.end(row)
    late = Told(following, row.new.id, "2.1.0")
    await late.task
    assert late.kinds == ["completed", "result"]
    await early.task
    await first.task
    assert first.kinds == early.kinds == ["pending", "processing", "log", "log", "completed", "result"]


@virtual_time
async def test_an_outage_is_waited_out_by_the_patient_and_told_to_others() -> None:
    store = Jobs()
    row = store.put()
    store.run(row)
    patient, other = Following(store), Following(store, patient=False)
    told, hasty = Told(patient, row.new.id), Told(other, row.new.id)
    await asyncio.sleep(1)
    store.down = True
    late = Told(patient, row.new.id)
    await asyncio.sleep(60)
    with pytest.raises(StoreUnavailable):
        await hasty.task
    store.say(row, signal=False)
    store.down = False
    await asyncio.sleep(2 * LOOK_AGAIN)
    assert told.kinds == late.kinds == ["pending", "processing", "log"]
    await told.stop()
    await late.stop()


@virtual_time
async def test_a_job_that_is_deleted_meanwhile_is_told_to_all_who_follow_it() -> None:
    store = Jobs()
    row, following = store.put(), Following(store)
    told = [Told(following, row.new.id) for _ in range(3)]
    await asyncio.sleep(1)
    del store.rows[row.new.id]
    store.signal(FINISHED)
    for one in told:
        with pytest.raises(JobNotFound):
            await one.task
    with pytest.raises(JobNotFound):
        await Told(following, "nobody").task


@virtual_time
async def test_what_makes_looking_pointless_is_told() -> None:
    store = Jobs()
    row, following = store.put(), Following(store)
    told = Told(following, row.new.id)
    await asyncio.sleep(1)
    store.broken = StoreIncompatible("newer")
    with pytest.raises(StoreIncompatible):
        await told.task


@virtual_time
async def test_closing_tells_those_who_follow() -> None:
    store = Jobs()
    row, following = store.put(), Following(store)
    told = Told(following, row.new.id)
    await asyncio.sleep(1)
    await following.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await told.task


@virtual_time
async def test_who_begins_where_the_job_ended_is_told_nothing_more() -> None:
    store = Jobs()
    row, following = store.put(), Following(store)
    row.attempt = 1
    store.end(row)
    told = Told(following, row.new.id)
    await told.task
    assert told.kinds[-1] == "result"
    again = Told(following, row.new.id, told.events[-1].id)
    await again.task
    assert again.kinds == []


@pytest.mark.parametrize("after", ["", "1", "1.2", "1.2.7", "1.2.3.4", "-1.0.0", "a.b.c", "1" * 19 + ".0.0", "1.0.0\n"])
@virtual_time
async def test_what_is_no_id_of_an_event_is_refused(after: str) -> None:
    store = Jobs()
    told = Told(Following(store), store.put().new.id, after)
    with pytest.raises(InvalidOption, match="is no id of an event"):
        await told.task
