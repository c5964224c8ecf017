"""The client: callers share a store call and each gets its own answer; whoever awaits a job learns of its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from ferryman.client import LARGEST_CALL, MOST_CALLS, WORTH_A_CALL, Client
from ferryman.domain.errors import JobNotFound, ResultTimeout, StoreUnavailable
from ferryman.domain.job import Job, NewJob
from ferryman.domain.state import State
from ferryman.following.watch import LOOK_AGAIN
from ferryman.identity import new_job_id
from ferryman.store.messages import Submitted
from ferryman.store.query import Include
from ferryman.store.signals import FINISHED
from tests.unit.fakes.memory_store import MemoryStore, Row
from tests.unit.fakes.virtual_time import now, virtual_time


class Jobs(MemoryStore):
    """A store that can be submitted to and looked into; `calls` are the ids of each submit."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[list[str]] = []
        self.looks = 0
        self.inspector.get = self.get  # type: ignore[method-assign]

    async def submit(self, jobs: Sequence[NewJob]) -> list[Submitted]:
        self.calls.append([job.id for job in jobs])
        if self.gate is not None:
            await self.gate.wait()
        self._check()
        new = [self.rows.setdefault(job.id, Row(job)).new is job for job in jobs]
        if self.deaf > 0:
            self.deaf -= 1
            raise StoreUnavailable("the answer was lost")
        return [Submitted(job.id, created) for job, created in zip(jobs, new, strict=True)]

    async def get(self, ids: Sequence[str], include: frozenset[Include] = frozenset()) -> list[Job | None]:
        self.looks += 1
        self._check()
        found = [_job(self.rows[name]) if name in self.rows else None for name in ids]
        await asyncio.sleep(0.01)  # the answer is on its way
        return found

    def end(self, row: Row) -> None:
        """End a job, as a worker far away does."""
        row.state = State.COMPLETED
        self.signal(FINISHED)


def _job(row: Row) -> Job:
    new = row.new
    return Job(new.id, new.task, new.queue, row.state, 5, row.attempt, 0, 3, 0, 3, now(), result="1")


def jobs(*names: str) -> list[NewJob]:
    return [NewJob(name, "work") for name in names]


@virtual_time
async def test_who_submits_while_a_call_is_under_way_shares_the_next_and_gets_its_own_answer() -> None:
    store = Jobs()
    store.gate = asyncio.Event()
    client = Client(store)
    asked = [["a"], ["b", "c"], ["d"], ["a", "e"]]
    calls = [asyncio.create_task(client.submit(jobs(*names))) for names in asked]
    await asyncio.sleep(1)
    store.gate.set()
    answers = await asyncio.gather(*calls)
    assert [[answer.id for answer in answer] for answer in answers] == asked
    assert [answer.created for answer in answers[3]] == [False, True]
    assert len(store.calls) <= 2


@virtual_time
async def test_many_jobs_travel_in_pieces_two_at_a_time_and_in_their_order() -> None:
    store = Jobs()
    store.gate = asyncio.Event()
    names = [f"job {number}" for number in range(3 * LARGEST_CALL + 1)]
    call = asyncio.create_task(Client(store).submit(jobs(*names)))
    await asyncio.sleep(1)
    assert [len(ids) for ids in store.calls] == [LARGEST_CALL] * MOST_CALLS
    store.gate.set()
    assert [answer.id for answer in await call] == names
    assert [name for ids in store.calls for name in ids] == names


@virtual_time
async def test_many_callers_make_a_second_call_and_few_wait_for_the_first() -> None:
    # Seen red when whatever waited made a second call at once: of a hundred callers one alone would stay in it.
    store = Jobs()
    store.gate = asyncio.Event()
    client = Client(store)
    calls = [asyncio.create_task(client.submit(jobs(f"job {number}"))) for number in range(WORTH_A_CALL)]
    await asyncio.sleep(1)
    assert [len(ids) for ids in store.calls] == [1]
    calls += [asyncio.create_task(client.submit(jobs(f"more {number}"))) for number in range(2 * WORTH_A_CALL)]
    await asyncio.sleep(1)
    assert [len(ids) for ids in store.calls] == [1, WORTH_A_CALL]
    store.gate.set()
    await asyncio.gather(*calls)
    assert [len(ids) for ids in store.calls] == [1, WORTH_A_CALL, 2 * WORTH_A_CALL - 1]


@virtual_time
async def test_a_piece_that_fails_is_told_once_whatever_became_of_the_other() -> None:
    store = Jobs()
    store.gate = asyncio.Event()
    call = asyncio.create_task(Client(store).submit(jobs(*[f"job {number}" for number in range(5 * LARGEST_CALL)])))
    await asyncio.sleep(1)
    store.broken = StoreUnavailable("down")
    store.gate.set()
    with pytest.raises(StoreUnavailable, match="down"):
        await call
    assert len(store.calls) == MOST_CALLS


@virtual_time
async def test_nobody_is_told_before_the_store_has_answered() -> None:
    store = Jobs()
    store.gate = asyncio.Event()
    call = asyncio.create_task(Client(store).submit(jobs("a")))
    await asyncio.sleep(1)
    assert not call.done()
    store.gate.set()
    assert await call == [Submitted("a", True)]


