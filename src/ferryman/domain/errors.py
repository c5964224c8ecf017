"""Every exception that Ferryman raises, in one tree.

FerrymanError
├── InvalidInput              a value somebody gave is wrong; nothing was stored
│   ├── InvalidOption         a submit option, a duration, a filter
│   ├── InvalidArguments      a task's arguments do not fit its signature
│   ├── UnknownTask           no task has this name
│   └── TaskDefinitionError   a function cannot be declared as a task
├── JobNotFound               no job has this id (or retention no longer keeps it)
├── ActionRefused             the job's state does not allow the action
├── JobFailed                 the awaited job ended as failed
│   └── JobCancelled          the awaited job was cancelled
├── ResultTimeout             the awaited job did not end in time
├── InvalidResult             a task returned what JSON cannot carry
├── LeaseLost                 the attempt no longer holds its job
└── StoreError                the store cannot do it
    ├── StoreUnavailable      down, locked or full: try the same call again
    ├── StoreIncompatible     written by a version of Ferryman that this one cannot read
    └── StoreMisconfigured    a wrong URL, a folder that cannot be written, a file that is no store
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the known words nearest to `word`, or an empty string."""
    near = get_close_matches(word, list(known), n=3, cutoff=0.5)
    return f" Did you mean {' or '.join(repr(name) for name in near)}?" if near else ""


def shown(value: object) -> str:
    """Return a value as an error message shows it: at most 80 characters, and never another error."""
    try:
        text = repr(value)
    except Exception:  # a number of thousands of digits, or a repr that raises
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 80 else text[:77] + "..."


class FerrymanError(Exception):
    """The root of the tree: `except FerrymanError` catches whatever Ferryman raises."""

    def __reduce__(self) -> tuple[Any, ...]:
        # The constructors take other things than the message, so that pickle, which calls them with it, would fail.
        return restore, (type(self), self.args, self.__dict__)


def restore(kind: type[BaseException], args: tuple[Any, ...], attributes: dict[str, Any]) -> BaseException:
    """Make an exception again that was copied or came from another process, without its constructor."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(attributes)
    return error


class InvalidInput(FerrymanError, ValueError):
    """A value somebody gave is wrong; the message names it and what would be right."""


class InvalidOption(InvalidInput):
    """An option is unknown or its value is out of range. `option` is its name."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option


@dataclass(frozen=True, slots=True)
class ArgumentProblem:
    """One thing wrong with a task's arguments: a JSON pointer into them, and a sentence."""

    pointer: str
    detail: str


class InvalidArguments(InvalidInput):
    """The arguments do not fit the task's signature; `problems` lists each misfit."""

    def __init__(self, task: str, problems: Sequence[ArgumentProblem]) -> None:
        listed = "; ".join(f"{problem.pointer or '/'}: {problem.detail}" for problem in problems)
        super().__init__(f"the arguments do not fit task {task!r}: {listed}")
        self.task = task
        self.problems = tuple(problems)


class UnknownTask(InvalidInput):
    """No registered task has this name; `near` holds the names that resemble it."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        hint = did_you_mean(name, names)
        if not hint and names:
            listed = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
            hint = f" Known tasks: {listed}."
        super().__init__(f"no task is named {shown(name)}.{hint}")
        self.name = name
        self.near = tuple(get_close_matches(name, names, n=3, cutoff=0.5))


class TaskDefinitionError(InvalidInput, TypeError):
    """A function cannot be declared as a task; raised where it is declared."""


class JobNotFound(FerrymanError, LookupError):
    """No job has this id: it never existed, was deleted, or retention no longer keeps it."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no job has the id {job_id}")
        self.job_id = job_id


class ActionRefused(FerrymanError):
    """The job's state does not allow the action; nothing changed."""


class JobFailed(FerrymanError):
    """The awaited job failed for good. `error_type` and `error_message` describe its last error."""

    def __init__(self, job_id: str, task: str, error_type: str, error_message: str) -> None:
        super().__init__(f"job {job_id} ({task}) failed: {error_type}: {error_message}")
        self.job_id = job_id
        self.task = task
        self.error_type = error_type
        self.error_message = error_message


class JobCancelled(JobFailed):
    """The awaited job was cancelled, by a person or by its own task."""


class ResultTimeout(FerrymanError, TimeoutError):
    """The awaited job did not end within the time given; it goes on."""


class InvalidResult(FerrymanError, TypeError):
    """A task's return value cannot be written as JSON, or a stored one does not fit the annotation."""


class LeaseLost(FerrymanError):
    """This attempt no longer holds its job: its lease ran out, or the job was cancelled."""


class StoreError(FerrymanError):
    """The store cannot do what was asked."""


class StoreUnavailable(StoreError):
    """The store is down, locked or full for now. Repeating the same call is safe and may succeed."""


class StoreIncompatible(StoreError):
    """The store was written by a version of Ferryman that this one cannot read or upgrade."""


class StoreMisconfigured(StoreError):
    """The store's URL, folder or file is wrong; no retry will help."""
