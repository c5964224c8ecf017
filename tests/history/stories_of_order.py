"""Histories of keys, of time, of order and of counters: which break a rule, and which nearly do."""

from __future__ import annotations

from ferryman.domain.outcome import Ending
from ferryman.domain.state import Operation, State
from tests.history.told import Told, breaks, ended, made, sound


@breaks("doubled")
def _one_key_two_jobs(told: Told) -> None:
    told.submit("a", key="k")
    told.submit("b", key="k")
    told.end(made("a", State.CANCELLED), made("b", State.CANCELLED))


@breaks("doubled")
def _one_request_two_jobs(told: Told) -> None:
    told.submit("a", request="q")
    told.submit("b", request="q")
    told.end(made("a", State.CANCELLED), made("b", State.CANCELLED))


@sound
def _a_key_that_may_have_been_free_again(told: Told) -> None:
    told.submit("a", key="k")
    told.act(Operation.DELETE, "a", heard=False)
    told.submit("b", key="k")
    told.end(made("b", State.CANCELLED))


@breaks("early")
def _begun_before_its_time(told: Told) -> None:
    told.submit("a", delay=5.0)
    told.end(made("a", State.FAILED, attempt=1, attempts=ended(Ending.FAILED)))


@sound
def _begun_early_by_a_clock_that_went_back(told: Told) -> None:
    told.clock_went_back = True
    told.submit("a", delay=5.0)
    told.end(made("a", State.FAILED, attempt=1, attempts=ended(Ending.FAILED)))


@sound
def _begun_early_since_a_person_said_so(told: Told) -> None:
    told.submit("a", run_at=105.0)
    told.act(Operation.RUN_NOW, "a", heard=False)
    told.end(made("a", State.FAILED, attempt=1, attempts=ended(Ending.FAILED)))


@breaks("overtaken")
def _the_later_first(told: Told) -> None:
    told.submit("a")
    told.submit("b")
    told.claim("b")
    told.claim("a", nonce=2)
    told.end(made("a", State.CANCELLED), made("b", State.CANCELLED))


@sound
def _the_later_first_but_the_earlier_is_less_urgent(told: Told) -> None:
    told.submit("a", priority=1)
    told.submit("b")
    told.claim("b")
    told.claim("a", nonce=2)
    told.end(made("a", State.CANCELLED), made("b", State.CANCELLED))


@breaks("illegal")
def _from_an_end_to_a_run(told: Told) -> None:
    told.submit("a", heard=False)
    told.see("a", State.CANCELLED, 1)
    told.see("a", State.PROCESSING, 2)


@breaks("illegal")
def _attempts_seen_to_go_back(told: Told) -> None:
    told.submit("a", heard=False)
    told.see("a", State.PROCESSING, 2)
    told.see("a", State.PROCESSING, 1)


@breaks("illegal")
def _seen_and_then_gone(told: Told) -> None:
    told.submit("a", heard=False)
    told.see("a", State.PENDING)
    told.see("a", None)


@sound
def _run_again_by_a_person(told: Told) -> None:
    told.submit("a", heard=False)
    told.see("a", State.CANCELLED, 1)
    told.act(Operation.RETRY, "a", heard=False)
    told.see("a", State.PROCESSING, 2)


@sound
def _deleted_and_submitted_anew(told: Told) -> None:
    told.submit("a", heard=False)
    told.see("a", State.COMPLETED, 1)
    told.act(Operation.DELETE, "a", heard=False)
    told.submit("a", heard=False)
    told.see("a", State.PENDING)


@breaks("miscounted")
def _a_crash_that_does_not_count(told: Told) -> None:
    told.submit("a", heard=False)
    told.end(made("a", State.FAILED, attempt=2, attempts=ended(Ending.CRASHED, Ending.FAILED)))


@breaks("miscounted")
def _more_retries_than_there_are(told: Told) -> None:
    told.submit("a", heard=False)
    attempts = ended(Ending.RETRIED, Ending.RETRIED, Ending.FAILED)
    told.end(made("a", State.FAILED, attempt=3, retries=2, attempts=attempts))