@virtual_time
async def test_an_answer_that_was_lost_is_told_and_the_same_submit_again_is_the_same_job() -> None:
    store = Jobs()
    store.deaf = 1
    client = Client(store)
    with pytest.raises(StoreUnavailable):
        await client.submit(jobs("a"))
    assert await client.submit(jobs("a")) == [Submitted("a", False)]
    assert list(store.rows) == ["a"]


@virtual_time
async def test_what_has_a_key_or_a_request_is_sent_under_an_id_of_their_place() -> None:
    store = Jobs()
    described = [NewJob(new_job_id(), "work", key="k"), NewJob(new_job_id(), "work", request="r#0")]
    await Client(store).submit(described)
    assert store.calls == [[job.placed().id for job in described]]
    assert store.calls != [[job.id for job in described]]


@virtual_time
async def test_a_store_that_is_down_is_told_to_all_who_share_the_call_and_to_nobody_later() -> None:
    store = Jobs()
    client = Client(store)
    store.down = True
    calls = [client.submit(jobs(name)) for name in "abc"]
    assert [type(answer) for answer in await asyncio.gather(*calls, return_exceptions=True)] == [StoreUnavailable] * 3
    store.down = False
    assert await client.submit(jobs("a")) == [Submitted("a", True)]


@virtual_time
async def test_a_caller_that_gives_up_takes_no_other_with_it() -> None:
    store = Jobs()
    store.gate = asyncio.Event()
    client = Client(store)
    first = asyncio.create_task(client.submit(jobs("a")))
    await asyncio.sleep(1)
    second, third = (asyncio.create_task(client.submit(jobs(name))) for name in "bc")
    await asyncio.sleep(1)
    for call in (first, second):
        call.cancel()
    await asyncio.sleep(1)
    store.gate.set()
    assert await third == [Submitted("c", True)]
    assert first.cancelled()
    assert second.cancelled()
    assert list(store.rows) == ["b", "c"], "what was under way with another's jobs is not undone"


@virtual_time
async def test_who_awaits_a_job_is_told_of_its_end_at_once() -> None:
    store = Jobs()
    row = store.put()
    waiting = asyncio.create_task(Client(store).finished(row.new.id))
    await asyncio.sleep(3.3)
    ended = now()
    store.end(row)
    assert (await waiting).state is State.COMPLETED
    assert now() - ended < 0.1


@virtual_time
async def test_an_end_that_no_signal_told_is_seen_soon() -> None:
    store = Jobs()
    row = store.put()
    waiting = asyncio.create_task(Client(store).finished(row.new.id))
    await asyncio.sleep(10)
    ended = now()
    row.state = State.COMPLETED  # as if its signal had been lost
    await waiting
    assert now() - ended <= LOOK_AGAIN + 0.1
    assert store.looks < 15


@virtual_time
async def test_an_end_between_the_look_and_the_wait_is_not_missed() -> None:
    store = Jobs()
    client = Client(store)
    first, second = store.put(), store.put()
    waiting = [asyncio.create_task(client.finished(row.new.id)) for row in (first, second)]
    for row in (second, first):
        await asyncio.sleep(0.005)  # the look is under way, its answer says that the job goes on
        store.end(row)
    begun = now()
    await asyncio.gather(*waiting)
    assert now() - begun < 0.1


@virtual_time
async def test_a_job_that_is_gone_or_takes_too_long_is_told_and_an_outage_is_waited_out() -> None:
    store = Jobs()
    client = Client(store)
    with pytest.raises(JobNotFound):
        await client.finished("nobody")
    slow, gone = store.put(), store.put()
    with pytest.raises(ResultTimeout):
        await client.finished(slow.new.id, timeout=2.0)
    waiting = asyncio.create_task(client.finished(gone.new.id))
    patient = asyncio.create_task(client.finished(slow.new.id))
    await asyncio.sleep(1)
    store.down = True
    await asyncio.sleep(60)
    del store.rows[gone.new.id]
    slow.state = State.COMPLETED
    store.down = False
    with pytest.raises(JobNotFound):
        await waiting
    assert (await patient).id == slow.new.id


@virtual_time
async def test_closing_tells_those_who_await() -> None:
    store = Jobs()
    client = Client(store)
    waiting = asyncio.create_task(client.finished(store.put().new.id))
    await asyncio.sleep(1)
    await client.close()
    with pytest.raises(StoreUnavailable):
        await waiting


@virtual_time
async def test_closing_lets_what_is_under_way_be_stored() -> None:
    store = Jobs()
    store.gate = asyncio.Event()
    client = Client(store)
    calls = [asyncio.create_task(client.submit(jobs(name))) for name in "abc"]
    await asyncio.sleep(1)
    closing = asyncio.create_task(client.close())
    await asyncio.sleep(1)
    assert not closing.done()
    store.gate.set()
    await closing
    assert list(store.rows) == ["a", "b", "c"]
    assert await asyncio.gather(*calls) == [[Submitted(name, True)] for name in "abc"]
