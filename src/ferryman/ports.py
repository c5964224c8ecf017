"""Time and chance: the only door by which they come into what queues and runs jobs.

Sleeping enters by the event loop. Whoever owns the ports and the loop owns every choice that is not the program's own.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Any, Protocol

from ferryman.domain.clock import Clock

_dice = SystemRandom()


class Datagrams(Protocol):
    """What sends datagrams without waiting."""

    def sendto(self, data: bytes, address: tuple[str, int], /) -> object:
        """Send one; raises OSError when it cannot be sent now."""

    def close(self) -> None:
        """Let go of the socket."""


def _open_datagrams() -> Datagrams:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setblocking(False)
    return opened


@dataclass(frozen=True, slots=True)
class Ports:
    """Time and chance, as every actor gets them; a simulation passes its own.

    `clock` is in seconds since the epoch, `monotonic` in seconds since whenever; `dice` rolls a number in [0, 1);
    `bits` rolls a number of so many bits; `pause` blocks its thread for seconds; `datagrams` opens a socket to send by.
    Without `threads` nothing gets a thread of its own: all stays in the loop, whose time may be unreal.
    """

    clock: Clock = time.time
    monotonic: Callable[[], float] = time.monotonic
    dice: Callable[[], float] = _dice.random
    bits: Callable[[int], int] = _dice.getrandbits
    pause: Callable[[float], Any] = time.sleep
    datagrams: Callable[[], Datagrams] = field(default=_open_datagrams)
    threads: bool = True


#: Those of the real world.
SYSTEM = Ports()
