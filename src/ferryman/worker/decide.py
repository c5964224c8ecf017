"""From what a call came to, to what the store is told."""

from __future__ import annotations

import json
from collections.abc import Callable

from ferryman.domain.outcome import Ending, Outcome
from ferryman.domain.task import Task
from ferryman.telemetry.events import AttemptFailed
from ferryman.worker.attempts import Attempt, Reason
from ferryman.worker.verdict import Verdict, judge_timeout


def decide(attempt: Attempt, task: Task, verdict: Verdict, dice: Callable[[], float]) -> Outcome:
    """Return the outcome of an attempt.

    An attempt that ends by an error after it was asked to stop ends for that reason, whatever its code raised on the
    way out: at a timeout with TimeoutError, at a shutdown or out of touch by handing the job back. Out of touch that
    spares the job a crash if nobody recovered it first; the store checks the token, so otherwise it changes nothing.
    """
    if attempt.reason is not None and not verdict.firm:
        if attempt.reason is not Reason.TIMEOUT:
            return Outcome.released(attempt.lease)
        verdict = judge_timeout(task, attempt.claimed.timeout or 0.0, verdict)
    return _outcome(attempt, task, verdict, dice)


def _outcome(attempt: Attempt, task: Task, verdict: Verdict, dice: Callable[[], float]) -> Outcome:
    lease, text = attempt.lease, verdict.text
    if verdict.ending is Ending.COMPLETED:
        return Outcome.completed(lease, text)
    if verdict.ending is Ending.SNOOZED:
        return Outcome.snoozed(lease, verdict.delay, text)
    if verdict.ending is Ending.CANCELLED:
        return Outcome.cancelled(lease, text)
    if verdict.ending is Ending.RETRIED and attempt.claimed.retries_left > 0:
        return Outcome.retried(lease, text, task.retry.wait(attempt.claimed.retries + 1, dice()))
    return Outcome.failed(lease, text)


def failure(attempt: Attempt, outcome: Outcome) -> AttemptFailed | None:
    """Return the event for an outcome that is a failure, None for the others."""
    if outcome.ending not in (Ending.RETRIED, Ending.FAILED) or outcome.error is None:
        return None
    error = json.loads(outcome.error)
    retry_in = outcome.delay if outcome.ending is Ending.RETRIED else None
    claimed = attempt.claimed
    return AttemptFailed(
        claimed.id, claimed.task, claimed.attempt, error["type"], error["message"], retry_in, error["traceback"]
    )
