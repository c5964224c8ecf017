"""The measuring of one system once: each stage yields named figures, counts verified."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.peers import growth, http
from benchmarks.peers.catalog import THROUGHPUT
from benchmarks.peers.machine import Load
from benchmarks.peers.peer import Peer
from benchmarks.peers.places import Place
from benchmarks.peers.programs import Client, Site, Workers, client, workers
from benchmarks.peers.starts import Starts
from benchmarks.peers.waiting import wait_until

#: Without a new start for this long, what has not started counts as lost; in seconds.
STALLED = 15
#: How long what follows the last start of a drain may take: results, acknowledgements, counters.
SETTLE = 0.3
#: How long an idle worker is watched, in seconds.
IDLE = 5.0
#: Jobs a second when the time from submit to start is measured.
PER_SECOND = 100
US = 1e6

Figures = dict[str, float]


@dataclass(frozen=True)
class Sample:
    """What one measure of one system gave; `foreign` is how many cores others kept busy meanwhile."""

    figures: Figures
    foreign: float


class Round:
    """One system on one place for one pass."""

    def __init__(self, peer: Peer, place: Place, folder: Path, scale: float, names: frozenset[str]) -> None:
        self.names = names
        self.peer = peer
        self.place = place
        self._folder = folder
        self.scale = scale
        self._number = 0

    def count(self, jobs: int) -> int:
        """Return how many jobs a sample of this run has; a quick one has fewer."""
        return max(200, int(jobs * self.scale))

    def site(self, jobs: int, task: str = "noop") -> Site:
        """Return an empty place for this many jobs."""
        self.place.empty()
        self._number += 1
        marks = self._folder / f"marks-{self._number}"
        shutil.rmtree(marks, ignore_errors=True)
        marks.mkdir()
        site = Site(self.peer, self.place.url, marks, jobs, task)
        if self.peer.prepares:
            with client(site) as talk:
                talk.ask("prepare")
        return site

    def submit(self, talk: Client, verb: str, first: int, count: int) -> Sample:
        """Submit jobs and return rate, and what one cost the client and Redis."""
        load, before = Load(), self.place.spent()
        answer = talk.ask(verb, first, count)
        spent = self.place.spent() - before
        figures = {verb: count / answer["seconds"], f"{verb}_client_us": answer["cpu"] / count * US}
        if self.place.tells:
            figures[f"{verb}_redis_us"] = spent.cpu / count * US
            figures[f"{verb}_commands"] = spent.commands / count
        return Sample(figures, load.foreign())

    def drain(self, site: Site, processes: int, name: str) -> Sample:
        """Start workers on what waits, until each job has run; what they spend counts from the first job on."""
        starts = Starts(site.marks, site.jobs)
        with workers(site, processes) as team:
            self.until(starts.any, team)
            load, cpu, before, missed = Load(), team.cpu(), self.place.spent(), starts.started()
            self.finish(starts, team)
            time.sleep(SETTLE)
            spent, cpu, foreign = self.place.spent() - before, team.cpu() - cpu, load.foreign()
        tally = starts.tally()
        tally.verify()
        counted = site.jobs - missed
        figures = {name: tally.rate, f"{name}_worker_us": cpu / counted * US}
        if self.place.tells:
            figures[f"{name}_redis_us"] = spent.cpu / counted * US
            figures[f"{name}_commands"] = spent.commands / counted
        return Sample(figures, foreign)

    def until(self, happened: Callable[[], bool], team: Workers) -> None:
        def look() -> bool:
            team.check()
            return happened()

        wait_until(look, self.peer.patience, "no job starts", pause=0.005)

    def finish(self, starts: Starts, team: Workers, jobs: int | None = None) -> None:
        """Return once all jobs (or so many) have started, or none has for long: then the count will tell."""
        wanted, seen, since = jobs or starts.jobs, 0, time.monotonic()
        while (now := starts.started()) < wanted:
            if now > seen:
                seen, since = now, time.monotonic()
            if time.monotonic() - since > STALLED:
                return
            team.check()
            time.sleep(0.01)


Stage = Callable[[Round], dict[str, Sample]]


def bulk_and_drain(at: Round) -> dict[str, Sample]:
    """Many jobs in the fastest way; then one worker process."""
    site = at.site(at.count(at.peer.jobs.bulk))
    before = at.place.spent()
    with client(site) as talk:
        bulk = at.submit(talk, "bulk", 0, site.jobs)
    if at.place.tells:
        # Without the client, whose connections take memory too.
        room = (at.place.spent() - before).memory / site.jobs
        bulk = replace(bulk, figures={**bulk.figures, "bytes": room})
    return {"bulk": bulk, "drain": at.drain(site, 1, "drain")}


def singles_and_drain(at: Round) -> dict[str, Sample]:
    """Single submits by one caller, then by a hundred, more in bulk; then two worker processes."""
    jobs = at.peer.jobs
    one, hundred = at.count(jobs.sequential), at.count(jobs.concurrent)
    more = max(0, at.count(jobs.drain2 or jobs.bulk) - one - hundred)
    site = at.site(one + hundred + more)
    with client(site) as talk:
        sequential = at.submit(talk, "sequential", 0, one)
        concurrent = at.submit(talk, "concurrent", one, hundred)
        if more:
            talk.ask("bulk", one + hundred, more)
    return {"sequential": sequential, "concurrent": concurrent, "drain2": at.drain(site, 2, "drain2")}


def kilobyte(at: Round) -> dict[str, Sample]:
    """The task with an argument and a result of 1 kB, results kept."""
    site = at.site(at.count(at.peer.jobs.bulk // 2), task="echo")
    with client(site) as talk:
        bulk = at.submit(talk, "bulk", 0, site.jobs)
    named = {f"kb_{name}": value for name, value in bulk.figures.items()}
    return {"kb_bulk": Sample(named, bulk.foreign), "kb_drain": at.drain(site, 1, "kb_drain")}


def calm(at: Round) -> dict[str, Sample]:
    """One worker process that waits: how soon it starts a job at 100 a second, then what it costs doing nothing."""
    warm, count = 30, at.count(250)
    site = at.site(warm + count)
    starts = Starts(site.marks, site.jobs)
    with client(site) as talk, workers(site, 1) as team:
        talk.ask("paced", 0, 1, PER_SECOND)
        at.until(lambda: starts.started() == 1, team)
        talk.ask("paced", 1, warm - 1, PER_SECOND)
        at.finish(starts, team, warm)
        load = Load()
        asked = talk.ask("paced", warm, count, PER_SECOND)["given"]
        at.finish(starts, team)
        tally, foreign = starts.tally(), load.foreign()
        tally.verify()
        samples = {"latency": Sample(waits(tally.times[warm:], asked), foreign)}
        if "idle" in at.names:
            samples["idle"] = idle(at, team)
    return samples


def waits(times: list[int], asked: list[int]) -> Figures:
    """Return the parts of the times from submit to start, in milliseconds."""
    found = sorted((start - then) / 1e6 for start, then in zip(times, asked, strict=True))
    return {f"p{part}": found[min(len(found) - 1, len(found) * part // 100)] for part in (50, 95, 99)}


def idle(at: Round, team: Workers) -> Sample:
    """Return what workers cost that have nothing to do."""
    time.sleep(1)  # what follows the last job
    load, before, cpu = Load(), at.place.spent(), team.fine_cpu()
    time.sleep(IDLE)
    team.check()
    figures = {"idle_cpu": (team.fine_cpu() - cpu) / IDLE * 100}
    if at.place.tells:
        spent = at.place.spent() - before
        figures |= {"idle_commands": spent.commands / IDLE, "idle_calls": spent.calls / IDLE}
    return Sample(figures, load.foreign())


def over_http(measure: str) -> Stage:
    """Return the stage that posts to one endpoint."""

    def stage(at: Round) -> dict[str, Sample]:
        site = at.site(1)
        with http.server(site, bare=at.peer.system == "bare") as port:
            load = Load()
            rate, answered = http.load(port, measure, site.marks)
            foreign, stored = load.foreign(), http.stored(port)
        most = answered + http.CONNECTIONS * http.REQUESTS[measure][2]
        # A request under way at the end is stored without an answer.
        if not answered <= stored <= most:
            raise ValueError(f"{answered} jobs were answered for and {stored} are stored")
        return {measure: Sample({measure: rate}, foreign)}

    return stage


def growing(at: Round) -> dict[str, Sample]:
    """What calls cost among many jobs, as a multiple of what they cost among few."""
    site, load = at.site(1), Load()
    many = growth.MANY if at.scale == 1 else growth.MANY // 10
    return {"growth": Sample(asyncio.run(growth.growth(site.url, many)), load.foreign())}


#: What takes long and changes little is measured in so many passes only.
PASSES = {"growth": 1, "idle": 3, "kb_bulk": 3, "kb_drain": 3}

#: By the measures that each gives.
STAGES: list[tuple[frozenset[str], Stage]] = [
    (frozenset({"bulk", "drain"}), bulk_and_drain),
    (frozenset({"sequential", "concurrent", "drain2"}), singles_and_drain),
    (frozenset({"latency", "idle"}), calm),
    (frozenset({"kb_bulk", "kb_drain"}), kilobyte),
    (frozenset({"http"}), over_http("http")),
    (frozenset({"http_batch"}), over_http("http_batch")),
    (frozenset({"growth"}), growing),
]
#: What is measured of every queue.
QUEUE = THROUGHPUT | {"latency", "idle"}
MEASURES: frozenset[str] = frozenset().union(*[measures for measures, _ in STAGES])


def measured(at: Round) -> Iterator[tuple[str, Sample | str]]:
    """Yield each wanted stage's measures with its samples, or the reason why there are none."""
    for measures, stage in STAGES:
        wanted = measures & at.names & (at.peer.only or QUEUE)
        if not wanted:
            continue
        try:
            samples = stage(at)
        except Exception as failure:
            for name in sorted(wanted):
                yield name, f"{type(failure).__name__}: {failure}"
        else:
            for name in sorted(wanted):
                yield name, samples[name]
