"""What must hold of calls with more than two parties after every step."""

from collections.abc import Callable

from history.core.call_words import LegFor, LegPhase, WorkKind
from history.core.routing_call_records import CallRecord, LegRecord
from history.core.vocabulary import InteractionId
from router.core.calls import PARTIES_MAX
from router.core.keeping import leg_of, owner_of
from router.core.state import State

Hold = Callable[[bool, str], None]


def calls_are_whole(state: State, hold: Hold) -> None:
    """`hold` raises with what is wrong."""
    for call in state.calls.values():
        _call_is_whole(state, call, hold)
    for leg in state.legs.values():
        _leg_is_in_its_call(state, leg, hold)
    _leases_are_those_of_legs(state, hold)
    named = {leg: call.interaction for call in state.calls.values() for leg, _ in call.legs}
    hold(named == state.call_of_leg, f"the legs {named} are listed as {state.call_of_leg}")
    lost = {call.interaction for call in state.calls.values() if call.lost is not None}
    hold(lost == set(state.lost), f"{lost} have lost their agents, and {set(state.lost)} are listed")


def is_awaited(state: State, interaction: InteractionId) -> bool:
    """Whether a phone rings on for a customer whose agent has gone."""
    legs = [state.legs.get(leg) for leg, _ in state.calls[interaction].legs] if interaction in state.calls else []
    return any(leg is not None and leg.purpose is LegFor.NEXT for leg in legs)


def _call_is_whole(state: State, call: CallRecord, hold: Hold) -> None:
    record = state.interactions.get(call.interaction)
    if record is None:
        hold(call.ordered is not None, f"the call of {call.interaction} is over and still here")
        return
    owner = owner_of(state, call.interaction)
    hold(1 + len(call.legs) <= PARTIES_MAX + 1, f"{call.interaction} has too many parties")
    hold(call.held_since_ms is None or owner is not None, f"{call.interaction} is on hold for nobody")
    hold(call.lost is None or (owner is not None and call.lost.handling == owner.handling), f"nobody lost {call}")
    if owner is not None:
        named = leg_of(owner) in dict(call.legs)
        hold(named is (call.lost is None), f"the owner of {call.interaction} is in it: {named}, lost: {call.lost}")
        hold(not record.customer_gone, f"{call.interaction} has an owner and no customer")
    if call.consult is not None:
        leg = state.legs.get(call.consult)
        asked = leg is not None and leg.purpose is LegFor.CONSULT
        hold(owner is not None and asked, f"{call.interaction} has a consult with nobody")
    consults = [leg for leg, _ in call.legs if leg in state.legs and state.legs[leg].purpose is LegFor.CONSULT]
    hold(len(consults) <= 1, f"{call.interaction} has two consults: {consults}")


def _leg_is_in_its_call(state: State, leg: LegRecord, hold: Hold) -> None:
    hold(leg.interaction in state.interactions, f"{leg.leg} has lost its interaction")
    hold(leg.interaction in state.calls, f"{leg.leg} has no call")
    hold(leg.leg in dict(state.calls[leg.interaction].legs), f"{leg.leg} is not in its call")
    hold(leg.phase is not LegPhase.OVER, f"{leg.leg} is over and still here")
    leased = leg.agent is not None and leg.purpose not in (LegFor.OWNER, LegFor.AGAIN)
    hold(leased is (leg.work in state.works), f"{leg.leg} ({leg.purpose}) has its lease: {leg.work in state.works}")


def _leases_are_those_of_legs(state: State, hold: Hold) -> None:
    works = {work.work: work.agent for work in state.works.values() if work.kind is WorkKind.CONSULT}
    legs = {leg.work: leg.agent for leg in state.legs.values() if leg.work in state.works}
    hold(works == legs, f"the leases {works} are not those of the legs {legs}")
