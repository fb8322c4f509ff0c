"""Rules for what a switch reports of the further legs of a call, and of phones that hold by their own key."""

from typing import Any

from history.core import routing as facts
from history.core.call_words import ConsultEndedBecause, HeldBy, LegFor, LegPhase
from history.core.routing_call_records import LegRecord
from history.core.routing_records import HandlingRecord
from history.core.vocabulary import EndedBy, LegFailure, LegId, OfferId, OutcomeReason
from router.core import calls, consulting, departures, lost_legs, passing_on
from router.core.call_inputs import PartyAnswered, PartyEnded, PartyFailed, PartyRang, PhoneHeld, PhoneResumed
from router.core.decision import Deciding, Refused, ignored
from router.core.keeping import leg_of, owner_of
from router.core.late_answers import answered_late
from router.core.legs import LEG, Trigger


def _over(deciding: Deciding, leg: LegId) -> Refused:
    """Late news about a leg: known to have ended, or never ordered here."""
    number = leg[1:20]
    known = leg == f"l{number}" and number.isdecimal() and 0 < int(number) <= deciding.state.legs_ordered
    return ignored(OutcomeReason.LEG_OVER if known else OutcomeReason.UNKNOWN_LEG)


def party_rang(deciding: Deciding, given: PartyRang) -> Refused | None:
    leg = deciding.state.legs.get(given.leg)
    if leg is None:
        return _over(deciding, given.leg)
    because = LEG.why_ignored(leg.phase, Trigger.RANG)
    if because is not None or leg.rang:
        return ignored(because or OutcomeReason.NO_CHANGE)
    deciding.add(facts.LegRang(leg=given.leg))
    return None


def party_answered(deciding: Deciding, given: PartyAnswered) -> Refused | None:
    state = deciding.state
    leg = state.legs.get(given.leg)
    if leg is None:
        if OfferId(given.leg) in state.stops:
            # A lost agent has picked up as their ring was stopped: they have the waiting caller.
            return answered_late(deciding, OfferId(given.leg), given.interaction, given.agent)
        return _late(deciding, given)
    because = LEG.why_ignored(leg.phase, Trigger.CONNECTED)
    if because is not None:
        return ignored(because)
    deciding.add(facts.LegConnected(leg=leg.leg, interaction=leg.interaction, agent=leg.agent))
    call = state.calls[leg.interaction]
    match leg.purpose:
        case LegFor.AGAIN:
            lost_legs.found(deciding, call, leg)
        case LegFor.NEXT:
            _has_come(deciding, leg)
        case LegFor.PARTY:
            calls.order(deciding, calls.plan_of(state, leg.interaction), firm=True)
        case LegFor.CONSULT | LegFor.OWNER:
            pass
    return None


def _late(deciding: Deciding, given: PartyAnswered) -> Refused:
    """The leg was given up as it was picked up: what is ordered anew does not name it."""
    call = deciding.state.calls.get(given.interaction)
    if (
        call is not None
        and call.arrangement
        and call.ordered is None
        and given.interaction in deciding.state.interactions
    ):
        calls.order(deciding, calls.plan_of(deciding.state, given.interaction), firm=True)
    return _over(deciding, given.leg)


def _has_come(deciding: Deciding, leg: LegRecord) -> None:
    """The next one is there for whom their agent has handed on."""
    state = deciding.state
    if leg.agent is None:
        there = [each for each in calls.others(state, leg.interaction) if each.agent is None]
        passing_on.stay_outside(deciding, leg.interaction, there)
        return
    passing_on.begin_owning(deciding, leg)
    plan = calls.plan_of(state, leg.interaction)
    plan.all_talk()
    calls.order(deciding, plan, firm=True)


def party_failed(deciding: Deciding, given: PartyFailed) -> Refused | None:
    if OfferId(given.leg) in deciding.state.stops:
        deciding.add(facts.RingingStopped(offer=OfferId(given.leg)))
        return None
    leg = deciding.state.legs.get(given.leg)
    if leg is None:
        return _over(deciding, given.leg)
    is_gone(deciding, leg, given.cause, None)
    return None


def party_ended(deciding: Deciding, given: PartyEnded) -> Refused | None:
    if OfferId(given.leg) in deciding.state.stops:
        deciding.add(facts.RingingStopped(offer=OfferId(given.leg)))
        return None
    leg = deciding.state.legs.get(given.leg)
    if leg is None:
        return _over(deciding, given.leg)
    is_gone(deciding, leg, None, given.by)
    return None


