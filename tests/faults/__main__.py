"""`python -m tests.faults --store sqlite --runs 2000`: real processes, killed and frozen; exits 1 on a violation."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import secrets
import signal
import sys
from datetime import UTC, datetime
from typing import TypeVar

from tests.faults.campaign import MOST_VIOLATIONS, Campaign
from tests.faults.storm import Storm

Made = TypeVar("Made", Campaign, Storm)


def main() -> int:
    """Make the runs that the command line asks for and print what they came to."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--store", choices=["sqlite", "redis"], required=True)
    parser.add_argument("--runs", type=int, default=2_000, help="how many runs")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="decides every draw")
    parser.add_argument("--run", type=int, help="only this run of the seed")
    parser.add_argument("--storm", type=float, help="rather kill workers again and again for so many seconds")
    parser.add_argument("--everything", action="store_true", help="in the storm all die at once, with their client")
    said = parser.parse_args()
    if said.storm is not None:
        storm = asyncio.run(_interruptible(Storm(said.store, said.seed, said.storm, said.everything)))
        _tell("\n".join([*storm.wrong[:MOST_VIOLATIONS], storm.told]))
        return 1 if storm.wrong else 0
    numbers = range(1, said.runs + 1) if said.run is None else [said.run]
    campaign = asyncio.run(_interruptible(Campaign(said.store, said.seed, numbers, told=_tell)))
    _tell(summary(campaign))
    return 1 if campaign.wrong else 0


async def _interruptible(made: Made) -> Made:
    """Make the runs; end in order when this process is told to stop, so that none of its processes stays behind."""
    running = asyncio.ensure_future(made.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    return await running


def summary(campaign: Campaign) -> str:
    """Return what the runs came to."""
    seconds = campaign.seconds
    lines = [
        f"faults on {campaign.store}, seed {campaign.seed}, {datetime.now(UTC):%Y-%m-%d}, {_machine()}",
        f"{len(campaign.reports)} runs in {seconds:.0f} s ({len(campaign.reports) / seconds:.1f}/s)",
        f"{campaign.total('jobs')} jobs, {campaign.total('executions')} executions, "
        f"{campaign.total('redelivered')} redeliveries, {campaign.total('refused')} late outcomes refused, "
        f"{campaign.total('unknown')} submits without an answer sent again",
        f"slowest recovery {campaign.slowest:.2f} s",
        f"{len(campaign.wrong)} violations",
    ]
    table = campaign.table()
    for point, victim in sorted({(point, victim) for point, victim, _ in table}):
        killed, frozen, missed = (table[point, victim, word] for word in ("kill", "stop", "missed"))
        lines.append(f"  {point:<20} {victim:<7} {killed:>4} killed {frozen:>4} frozen {missed:>4} missed")
    return "\n".join(lines)


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
