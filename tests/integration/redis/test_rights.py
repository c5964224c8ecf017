"""A user with the rights that the page on Redis gives: enough for everything, and what is missing is said at once.

The rule is resetchannels ~{fm:* &fm:signal:* +@all -@dangerous +info +config|get; the tests read it there.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from ferryman.domain.errors import StoreMisconfigured
from ferryman.domain.outcome import Outcome
from ferryman.domain.state import Operation
from ferryman.store.history import HistoryRequest, Step
from ferryman.store.messages import Command, FeedKind, Report
from ferryman.store.protocol import Store
from ferryman.store.query import Counted, JobFilter, PageRequest
from ferryman.stores.redis import scripts
from ferryman.stores.redis.scripts import script
from tests.conformance.world import EVERYTHING, NO_ERROR, worker_info
from tests.integration.redis.place import Place, jobs_in, new_job, rights, submit, turn
from tests.servers.redis_cluster import until
from tests.servers.redis_server import RELAXED, RedisServer


def user(redis: RedisServer, *rules: str) -> str:
    """Make a user with these rights and no others, and return the store's URL for it."""
    redis.ask("ACL", "DELUSER", "ferryman")
    assert redis.ask("ACL", "SETUSER", "ferryman", "on", ">secret", *rules) == "+OK"
    return f"redis://ferryman:secret@127.0.0.1:{redis.port}/0"


async def do_everything(store: Store) -> None:
    """Run every script there is, and whatever else the store sends."""
    jobs = [
        new_job(key="k", tags=("t",), request="r", fingerprint="f"),
        new_job(args='"' + "x" * 99 + '"'),
        new_job(delay=60.0),
    ]
    await store.submit(jobs)
    assert await store.inspector.ahead(jobs[1].id) == Counted(1, True)
    claimed = (await turn(store, want=2)).claimed
    info = worker_info("w")
    await store.extend(info, [job.lease for job in claimed], 15.0)
    assert await store.feed.append([Report(claimed[0].lease, FeedKind.PROGRESS, '{"part": 1}')]) == [True]
    assert len(await store.feed.read(claimed[0].id)) == 1
    outcomes = (
        Outcome.completed(claimed[0].lease, '"' + "y" * 99 + '"'),
        Outcome.retried(claimed[1].lease, NO_ERROR, 9.0),
    )
    assert list((await turn(store, *outcomes)).accepted) == [True, True]
    inspector = store.inspector
    assert len((await inspector.find(JobFilter(), PageRequest(10))).jobs) == 3
    assert len((await inspector.find(JobFilter(tags=("t",)), PageRequest(10))).jobs) == 1
    assert all(await inspector.get([job.id for job in jobs], EVERYTHING))
    assert await inspector.queues()
    assert (await inspector.history(HistoryRequest(Step.MINUTE, 2))).rows
    assert await inspector.failures() == []
    assert len(await inspector.workers()) == 1
    assert await inspector.command("w", Command.QUIET)
    await inspector.pause("default", True)
    await inspector.pause("default", False)
    assert (await inspector.act(Operation.CANCEL, [jobs[2].id]))[0].done
    assert (await inspector.act(Operation.DELETE, [jobs[2].id]))[0].done
    await store.upkeep(10)
    await store.retire("w")
    await store.wait(["finished"], 0.1)
    assert await jobs_in(store) == 2
    assert (await inspector.health()).level == "redis-no", "the server does not tell how it keeps jobs"


async def test_the_rights_on_the_page_are_enough_for_everything(anywhere: Place) -> None:
    await do_everything(await anywhere.store(user(anywhere.redis, *rights())))
    names = [path.name.removesuffix(".lua") for path in files(scripts).iterdir() if path.name.endswith(".lua")]
    unknown = [name for name in names if ":1" not in anywhere.redis.ask("SCRIPT", "EXISTS", script(name).sha)]
    assert unknown == [], "do_everything leaves these out"


async def test_no_right_on_the_page_is_more_than_is_needed_to_start(place: Place) -> None:
    for left_out in ("~{fm:*", "&fm:signal:*", "+@all"):
        url = user(place.redis, *[rule for rule in rights() if rule != left_out])
        with pytest.raises(StoreMisconfigured, match="refuses this user"):
            await place.store(url)
    assert place.redis.ask("DBSIZE") == ":0", "something was stored before it was refused"


async def test_a_command_that_a_script_may_not_use_is_a_matter_of_rights(anywhere: Place) -> None:
    store = await anywhere.store(user(anywhere.redis, *rights(), "-hset"))
    with pytest.raises(StoreMisconfigured, match="refuses this user"):
        await submit(store)


@pytest.mark.parametrize("kind", ["redis-6.2", "valkey-9"])
async def test_the_rights_on_the_page_are_enough_on_a_cluster(tmp_path: Path, kind: str) -> None:
    redis = RedisServer(tmp_path / "redis", kind, (*RELAXED, "--cluster-enabled", "yes")).start()
    place = Place(redis)
    try:
        assert redis.ask("CLUSTER", "ADDSLOTS", *map(str, range(16_384))) == "+OK"
        until(lambda: "cluster_state:ok" in redis.ask("CLUSTER", "INFO"))
        # On Redis 6.2 CLUSTER as a whole is dangerous, which the page says.
        more = ["+cluster|slots"] if kind == "redis-6.2" else []
        url = user(redis, *rights(), *more).replace("redis:", "redis+cluster:").removesuffix("/0")
        await do_everything(await place.store(url))
    finally:
        await place.close()
        redis.stop()
