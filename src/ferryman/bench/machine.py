"""What this machine is, and who uses its cores; the numbers of processes are there on Linux only."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe() -> dict[str, str | int]:
    """Return what a reader of figures must know of the machine."""
    return {
        "cores": cores(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
    }


def cpu_seconds(pid: int) -> float | None:
    """Return the processor time that a process has used, None where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / _TICKS


@dataclass(frozen=True, slots=True)
class Busy:
    """A look at all cores: seconds that they were busy so far, those that were ours, and when that was."""

    busy: float
    ours: float
    at: float
    cores: int

    @classmethod
    def now(cls, others_of_ours: float = 0.0) -> Busy | None:
        """Look now; `others_of_ours` is time that counts as ours beside this process and those it has waited for."""
        try:
            lines = Path("/proc/stat").read_text().splitlines()
        except OSError:
            return None
        own = os.times()
        ours = own.user + own.system + own.children_user + own.children_system + others_of_ours
        cores = sum(line.startswith("cpu") for line in lines) - 1
        return cls(busy_seconds(lines[0]), ours, time.monotonic(), cores)

    def foreign(self, earlier: Busy) -> float:
        """Return the share of all cores, from 0 to 1, that was used by others since an earlier look."""
        theirs = (self.busy - earlier.busy) - (self.ours - earlier.ours)
        return max(0.0, min(1.0, theirs / ((self.at - earlier.at) * self.cores)))


def busy_seconds(line: str) -> float:
    """Read the first line of /proc/stat: everything but idle and waiting for disks; what a host took away, too."""
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, line.split()[1:9])
    return (user + nice + system + irq + softirq + steal) / _TICKS
