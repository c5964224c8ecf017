"""Histories of jobs that are lost, and of leases and ends: which break a rule, and which nearly do."""

from __future__ import annotations

from ferryman.domain.lease import Lease, LeaseState
from ferryman.domain.outcome import Ending
from ferryman.domain.state import Operation, State
from tests.history.told import Told, breaks, made, sound

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
