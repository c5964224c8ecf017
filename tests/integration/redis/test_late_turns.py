"""A turn that reaches its server late: whoever sent it has gone on, and jobs claimed for it would wait out a lease."""

from __future__ import annotations

import time

import pytest

from ferryman.domain.outcome import Outcome
from ferryman.domain.state import State
from ferryman.stores.redis.address import parse_address
from ferryman.stores.redis.keys import base
from ferryman.stores.redis.links import link_to
from ferryman.stores.redis.rows import token
from ferryman.stores.redis.scripts import script
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
