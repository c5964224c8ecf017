"""What a submit promises."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ferryman.domain.ids import parse_job_id
from ferryman.domain.state import Operation, State
from ferryman.store.messages import Submitted
from tests.conformance.world import RETENTION, World


async def test_a_submitted_job_is_kept_as_it_was_described(world: World) -> None:
    described = world.job(
        args='{"to": "ada", "n": 123456789012345678901234567890}',
        queue="mail",
        priority=8,
        timeout=30.0,
        max_retries=7,
        max_crashes=2,
        key="k",
        tags=("a", "b"),
    )
    await world.store.submit([described])
    job = await world.get(described.id)
    assert (job.task, job.queue, job.priority, job.timeout) == ("work", "mail", 8, 30.0)
    assert (job.max_retries, job.max_crashes, job.key, job.tags) == (7, 2, "k", ("a", "b"))
    assert job.args == described.args
    assert (job.state, job.attempt, job.retries, job.crashes) == (State.PENDING, 0, 0, 0)
    assert job.submitted_at == world.about(world.now())
    assert (job.worker, job.error, job.progress, job.started_at, job.attempts) == (None, None, None, None, ())


async def test_no_jobs_is_a_fine_batch(world: World) -> None:
    assert await world.store.submit([]) == []


async def test_a_batch_is_answered_in_its_order(world: World) -> None:
    jobs = [world.job() for _ in range(20)]
    assert await world.store.submit(jobs) == [Submitted(job.id, True) for job in jobs]


@pytest.mark.one_line
async def test_a_thousand_jobs_go_in_one_call(world: World) -> None:
    ids = await world.submit_many(1_000, tags=("bulk",))
    assert [job.id for job in await world.claim(1_000)] == ids


async def test_the_same_id_again_is_the_same_job(world: World) -> None:
    job = world.job(args='{"n": 1}')
    await world.store.submit([job])
    assert await world.store.submit([job._replace(args='{"n": 2}')]) == [Submitted(job.id, False)]
    assert (await world.get(job.id)).args == '{"n": 1}'


async def test_the_same_id_again_does_not_run_a_finished_job_again(world: World) -> None:
    job = world.job()
    await world.store.submit([job])
    await world.complete((await world.claim_one()).lease)
    assert await world.store.submit([job]) == [Submitted(job.id, False)]
    assert await world.claim_ids() == []


async def test_a_batch_sent_again_after_a_lost_answer_is_stored_once(world: World) -> None:
    jobs = [world.job(key="k"), world.job(request="r", fingerprint="f"), world.job(delay=60.0), world.job(tags=("t",))]
    await world.store.submit(jobs)
    answers = [Submitted(job.id, False, replayed=job.request is not None) for job in jobs]
    assert await world.store.submit(jobs) == answers
    assert len(await world.dump()) == 4


async def test_known_and_new_jobs_in_one_batch_are_told_apart(world: World) -> None:
    old, new = world.job(), world.job()
    await world.store.submit([old])
    later = world.job(args='{"n": 3}')
    answers = await world.store.submit([new, old, later])
    assert answers == [Submitted(new.id, True), Submitted(old.id, False), Submitted(later.id, True)]
    assert (await world.get(later.id)).args == '{"n": 3}'


async def test_an_id_twice_in_one_batch_is_one_job(world: World) -> None:
    job = world.job()
    assert await world.store.submit([job, job]) == [Submitted(job.id, True), Submitted(job.id, False)]


@pytest.mark.parametrize("state", [state for state in State if state is not State.BLOCKED])
async def test_the_same_key_gives_the_first_job_in_whatever_state_it_is(world: World, state: State) -> None:
    first = await world.in_state(state, key="k")
    assert await world.store.submit([world.job(key="k")]) == [Submitted(first, False)]


async def test_the_same_key_twice_in_one_batch_is_one_job(world: World) -> None:
    first, second = world.job(key="k"), world.job(key="k")
    assert await world.store.submit([first, second]) == [Submitted(first.id, True), Submitted(first.id, False)]


async def test_a_key_belongs_to_its_task(world: World) -> None:
    first = await world.submit("work", key="k")
    second = await world.submit("other", key="k")
    assert first != second
    assert (await world.get(second)).key == "k"


async def test_a_key_holds_across_queues(world: World) -> None:
    first = await world.submit(key="k", queue="here")
    assert await world.store.submit([world.job(key="k", queue="there")]) == [Submitted(first, False)]


async def test_a_key_is_free_again_once_its_job_is_deleted(world: World) -> None:
    first = await world.submit(key="k")
    await world.act(Operation.DELETE, first)
    assert await world.submit(key="k") != first


async def test_a_key_is_free_again_once_its_job_is_pruned(world: World) -> None:
    await world.in_state(State.COMPLETED, key="k")
    await world.advance(RETENTION.completed + 1)
    await world.store.upkeep(100)
    await world.submit(key="k")


@pytest.mark.parametrize("key", ["two\nlines", "ключ 🔑", "a" * 256, "work\nk", "%_'\";--"])
async def test_a_key_may_be_any_text(world: World, key: str) -> None:
    first = await world.submit(key=key)
    assert (await world.get(first)).key == key
    assert await world.store.submit([world.job(key=key)]) == [Submitted(first, False)]


async def test_the_same_request_again_gives_its_job(world: World) -> None:
    first = await world.submit(request="r", fingerprint="f")
    again = await world.store.submit([world.job(request="r", fingerprint="f")])
    assert again == [Submitted(first, False, replayed=True)]


async def test_a_request_that_asks_for_something_else_is_a_conflict(world: World) -> None:
    first = await world.submit(request="r", fingerprint="f")
    again = await world.store.submit([world.job(request="r", fingerprint="g")])
    assert again == [Submitted(first, False, True)]
    assert len(await world.dump()) == 1


@pytest.mark.parametrize("numbers", [(0, 1), (0, 1, 2), (0,), (7, 8), (1, 0)])
async def test_a_request_that_asks_for_something_else_stores_none_of_its_jobs(
    world: World, numbers: tuple[int, ...]
) -> None:
    # Seen red when only the job with the same number was refused.
    first = [world.job(request=f"r#{number}", fingerprint="f") for number in (0, 1)]
    await world.store.submit(first)
    other, bystander = [world.job(request=f"r#{number}", fingerprint="g") for number in numbers], world.job()
    answers = await world.store.submit([*other[:1], bystander, *other[1:]])
    assert answers.pop(1) == Submitted(bystander.id, True)
    assert {(answer.created, answer.conflict) for answer in answers} == {(False, True)}
    assert (await world.dump()).keys() == {*(job.id for job in first), bystander.id}


async def test_of_two_requests_in_one_call_the_first_holds(world: World) -> None:
    first = [world.job(request=f"r#{number}", fingerprint="f") for number in (0, 1)]
    second = [world.job(request=f"r#{number}", fingerprint="g") for number in (0, 1, 2)]
    answers = await world.store.submit([*first, *second])
    assert answers[:2] == [Submitted(job.id, True) for job in first]
    assert {(answer.created, answer.conflict) for answer in answers[2:]} == {(False, True)}
    assert (await world.dump()).keys() == {job.id for job in first}


async def test_requests_whose_names_begin_alike_are_strangers(world: World) -> None:
    jobs = [world.job(request=name, fingerprint=name) for name in ("r", "r1#0", "r2#0", "rr#0", "r!", "q#0")]
    assert await world.store.submit(jobs) == [Submitted(job.id, True) for job in jobs]
    later = world.job(request="r3#0", fingerprint="other")
    assert await world.store.submit([later]) == [Submitted(later.id, True)]


async def test_a_request_holds_across_tasks(world: World) -> None:
    first = await world.submit("work", request="r", fingerprint="f")
    assert await world.store.submit([world.job("other", request="r", fingerprint="g")]) == [
        Submitted(first, False, True)
    ]


async def test_a_request_is_forgotten_with_its_job(world: World) -> None:
    first = await world.submit(request="r", fingerprint="f")
    await world.act(Operation.DELETE, first)
    await world.submit(request="r", fingerprint="g")


async def test_a_new_request_with_a_known_key_gives_that_job_without_conflict(world: World) -> None:
    first = await world.submit(key="k", request="r", fingerprint="f")
    again = await world.store.submit([world.job(key="k", request="s", fingerprint="f")])
    assert again == [Submitted(first, False)]


async def test_a_batch_is_stored_all_or_none(world: World) -> None:
    unstorable: Any = object()
    with pytest.raises(Exception, match=r".+"):
        await world.store.submit([world.job(), world.job(args=unstorable)])
    assert await world.dump() == {}


async def test_a_batch_that_cannot_be_stored_harms_no_other_in_flight(world: World) -> None:
    unstorable: Any = object()
    good = [world.job(queue="fresh", tags=("t",)) for _ in range(10)]
    calls = [world.store.submit([job]) for job in good]
    calls.insert(0, world.store.submit([world.job(queue="fresh"), world.job(queue="fresh", args=unstorable)]))
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert isinstance(answers[0], Exception)
    assert answers[1:] == [[Submitted(job.id, True)] for job in good]
    assert sorted(await world.claim_ids()) == sorted(job.id for job in good)
    assert (await world.get(good[0].id)).queue == "fresh"


async def test_concurrent_submits_of_one_key_agree_on_one_job(world: World) -> None:
    other = await world.another()
    calls = [store.submit([world.job(key="k")]) for store in [world.store, other] * 10]
    answers = [answer for [answer] in await asyncio.gather(*calls)]
    assert len({answer.id for answer in answers}) == 1
    assert sum(answer.created for answer in answers) == 1


async def test_a_job_with_a_delay_is_scheduled(world: World) -> None:
    job = await world.get(await world.submit(delay=90.0))
    assert job.state is State.SCHEDULED
    assert job.run_at == world.about(world.now() + 90)


async def test_a_job_for_a_later_time_is_scheduled(world: World) -> None:
    job = await world.get(await world.submit(run_at=world.now() + 3_600))
    assert (job.state, job.run_at) == (State.SCHEDULED, world.about(world.now() + 3_600))


@pytest.mark.parametrize("said", [{"delay": 0.0}, {"run_at": 0.0}, {"run_at": 1_000.0}])
async def test_a_job_for_now_or_earlier_is_pending(world: World, said: dict[str, Any]) -> None:
    identifier = await world.submit(**said)
    assert await world.state(identifier) is State.PENDING
    assert await world.claim_ids() == [identifier]


async def test_text_of_any_kind_survives(world: World) -> None:
    args = '{"text": "zero\\u0000 line\\n \\"quoted\\" 🚢 ü", "empty": "", "nested": [{"a": [1, 2.5, null, true]}]}'
    identifier = await world.submit(args=args, tags=("ü", "a b", '"'))
    job = await world.get(identifier)
    assert job.args == args
    assert job.tags == ("ü", "a b", '"')
    assert (await world.claim_one()).args == args


async def test_large_arguments_survive(world: World) -> None:
    args = '{"text": "' + "x" * 1_000_000 + '"}'
    identifier = await world.submit(args=args)
    assert (await world.get(identifier)).args == args
    assert (await world.claim_one()).args == args


async def test_ids_made_by_others_are_kept_as_they_are(world: World) -> None:
    foreign = parse_job_id("6fa459ea-ee8a-3ca4-894e-db77e160355e")
    assert await world.store.submit([world.job()._replace(id=foreign)]) == [Submitted(foreign, True)]
    assert (await world.get(foreign)).id == foreign


async def test_a_job_that_is_known_by_its_id_is_not_judged_by_its_request(world: World) -> None:
    first = world.job(request="r", fingerprint="one")
    other = world.job(request="r", fingerprint="another")
    await world.store.submit([first])
    await world.store.submit([other._replace(request=None, fingerprint=None)])
    assert await world.store.submit([other]) == [Submitted(other.id, False)]
