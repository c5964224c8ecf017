"""Between replies and values: the only place that knows how a value is written in Redis."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from ferryman.domain.job import Attempt, Job
from ferryman.domain.lease import Claimed, Lease
from ferryman.domain.outcome import Ending
from ferryman.domain.state import State
from ferryman.store.messages import Command, FeedEntry, FeedKind, WorkerInfo, WorkerRow
from ferryman.store.query import Include
from ferryman.stores.redis.keys import USUAL

#: The parts of a job that are read only when asked for, in the order in which get_jobs.lua is told.
PARTS = (Include.ARGS, Include.RESULT, Include.ATTEMPTS, Include.REQUEST)

_NO_ID = b"\0" * 16


def id_bytes(identifier: str) -> bytes:
    """Return an id as the 16 bytes that it stands for; what is no UUID becomes bytes that no job has."""
    try:
        found = bytes.fromhex(identifier.replace("-", ""))
    except ValueError:
        return _NO_ID
    return found if len(found) == 16 else _NO_ID


def id_text(raw: bytes) -> str:
    """Return an id as people know it."""
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def token(lease: Lease) -> bytes:
    """Return a lease as it stands in the sorted set of leases."""
    return b"%b%d %d" % (id_bytes(lease.job_id), lease.attempt, lease.nonce)


@lru_cache(maxsize=1_000)
def lane_of(lane: bytes) -> tuple[str, str]:
    """Return the queue and the task of a lane."""
    queue, _, task = lane.decode().partition(" ")
    return queue, task


def milliseconds(seconds: float) -> int:
    """Return a time or duration as Redis keeps it."""
    return round(seconds * 1_000)


def _seconds(raw: bytes | None) -> float | None:
    return None if raw is None else int(raw) / 1_000


def claimed_of(flat: Sequence[Any], nonce: int) -> list[Claimed]:
    """Make claimed jobs of the answer of turn.lua."""
    jobs = []
    for n in range(0, len(flat), 8):
        raw, attempt, lane, args, retries, max_retries, crashes, timeout = flat[n : n + 8]
        queue, task = lane_of(lane)
        jobs.append(
            Claimed(
                id_text(raw),
                int(attempt),
                nonce,
                task,
                queue,
                args.decode(),
                int(retries),
                int(max_retries),
                int(crashes),
                float(timeout) if timeout else None,
            )
        )
    return jobs


def job_of(identifier: str, row: Sequence[Any], include: frozenset[Include] = frozenset()) -> Job:
    """Make a job of what parts/reading.lua answers, with the parts that were asked for."""
    flat, lease_until, last_ended, progress, grouped, apart_args, apart_result, history, fingerprint = row
    said = dict(zip(flat[::2], flat[1::2], strict=True))
    args, result, attempts, request = (part in include for part in PARTS)
    state = State(said[b"state"].decode())
    queue, task = lane_of(said[b"lane"])
    key, tags, worker = said.get(b"key"), said.get(b"tags"), said.get(b"worker")
    return Job(
        id=identifier,
        task=task,
        queue=queue,
        state=state,
        priority=int(said.get(b"priority", USUAL["priority"])),
        attempt=int(said.get(b"attempt", 0)),
        retries=int(said.get(b"retries", 0)),
        max_retries=int(said.get(b"max_retries", USUAL["max_retries"])),
        crashes=int(said.get(b"crashes", 0)),
        max_crashes=int(said.get(b"max_crashes", USUAL["max_crashes"])),
        submitted_at=_seconds(said.get(b"submitted")) or int(said[b"seq"]) / 1e6,
        run_at=_seconds(said.get(b"run_at")),
        started_at=_seconds(said.get(b"started")),
        finished_at=_seconds(said.get(b"finished")),
        timeout=float(said[b"timeout"]) if b"timeout" in said else None,
        key=None if key is None else key.decode(),
        tags=tuple(tags.decode().split("\n")) if tags else (),
        worker=None if worker is None else worker.decode(),
        lease_until=_seconds(lease_until),
        error=attempt_of(last_ended).error if last_ended and state is not State.COMPLETED else None,
        progress=progress.decode() if progress else None,
        entries=int(said.get(b"said", 0)),
        failure=said[b"failure"].decode() if grouped else None,
        args=(apart_args or said.get(b"args", b"{}")).decode() if args else None,
        result=(apart_result or said.get(b"result", b"null")).decode() if result and state is State.COMPLETED else None,
        attempts=_attempts(said, state, history or ()) if attempts else None,
        request=said[b"request"].decode() if request and b"request" in said else None,
        fingerprint=fingerprint.decode() if fingerprint else None,
    )


def _attempts(said: dict[bytes, bytes], state: State, history: Sequence[bytes]) -> tuple[Attempt, ...]:
    ended = tuple(attempt_of(text) for text in history)
    if state is not State.COMPLETED:
        return ended
    # See parts/history.lua: this one is in the job itself.
    last = Attempt(
        int(said[b"attempt"]),
        said[b"worker"].decode(),
        int(said[b"started"]) / 1_000,
        int(said[b"finished"]) / 1_000,
        Ending.COMPLETED,
    )
    return (*ended, last)


def attempt_of(text: bytes) -> Attempt:
    """Make an ended attempt of what parts/history.lua wrote."""
    number, started, finished, ending, worker, error = text.decode().split("\n", 5)
    return Attempt(int(number), worker, int(started) / 1_000, int(finished) / 1_000, Ending(ending), error or None)


def attempt_text(attempt: Attempt) -> str:
    """Write an ended attempt as parts/history.lua does."""
    assert attempt.ending is not None
    finished = milliseconds(attempt.finished_at or attempt.started_at)
    ended = (attempt.number, milliseconds(attempt.started_at), finished, attempt.ending.value, attempt.worker)
    return "\n".join([*map(str, ended), attempt.error or ""])


def feed_entry_of(text: bytes) -> FeedEntry:
    """Make a feed entry of what feed_append.lua wrote."""
    number, attempt, at, kind, data = text.decode().split(" ", 4)
    return FeedEntry(int(number), int(attempt), int(at) / 1_000, FeedKind(kind), data)


def worker_text(worker: WorkerInfo, lease: float) -> str:
    """Write what a worker announces as JSON."""
    return json.dumps(asdict(worker) | {"lease": lease})


def worker_of(row: Sequence[bytes], now: float) -> WorkerRow:
    """Make a worker of what list_workers.lua answers."""
    values = json.loads(row[0])
    values["queues"] = tuple(values["queues"])
    values["tasks"] = tuple(values["tasks"])
    known = {name: values[name] for name in WorkerInfo.__dataclass_fields__ if name in values}
    seen_at = int(row[1]) / 1_000
    command = Command(row[2].decode()) if row[2] else None
    return WorkerRow(WorkerInfo(**known), seen_at, seen_at + values["lease"] > now, command)
