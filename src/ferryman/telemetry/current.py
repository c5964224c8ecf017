"""Which attempt runs here: what a log line of a task's own code is marked with."""

from __future__ import annotations

from contextvars import ContextVar

from ferryman.domain.lease import Claimed

#: The running attempt; None outside of a task. Follows the task into what it awaits, into its thread and its child.
CURRENT: ContextVar[Claimed | None] = ContextVar("ferryman_attempt", default=None)
