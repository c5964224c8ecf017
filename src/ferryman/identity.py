"""Fresh ids: the one place where the dice and the clock of this process make a job id."""

from __future__ import annotations

import os
import socket
import time

from ferryman.domain.ids import job_id


def new_job_id() -> str:
    """Return a fresh UUIDv7."""
    return job_id(time.time(), int.from_bytes(os.urandom(10), "big"))


def new_worker_id() -> str:
    """Return a fresh worker id that tells a person where it runs: host-pid-random."""
    return f"{socket.gethostname()}-{os.getpid()}-{os.urandom(3).hex()}"
