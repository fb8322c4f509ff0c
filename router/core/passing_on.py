"""Passing a customer on: blind to a queue, an agent or outside, and to whoever stays in the call when its owner goes.

The owner's part ends at once and their wrap-up begins. A customer who goes to a queue stands in it from then on, and is
offered once the switch has brought them back to the music. If somebody else is in the call they take over: whom the
owner asked, or who is in the conference for longest; a phone that still rings rings on for the customer; and if only
parties outside stay, the customer is outside with them.
"""

from typing import Any

from history.core import routing as facts
from history.core.call_words import ConsultEndedBecause, LegFor, LegPhase, PartyAt, TransferKind
from history.core.routing_call_records import LegRecord
from history.core.routing_records import HandlingRecord, InteractionRecord
from history.core.vocabulary import (
    AgentId,
    CloseReason,
    EndedBy,
    HandlingId,
    InteractionId,
    OfferId,
    Opening,
    OutcomeReason,
    QueueId,
)
from router.core import calls, queueing
from router.core.call_inputs import CallHandedOver
from router.core.capacity import NUMBER_OF
from router.core.decision import Deciding, Refused
from router.core.explain import WhyNot, reasons_against
from router.core.leaving import SENDING_MS
from router.core.state import State

_NO_MATTER = (WhyNot.REQUIREMENT_NOT_MET, WhyNot.DECLINED_IT)
"""Whoever is named is named whatever the queue asks."""


def call_handed_over(deciding: Deciding, given: CallHandedOver) -> Refused | None:
    """A blind transfer: refused where it leads nowhere."""
    handling = calls.owned(deciding, given.agent, given.handling)
    if isinstance(handling, Refused):
        return handling
    if sum(each is not None for each in (given.to_queue, given.to_agent, given.to_destination)) != 1:
        return Refused(OutcomeReason.ONE_TARGET)
    record = deciding.state.interactions[handling.interaction]
    because = None
    if given.to_queue is not None:
        because = _why_not_queue(deciding.state, record, given.to_queue)
    elif given.to_agent is not None:
        because = _why_not_agent(deciding.state, record, handling, given.to_agent)
    if because is not None:
        return Refused(because)
    deciding.add(
        facts.HandlingTransferred(
            handling=handling.handling,
            interaction=handling.interaction,
            agent=handling.agent,
            kind=TransferKind.BLIND,
            to_queue=given.to_queue,
            to_agent=given.to_agent,
            to_destination=given.to_destination,
        )
    )
    if given.to_destination is not None:
        _send(deciding, handling, given)
    else:
        _back_to_queue(deciding, handling, EndedBy.AGENT, to=given.to_queue, for_agent=given.to_agent)
    return None


def _why_not_queue(state: State, record: InteractionRecord, to: QueueId) -> OutcomeReason | None:
    queue = state.queue_settings.get(to)
    if queue is None:
        return OutcomeReason.UNKNOWN_QUEUE
    if queue.medium is not record.medium:
        return OutcomeReason.WRONG_MEDIUM
    opening = state.openings.get(to)
    if opening is not None and opening.opening is not Opening.OPEN:
        return OutcomeReason.QUEUE_CLOSED
    state.seats.refresh()
    could = state.seats.mask_of(queueing.last_requirement(queue, record)) & state.seats.takes[NUMBER_OF[record.medium]]
    return None if could else OutcomeReason.NOBODY_COULD_SERVE


def _why_not_agent(
    state: State, record: InteractionRecord, handling: HandlingRecord, agent: AgentId
) -> OutcomeReason | None:
    seat = state.seats.of.get(agent)
    if seat is None:
        return OutcomeReason.UNKNOWN_AGENT
    if agent == handling.agent:
        return OutcomeReason.YOURSELF
    state.seats.refresh()
    against = [why for why in reasons_against(state, seat, record) if why not in _NO_MATTER]
    return reason_of(against[0]) if against else None


def reason_of(why: WhyNot) -> OutcomeReason:
    """Return what somebody is told of what stands against an agent."""
    return OutcomeReason.NOT_SIGNED_IN if why is WhyNot.SIGNED_OUT else OutcomeReason(why.value)


def _send(deciding: Deciding, handling: HandlingRecord, given: CallHandedOver) -> None:
    """Outside, as a rule sends (`leaving.py`): if the switch cannot, they wait in their old place."""
    arranged = calls.was_arranged(deciding.state, handling.interaction)
    calls.drop_others(deciding, handling.interaction, ConsultEndedBecause.ENDED)
    deciding.end_part(handling, EndedBy.AGENT)
    if arranged:
        calls.order(deciding, calls.Plan(handling.interaction, PartyAt.QUEUE, {}), firm=True)
    deciding.add(
        facts.SendOrdered(
            interaction=handling.interaction,
            destination=given.to_destination,
            give_up_at_ms=deciding.now_ms + SENDING_MS,
        )
    )


def _back_to_queue(
    deciding: Deciding,
    handling: HandlingRecord,
    by: EndedBy,
    *,
    to: QueueId | None = None,
    for_agent: AgentId | None = None,
    completed: bool = False,
) -> None:
    calls.drop_others(deciding, handling.interaction, ConsultEndedBecause.BACK_TO_QUEUE)
    _end(deciding, handling, by, completed)
    to_queue(deciding, deciding.state.interactions[handling.interaction], to=to, for_agent=for_agent)


