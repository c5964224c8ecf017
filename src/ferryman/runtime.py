"""Puts a worker process together: its stores, its loops, its signals."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Any, NoReturn

from ferryman import collector
from ferryman.app import Ferryman
from ferryman.domain.durations import Duration, seconds
from ferryman.domain.errors import InvalidOption
from ferryman.domain.options import valid_name
from ferryman.identity import new_worker_id
from ferryman.ports import Ports
from ferryman.service import Surroundings, call_patiently
from ferryman.store.protocol import Store
from ferryman.telemetry import log
from ferryman.telemetry.events import Emit, LeftRunning, Stacks
from ferryman.upkeep.lookout import Lookout
from ferryman.upkeep.upkeep import Upkeep
from ferryman.worker import child
from ferryman.worker.plan import Plan
from ferryman.worker.vitals import all_stacks
from ferryman.worker.worker import Worker


async def run_worker(
    ferry: Ferryman,
    *,
    queues: Sequence[str] = (),
    concurrency: int | None = None,
    burst: bool = False,
    grace: Duration | None = None,
    handle_signals: bool = False,
    emit: Emit = log.emit,
    ports: Ports | None = None,
) -> None:
    """Run jobs until stopped; with `burst`, until nothing is left to run.

    `queues` to serve, every queue by default; `concurrency` and `grace` as in the settings. With `handle_signals`
    SIGTERM and SIGINT stop it (twice: at once), SIGTSTP makes it quiet, SIGUSR2 logs every stack. Cancelling this
    hands running attempts back at once. Waits for a store that is down.

    Raises `InvalidOption` for a wrong queue or number, `TaskDefinitionError` for a `process=True` task that a child
    process could not find, `StoreIncompatible` and `StoreMisconfigured`.
    """
    async with worker_for(
        ferry, queues=queues, concurrency=concurrency, burst=burst, grace=grace, emit=emit, ports=ports
    ) as worker:
        with _signals(worker, emit) if handle_signals else contextlib.nullcontext():
            await worker.run()


@asynccontextmanager
async def worker_for(
    ferry: Ferryman,
    *,
    queues: Sequence[str] = (),
    concurrency: int | None = None,
    burst: bool = False,
    grace: Duration | None = None,
    emit: Emit = log.emit,
    ports: Ports | None = None,
) -> AsyncIterator[Worker]:
    """Give a worker that is ready to `run()`, with its upkeep running beside it; arguments as in `run_worker`."""
    around = Surroundings.of(emit, ports)
    plan = _plan(ferry, queues, concurrency, burst, grace)
    tasks = {name: handle.task for name, handle in ferry.tasks.items()}
    store = await _open(ferry.make_store, around)
    try:
        worker = Worker(store, ferry.make_store, tasks, plan, around)
        beside = [Upkeep(store, around).service, Lookout(store.inspector, plan.queues, plan.tasks, around).service]
        for service in beside:
            service.start()
        try:
            yield worker
        finally:
            for service in beside:
                await service.stop(patience=1.0)
    finally:
        await store.close()


def run(ferry: Ferryman, **options: Any) -> None:
    """Run a worker in this process, from sync code: signals handled, log lines written, the fastest loop there is.

    `options` as in `run_worker`. Does nothing where a child process of a worker imports the module that calls this.
    """
    if child.SERVING:
        return
    log.configure(style=ferry.settings.log)
    collector.spare()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(run_worker(ferry, handle_signals=True, **options))
        left = asyncio.all_tasks(runner.get_loop())
        if left:
            # They were cancelled and did not end, so closing the loop would wait for them for ever.
            log.emit(LeftRunning(len(left)))
            _leave()


def _leave() -> NoReturn:
    """End this process at once, as well as it goes."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)


def _plan(ferry: Ferryman, queues: Sequence[str], concurrency: int | None, burst: bool, grace: Duration | None) -> Plan:
    if isinstance(queues, str):
        raise InvalidOption("queues", f"queues must be a list of names, got the text {queues!r}; write [{queues!r}]")
    settings = ferry.settings.replace(concurrency=concurrency, grace=grace)
    served = tuple(valid_name(queue, "queue") for queue in dict.fromkeys(queues))
    return Plan(
        new_worker_id(),
        served,
        tuple(ferry.tasks),
        settings.concurrency,
        seconds(settings.lease),
        seconds(settings.grace),
        burst,
    )


async def _open(make_store: Callable[[], Store], around: Surroundings) -> Store:
    async def attempt() -> Store:
        store = make_store()
        await store.open()
        return store

    opened: Store = await call_patiently(attempt, "opening", around)
    return opened


@contextmanager
def _signals(worker: Worker, emit: Emit) -> Iterator[None]:
    """Have signals do what a person at a terminal and a service manager expect."""
    loop = asyncio.get_running_loop()
    actions: dict[str, Callable[[], object]] = {
        "SIGTERM": worker.stop,
        "SIGINT": worker.stop,
        "SIGHUP": worker.stop,
        "SIGBREAK": worker.stop,
        "SIGTSTP": worker.quiet,
        "SIGUSR2": lambda: emit(Stacks(all_stacks())),
    }
    before: dict[int, Any] = {}
    for name, action in actions.items():
        number = getattr(signal, name, None)
        # What is ignored already (by nohup, or a shell that put us in the background) stays ignored.
        if number is None or signal.getsignal(number) is signal.SIG_IGN:
            continue

        def handle(_: int, __: FrameType | None, action: Callable[[], object] = action) -> None:
            loop.call_soon_threadsafe(action)

        # Not loop.add_signal_handler: Windows has none, and this also hears a signal while a task blocks the loop.
        before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the fastest event loop there is, None for asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
