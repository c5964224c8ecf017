"""The progress of an action on many jobs as lines of JSON, and a last line that says how it ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ferryman.api.problems import Problem, problem_of, unforeseen
from ferryman.api.render import to_json
from ferryman.api.stopping import Stop
from ferryman.api.stream import SEATS
from ferryman.api.wire import LAST_MOMENT, Stalled, Wire
from ferryman.bulk import STEP, Tally
from ferryman.domain.errors import FerrymanError

MEDIA_TYPE = "application/x-ndjson"
#: A line is sent at least this often, in seconds, and for each step.
EVERY = 0.4

_log = logging.getLogger("ferryman.api")


class LineStream(Response):
    """Takes the steps of an action, and tells of them, until it has ended, the client leaves, or the server stops."""

    media_type = MEDIA_TYPE

    def __init__(self, steps: AsyncGenerator[Tally, None], stop: Stop, path: str) -> None:
        """`path` is what was asked; raises the problem 503 when too many streams are open."""
        SEATS.check()
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._steps = steps
        self._stop = stop
        self._path = path
        self._tally = Tally()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do it, and send the lines."""
        SEATS.taken += 1
        wire = Wire(receive, send, self._stop)
        try:
            await wire.begin(self.status_code, self.raw_headers)
            last = await self._go(wire)
            if last is not None:
                await wire.end(self._line(last))
        except Stalled:
            await wire.cut()
        finally:
            SEATS.taken -= 1
            await wire.close()

    async def _go(self, wire: Wire) -> dict[str, Any] | None:
        """Take the steps; return what is special about the last line, None when nobody is left to read it."""
        try:
            return await self._take_steps(wire)
        except FerrymanError as error:
            return {"problem": problem_of(error).body(self._path)}
        except (Stalled, asyncio.CancelledError):
            raise
        except Exception as error:
            _log.error("an action on many jobs failed", exc_info=error)
            return {"problem": unforeseen().body(self._path)}
        finally:
            await self._steps.aclose()

    async def _take_steps(self, wire: Wire) -> dict[str, Any] | None:
        clock = asyncio.get_running_loop().time
        told, told_at = 0, clock()
        step = asyncio.ensure_future(anext(self._steps, None))
        try:
            while not wire.left:
                await wire.wait(step, EVERY)
                if wire.stopping:
                    # What was asked of the store is done all the same: wait a moment for its answer, to tell of it.
                    await asyncio.wait({step}, timeout=LAST_MOMENT)
                if step.done():
                    tally = step.result()
                    if tally is None:
                        return {"finished": True}
                    self._tally = tally
                    step = asyncio.ensure_future(anext(self._steps, None))
                if wire.stopping:
                    return {"problem": _stopping().body(self._path)}
                if self._tally.touched >= told + STEP or clock() >= told_at + EVERY:
                    await wire.send(self._line({}))
                    told, told_at = self._tally.touched, clock()
            return None
        finally:
            step.cancel()
            await asyncio.gather(step, return_exceptions=True)

    def _line(self, more: dict[str, Any]) -> bytes:
        tally = self._tally
        said = {"done": tally.done, "refused": tally.refused, "gone": tally.gone, "examined": tally.examined}
        return f"{to_json(said | more)}\n".encode()


def _stopping() -> Problem:
    return Problem(503, "server_stopping", "the server stops: the jobs that are left are as they were, ask again")
