"""When a failed job runs again, and what is never retried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

from ferryman.domain.durations import Duration, seconds
from ferryman.domain.errors import InvalidOption, shown
from ferryman.domain.options import DEFAULT_RETRIES, MOST_RETRIES

Errors = tuple[type[BaseException], ...]


@dataclass(frozen=True, slots=True)
class Retry:
    """Run a failed job again up to `retries` times, after exponentially growing, jittered waits.

    `backoff` is "1s..10m" (first and longest wait, doubling between them) or one duration for a constant
    wait. The wait before retry n is drawn evenly from zero to the grown value ("full jitter", after the AWS
    Architecture Blog's "Exponential Backoff And Jitter"), so that jobs which failed together do not return
    together; a constant wait is kept as it is.

        Retry(5, backoff="2s..1h").never(ValueError)      # everything but a ValueError
        Retry(5).on(TimeoutError, ConnectionError)        # nothing but these two
    """

    retries: int = DEFAULT_RETRIES
    backoff: Duration = "1s..10m"
    only: Errors = ()
    excluded: Errors = ()
    _first: float = 1.0
    _longest: float = 600.0

    def __post_init__(self) -> None:
        if isinstance(self.retries, bool) or not isinstance(self.retries, int):
            raise InvalidOption("retries", f"retries must be a whole number, got {shown(self.retries)}")
        if not 0 <= self.retries <= MOST_RETRIES:
            raise InvalidOption("retries", f"retries must be from 0 to {MOST_RETRIES}, got {shown(self.retries)}")
        first, longest = _bounds(self.backoff)
        object.__setattr__(self, "_first", first)
        object.__setattr__(self, "_longest", longest)

    def on(self, *errors: type[BaseException]) -> Self:
        """Return a policy that retries only these errors (and their subclasses)."""
        return replace(self, only=self.only + _error_types(errors))

    def never(self, *errors: type[BaseException]) -> Self:
        """Return a policy that fails at once on these errors (and their subclasses)."""
        return replace(self, excluded=self.excluded + _error_types(errors))

    def covers(self, error: BaseException) -> bool:
        """Whether this error is one to retry at all; how often is counted by the job."""
        if isinstance(error, self.excluded):
            return False
        return not self.only or isinstance(error, self.only)

    def wait(self, retry: int, dice: float) -> float:
        """Return the seconds before retry number `retry` (from 1); `dice` is a random number in [0, 1)."""
        if self._first == self._longest:
            return self._first
        # 2**60 seconds is past any longest wait; the bound keeps the power from overflowing.
        return dice * min(self._longest, self._first * 2.0 ** min(retry - 1, 60))


def _bounds(backoff: Any) -> tuple[float, float]:
    if isinstance(backoff, str) and ".." in backoff:
        first, _, longest = backoff.partition("..")
        low, high = seconds(first, option="backoff"), seconds(longest, option="backoff")
        if low > high:
            raise InvalidOption("backoff", f"backoff {backoff!r} starts above its end: write {longest}..{first}")
        return low, high
    constant = seconds(backoff, option="backoff")
    return constant, constant


def _error_types(errors: tuple[Any, ...]) -> Errors:
    for error in errors:
        if not (isinstance(error, type) and issubclass(error, BaseException)):
            raise InvalidOption("retry", f"{shown(error)} is no exception class: pass classes such as ValueError")
    return errors
