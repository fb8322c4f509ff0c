"""What the owner of a call does with its parties: hold and resume, asking somebody, swap, conference, ending it.

Whom they ask has a lease from the first moment, sees the record and is rung like with an offer, but may be not ready: a
colleague may be asked. Nobody is asked who talks or is being rung. One consult at a time.
"""

from typing import Any

from history.core import routing as facts
from history.core.call_words import (
    CallAct,
    ConsultEndedBecause,
    HeldBy,
    LegFor,
    LegPhase,
    PartyAt,
    WorkKind,
)
from history.core.routing_call_records import CallRecord, LegRecord
from history.core.routing_records import HandlingRecord
from history.core.vocabulary import (
    DestinationId,
    EndedBy,
    HandlingPhase,
    InteractionId,
    LegFailure,
    LegId,
    Medium,
    OutcomeReason,
    Presence,
    QueueId,
    WorkId,
)
from router.core import calls, passing_on
from router.core.call_inputs import CallSteered, ConsultAsked, PartyDropped
from router.core.capacity import Seat
from router.core.decision import RING_GRACE_MS, Deciding, Refused, ignored
from router.core.keeping import leg_of
from router.core.selection import choose
from router.core.state import State
from router.core.waiting import WorkClass


def consult_asked(deciding: Deciding, given: ConsultAsked) -> Refused | None:
    state = deciding.state
    handling = calls.owned(deciding, given.agent, given.handling)
    if isinstance(handling, Refused):
        return handling
    if sum(each is not None for each in (given.to_queue, given.to_agent, given.to_destination)) != 1:
        return Refused(OutcomeReason.ONE_TARGET)
    call = state.calls.get(handling.interaction)
    if call is not None and call.consult is not None:
        return Refused(OutcomeReason.CONSULT_STANDS)
    if call is not None and 1 + len(call.legs) >= calls.PARTIES_MAX:
        return Refused(OutcomeReason.PARTIES_FULL)
    seat: Seat | None = None
    if given.to_destination is None:
        found = _seat_for(deciding, given, handling)
        if not isinstance(found, Seat):
            return Refused(found)
        seat = found
    _ask(deciding, handling, seat, given.to_queue, given.to_destination)
    return None


def _seat_for(deciding: Deciding, given: ConsultAsked, handling: HandlingRecord) -> Seat | OutcomeReason:
    state = deciding.state
    if given.to_queue is not None:
        return _best_of(deciding, given.to_queue, handling)
    seat = None if given.to_agent is None else state.seats.of.get(given.to_agent)
    if seat is None:
        return OutcomeReason.UNKNOWN_AGENT
    if seat.agent == handling.agent:
        return OutcomeReason.YOURSELF
    return _why_not_asked(seat) or seat


def _best_of(deciding: Deciding, queue_id: QueueId, handling: HandlingRecord) -> Seat | OutcomeReason:
    """The agent whom the queue's own choice would give a call to now."""
    state = deciding.state
    queue = state.queue_settings.get(queue_id)
    if queue is None:
        return OutcomeReason.UNKNOWN_QUEUE
    if queue.medium is not Medium.VOICE:
        return OutcomeReason.WRONG_MEDIUM
    state.seats.refresh()
    work_class = WorkClass(0, (queue_id, Medium.VOICE, queue.requirement, ()))
    able = state.seats.mask_of(queue.requirement) | state.seats.lent_to(queue_id)
    work_class.mask = able & ~(1 << state.seats.of[handling.agent].number)
    choice = choose(state, work_class, deciding.now_ms)
    return OutcomeReason.NOBODY_FREE if choice is None else choice.winner


def _why_not_asked(seat: Seat) -> OutcomeReason | None:
    record = seat.record
    if record.presence is Presence.SIGNED_OUT:
        return OutcomeReason.NOT_SIGNED_IN
    if seat.settings.phone is None:
        return OutcomeReason.NO_PHONE
    if not record.phone_reachable:
        return OutcomeReason.PHONE_UNREACHABLE
    if any(offer.medium is Medium.VOICE for offer in seat.offers.values()):
        return OutcomeReason.OFFER_STANDS
    active = [each.medium for each in seat.handlings.values() if each.phase is HandlingPhase.ACTIVE]
    if record.phone_busy or Medium.VOICE in (*active, *(work.medium for work in seat.works.values())):
        return OutcomeReason.PHONE_BUSY
    reserved = any(each.medium is Medium.VOICE for each in seat.reservations.values())
    return OutcomeReason.RESERVED if reserved else None


