"""What is measured makes the promises of the store beside it, whatever the environment says."""

from __future__ import annotations

from ferryman.bench.processes import environment
from ferryman.config import Settings, load_settings


def test_a_process_reads_back_what_it_was_given() -> None:
    meant = Settings(
        url="redis://h/1",
        durability="normal",
        replicas=2,
        fsync=True,
        allow_volatile=True,
        lease="20s",
        keep_completed="1d",
    )
    assert load_settings(environment(meant)) == load_settings({}).replace(
        url="redis://h/1",
        durability="normal",
        replicas=2,
        fsync=True,
        allow_volatile=True,
        lease=20.0,
        keep_completed=86_400.0,
        log="json",
    )
