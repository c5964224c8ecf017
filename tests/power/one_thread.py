"""An event loop whose threads are itself: what is meant for one runs at once, so that a seed repeats exactly."""

from __future__ import annotations

import asyncio
from typing import Any


class OneThread(asyncio.SelectorEventLoop):
    """Runs in the loop what would run in a thread."""

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        """Call the function now; its answer comes by a future all the same."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future
