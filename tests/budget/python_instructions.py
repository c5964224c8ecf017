"""The instructions that a job takes in Python, told in rounds of a yardstick: see `subjects`.

CPythons differ by their version and by how they were built; what our code takes differs with them, and so does the
yardstick.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.budget import callgrind
from tests.servers.redis_server import VOLATILE, RedisServer

ROOT = Path(__file__).resolve().parents[2]
#: Longest it may take on a machine that has much else to do, in seconds.
PATIENCE = 280.0


async def measure() -> dict[str, float]:
    """Return the figures by name."""
    with tempfile.TemporaryDirectory(prefix="ferryman-budget-") as folder:
        server = RedisServer(Path(folder) / "redis", settings=VOLATILE).start()
        try:
            done = await asyncio.to_thread(_run, Path(folder), server.url)
        finally:
            server.stop()
    rounds = done.pop("yardstick")
    return {f"{name}: instructions of Python": each / rounds for name, each in done.items()}


def _run(folder: Path, url: str) -> dict[str, float]:
    """Return the instructions that each subject takes for a job."""
    program = [sys.executable, "-m", "tests.budget.subjects", url]
    ran = subprocess.run(
        [*callgrind.command(folder), *program],
        cwd=ROOT,
        env=callgrind.environment(),
        timeout=PATIENCE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, f"it ended with {ran.returncode}: {ran.stderr[-2_000:]}"
    totals: dict[str, list[tuple[int, int]]] = {}
    for line in ran.stdout.splitlines():
        pid, count, name = line.split(" ", 2)
        totals.setdefault(name, []).append((int(count), callgrind.instructions(folder, int(pid))))
    return {name: (last - first) / (twice - once) for name, [(once, first), (twice, last)] in totals.items()}
