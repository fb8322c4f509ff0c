"""What the switch says of an arrangement: it is made, or it cannot be.

If it cannot be, everybody stands as before and the agent sees it. A firm one (somebody has gone, or is to be let go) is
ordered again, three times at most. Who is on the way to a queue is offered in any case.
"""

from typing import Any

from history.core import routing as facts
from history.core.call_words import HeldBy, PartyAt
from history.core.routing_call_records import CallRecord
from history.core.vocabulary import InteractionId, InteractionPhase, OutcomeReason
from router.core import calls
from router.core.call_inputs import CallArranged, CallNotArranged
from router.core.decision import Deciding, Refused, ignored
from router.core.keeping import TRIES_MAX, owner_of


def call_arranged(deciding: Deciding, given: CallArranged) -> Refused | None:
    call = _ordered(deciding, given)
    if isinstance(call, Refused):
        return call
    deciding.add(facts.ArrangementMade(interaction=given.interaction, arrangement=given.arrangement))
    return None


def call_not_arranged(deciding: Deciding, given: CallNotArranged) -> Refused | None:
    call = _ordered(deciding, given)
    if isinstance(call, Refused):
        return call
    _failed(deciding, call, unanswered=False)
    return None


def _ordered(deciding: Deciding, given: CallArranged | CallNotArranged) -> CallRecord | Refused:
    """Only what was ordered last counts."""
    call = deciding.state.calls.get(given.interaction)
    if call is None:
        closed = given.interaction in deciding.state.closed
        return ignored(OutcomeReason.INTERACTION_CLOSED if closed else OutcomeReason.NO_CHANGE)
    return (
        call if call.ordered is not None and call.arrangement == given.arrangement else ignored(OutcomeReason.NO_CHANGE)
    )


def time_is_up(deciding: Deciding, interaction: InteractionId, at_ms: int) -> None:
    call = deciding.state.calls.get(interaction)
    if call is not None and call.ordered is not None and call.give_up_at_ms <= at_ms:
        _failed(deciding, call, unanswered=True)


def _failed(deciding: Deciding, call: CallRecord, *, unanswered: bool) -> None:
    deciding.add(
        facts.ArrangementFailed(interaction=call.interaction, arrangement=call.arrangement, unanswered=unanswered)
    )
    record = deciding.state.interactions.get(call.interaction)
    if record is not None and record.phase is InteractionPhase.PASSING:
        return
    if not call.firm:
        _hold_as_before(deciding, call)
    elif call.tries < TRIES_MAX and call.ordered is not None:
        plan = calls.plan_of(deciding.state, call.interaction)
        if record is None or record.customer_gone:  # who went outside together is in no books any more
            plan = calls.Plan(call.interaction, call.ordered.customer, dict(call.ordered.legs))
        calls.order(deciding, plan, firm=True, again=True)


def _hold_as_before(deciding: Deciding, call: CallRecord) -> None:
    """The customer stands as before, so the hold that was noted is none, or the other way round."""
    owner = owner_of(deciding.state, call.interaction)
    if owner is None or call.before is None:
        return
    held = call.before.customer is PartyAt.HOLD
    if held and call.held_since_ms is None:
        calls.begin_hold(deciding, owner, HeldBy.DESK)
    elif not held and call.held_by is HeldBy.DESK:
        deciding.end_hold(owner)


DECIDE: dict[type, Any] = {
    CallArranged: call_arranged,
    CallNotArranged: call_not_arranged,
}
