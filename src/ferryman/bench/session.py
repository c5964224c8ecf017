"""A whole session: a scratch place beside a store, the look at that store, the run, and the cleaning up."""

from __future__ import annotations

from ferryman.app import Ferryman
from ferryman.bench.plan import Run, Show, needed
from ferryman.bench.results import Results
from ferryman.bench.tasks import ferry
from ferryman.domain.state import FINAL
from ferryman.stores import scratch_beside


class Session:
    """Measures beside the store of an app, with the app's own promises; `ferry` is what is measured."""

    def __init__(self, app: Ferryman, seconds: float) -> None:
        self._app = app
        self._scratch = scratch_beside(app.settings.url)
        self._seconds = seconds
        self.ferry = ferry
        # All are counted at the end, so they must be kept until then; and none is to be run again for a short lease.
        ferry.settings = app.settings.replace(allow_volatile=True, lease="15s", keep_completed="1d")
        ferry.use_url(self._scratch.url)

    @property
    def place(self) -> str:
        """What would be left if `clear` failed."""
        return self._scratch.shown

    @property
    def remark(self) -> str:
        """What makes figures from here mislead, empty for nothing."""
        return self._scratch.remark

    @property
    def local(self) -> bool:
        """Whether the store's own work is known to be done on this machine, and counted as ours."""
        return self._scratch.local

    def make(self) -> None:
        """Make the place; raises `StoreMisconfigured`."""
        self._scratch.make()

    async def lack(self) -> tuple[int, int] | None:
        """Return how many bytes are needed and free when there are too few."""
        free, wanted = await self._scratch.free(), needed(self._seconds)
        return (wanted, free) if free is not None and free < wanted else None

    async def neighbours(self) -> tuple[int, int]:
        """Return how many jobs the app's store has that have not ended, and how many workers are alive in it."""
        if not await self._scratch.has_neighbour():
            return 0, 0
        self._app.settings = self._app.settings.replace(allow_volatile=True)
        try:
            inspector = (await self._app.connections.here()).store.inspector
            jobs = sum(count.jobs for count in await inspector.counts() if count.state not in FINAL)
            return jobs, sum(row.alive for row in await inspector.workers())
        finally:
            await self._app.close()

    async def measure(self, show: Show) -> Results:
        """Measure; raises `StoreError`, `Stuck` and `ProcessFell`."""
        try:
            return await Run(self._scratch, self._seconds, show).measure()
        finally:
            await ferry.close()

    async def clear(self) -> None:
        """Delete everything; raises `StoreError` when it cannot."""
        await self._scratch.clear()
