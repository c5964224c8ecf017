"""What /proc says of processes and of the machine."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """Return the fields of a process after its name; raises OSError when it has ended."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def tree(root: int) -> list[int]:
    """Return a process and all its descendants that live."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                children.setdefault(int(_stat(int(entry))[1]), []).append(int(entry))
            except (OSError, IndexError):
                continue
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def cpu_seconds(pids: list[int], ended_children: bool = False) -> float:
    """Return the processor time of processes so far, on wish with that of their children that have ended."""
    ticks = 0
    for pid in pids:
        try:
            fields = _stat(pid)
        except OSError:
            continue
        ticks += sum(int(field) for field in fields[11 : 15 if ended_children else 13])
    return ticks / TICKS


def fine_cpu_seconds(pids: list[int]) -> float:
    """Return the processor time of living threads to the nanosecond: for what is less than a tick of the clock."""
    total = 0
    for pid in pids:
        for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):
                total += int(path.read_text().split()[0])
    return total / 1e9


def busy_seconds() -> float:
    """Return the processor time that the whole machine has used."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    user, nice, system, _idle, _wait, interrupts, soft, stolen = fields[:8]
    return (user + nice + system + interrupts + soft + stolen) / TICKS


@dataclass
class Load:
    """How many cores others keep busy meanwhile; its start is its making."""

    def __post_init__(self) -> None:
        self._begin = self._now()

    def _now(self) -> tuple[float, float, float]:
        return time.monotonic(), busy_seconds(), cpu_seconds(tree(os.getpid()), ended_children=True)

    def foreign(self) -> float:
        """Return the cores that processes which are not ours have used on average."""
        wall, busy, ours = (now - then for now, then in zip(self._now(), self._begin, strict=True))
        return max(0.0, (busy - ours) / wall) if wall else 0.0


def describe() -> str:
    """Name the machine: processor, cores, memory, system."""
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in cpuinfo if line.startswith("model name")), "processor")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = os.uname()
    release = system.release.partition("-")[0]
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {system.sysname} {release} {system.machine}"