def _ask(
    deciding: Deciding,
    handling: HandlingRecord,
    seat: Seat | None,
    queue: QueueId | None,
    destination: DestinationId | None,
) -> None:
    state, now_ms = deciding.state, deciding.now_ms
    leg = LegId(f"l{state.legs_ordered + 1}")
    pops = seat is not None and seat.record.desktop
    agent = None if seat is None else seat.agent
    work = None if seat is None else WorkId(f"consult-{leg}")
    deciding.add(
        facts.LegOrdered(
            leg=leg,
            interaction=handling.interaction,
            purpose=LegFor.CONSULT,
            at=PartyAt.CONSULT,
            agent=agent,
            destination=destination,
            work=work,
            expires_at_ms=now_ms + (state.settings.pop_wait_ms if pops else 0),
        )
    )
    if agent is not None and work is not None:
        deciding.add(
            facts.WorkStarted(
                work=work,
                agent=agent,
                medium=Medium.VOICE,
                kind=WorkKind.CONSULT,
                interaction=handling.interaction,
            )
        )
    deciding.add(
        facts.ConsultBegan(
            interaction=handling.interaction,
            handling=handling.handling,
            agent=handling.agent,
            leg=leg,
            to_agent=agent,
            to_queue=queue,
            to_destination=destination,
        )
    )
    plan = calls.plan_of(state, handling.interaction)
    plan.legs[leg] = PartyAt.CONSULT
    _apart(state, plan, handling)
    calls.order(deciding, plan, firm=False)
    if not pops:
        ring(deciding, leg, handling.interaction, pop_was_late=False)


def ring(deciding: Deciding, leg: LegId, interaction: InteractionId, *, pop_was_late: bool) -> None:
    """Let the phone ring, for as long as an offer of the call's queue does."""
    ring_ms = deciding.state.queue_settings[deciding.state.interactions[interaction].queue].offer_ms
    expires_at_ms = deciding.now_ms + ring_ms + RING_GRACE_MS
    deciding.add(facts.LegRingOrdered(leg=leg, pop_was_late=pop_was_late, ring_ms=ring_ms, expires_at_ms=expires_at_ms))


def _apart(state: State, plan: calls.Plan, handling: HandlingRecord) -> None:
    """The owner goes apart; the customer hears music unless others talk with them."""
    plan.legs[leg_of(handling)] = PartyAt.CONSULT
    company = [leg for leg in calls.talk(calls.others(state, handling.interaction)) if leg.purpose is LegFor.PARTY]
    plan.customer = PartyAt.TALK if company else PartyAt.HOLD


def call_steered(deciding: Deciding, given: CallSteered) -> Refused | None:
    handling = calls.owned(deciding, given.agent, given.handling)
    if isinstance(handling, Refused):
        return handling
    call = deciding.state.calls.get(handling.interaction)
    match given.act:
        case CallAct.HOLD | CallAct.RESUME:
            return _hold(deciding, handling, call, given.act)
        case CallAct.COMPLETE:
            left = passing_on.owner_leaves(deciding, handling, EndedBy.AGENT)
            return None if left else Refused(OutcomeReason.NO_CONSULT)
        case CallAct.SWAP | CallAct.JOIN | CallAct.END_CONSULT:
            if call is None or call.consult is None:
                return Refused(OutcomeReason.NO_CONSULT)
            leg = deciding.state.legs[call.consult]
            if given.act is CallAct.END_CONSULT:
                end_consult(deciding, call, leg, ConsultEndedBecause.ENDED, by=EndedBy.AGENT)
                return None
            if leg.phase is not LegPhase.CONNECTED:
                return Refused(OutcomeReason.NOT_ANSWERED)
            _rearrange(deciding, handling, leg, given.act)
    return None


