"""Server and workers are killed under load: whatever was acknowledged exists and completes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import httpx2

from ferryman import State
from ferryman.store.query import JobFilter, PageRequest
from tests.faults.site import Site, until

SUBMITS = 1_000
CONNECTIONS = 16


@dataclass
class Clients:
    """Clients that submit over HTTP until they are told that the server is gone for good."""

    port: int
    acknowledged: dict[str, int] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=lambda: list(range(SUBMITS)))
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._one())

    async def _one(self) -> None:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=10) as client:
            while self.numbers:
                number = self.numbers.pop()
                try:
                    answer = await client.post("/submit-job", json={"task": "quick", "args": {"number": number}})
                except httpx2.TransportError:
                    return  # killed in between: no answer, no promise
                assert answer.status_code == 200, answer.text
                self.acknowledged[answer.json()["job_id"]] = number
                if len(self.acknowledged) >= SUBMITS // 2:
                    self.enough.set()


async def test_every_acknowledged_job_survives_the_death_of_everything(site: Site) -> None:
    processes = [await site.server(), site.worker(), site.worker()]
    clients = Clients(site.port)
    submitting = asyncio.create_task(clients.run())
    await asyncio.wait_for(clients.enough.wait(), 30)
    for process in processes:
        site.kill(process)
    await submitting
    assert SUBMITS // 2 <= len(clients.acknowledged) < SUBMITS, "the kill came too late to prove anything"

    await site.server()
    site.worker()
    await _all_end(site)
    for job_id, number in clients.acknowledged.items():
        job = await site.job(job_id)
        assert (job.state, job.result) == (State.COMPLETED, str(number))
        assert site.witnessed()[f"start {job_id}"] >= 1


async def test_ten_thousand_mixed_jobs_run_to_their_end_on_two_workers(site: Site) -> None:
    from ferryman.demo import ferry as demo

    jobs = [demo.tasks["flaky"].options(retries=5).job(probability=0.3) for _ in range(500)]
    jobs += [demo.tasks["send_email"].job(to=f"user{number}@example.com") for number in range(1_500)]
    jobs += [demo.tasks["word_count"].job() for _ in range(8_000)]
    for process_number in range(2):
        site.worker("ferryman.demo:ferry", "--concurrency", str(20 + process_number))
    handles = await site.ferry.submit(jobs)
    assert len({handle.id for handle in handles}) == 10_000
    await _all_end(site)

    client = await site.ferry.connections.here()
    counts = {(count.task, count.state): count.jobs for count in await client.store.inspector.counts()}
    assert sum(counts.values()) == 10_000
    assert counts["send_email", State.COMPLETED] == 1_500
    assert counts["word_count", State.COMPLETED] == 8_000
    failed = (await client.store.inspector.find(JobFilter(states=(State.FAILED,)), PageRequest(limit=200))).jobs
    assert len(failed) == counts.get(("flaky", State.FAILED), 0)
    assert all(job.retries == 5 and job.task == "flaky" for job in failed)
    assert len(list((site.folder / "outbox").glob("*.eml"))) == 1_500


async def _all_end(site: Site) -> None:
    client = await site.ferry.connections.here()

    async def nothing_is_left() -> bool:
        return all(count.state in (State.COMPLETED, State.FAILED) for count in await client.store.inspector.counts())

    await until(nothing_is_left, "every job ended", within=120)
