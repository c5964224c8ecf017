"""A turn that reaches its server late: whoever sent it has gone on, and jobs claimed for it would wait out a lease."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from ferryman.domain.outcome import Outcome
from ferryman.domain.state import State
from ferryman.store.messages import Turn
from ferryman.stores.redis import turn as turns
from ferryman.stores.redis.address import parse_address
from ferryman.stores.redis.keys import base
from ferryman.stores.redis.links import link_to
from ferryman.stores.redis.rows import token
from ferryman.stores.redis.scripts import script
from ferryman.stores.redis.wire import Command
from tests.integration.redis.place import Place, new_job, turn


@pytest.mark.parametrize(("waits", "given"), [(-60.0, 0), (60.0, 1), (None, 1)])
async def test_nothing_is_claimed_for_whoever_ceased_to_wait(place: Place, waits: float | None, given: int) -> None:
    store = await place.store()
    jobs = [new_job(), new_job()]
    await store.submit(jobs[:1])
    [held] = (await turn(store)).claimed
    await store.submit(jobs[1:])
    until = 0 if waits is None else round((time.time() + waits) * 1_000)
    values: list[str | bytes | int] = [
        "w",
        0,
        7,
        10,
        15_000,
        until,
        1,
        "work",
        0,
        token(Outcome.completed(held.lease, "1").lease),
        "+1",
    ]
    link = link_to(parse_address(place.redis.url))
    [(accepted, _, claimed, _)] = await link.send("", [("EVAL", script("turn").text, 1, base("fm", 0), 0, *values)])
    await link.close()
    assert (accepted, len(claimed)) == (b"1", 8 * given), "outcomes count however late they come"
    found = await store.inspector.get([job.id for job in jobs])
    states = [job.state for job in found if job]
    assert states == [State.COMPLETED, State.PROCESSING if given else State.PENDING]


async def test_a_claim_that_got_no_answer_is_asked_again_on_its_own_track(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Seen red when the other track asked for it, to which the server had answered nothing: the jobs waited out a lease.
    monkeypatch.setattr(turns, "ANSWER_WITHIN", 0.3)
    monkeypatch.setattr(turns, "REST_FROM_TROUBLE", 0.0)
    store = await place.store(f"{place.redis.url}?partitions=2")
    jobs = [new_job() for _ in range(40)]
    await store.submit(jobs)
    await turn(store, want=0)  # the server knows the script from now on
    link = store._calls.link  # type: ignore[attr-defined]
    lost = {base("fm", 1)}
    send = link.send

    async def lose(key: str, commands: Sequence[Command], *, in_order: bool = False) -> list[Any]:
        replies: list[Any] = await send(key, commands, in_order=in_order)
        if key in lost:
            raise RedisConnectionError("the reply was lost")
        return replies

    monkeypatch.setattr(link, "send", lose)
    claimed = list((await store.turn(Turn("w", 1, (), ("work",), (), 40, track=0))).claimed)
    assert 0 < len(claimed) < 40
    lost.clear()
    for request, track in ((2, 1), (3, 0)):
        claimed += (await store.turn(Turn("w", request, (), ("work",), (), 40, track=track))).claimed
    assert {job.id for job in claimed} == {job.id for job in jobs}
