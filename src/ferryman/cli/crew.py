"""A crew of child processes: kept running, started anew on a change or after a fall, stopped with patience."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ferryman.cli.console import LINE, note, paint
from ferryman.cli.failures import ExitCode

#: A child that fell is started again after a moment, and after longer ones when it falls again soon, in seconds.
FIRST_WAIT, LONGEST_WAIT, SOON = 0.5, 30.0, 10.0
#: When its grace is over a child has this long to hand its work back before it is killed, in seconds.
LAST_CALL = 5.0
#: A child that exits like this would do so again: its code or its command line has to change first.
_HOPELESS = (ExitCode.USAGE, ExitCode.REFUSED)
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows knows no SIGKILL; there every signal kills

Changes = Callable[[], AsyncIterator[str]]


@dataclass(slots=True)
class Child:
    """One command that is kept running, such as `serve`; the `sockets` are inherited by number."""

    name: str
    arguments: Sequence[str]
    sockets: Sequence[int] = ()
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _process: asyncio.subprocess.Process | None = None
    _started: float = 0.0
    _falls: int = 0

    async def start(self) -> None:
        """Start it, in a session of its own: Ctrl-C reaches the parent only, which then decides."""
        self.changed.clear()
        self._started = time.monotonic()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "ferryman.cli.child", *self.arguments),
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=tuple(self.sockets),
        )

    async def ended(self) -> int:
        """Wait for its end and return its exit code, negative for a signal."""
        assert self._process is not None
        return await self._process.wait()

    def tell(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def stop(self, grace: float) -> None:
        """Ask it to end; ask again when its grace is over, which hands its work back; then kill it."""
        if self._process is None:
            return
        for number, patience in ((signal.SIGTERM, grace), (signal.SIGTERM, LAST_CALL), (_KILL, None)):
            self.tell(number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), patience)
                return

    def rest(self) -> float:
        """Return how long to wait after a fall before it is started again, in seconds."""
        self._falls = 1 if time.monotonic() - self._started > SOON else self._falls + 1
        return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (self._falls - 1))


class Crew:
    """Keeps its children running until a signal says stop, or every one of them has ended well.

    `grace` is how long a child may take to end what it runs, in seconds. `changes` yields the names of changed
    files; each starts every child anew.
    """

    def __init__(self, children: Sequence[Child], grace: float, changes: Changes | None = None) -> None:
        self._children = children
        self._grace = grace
        self._changes = changes
        self._calls = 0
        self._called = asyncio.Event()
        self._code = 0

    async def run(self, greet: Callable[[], Awaitable[None]] | None = None) -> int:
        """Start the children, greet, keep them running, stop them; return the exit code."""
        with self._signals():
            work = [self._keep(child) for child in self._children]
            if self._changes is not None:
                work.append(self._follow(self._changes))
            if greet is not None:
                work.append(_as_coroutine(greet))
            tasks = [asyncio.create_task(part) for part in work]
            kept = asyncio.gather(*tasks[: len(self._children)])
            kept.add_done_callback(lambda _: self._called.set())  # every child ended well: so do we
            await self._called.wait()
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(kept, *tasks, return_exceptions=True)
            await self._stop()
        for end in ends:
            if isinstance(end, Exception):  # not a cancellation: a child that could not be started, say
                raise end
        return self._code

    async def _keep(self, child: Child) -> None:
        while True:
            await child.start()
            ended = asyncio.create_task(child.ended())
            changed = asyncio.create_task(child.changed.wait())
            await asyncio.wait({ended, changed}, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
            if not ended.done():
                await child.stop(self._grace)
                await ended
            elif not await self._after_fall(child, ended.result()):
                return

    async def _after_fall(self, child: Child, code: int) -> bool:
        """Wait until it makes sense to start a fallen child again; False when it does not.

        One that ended well was told to; one that cannot be helped takes all the others with it.
        """
        if code == ExitCode.OK or code in _HOPELESS:
            if self._changes is None:
                if code != ExitCode.OK:
                    self._code = code
                    self._called.set()
                return False
            note(paint(f"{child.name} ended; it starts again when a file changes", "yellow"))
            await child.changed.wait()
            return True
        rest = child.rest()
        note(paint(f"{child.name} fell ({_told(code)}); starting again in {rest:g} s", "yellow"))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.changed.wait(), rest)
        return True

    async def _follow(self, changes: Changes) -> None:
        try:
            async for name in changes():
                note(paint(f"{name} changed; starting again", "dim"))
                for child in self._children:
                    child.changed.set()
        except (OSError, RuntimeError) as error:
            note(paint(f"changes are not seen any more: {error}", "yellow"))

    async def _stop(self) -> None:
        """Stop every child, with a countdown of the grace that running jobs have."""
        stopping = asyncio.gather(*(child.stop(self._grace) for child in self._children))
        until = time.monotonic() + self._grace
        while not stopping.done():
            left = max(0.0, until - time.monotonic())
            if self._calls < 2:
                LINE.show(f"Stopping: running jobs have {left:.0f} s. Ctrl-C again hands them back now.")
            await asyncio.wait({stopping}, timeout=0.2)
        LINE.clear()
        await stopping

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        numbers = [signal.SIGINT, signal.SIGTERM]
        if hasattr(signal, "SIGHUP"):
            numbers.append(signal.SIGHUP)
        # What is ignored already (by nohup, or a shell that put us in the background) stays ignored.
        before = {n: handler for n in numbers if (handler := signal.getsignal(n)) is not signal.SIG_IGN}
        for number in before:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._call))
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _call(self) -> None:
        """Somebody asked us to stop: once is a request, twice hands the work back, three times kills."""
        self._calls += 1
        if self._calls == 1:
            self._called.set()
        elif self._calls == 2:
            note("Handing running jobs back.")
            self._tell_all(signal.SIGTERM)
        else:
            self._tell_all(_KILL)

    def _tell_all(self, number: int) -> None:
        for child in self._children:
            child.tell(number)


async def _as_coroutine(call: Callable[[], Awaitable[None]]) -> None:
    await call()


def _told(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