def is_gone(deciding: Deciding, leg: LegRecord, cause: LegFailure | None, by: EndedBy | None) -> None:
    """A leg has failed or ended, whatever it was there for."""
    state = deciding.state
    record = state.interactions[leg.interaction]
    if record.customer_gone:
        departures.talked_on(deciding, record, leg.leg, by or EndedBy.SYSTEM)
        return
    call = state.calls[leg.interaction]
    match leg.purpose:
        case LegFor.CONSULT:
            failed = leg.phase is not LegPhase.CONNECTED
            because = ConsultEndedBecause.FAILED if failed else ConsultEndedBecause.ENDED
            consulting.end_consult(deciding, call, leg, because, cause, by)
        case LegFor.PARTY:
            consulting.party_is_gone(deciding, leg, cause, by, dropped=cause is not None)
        case LegFor.NEXT:
            _did_not_come(deciding, leg, cause, by)
        case LegFor.AGAIN:
            lost_legs.not_found(deciding, call, leg, cause or LegFailure.UNREACHABLE)
        case LegFor.OWNER:
            owner = owner_of(state, leg.interaction)
            if owner is not None:
                own_leg_ended(deciding, owner, by or EndedBy.LOST)


def _did_not_come(deciding: Deciding, leg: LegRecord, cause: LegFailure | None, by: EndedBy | None) -> None:
    """Nobody has the customer: those outside who talk with them keep them, or they wait again in the old place."""
    state = deciding.state
    calls.leg_is_over(deciding, leg, cause, by)
    there = [each for each in calls.talk(calls.others(state, leg.interaction)) if each is not leg]
    if there:
        passing_on.stay_outside(deciding, leg.interaction, there)
    else:
        passing_on.to_queue(deciding, state.interactions[leg.interaction])


def own_leg_ended(deciding: Deciding, owner: HandlingRecord, by: EndedBy) -> None:
    """The phone of a call's owner has gone while they had the customer."""
    match by:
        case EndedBy.LOST | EndedBy.SYSTEM:
            lost_legs.lose(deciding, owner)
        case EndedBy.AGENT:
            passing_on.end_call(deciding, owner, by)
        case EndedBy.CUSTOMER:
            departures.part_over(deciding, deciding.state.interactions[owner.interaction], by)


def declined_on_the_desk(deciding: Deciding, leg: LegRecord) -> None:
    """Its ring, if it has begun, is stopped."""
    if leg.purpose is LegFor.AGAIN:
        call = deciding.state.calls[leg.interaction]
        lost_legs.not_found(deciding, call, leg, LegFailure.DECLINED, stop=True)
    else:
        is_gone(deciding, leg, LegFailure.DECLINED, None)


def time_is_up(deciding: Deciding, leg_id: LegId, at_ms: int) -> None:
    """The page has not painted, or the ring was too long: the switch would have told."""
    leg = deciding.state.legs.get(leg_id)
    if leg is None or leg.phase is LegPhase.CONNECTED or leg.expires_at_ms > at_ms:
        return
    if leg.phase is LegPhase.PENDING:
        consulting.ring(deciding, leg.leg, leg.interaction, pop_was_late=True)
    elif leg.purpose is LegFor.AGAIN:
        call = deciding.state.calls[leg.interaction]
        lost_legs.not_found(deciding, call, leg, LegFailure.NO_ANSWER, stop=True)
    else:
        is_gone(deciding, leg, LegFailure.NO_ANSWER, None)


def phone_held(deciding: Deciding, given: PhoneHeld) -> Refused | None:
    """Only the owner's key puts the customer on hold; who is held already is held."""
    owner = _owner_by(deciding, given.leg)
    if owner is None:
        return ignored(OutcomeReason.UNKNOWN_LEG)
    call = deciding.state.calls.get(owner.interaction)
    if call is not None and (call.held_since_ms is not None or call.consult is not None):
        return ignored(OutcomeReason.NO_CHANGE)
    calls.begin_hold(deciding, owner, HeldBy.PHONE)
    return None


def phone_resumed(deciding: Deciding, given: PhoneResumed) -> Refused | None:
    owner = _owner_by(deciding, given.leg)
    if owner is None:
        return ignored(OutcomeReason.UNKNOWN_LEG)
    call = deciding.state.calls.get(owner.interaction)
    if call is None or call.held_since_ms is None or call.held_by is not HeldBy.PHONE:
        return ignored(OutcomeReason.NO_CHANGE)
    deciding.end_hold(owner)
    return None


def _owner_by(deciding: Deciding, leg: LegId) -> HandlingRecord | None:
    """The owner whose own phone this leg is."""
    state = deciding.state
    interaction = state.call_of_leg.get(leg)
    handling_id = state.handling_of_offer.get(OfferId(leg))
    if interaction is None and handling_id is not None:
        interaction = state.handlings[handling_id].interaction
    owner = None if interaction is None else owner_of(state, interaction)
    return owner if owner is not None and leg_of(owner) == leg else None


DECIDE: dict[type, Any] = {
    PartyRang: party_rang,
    PartyAnswered: party_answered,
    PartyFailed: party_failed,
    PartyEnded: party_ended,
    PhoneHeld: phone_held,
    PhoneResumed: phone_resumed,
}
