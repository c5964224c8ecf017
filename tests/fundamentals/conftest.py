"""What the chapters share: an app on a temporary store, and a worker that runs whatever is there to run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from ferryman import Ferryman
from ferryman.runtime import run_worker

#: Runs a worker until nothing is left to run.
Work = Callable[[], Awaitable[object]]


@pytest.fixture
async def ferry() -> AsyncIterator[Ferryman]:
    app = Ferryman("sqlite://")
    yield app
    await app.close()


@pytest.fixture
def work(ferry: Ferryman) -> Work:
    return lambda: run_worker(ferry, burst=True)
