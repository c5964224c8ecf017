"""Fresh ids: the one place where the dice and the clock of this process make a job id."""

from __future__ import annotations

import os
import socket

from ferryman.domain.ids import job_id
from ferryman.ports import SYSTEM


def new_job_id() -> str:
    """Return a fresh UUIDv7."""
    return job_id(SYSTEM.clock(), SYSTEM.bits(80))


def new_worker_id() -> str:
    """Return a fresh worker id that tells a person where it runs: host-pid-random."""
    return f"{socket.gethostname()}-{os.getpid()}-{SYSTEM.bits(24):06x}"
