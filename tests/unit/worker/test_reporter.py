"""What attempts say reaches the store in batches, in order, before their outcomes, and in bounded memory."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from ferryman.domain.lease import Lease
from ferryman.domain.outcome import Ending
from ferryman.store.messages import FeedKind, Report
from ferryman.worker.context import LONGEST_ENTRY, Context, StopSign
from ferryman.worker.said import LONGEST_OUTPUT, MOST_LINES, MOST_OUTPUT, Said
from tests.unit.fakes.memory_store import Row
from tests.unit.fakes.virtual_time import now, virtual_time
from tests.unit.worker.place import endings, task, working


def lines(row: Row) -> list[str]:
    return [json.loads(report.data)["message"] for report in row.said if report.kind is FeedKind.LOG]


def progress(row: Row) -> list[float]:
    return [json.loads(report.data)["current"] for report in row.said if report.kind is FeedKind.PROGRESS]


@virtual_time
async def test_everything_said_is_stored_before_the_outcome() -> None:
    async def work(context: Context) -> None:
        context.log("first")
        context.progress(1)
        context.log("second")

    async with working(task(work)) as place:
        row = place.store.put()
        said_at_end: list[int] = []
        finish = place.store._finish

        def watch(outcome: Any) -> bool:
            said_at_end.append(len(row.said))
            return finish(outcome)

        place.store._finish = watch  # type: ignore[method-assign]  # to look at the moment of the finish
        await place.ended(row)
    assert said_at_end == [3]
    assert lines(row) == ["first", "second"]


@virtual_time
async def test_reports_leave_at_most_every_tenth_of_a_second_and_the_newest_progress_counts() -> None:
    async def work(context: Context) -> None:
        for step in range(1_000):
            context.progress(step)
            await asyncio.sleep(0.001)

    async with working(task(work)) as place:
        row = place.store.put()
        await place.ended(row)
    assert 9 <= len(progress(row)) <= 13
    assert progress(row) == sorted(progress(row))
    assert progress(row)[-1] == 999


@virtual_time
async def test_a_flood_of_log_lines_is_cut_and_says_so() -> None:
    async def work(context: Context) -> None:
        for number in range(1_000):
            context.log(f"line {number}")

    async with working(task(work)) as place:
        row = place.store.put()
        await place.ended(row)
    assert len(lines(row)) == MOST_LINES + 1
    assert lines(row)[0].startswith(f"{1_000 - MOST_LINES} log lines were dropped")
    assert lines(row)[-1] == "line 999"


def output(row: Row) -> list[str]:
    return [json.loads(report.data)["text"] for report in row.said if report.kind is FeedKind.OUTPUT]


@virtual_time
async def test_what_is_written_comes_out_as_it_was_written_in_few_entries() -> None:
    words = [f"word {number}\n" for number in range(1_000)]

    async def work(context: Context) -> None:
        for word in words:
            context.write(word)
            await asyncio.sleep(0.001)
        print("the", "end", file=context)

    async with working(task(work)) as place:
        row = place.store.put()
        await place.ended(row)
    assert "".join(output(row)) == "".join(words) + "the end\n"
    assert 9 <= len(output(row)) <= 13


LEASE = Lease("job", 1, 7)
P, L, W = FeedKind.PROGRESS, FeedKind.LOG, FeedKind.OUTPUT


def reported(*said: tuple[FeedKind, str]) -> list[tuple[FeedKind, str]]:
    """Return the entries that are stored of what was said within one batch."""
    collected = Said()
    for kind, data in said:
        collected.add(kind, data)
    return [
        (report.kind, json.loads(report.data)["text"] if report.kind is W else report.data)
        for report in collected.reports(LEASE, 0.1)
    ]


def test_log_lines_output_and_the_newest_progress_keep_their_order() -> None:
    assert reported((W, "a"), (W, "b"), (L, "1"), (W, "c"), (P, "2"), (W, "d")) == [
        (W, "ab"),
        (L, "1"),
        (W, "c"),
        (P, "2"),
        (W, "d"),
    ]


def test_output_that_had_only_an_older_progress_within_it_is_joined() -> None:
    assert reported((P, "1"), (W, "a"), (P, "2"), (W, "b"), (P, "3")) == [(W, "ab"), (P, "3")]


def test_a_long_text_is_cut_into_entries_and_any_character_comes_through() -> None:
    text = "ü\u2028\n\r\0🚢\ud800" * 2_000
    entries = reported((W, text))
    assert "".join(part for _, part in entries) == text
    assert max(len(part) for _, part in entries) == LONGEST_OUTPUT


@pytest.mark.parametrize("chunk", ["x", "x" * 999, "x" * 3 * MOST_OUTPUT])
def test_a_flood_of_output_is_cut_at_its_beginning_and_says_so(chunk: str) -> None:
    times = 3 * MOST_OUTPUT // len(chunk)
    (kind, told), *rest = reported(*[(W, chunk)] * times, (W, "the end"))
    kept = "".join(text for _, text in rest)
    assert kept.endswith("xthe end")
    assert MOST_OUTPUT - 1_500 < len(kept) <= MOST_OUTPUT
    lost = len(chunk) * times + len("the end") - len(kept)
    assert (kind, json.loads(told)["dropped"]) == (L, lost)
    assert json.loads(told)["message"].startswith(f"{lost} characters of output were dropped")


def test_many_small_pieces_take_bounded_memory() -> None:
    said = Said()
    for number in range(20_000):
        said.add(W, "x")
        said.add(L, f"{number}")
    assert len(said._output) < 2_000
    assert len(said.reports(LEASE, 0.1)) < 3_000


def test_only_text_can_be_written() -> None:
    context = Context("job", "work", "default", 1, 0, lambda kind, data: said.append(data), StopSign())
    said: list[str] = []
    context.write("")
    context.write("a")
    with pytest.raises(ValueError, match=r"write takes text, got b'x'"):
        context.write(b"x")  # type: ignore[arg-type]
    assert said == ["a"]


@virtual_time
async def test_a_refused_report_stops_its_attempt() -> None:
    ends: list[float] = []

    async def work(context: Context) -> None:
        try:
            await asyncio.sleep(1)
            place.store.lose(row)
            context.log("am I still here?")
            await asyncio.sleep(1_000)
        finally:
            ends.append(now())

    async with working(task(work)) as place:
        row = place.store.put()
        began = now()
        await place.until(lambda: ends)
        assert ends[0] - began < 1.2
        await asyncio.sleep(1)
    assert endings(row) == []


@virtual_time
async def test_an_outage_loses_no_line() -> None:
    async def work(context: Context) -> None:
        context.log("before")
        await asyncio.sleep(1)
        place.store.down = True
        context.log("meanwhile")
        await asyncio.sleep(5)
        place.store.down = False

    async with working(task(work)) as place:
        row = place.store.put()
        assert (await place.ended(row)).ending is Ending.COMPLETED
    assert lines(row) == ["before", "meanwhile"]


@virtual_time
async def test_a_feed_that_never_answers_does_not_keep_the_worker_from_ending() -> None:
    async def work(context: Context) -> None:
        context.log("hello")

    async def never(reports: list[Report]) -> list[bool]:
        await asyncio.get_running_loop().create_future()
        return []

    async with working(task(work), grace=1.0) as place:
        place.store.append = never  # type: ignore[method-assign,assignment]  # that is the fault
        row = place.store.put()
        await place.until(lambda: row.attempt)
        await asyncio.sleep(1)
        asked = now()
        place.worker.stop()
        await place.stopped()
        assert now() - asked < 20


def test_what_a_context_cannot_write_does_not_end_its_task() -> None:
    said: list[str] = []
    context = Context("job", "work", "default", 1, 0, lambda kind, data: said.append(data), StopSign())
    circle: list[Any] = []
    circle.append(circle)
    context.log("odd", number=float("nan"), circle=circle, thing=object())
    context.log("long", text="x" * LONGEST_ENTRY)
    assert [json.loads(entry)["message"] for entry in said] == ["odd", "long"]
    assert max(map(len, said)) < LONGEST_ENTRY
    with pytest.raises(ValueError, match="finite number"):
        context.progress(float("inf"))
