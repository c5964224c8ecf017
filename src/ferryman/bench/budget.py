"""How long a measurement may go on, and how far it is."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Budget:
    """Ends a measurement after so many jobs or seconds, whichever comes first."""

    jobs: int
    seconds: float = math.inf
    done: int = 0
    _began: float = field(default_factory=time.perf_counter)

    def begin(self) -> None:
        """Count the seconds from now on."""
        self._began = time.perf_counter()

    @property
    def elapsed(self) -> float:
        """The seconds since it began."""
        return time.perf_counter() - self._began

    @property
    def over(self) -> bool:
        """Whether to stop."""
        return self.done >= self.jobs or self.elapsed >= self.seconds

    @property
    def share(self) -> float:
        """How far it is, from 0 to 1."""
        return min(1.0, max(self.done / max(1, self.jobs), self.elapsed / self.seconds))
