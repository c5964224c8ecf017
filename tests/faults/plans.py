"""What is done to whom: for each failpoint the process that comes by there, and the draw of one fault."""

from __future__ import annotations

import random
from dataclasses import dataclass

#: A moment that no failpoint names: the process is struck whatever it does just then.
ANY_MOMENT = "any moment"


@dataclass(frozen=True)
class Plan:
    """How a process comes to a failpoint: what it is, and how often; `told` to stop, if that helps."""

    victim: str = "worker"
    most: int = 1
    told: bool = False


PLANS = {
    "submit.before": Plan("client", 4),
    "submit.answered": Plan("client", 4),
    "turn.before": Plan(),
    "turn.answered": Plan(),
    "attempt.started": Plan(most=4),
    "attempt.returned": Plan(most=3),
    "finish.before": Plan(most=2),
    "finish.answered": Plan(most=2),
    "feed.answered": Plan(),
    "heartbeat.before": Plan(most=3),
    "heartbeat.answered": Plan(most=3),
    "upkeep.before": Plan(),
    "upkeep.answered": Plan(),
    "shutdown.draining": Plan(told=True),
    "shutdown.released": Plan(told=True),
    "sqlite.before": Plan(most=6),
    "sqlite.committed": Plan(most=6),
    "redis.sent": Plan(most=10),
    "redis.answered": Plan(most=8),
    "act.answered": Plan("server"),
    ANY_MOMENT: Plan(),
}
#: Those that a submitting client passes as well, and how often.
_CLIENTS_TOO = {"sqlite.before": 4, "sqlite.committed": 4, "redis.sent": 5, "redis.answered": 4}


@dataclass(frozen=True)
class Fault:
    """One fault: where, what, at which time of coming by, and to whom."""

    point: str
    action: str
    nth: int
    plan: Plan

    @property
    def armed(self) -> str | None:
        """What the victim's environment says."""
        return None if self.point == ANY_MOMENT else f"{self.point}:{self.action}:{self.nth}"

    def __str__(self) -> str:
        return f"{self.action} of a {self.plan.victim} at {self.point}, time {self.nth}"


def points(store: str) -> list[str]:
    """Return what can be come by on a kind of store."""
    other = "redis." if store == "sqlite" else "sqlite."
    return [point for point in PLANS if not point.startswith(other)]


def draw(store: str, dice: random.Random) -> Fault:
    """Draw a fault."""
    point = dice.choice([*points(store), ANY_MOMENT])
    plan = PLANS[point]
    if point in _CLIENTS_TOO and dice.random() < 0.3:
        plan = Plan("client", _CLIENTS_TOO[point])
    action = dice.choices(["kill", "stop"], [3, 2])[0]
    return Fault(point, action, dice.randint(1, plan.most), plan)
