"""Celery on Redis: acknowledges before it runs, so at most once, by default; results only for `echo`."""

from __future__ import annotations

from celery import Celery

from benchmarks.peers.systems import interface
from benchmarks.peers.systems.interface import RESULTS, URL, VARIANT, Call, System

app = Celery("bench", broker=URL, backend=URL if RESULTS else None)
app.conf.update(
    worker_prefetch_multiplier=64,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    task_ignore_result=not RESULTS,
    worker_send_task_events=False,
)

TASKS = {
    "noop": app.task(name="noop")(interface.noop),
    "echo": app.task(name="echo")(interface.echo),
}
THREADS = 8


class CelerySystem(System):
    """It has no way to submit many. VARIANT is the kind of its pool."""

    async def submit(self, task: str, call: Call) -> None:
        TASKS[task].apply_async(call)

    def work(self, processes: int) -> None:
        size = THREADS if VARIANT == "threads" else processes
        options = ["--pool", VARIANT, "--concurrency", str(size), "--loglevel", "WARNING"]
        app.worker_main(["worker", *options, "--without-gossip", "--without-mingle", "--without-heartbeat"])


system = CelerySystem()
