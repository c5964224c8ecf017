"""Clients that keep submitting while the store suffers, and what they were promised."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from ferryman import State
from ferryman.domain.errors import ResultTimeout, StoreUnavailable
from tests.faults.fault_tasks import quick
from tests.faults.site import Site, until


@dataclass
class Load:
    """Submits `rate` jobs a second from a few callers until it is told to stop; one without an answer is dropped."""

    site: Site
    rate: float = 500.0
    callers: int = 10
    acknowledged: list[str] = field(default_factory=list)
    unknown: int = 0
    stopping: bool = False

    async def run(self) -> None:
        await asyncio.gather(*[self._call() for _ in range(self.callers)])

    async def _call(self) -> None:
        while not self.stopping:
            job = quick.job(number=1)
            try:
                [handle] = await self.site.ferry.submit([job])
                self.acknowledged.append(handle.id)
            except StoreUnavailable:
                self.unknown += 1
            await asyncio.sleep(self.callers / self.rate)

    async def check(self, within: float = 60) -> None:
        """Check that every acknowledged job was run and is completed."""
        client = await self.site.ferry.connections.here()

        async def nothing_is_left() -> bool:
            try:
                counts = await client.store.inspector.counts()
            except StoreUnavailable:
                return False
            return all(count.state is State.COMPLETED for count in counts)

        await until(nothing_is_left, "every job is completed", within)
        lost = []
        for start in range(0, len(self.acknowledged), 1_000):
            part = self.acknowledged[start : start + 1_000]
            lost += [i for i, job in zip(part, await client.store.inspector.get(part), strict=True) if job is None]
        assert lost == [], f"{len(lost)} of {len(self.acknowledged)} acknowledged jobs are lost"
        witnessed = self.site.witnessed()
        assert all(witnessed[f"start {job_id}"] >= 1 for job_id in self.acknowledged)


async def work_goes_on(site: Site, within: float) -> None:
    """Check that a job submitted now is run within some seconds, though the first answers may be errors."""

    async def completed() -> bool:
        try:
            handle = await site.ferry.submit(quick.name, number=2)
            # One job may wait for a lease that its worker could not renew meanwhile: another is as good.
            await handle.result(timeout=min(within, 5.0))
        except (StoreUnavailable, ResultTimeout):
            return False
        return True

    await until(completed, "workers run jobs again", within)
