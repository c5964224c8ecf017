"""Failpoints: named places where a test has a real process die, freeze, fail or hang.

Inert unless the environment variable FERRYMAN_FAILPOINTS names one: reaching one then costs a look at a None.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Mapping
from itertools import count
from typing import NoReturn

VARIABLE = "FERRYMAN_FAILPOINTS"

#: Every failpoint, and what the process has done when it reaches it. Each is called in one place.
FAILPOINTS: Mapping[str, str] = {
    "submit.before": "a submit was asked for; the store has not been told",
    "submit.answered": "the store has answered a submit; its caller has not been",
    "turn.before": "a turn that reports nothing is about to be sent",
    "turn.answered": "such a turn was answered; nothing that it claimed has started",
    "attempt.started": "an attempt is about to call its task",
    "attempt.returned": "the task has returned; nothing was reported",
    "finish.before": "a turn that reports outcomes is about to be sent",
    "finish.answered": "such a turn was answered; the worker has not taken note",
    "feed.answered": "progress and log lines are stored; the worker has not taken note",
    "heartbeat.before": "leases are about to be extended",
    "heartbeat.answered": "leases are extended; the worker has not taken note",
    "upkeep.before": "a round of promoting, recovering and pruning is about to be asked for",
    "upkeep.answered": "such a round is done; the worker has not taken note",
    "shutdown.draining": "a worker was told to stop, and claims no more",
    "shutdown.released": "running jobs were handed back; the worker has not said goodbye",
    "sqlite.before": "a transaction is written, and not committed",
    "sqlite.committed": "it is committed, and nobody has been told",
    "redis.sent": "commands are sent, and nothing is known of their answer",
    "redis.answered": "a script was answered, and nobody has been told",
    "act.answered": "a person's action is done; the HTTP request has not been answered",
}


class InvalidFailpoint(ValueError):
    """What the environment variable says is no failpoint."""


class FailpointReached(Exception):
    """What the action `raise` raises."""


def _signal(name: str) -> Callable[[], object]:
    # To this thread rather than to the process: another thread would stop a moment later, and so would we.
    return lambda: signal.pthread_kill(threading.get_ident(), getattr(signal, name))


def _raise() -> NoReturn:
    raise FailpointReached("a failpoint was reached")


def _hang() -> object:
    return threading.Event().wait()


#: What happens there: the process dies, or freezes, or an exception is raised, or the thread stays for ever.
ACTIONS: Mapping[str, Callable[[], object]] = {
    "kill": _signal("SIGKILL"),
    "stop": _signal("SIGSTOP"),
    "raise": _raise,
    "hang": _hang,
}


class _Armed:
    def __init__(self, name: str, action: str, nth: int) -> None:
        self._name = name
        self._act = ACTIONS[action]
        self._nth = nth
        self._times = count(1)  # counts rightly though several threads come by

    def reach(self, name: str) -> None:
        if name == self._name and next(self._times) == self._nth:
            self._act()


_armed: _Armed | None = None


def arm(text: str | None) -> None:
    """Arm one failpoint, `name:action` or `name:action:nth` for the nth time it is reached; disarm with None.

    Raises `InvalidFailpoint`.
    """
    global _armed
    _armed = _read(text) if text else None


def _read(text: str) -> _Armed:
    name, _, rest = text.partition(":")
    action, colon, nth = rest.partition(":")
    if name not in FAILPOINTS:
        raise InvalidFailpoint(f"{VARIABLE}={text}: there is no failpoint {name!r}, there are: {', '.join(FAILPOINTS)}")
    if action not in ACTIONS:
        raise InvalidFailpoint(f"{VARIABLE}={text}: {action!r} is no action, there are: {', '.join(ACTIONS)}")
    if colon and not (nth.isascii() and nth.isdigit() and int(nth) > 0):
        raise InvalidFailpoint(f"{VARIABLE}={text}: {nth!r} is no number from 1; write {name}:{action}:2, for instance")
    return _Armed(name, action, int(nth or 1))


def reached(name: str) -> None:
    """Do what the environment asks for at this failpoint; nothing, unless it asks."""
    if _armed is not None:
        _armed.reach(name)


arm(os.environ.get(VARIABLE))
