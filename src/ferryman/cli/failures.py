"""Errors as a person meets them: what happened, why, what to do; and the exit code for scripts."""

from __future__ import annotations

import traceback
from enum import IntEnum

from ferryman.cli.console import note, paint
from ferryman.domain.errors import (
    FerrymanError,
    InvalidArguments,
    InvalidInput,
    JobFailed,
    JobNotFound,
    ResultTimeout,
    StoreError,
    StoreIncompatible,
    StoreMisconfigured,
    StoreUnavailable,
    UnknownTask,
)

_STORE_FIXES: dict[type[FerrymanError], str] = {
    StoreUnavailable: "Free or start the store; without --no-retry the command waits for it.",
    StoreMisconfigured: "Mend that, or name another store with --url, FERRYMAN_URL or [tool.ferryman] url.",
    StoreIncompatible: "Upgrade Ferryman here, or name another store with --url.",
    StoreError: "See what ferryman doctor says.",
}


class ExitCode(IntEnum):
    """What a command's exit code means."""

    OK = 0
    #: The job failed, or a check (`doctor`, `check`) did.
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    STORE = 5
    #: As of timeout(1).
    TIMEOUT = 124
    #: As of a shell, for Ctrl-C.
    INTERRUPTED = 130


class Failure(Exception):
    """An error of the command line: `what` happened, `why`, what to do (`fix`), and the exit code."""

    def __init__(self, what: str, why: str, fix: str, code: ExitCode) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix
        self.code = code


def report(error: Exception, *, debug: bool) -> int:
    """Show an error on stderr and return the exit code; what we do not know is a bug and shows its traceback."""
    if type(error).__name__ == "NoArgsIsHelpError":  # a group without a command: its message is its help
        note(str(error))
        return ExitCode.USAGE
    failure = failure_of(error)
    if failure is None or debug:
        note("".join(traceback.format_exception(error)).rstrip())
    if failure is None:
        note("This is a bug in Ferryman: please report it together with the lines above.")
        return ExitCode.FAILED
    note(f"{paint('error:', 'bold red')} {failure.what}")
    note(f"  {paint('why:', 'bold')} {failure.why}")
    note(f"  {paint('fix:', 'bold')} {failure.fix}")
    return failure.code


def failure_of(error: Exception) -> Failure | None:
    """Return an exception as the three lines a person needs; None for one that nobody foresaw."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, FerrymanError):
        return _of_ours(error)
    # Usage errors of Typer; they have had no public base class in every release that we support.
    if hasattr(error, "format_message"):
        return _of_usage(error)
    return None


def _of_ours(error: FerrymanError) -> Failure:
    if isinstance(error, InvalidArguments):
        problems = "; ".join(f"{problem.pointer.lstrip('/') or 'all'}: {problem.detail}" for problem in error.problems)
        fix = f"See what it takes: ferryman tasks schema {error.task}"
        return Failure(f"the arguments do not fit task {error.task!r}", problems, fix, ExitCode.USAGE)
    if isinstance(error, UnknownTask):
        what, _, hint = str(error).partition(". ")
        why = "the app has no task of that name"
        return Failure(what, why, hint or "List its tasks: ferryman tasks ls", ExitCode.NOT_FOUND)
    if isinstance(error, JobNotFound):
        why = "it never existed, was deleted, or retention no longer keeps it"
        return Failure(str(error), why, "List what there is: ferryman jobs ls", ExitCode.NOT_FOUND)
    if isinstance(error, ResultTimeout):
        why = "the time to wait was over; the job was not touched"
        return Failure(str(error), why, "Follow it: ferryman jobs watch ID", ExitCode.TIMEOUT)
    if hasattr(error, "what") and hasattr(error, "why") and hasattr(error, "fix"):
        return Failure(error.what, error.why, error.fix, ExitCode.USAGE)
    return _of_message(error)


def _of_message(error: FerrymanError) -> Failure:
    message = str(error)
    if isinstance(error, StoreError):
        return Failure("the store cannot be used", message, _STORE_FIXES[type(error)], ExitCode.STORE)
    mark = ". " if ". " in message else ": "
    what, _, hint = message.partition(mark)
    why = "the value was refused before anything happened"
    return Failure(what, why, hint[:1].upper() + hint[1:] or "See --help.", _code(error))


def _code(error: FerrymanError) -> ExitCode:
    codes: list[tuple[type[FerrymanError], ExitCode]] = [
        (JobFailed, ExitCode.FAILED),
        (InvalidInput, ExitCode.USAGE),
    ]
    return next((code for kind, code in codes if isinstance(error, kind)), ExitCode.FAILED)


def _of_usage(error: Exception) -> Failure:
    message: str = error.format_message()  # type: ignore[attr-defined]  # see failure_of
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "ferryman"
    what, mark, hint = message.partition(" Did you mean ")
    what = what.rstrip(".")
    why = f"that is not how {path} is used"
    fix = f"Did you mean {hint}" if mark else f"See how: {path} --help"
    return Failure(what[:1].lower() + what[1:], why, fix, ExitCode.USAGE)
