"""What the machine may ask for, as Hypothesis draws it: few values, so that the same meet again."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from ferryman.domain.lease import Lease
from ferryman.domain.outcome import Ending, Outcome
from ferryman.store.messages import FeedKind
from tests.conformance.world import NO_ERROR

TASKS, QUEUES, KEYS, REQUESTS, WORKERS = ("a", "b"), ("x", "y"), ("k1", "k2"), ("r1", "r2"), ("w1", "w2")
#: Too long for the compact record of a job.
LONG = '{"text": "' + "long " * 20 + '"}'


class Wish(NamedTuple):
    """A job to be submitted; `start` is a delay, or with a sign in front a time from now that is given as `run_at`."""

    task: str
    queue: str
    priority: int
    start: str
    key: str | None
    max_retries: int
    max_crashes: int
    timeout: float | None
    tags: tuple[str, ...]
    args: str


class Token(NamedTuple):
    """A lease that is shown: one of those held now or of all that ever were, and how it is forged."""

    held: bool
    number: int
    forged: str


class Ended(NamedTuple):
    """How an attempt ended, by whatever token."""

    token: Token
    ending: Ending
    delay: float


numbers = st.integers(0, 9)
some_numbers = st.lists(numbers, min_size=1, max_size=3)
mostly = st.sampled_from((True, True, True, False))
tasks, queues, workers = st.sampled_from(TASKS), st.sampled_from(QUEUES), st.sampled_from(WORKERS)
wishes = st.builds(
    Wish,
    tasks,
    queues,
    st.sampled_from((5, 3, 9)),
    st.sampled_from(("", "", "", "0", "5", "5", "300", "+5", "+40", "-5")),
    st.sampled_from((None, None, *KEYS)),
    st.sampled_from((3, 1, 0)),
    st.sampled_from((3, 1, 2)),
    st.sampled_from((None, 2.5)),
    st.sampled_from(((), (), ("red",), ("red", "big"))),
    st.sampled_from(("{}", '{"n": 1}', LONG)),
)
requests = st.sampled_from((None, None, None, ("r1", "f1"), ("r1", "f2"), ("r2", "f1")))
tokens = st.builds(
    Token,
    st.sampled_from((True, True, True, False)),
    numbers,
    st.sampled_from(("", "", "", "nonce", "later", "earlier")),
)
held_tokens = st.builds(Token, st.just(True), numbers, st.just(""))
endings = st.sampled_from([ending for ending in Ending if ending is not Ending.CRASHED])
delays = st.sampled_from((3.0, 0.0, 30.0))
reports = st.builds(Ended, held_tokens, endings, delays)
doubtful_reports = st.builds(Ended, tokens, endings, delays)
wants = st.sampled_from((1, 2, 5, 0))
served_tasks = st.sampled_from((TASKS, TASKS, TASKS, ("a",), ("c", "b")))
served_queues = st.sampled_from(((), (), ("x",), ("y", "x")))
lengths = st.sampled_from((15.0, 15.0, 4.0))
kinds = st.sampled_from(FeedKind)
#: Forwards and, less far and less often, backwards.
moments = st.sampled_from((1.0, 5.0, 15.0, 40.0, 300.0, 1_000.0, 3_700.0, -2.0, -30.0, -400.0))


def outcome(lease: Lease, ending: Ending, delay: float) -> Outcome:
    """Make an outcome."""
    return {
        Ending.COMPLETED: Outcome.completed(lease, '"done"' if delay else "null"),
        Ending.RETRIED: Outcome.retried(lease, NO_ERROR, delay),
        Ending.FAILED: Outcome.failed(lease, NO_ERROR),
        Ending.SNOOZED: Outcome.snoozed(lease, delay, NO_ERROR if delay else None),
        Ending.RELEASED: Outcome.released(lease),
        Ending.CANCELLED: Outcome.cancelled(lease, NO_ERROR),
    }[ending]


def forge(lease: Lease, how: str) -> Lease:
    """Change a lease into one that was not given, or not to this attempt."""
    return {
        "": lease,
        "nonce": lease._replace(nonce=lease.nonce ^ 1),
        "later": lease._replace(attempt=lease.attempt + 1),
        "earlier": lease._replace(attempt=lease.attempt - 1),
    }[how]