def _end(deciding: Deciding, handling: HandlingRecord, by: EndedBy, completed: bool) -> None:
    """`completed`: without a wrap-up."""
    deciding.end_part(handling, by)
    if completed:
        deciding.complete(handling, None, deciding.now_ms)


def to_queue(
    deciding: Deciding, record: InteractionRecord, *, to: QueueId | None = None, for_agent: AgentId | None = None
) -> None:
    """Let the customer stand in a queue, and be offered once the switch has brought them back alone."""
    state, now_ms = deciding.state, deciding.now_ms
    deciding.add(queueing.queued_again(state, record, now_ms, to=to, for_agent=for_agent, passing=True))
    calls.order(deciding, calls.Plan(record.interaction, PartyAt.QUEUE, {}), firm=True)


def lost_for_good(deciding: Deciding, handling: HandlingRecord) -> None:
    """The owner's phone was not found again: whoever is in the conference goes on, else the customer waits again. There
    is no wrap-up."""
    state = deciding.state
    parties = [leg for leg in calls.others(state, handling.interaction) if leg.purpose is LegFor.PARTY]
    if calls.talk(parties):
        owner_leaves(deciding, handling, EndedBy.LOST, completed=True)
    elif calls.was_arranged(state, handling.interaction) or parties:
        _back_to_queue(deciding, handling, EndedBy.LOST, completed=True)
    else:
        deciding.back_to_queue(handling, EndedBy.LOST)


def end_call(deciding: Deciding, handling: HandlingRecord, by: EndedBy) -> None:
    """The owner goes: those who stay take over, and without any the call ends."""
    if owner_leaves(deciding, handling, by):
        return
    deciding.end_part(handling, by)
    if calls.was_arranged(deciding.state, handling.interaction):
        calls.order(deciding, calls.Plan(handling.interaction, PartyAt.QUEUE, {}), firm=True)
    deciding.order_hang_up(deciding.state.interactions[handling.interaction])


def owner_leaves(deciding: Deciding, handling: HandlingRecord, by: EndedBy, *, completed: bool = False) -> bool:
    """Give the customer to whoever stays; False when nobody does. `completed`: without a wrap-up."""
    rest = calls.others(deciding.state, handling.interaction)
    if not rest:
        return False
    there = calls.talk(rest)
    agents = [leg for leg in there if leg.agent is not None]
    ringing = [leg for leg in rest if leg.phase is not LegPhase.CONNECTED]
    next_one = min(agents or ringing or there, key=_first)
    _transferred(deciding, handling, next_one)
    _end(deciding, handling, by, completed)
    if agents:
        begin_owning(deciding, next_one)
        places = {leg.leg: PartyAt.TALK for leg in rest}
        calls.order(deciding, calls.Plan(handling.interaction, PartyAt.TALK, places), firm=True)
    elif ringing:
        _await(deciding, handling.interaction, next_one, rest)
    else:
        stay_outside(deciding, handling.interaction, there)
    return True


def _first(leg: LegRecord) -> tuple[bool, int, int]:
    """Whom the owner asks, then the longest in the conference."""
    return (leg.purpose is not LegFor.CONSULT, leg.connected_ms, int(leg.leg[1:]))


def _transferred(deciding: Deciding, handling: HandlingRecord, to: LegRecord) -> None:
    call = deciding.state.calls[handling.interaction]
    deciding.add(
        facts.HandlingTransferred(
            handling=handling.handling,
            interaction=handling.interaction,
            agent=handling.agent,
            kind=TransferKind.CONSULT,
            to_agent=to.agent,
            to_destination=to.destination,
            leg=to.leg,
        )
    )
    taken = call.consult == to.leg
    because = ConsultEndedBecause.TRANSFERRED if taken else ConsultEndedBecause.JOINED
    calls.consult_is_over(deciding, handling.interaction, because)


def begin_owning(deciding: Deciding, leg: LegRecord) -> None:
    """Who was asked has the customer now: the work ends, and a handling of theirs begins in the same visit."""
    assert leg.agent is not None, "parties outside own nothing"
    calls.end_lease(deciding, leg)
    interaction = deciding.state.interactions[leg.interaction]
    deciding.add(
        facts.HandlingStarted(
            handling=HandlingId(f"h{deciding.state.handlings_started + 1}"),
            interaction=interaction.interaction,
            agent=leg.agent,
            queue=interaction.queue,
            medium=interaction.medium,
            offer=OfferId(leg.leg),
        )
    )


def _await(deciding: Deciding, interaction: InteractionId, ringing: LegRecord, rest: list[LegRecord]) -> None:
    """The phone rings on for the customer."""
    deciding.add(facts.LegAwaited(leg=ringing.leg, interaction=interaction))
    customer = PartyAt.TALK if calls.talk(rest) else PartyAt.QUEUE
    places = {leg.leg: PartyAt.TALK for leg in rest}
    calls.order(deciding, calls.Plan(interaction, customer, places), firm=True)


def stay_outside(deciding: Deciding, interaction: InteractionId, there: list[LegRecord]) -> None:
    """Only parties outside are left with the customer: from here on it is no call of ours, and nobody hangs it up."""
    calls.order(deciding, calls.Plan(interaction, PartyAt.TALK, {leg.leg: PartyAt.TALK for leg in there}), firm=True)
    for leg in there:
        calls.leg_is_over(deciding, leg, by=EndedBy.SYSTEM)
    deciding.close(deciding.state.interactions[interaction], CloseReason.SENT_OUTSIDE)


DECIDE: dict[type, Any] = {
    CallHandedOver: call_handed_over,
}
