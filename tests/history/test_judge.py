"""For each rule a history that breaks it, and one that nearly does: what might have happened otherwise is no proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from ferryman.domain.lease import Lease, LeaseState
from ferryman.domain.outcome import Ending
from ferryman.domain.state import Operation, State
from tests.history.judge import RULES, judge
from tests.history.told import Told, ended, made

Story = Callable[[Told], None]
BROKEN: list[tuple[str, Story]] = []
SOUND: list[Story] = []


def breaks(rule: str) -> Callable[[Story], Story]:
    """Mark a history that breaks a rule."""

    def mark(story: Story) -> Story:
        BROKEN.append((rule, story))
        return story

    return mark


def sound(story: Story) -> Story:
    """Mark a history that breaks none, though it looks like it."""
    SOUND.append(story)
    return story


def names(found: Sequence[str]) -> set[str]:
    """Return the rules that were broken."""
    return {text.partition(":")[0] for text in found}


# -- lost, stuck, phantom


@breaks("lost")
def _acknowledged_and_gone(told: Told) -> None:
    told.submit("a")


@breaks("lost")
def _met_and_gone(told: Told) -> None:
    told.submit("b", met="a")


@sound
def _gone_but_never_acknowledged(told: Told) -> None:
    told.submit("a", heard=False)


@sound
def _gone_since_somebody_may_have_deleted_it(told: Told) -> None:
    told.submit("a")
    told.act(Operation.DELETE, "a", heard=False)


@breaks("stuck")
def _still_pending(told: Told) -> None:
    told.submit("a")
    told.end(made("a", State.PENDING))


@breaks("phantom")
def _nobody_asked(told: Told) -> None:
    told.end(made("a", State.CANCELLED))


@breaks("phantom")
def _run_unasked(told: Told) -> None:
    told.run(Lease("a", 1, 1))


# -- tokens


@breaks("token_reused")
def _one_attempt_for_two(told: Told) -> None:
    told.submit("a", heard=False)
    told.claim("a", 1, nonce=1, by="v")
    told.claim("a", 1, nonce=2)


@breaks("token_reused")
def _attempts_go_back(told: Told) -> None:
    told.submit("a", heard=False)
    told.claim("a", 2, nonce=2)
    told.claim("a", 1, nonce=1)


@breaks("stale_accepted")
def _late_outcome_accepted(told: Told) -> None:
    told.submit("a", heard=False)
    lease = told.claim("a", 1)
    told.claim("a", 2, nonce=2)
    told.run(lease)
    told.finish(lease)


@breaks("stale_accepted")
def _cancelled_and_accepted(told: Told) -> None:
    told.submit("a", heard=False)
    lease = told.claim("a", 1)
    told.act(Operation.CANCEL, "a")
    told.run(lease)
    told.finish(lease)


@sound
def _sent_before_the_next_claim_and_answered_after_it(told: Told) -> None:
    told.submit("a", heard=False)
    lease = told.claim("a", 1)
    told.run(lease)
    turn = told.finish(lease, Ending.RETRIED, heard=False)
    told.claim("a", 2, nonce=2)
    told.finish(lease, Ending.RETRIED, again=turn)


@sound
def _cancel_that_nobody_knows_of(told: Told) -> None:
    told.submit("a", heard=False)
    lease = told.claim("a", 1)
    told.act(Operation.CANCEL, "a", heard=False)
    told.run(lease)
    told.finish(lease)


@breaks("stale_extended")
def _late_heartbeat_held(told: Told) -> None:
    told.submit("a", heard=False)
    lease = told.claim("a", 1)
    told.claim("a", 2, nonce=2)
    told.extend(lease, LeaseState.HELD)


@breaks("stale_extended")
def _late_report_taken(told: Told) -> None:
    told.submit("a", heard=False)
    lease = told.claim("a", 1)
    told.claim("a", 2, nonce=2)
    told.append(lease, True)


@sound
def _late_heartbeat_lost(told: Told) -> None:
    told.submit("a", heard=False)
    lease = told.claim("a", 1)
    told.claim("a", 2, nonce=2)
    told.extend(lease, LeaseState.LOST)
    told.append(lease, False)


# -- ends


@breaks("finished_twice")
def _two_completions(told: Told) -> None:
    told.submit("a", heard=False)
    for attempt in (1, 2):
        lease = told.claim("a", attempt, nonce=attempt)
        told.run(lease)
        told.finish(lease)


@breaks("finished_twice")
def _one_lease_finished_by_two_turns(told: Told) -> None:
    told.submit("a", heard=False)
    lease = told.claim("a")
    told.finish(lease, Ending.RETRIED)
    told.finish(lease, Ending.RETRIED)


@sound
def _completed_again_after_a_person_asked_for_it(told: Told) -> None:
    told.submit("a", heard=False)
    for attempt in (1, 2):
        lease = told.claim("a", attempt, nonce=attempt)
        told.run(lease)
        told.finish(lease)
        told.act(Operation.RETRY, "a", heard=False)


@breaks("not_run")
def _completed_unrun(told: Told) -> None:
    told.submit("a", heard=False)
    told.finish(told.claim("a"))


@breaks("not_run")
def _completed_with_the_result_of_another(told: Told) -> None:
    told.submit("a", heard=False)
    told.run(told.claim("a"), returned='"other"')
    told.end(made("a", attempt=1, result='"r"'))


@sound
def _refused_though_run(told: Told) -> None:
    told.submit("a", heard=False)
    lease = told.claim("a")
    told.run(lease)
    told.finish(lease, accepted=False)


# -- keys, time, order


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


@pytest.mark.parametrize(("rule", "story"), BROKEN, ids=[story.__name__.strip("_") for _, story in BROKEN])
def test_what_is_broken_is_found(rule: str, story: Story) -> None:
    told = Told()
    story(told)
    assert rule in names(judge(told))


@pytest.mark.parametrize("story", SOUND, ids=[story.__name__.strip("_") for story in SOUND])
def test_what_may_be_right_is_let_be(story: Story) -> None:
    told = Told()
    story(told)
    assert judge(told) == []


def test_each_rule_has_a_history_that_breaks_it() -> None:
    assert {rule for rule, _ in BROKEN} == {rule.__name__ for rule in RULES}