def _hold(deciding: Deciding, handling: HandlingRecord, call: CallRecord | None, act: CallAct) -> Refused | None:
    if call is not None and call.consult is not None:
        return Refused(OutcomeReason.CONSULT_STANDS)
    held = call is not None and call.held_since_ms is not None
    if held is (act is CallAct.HOLD):
        return ignored(OutcomeReason.NO_CHANGE)
    if held and call is not None and call.held_by is HeldBy.PHONE:
        return Refused(OutcomeReason.HELD_BY_PHONE)
    plan = calls.plan_of(deciding.state, handling.interaction)
    plan.customer = PartyAt.HOLD if act is CallAct.HOLD else PartyAt.TALK
    calls.order(deciding, plan, firm=False)
    return None


def _rearrange(deciding: Deciding, handling: HandlingRecord, leg: LegRecord, act: CallAct) -> None:
    state = deciding.state
    plan = calls.plan_of(state, handling.interaction)
    if act is CallAct.JOIN:
        calls.consult_is_over(deciding, handling.interaction, ConsultEndedBecause.JOINED)
        plan.all_talk()
    elif plan.legs[leg_of(handling)] is PartyAt.CONSULT:
        plan.all_talk()
        plan.legs[leg.leg] = PartyAt.HOLD
    else:
        _apart(state, plan, handling)
        plan.legs[leg.leg] = PartyAt.CONSULT
    calls.order(deciding, plan, firm=False)


def end_consult(
    deciding: Deciding,
    call: CallRecord,
    leg: LegRecord,
    because: ConsultEndedBecause,
    cause: LegFailure | None = None,
    by: EndedBy | None = None,
) -> None:
    """Whom the owner asked is gone, or is not there: the owner is back with the customer at once."""
    calls.consult_is_over(deciding, call.interaction, because, cause)
    calls.leg_is_over(deciding, leg, cause, by)
    plan = calls.plan_of(deciding.state, call.interaction)
    plan.legs.pop(leg.leg, None)
    plan.all_talk()
    left = [each for each in calls.talk(calls.others(deciding.state, call.interaction)) if each is not leg]
    if call.lost is not None and not left:
        plan.customer = PartyAt.QUEUE
    calls.order(deciding, plan, firm=True)


def party_dropped(deciding: Deciding, given: PartyDropped) -> Refused | None:
    handling = calls.owned(deciding, given.agent, given.handling)
    if isinstance(handling, Refused):
        return handling
    call = deciding.state.calls.get(handling.interaction)
    leg = next((each for each in calls.others(deciding.state, handling.interaction) if each.leg == given.leg), None)
    if call is None or leg is None:
        return Refused(OutcomeReason.UNKNOWN_LEG)
    if call.consult == leg.leg:
        end_consult(deciding, call, leg, ConsultEndedBecause.ENDED, by=EndedBy.AGENT)
    else:
        party_is_gone(deciding, leg, by=EndedBy.AGENT, dropped=True)
    return None


def party_is_gone(
    deciding: Deciding,
    leg: LegRecord,
    cause: LegFailure | None = None,
    by: EndedBy | None = None,
    *,
    dropped: bool = False,
) -> None:
    """Somebody has left the conference. A customer whose only company they were, while the owner asks somebody, hears
    music."""
    state = deciding.state
    calls.leg_is_over(deciding, leg, cause, by)
    plan = calls.plan_of(state, leg.interaction)
    plan.legs.pop(leg.leg, None)
    left = [each for each in calls.talk(calls.others(state, leg.interaction)) if each is not leg]
    company = any(each.purpose is LegFor.PARTY for each in left)
    call = state.calls[leg.interaction]
    before = plan.customer
    if not company and plan.customer is PartyAt.TALK:
        if call.lost is not None:
            plan.customer = PartyAt.HOLD if call.consult is not None else PartyAt.QUEUE
        elif call.consult is not None and PartyAt.TALK not in plan.legs.values():
            plan.customer = PartyAt.HOLD
    if dropped or plan.customer is not before:
        calls.order(deciding, plan, firm=True)


DECIDE: dict[type, Any] = {
    CallSteered: call_steered,
    ConsultAsked: consult_asked,
    PartyDropped: party_dropped,
}
