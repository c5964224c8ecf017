"""What one worker process is to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """How a worker works: who it is, what it serves, and its times in seconds.

    No `queues` means every queue. `lease` is how long it may be silent before its jobs are given to others; `grace` how
    long running attempts may go on once it was told to stop. With `burst` it ends when nothing is left to run.
    """

    worker: str
    queues: tuple[str, ...]
    tasks: tuple[str, ...]
    slots: int = 50
    lease: float = 15.0
    grace: float = 25.0
    burst: bool = False
