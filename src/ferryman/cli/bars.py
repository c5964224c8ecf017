"""Progress bars on stderr, one below the other, where somebody looks."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ferryman.bench.budget import Budget
from ferryman.cli.console import colours, is_terminal

if TYPE_CHECKING:
    from rich.progress import TaskID

#: Pause between two looks, in seconds: drawing takes time from what is measured.
_EVERY = 0.25


class Bars:
    """Shows how far each of several works is, the last of which is under way; silent in a pipe."""

    def __init__(self) -> None:
        from rich.console import Console  # takes long to import
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True, no_color=not colours(sys.stderr), highlight=False)
        columns = (TextColumn("{task.description:<24}"), BarColumn(32), TextColumn("{task.fields[jobs]:>13}"))
        quiet = not is_terminal(sys.stderr)
        self._drawn = Progress(
            *columns, TimeElapsedColumn(), console=console, auto_refresh=False, disable=quiet, transient=True
        )
        self._works: list[tuple[TaskID, Budget]] = []

    def show(self, name: str, budget: Budget) -> None:
        """Begin a bar; the one before it is full."""
        self._update(full=True)
        self._works.append((self._drawn.add_task(name, total=1.0, jobs=""), budget))
        self._drawn.refresh()

    @asynccontextmanager
    async def drawn(self) -> AsyncIterator[None]:
        """Draw while the body runs, then wipe it all away."""
        with self._drawn:
            drawing = asyncio.create_task(self._draw(), name="ferryman-bars")
            try:
                yield
            finally:
                drawing.cancel()

    async def _draw(self) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            self._update()
            self._drawn.refresh()

    def _update(self, full: bool = False) -> None:
        if self._works:
            bar, budget = self._works[-1]
            self._drawn.update(bar, completed=1.0 if full else budget.share, jobs=f"{budget.done:,} jobs")
            if full:
                self._drawn.stop_task(bar)
