"""A job's id says where it lives; what must be decided in one step lives in one place."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferryman.domain.ids import job_id, parse_job_id, submitted_at
from ferryman.domain.job import NewJob
from ferryman.stores.redis.address import MOST_PARTITIONS
from ferryman.stores.redis.places import place_of, spread

PARTITIONS = st.integers(1, MOST_PARTITIONS)
IDS = st.builds(job_id, st.floats(0, 2**38), st.integers(0, 2**74 - 1))
TEXT = st.text(min_size=1)
#: A request is a name; a batch puts # and a number behind it.
REQUEST_NAMES = st.text(min_size=1).map(lambda text: text.replace("#", ""))


def placed(identifier: str, task: str = "work", key: str | None = None, request: str | None = None) -> str:
    """Return the id that a job gets."""
    return NewJob(identifier, task, key=key, request=request).placed().id


@given(IDS, PARTITIONS)
def test_every_job_has_one_of_the_places(identifier: str, partitions: int) -> None:
    place = place_of(identifier, partitions)
    assert 0 <= place < partitions
    assert place == place_of(identifier, partitions)
    assert place == place_of(identifier.upper(), partitions)


@given(st.text(), PARTITIONS)
def test_what_is_no_id_has_a_place_too(text: str, partitions: int) -> None:
    """Somebody may ask for anything; that place answers that there is no such job."""
    assert 0 <= place_of(text, partitions) < partitions


def test_one_partition_is_the_first() -> None:
    assert place_of("anything", 1) == 0


@given(IDS, IDS, TEXT, TEXT, PARTITIONS)
def test_jobs_of_a_key_live_in_one_place(one: str, other: str, task: str, key: str, partitions: int) -> None:
    places = {place_of(placed(identifier, task, key), partitions) for identifier in (one, other)}
    assert len(places) == 1


@given(IDS, IDS, REQUEST_NAMES, st.integers(0, 9), st.integers(0, 9), PARTITIONS)
def test_jobs_of_a_request_live_in_one_place(
    one: str, other: str, name: str, number: int, further: int, partitions: int
) -> None:
    requests = [(one, name), (one, f"{name}#{number}"), (other, f"{name}#{further}")]
    places = {place_of(placed(identifier, "work", None, request), partitions) for identifier, request in requests}
    assert len(places) == 1
    tasks = {place_of(placed(one, task, None, name), partitions) for task in ("a", "b")}
    assert tasks == places, "the place of a request depends on the task"


@given(IDS, IDS, TEXT, TEXT, TEXT, PARTITIONS)
def test_a_key_decides_before_a_request(
    one: str, other: str, key: str, first: str, second: str, partitions: int
) -> None:
    places = {
        place_of(placed(one, "work", key, first), partitions),
        place_of(placed(other, "work", key, second), partitions),
        place_of(placed(other, "work", key), partitions),
    }
    assert len(places) == 1


def test_keys_of_different_tasks_do_not_crowd_one_place() -> None:
    identifier = job_id(1_893_456_000.0, 5)
    places = {place_of(placed(identifier, f"task{n}", "key"), 16) for n in range(1_000)}
    assert len(places) == 16


@given(IDS, TEXT)
def test_an_id_stays_an_id_and_keeps_its_time(identifier: str, key: str) -> None:
    for changed in (placed(identifier, key=key), placed(identifier, request=key)):
        assert parse_job_id(changed) == changed
        assert submitted_at(changed) == submitted_at(identifier)
        assert changed[:-4] == identifier[:-4], "what keeps two jobs apart is lost"


@given(IDS)
def test_other_jobs_keep_their_ids(identifier: str) -> None:
    assert placed(identifier) == identifier


@pytest.mark.parametrize("partitions", [2, 3, 7, 16, 100, MOST_PARTITIONS])
@pytest.mark.parametrize("keys", [False, True])
def test_jobs_are_spread_evenly(partitions: int, keys: bool) -> None:
    jobs = 100 * partitions
    chance = 0x9E37_79B9_7F4A_7C15_F39D  # odd, so that its multiples go everywhere
    ids = [job_id(1_893_456_000.0, n * chance % 2**74) for n in range(jobs)]
    found = Counter(place_of(placed(i, key=f"key {n}" if keys else None), partitions) for n, i in enumerate(ids))
    assert len(found) == partitions
    assert max(found.values()) < 200
    assert min(found.values()) > 40


class Asked:
    """Answers for each job with its id, and remembers who was asked."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = ids
        self.partitions: list[int] = []

    async def __call__(self, partition: int, positions: Sequence[int]) -> list[str]:
        self.partitions.append(partition)
        # The later ones answer first.
        for _ in range(10 - len(self.partitions) % 10):
            await asyncio.sleep(0)
        return [self.ids[position] for position in positions]


@given(st.lists(IDS, max_size=50), PARTITIONS)
def test_answers_come_in_the_order_of_the_ids(ids: list[str], partitions: int) -> None:
    asked = Asked(ids)
    assert asyncio.run(spread(ids, partitions, asked)) == ids
    assert sorted(asked.partitions) == sorted({place_of(identifier, partitions) for identifier in ids})


@given(st.lists(IDS, max_size=5), st.integers(2, 64))
def test_some_are_asked_in_any_case_and_nobody_twice(ids: list[str], partitions: int) -> None:
    asked = Asked(ids)
    assert asyncio.run(spread(ids, partitions, asked, always=[0, 1])) == ids
    assert {0, 1} <= set(asked.partitions)
    assert len(asked.partitions) == len(set(asked.partitions))


async def test_all_are_asked_at_once() -> None:
    ids = [job_id(1_893_456_000.0, n) for n in range(64)]
    all_asked = asyncio.Barrier(8)

    async def ask(partition: int, positions: Sequence[int]) -> list[int]:
        await all_asked.wait()
        return list(positions)

    assert await asyncio.wait_for(spread(ids, 8, ask), 5) == list(range(64))


async def test_an_answer_that_is_short_is_an_error() -> None:
    ids = [job_id(1_893_456_000.0, n) for n in range(3)]

    async def ask(partition: int, positions: Sequence[int]) -> list[int]:
        return list(positions)[1:]

    with pytest.raises(ValueError, match="shorter"):
        await spread(ids, 1, ask)
