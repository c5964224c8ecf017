"""A place of its own beside a store, for jobs that nobody needs: the same server or disk, and gone when it is cleared.

Measuring in the store itself would leave queues behind that are never forgotten and a file that does not shrink, and
would wake the workers of every app that lives there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Spent:
    """What a server has spent since it started: seconds of processor time and commands, those in scripts included."""

    cpu: float
    commands: float

    def since(self, earlier: Spent) -> Spent:
        """Return what was spent between two looks."""
        return Spent(self.cpu - earlier.cpu, self.commands - earlier.commands)


class Scratch(Protocol):
    """The place, from the first look to its end."""

    @property
    def url(self) -> str:
        """The URL of the store in it; it may hold a password."""

    @property
    def shown(self) -> str:
        """What a person would delete if `clear` could not."""

    @property
    def local(self) -> bool:
        """Whether what the store spends, it spends on this machine."""

    @property
    def remark(self) -> str:
        """What makes figures from here mislead, empty for nothing."""

    def make(self) -> None:
        """Make it; raises `StoreMisconfigured`."""

    async def has_neighbour(self) -> bool:
        """Whether there is a store at the URL that was named."""

    async def free(self) -> int | None:
        """Return how many bytes may still be filled, None where nothing limits them or nobody tells."""

    async def used(self) -> int | None:
        """Return how many bytes are filled."""

    async def spent(self) -> Spent | None:
        """Return what the server has spent, None where there is no server or it does not tell."""

    async def step(self) -> float:
        """Return the seconds of the least that an acknowledged submit must wait for: a sync, or a round trip."""

    async def clear(self) -> None:
        """Delete it with all that is in it; may be called whatever happened before."""
