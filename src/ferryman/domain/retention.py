"""How long a job is kept after its end."""

from __future__ import annotations

from dataclasses import dataclass

from ferryman.domain.state import State

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Retention:
    """Seconds that a job is kept after it ended; once over, the job may be pruned."""

    completed: float = DAY
    failed: float = 30 * DAY
    cancelled: float = 30 * DAY

    def of(self, state: State) -> float:
        """Return the seconds for a final state."""
        return {State.COMPLETED: self.completed, State.FAILED: self.failed, State.CANCELLED: self.cancelled}[state]
