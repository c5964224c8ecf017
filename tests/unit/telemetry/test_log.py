"""Events become lines: for people on a terminal, JSON elsewhere, ids as fields."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from ferryman.domain.lease import Claimed
from ferryman.telemetry import events, log
from ferryman.telemetry.current import CURRENT
from ferryman.telemetry.events import Event

FAILED = events.AttemptFailed("job-1", "mail", 2, "ValueError", "no {braces} here", None, "Traceback: x")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    target = io.StringIO()
    handler = logging.StreamHandler(target)
    handler.setFormatter(log.JsonLines())
    log.LOGGER.addHandler(handler)
    log.LOGGER.setLevel(logging.INFO)
    yield target
    log.LOGGER.removeHandler(handler)
    log.LOGGER.setLevel(logging.NOTSET)


def every_event() -> list[type[Event]]:
    return [kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event)][1:]


def test_every_event_has_a_line() -> None:
    assert set(every_event()) == set(log.LINES)


def test_a_line_for_machines_has_its_ids_as_fields(stream: io.StringIO) -> None:
    log.emit(FAILED)
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["job_id"], line["attempt"]) == ("AttemptFailed", "warning", "job-1", 2)
    assert line["message"].startswith("mail failed: ValueError: no {braces} here (no retry is left)")
    assert "Traceback: x" in line["message"]


def test_an_unforeseen_error_comes_with_its_traceback(stream: io.StringIO) -> None:
    try:
        raise ZeroDivisionError("a bug")
    except ZeroDivisionError as error:
        log.emit(events.ServiceFailed("turns", "ZeroDivisionError: a bug", error))
    line = json.loads(stream.getvalue())
    assert "test_log.py" in line["traceback"]


def test_a_line_for_people_names_the_job() -> None:
    record = logging.LogRecord("ferryman", logging.WARNING, "", 1, "mail failed", None, None)
    record.ids = {"task": "mail", "job_id": "job-1", "attempt": 2}
    assert log.HumanLines().format(record).endswith("warning mail failed [mail job-1 #2]")


def test_a_line_of_a_tasks_own_code_is_marked_with_its_attempt() -> None:
    token = CURRENT.set(Claimed("job-1", 3, 1, "mail", "default", "{}", 0, 3, 0, None))
    try:
        line = json.loads(log.JsonLines().format(logging.LogRecord("my.app", 20, "", 1, "sent", None, None)))
    finally:
        CURRENT.reset(token)
    assert (line["logger"], line["task"], line["job_id"], line["attempt"]) == ("my.app", "mail", "job-1", 3)
