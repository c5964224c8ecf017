"""`/v1/events`: what the dashboard shows, as it changes."""

from __future__ import annotations

from typing import Any

import pytest

from ferryman.api import live
from ferryman.domain.errors import StoreUnavailable
from tests.integration.api.listener import Event, Listener, listening
from tests.integration.api.site import Site


async def shown(listener: Listener, until: Any) -> dict[str, Any]:
    """Apply events as a page does until a condition holds; return the table then."""
    table: dict[str, Any] = {}
    async for came in listener.events("snapshot", "patch"):
        apply(table, came)
        if until(table):
            return table
    raise AssertionError(f"the stream ended; last seen: {table}")


def apply(table: dict[str, Any], came: Event) -> None:
    if came.kind == "snapshot":
        table.clear()
        table.update(came.data)
        return
    for section, change in came.data.items():
        if section in ("queues", "tasks", "workers"):
            for name, row in change.items():
                if row is None:
                    del table[section][name]
                else:
                    table[section][name] = row
        else:
            table[section] = change


async def test_a_page_sees_the_whole_table_and_then_each_change(site: Site) -> None:
    await site.submit()
    async with listening(site.application, "/v1/events") as page:
        first = await page.event()
        assert first is not None
        assert (first.kind, page.status, page.headers["content-type"]) == ("snapshot", 200, "text/event-stream")
        assert first.data["queues"]["mail"]["jobs"] == {"pending": 1}
        assert first.data["tasks"]["send_email"] == {"jobs": {"pending": 1}}
        assert first.data["tasks"]["power"] == {"jobs": {}}
        assert first.data["totals"] == {"jobs": {"pending": 1}, "slots": 0, "busy": 0, "alive": 0}
        assert (first.data["workers"], first.data["trouble"]) == ({}, None)
        await site.submit("power", args={"base": 3})
        second = await page.event()
        assert second is not None
        assert second.kind == "patch"
        assert set(second.data["tasks"]) == {"power"}
        assert set(second.data["queues"]) == {"default"}
        assert second.data["totals"]["jobs"] == {"pending": 2}
        assert second.data["version"] > first.data["version"]


async def test_a_row_is_what_its_own_route_answers(site: Site) -> None:
    await site.submit()
    async with listening(site.application, "/v1/events") as page:
        first = await page.event()
    assert first is not None
    assert first.data["queues"]["mail"] == (await site.client.get("/v1/queues/mail")).json()


async def test_jobs_that_run_are_seen_to_end(site: Site) -> None:
    async with listening(site.application, "/v1/events") as page:
        await site.submit()
        await site.work()
        table = await shown(page, lambda table: table["totals"]["jobs"] == {"completed": 1})
        assert table["queues"]["mail"]["jobs"] == {"completed": 1}


async def test_a_page_that_comes_back_goes_on_where_it_was(site: Site) -> None:
    async with listening(site.application, "/v1/events") as page:
        first = await page.event()
    assert first is not None
    await site.submit()
    async with listening(site.application, "/v1/events", Last_Event_ID=first.id) as page:
        again = await page.event()
    assert again is not None
    assert again.kind == "patch"
    assert set(again.data["tasks"]) == {"send_email"}


async def begin(site: Site, after: str = "") -> Event:
    """Return the first event of a stream from behind an id."""
    async with listening(site.application, f"/v1/events?after={after}") as page:
        first = await page.event()
    assert first is not None
    return first


async def test_what_is_not_known_any_more_begins_with_the_whole_table(site: Site) -> None:
    identifier = (await begin(site)).id
    for after in ("nonsense", "00000000-3", "00000000-" + "9" * 60, "-", identifier + "0"):
        assert (await begin(site, after)).kind == "snapshot"


async def test_an_empty_patch_says_that_the_server_looks(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SIGN_OF_LIFE", 0.0)
    async with listening(site.application, "/v1/events") as page:
        first = await page.event()
        assert first is not None
        async for quiet in page.events():
            if quiet.data["version"] == first.data["version"]:
                break
            first = quiet  # the first wait of a listener returns at once, and may have moved jobs
        assert (quiet.kind, quiet.data["queues"], quiet.data["workers"]) == ("patch", {}, {})
        assert quiet.id != first.id


async def test_a_store_that_does_not_answer_is_told_and_its_return_too(site: Site) -> None:
    await site.submit()
    client = await site.ferry.connections.here()
    inspector, workers = client.store.inspector, client.store.inspector.workers

    async def away() -> Any:
        raise StoreUnavailable("the store is away")

    async with listening(site.application, "/v1/events") as page:
        await shown(page, lambda table: table["trouble"] is None)
        inspector.workers = away  # type: ignore[method-assign]
        table: dict[str, Any] = {"queues": {}}
        async for came in page.events():
            apply(table, came)
            if came.data["trouble"] == "the store is away":
                inspector.workers = workers  # type: ignore[method-assign]
            elif "trouble" in table and inspector.workers is workers:
                break
        assert table["trouble"] is None
    async with listening(site.application, "/v1/events") as page:
        inspector.workers = away  # type: ignore[method-assign]
        table = await shown(page, lambda table: table["trouble"])
        assert table["queues"]["mail"]["jobs"] == {"pending": 1}, "the last that is known"


async def test_nobody_samples_when_nobody_looks(site: Site) -> None:
    client = await site.ferry.connections.here()
    asked: list[str] = []
    counts = client.store.inspector.counts

    async def count() -> Any:
        asked.append("counts")
        return await counts()

    client.store.inspector.counts = count  # type: ignore[method-assign]
    async with listening(site.application, "/v1/events") as page:
        await page.event()
    assert len(asked) == 1
    await site.submit()
    async with listening(site.application, "/v1/events") as one, listening(site.application, "/v1/events") as two:
        await one.event()
        await two.event()
    assert len(asked) == 2
