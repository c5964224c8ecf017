"""Upkeep: has the store promote what is due, recover what dead workers left, and prune what is kept no longer.

Every worker does it; nobody is elected. A role that can be lost would need recovery itself, and the store makes
repetition harmless.
"""

from __future__ import annotations

from ferryman import failpoints
from ferryman.service import Service, Surroundings
from ferryman.store.protocol import Store

#: Jobs of each kind in one round: few enough that nobody waits long behind it.
LIMIT = 500
#: Seconds between two rounds, on average, when nothing is due before; the dice keep workers from doing it at the same
#: moment.
INTERVAL = 5.0
#: Most seconds that a round waits behind what is due.
SPREAD = 0.5


class Upkeep:
    """One round after the other."""

    def __init__(self, store: Store, around: Surroundings) -> None:
        self._store = store
        self._around = around
        self.service = Service("upkeep", self._tick, around)

    async def _tick(self) -> float:
        failpoints.reached("upkeep.before")
        done = await self._store.upkeep(LIMIT)
        failpoints.reached("upkeep.answered")
        if done.more:
            return 0.0
        dice = self._around.ports.dice()
        rest = INTERVAL * (0.5 + dice)
        return rest if done.due_in is None else min(rest, done.due_in + SPREAD * (0.1 + dice))
