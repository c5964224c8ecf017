"""Lists on a file: what only SQLite refuses, and how little is read of a large table."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from ferryman.domain.errors import InvalidOption
from ferryman.domain.ids import job_id
from ferryman.domain.job import NewJob
from ferryman.domain.retention import Retention
from ferryman.store.query import MOST_LOOKED_AT, JobFilter, PageRequest
from ferryman.stores import open_store


async def test_a_beginning_that_very_many_ids_have_is_refused(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/jobs.db", Retention(), durability="off")
    await store.open()
    jobs = [NewJob(job_id(1.0, secrets.randbits(74)), "work") for _ in range(MOST_LOOKED_AT + 1)]
    for start in range(0, len(jobs), 1_000):
        await store.submit(jobs[start : start + 1_000])
    try:
        with pytest.raises(InvalidOption, match=r"more than 10,000 ids begin with 00000000: give more of its digits"):
            await store.inspector.find(JobFilter(ids=("0" * 8,)), PageRequest())
        digits = jobs[7].id.replace("-", "")[:20]
        [found] = (await store.inspector.find(JobFilter(ids=(digits,)), PageRequest())).jobs
        assert found.id == jobs[7].id
    finally:
        await store.close()
