"""Calls with more than two parties: who is in them, where everybody shall stand, and how a leg and its lease end.

A rule takes the plan of how the parties stand, changes it and orders it. What is ordered names every leg that is to
stay in the call, also one that still has to ring; the switch drops the others. Holds are told by where the customer
stands.
"""

from dataclasses import dataclass

from history.core import routing as facts
from history.core.call_words import ConsultEndedBecause, HeldBy, LegFor, LegPhase, PartyAt
from history.core.routing_call_records import CallRecord, LegRecord
from history.core.routing_records import HandlingRecord
from history.core.vocabulary import (
    AgentId,
    EndedBy,
    HandlingId,
    HandlingPhase,
    InteractionId,
    LegFailure,
    LegId,
    Medium,
    OutcomeReason,
)
from router.core.decision import Deciding, Refused
from router.core.keeping import leg_of, owner_of
from router.core.state import State

PARTIES_MAX = 6
"""With the customer."""
ARRANGE_MS = 10_000
"""An arrangement that the switch has not confirmed by then has failed."""


@dataclass(slots=True)
class Plan:
    """Where everybody in a call shall stand."""

    interaction: InteractionId
    customer: PartyAt
    legs: dict[LegId, PartyAt]

    def all_talk(self) -> None:
        self.customer = PartyAt.TALK
        self.legs = dict.fromkeys(self.legs, PartyAt.TALK)


def plan_of(state: State, interaction: InteractionId) -> Plan:
    """Return how the parties stand now."""
    call = state.calls.get(interaction)
    if call is not None:
        return Plan(interaction, call.customer, dict(call.legs))
    owner = owner_of(state, interaction)
    return Plan(interaction, PartyAt.TALK, {} if owner is None else {leg_of(owner): PartyAt.TALK})


def order(deciding: Deciding, plan: Plan, *, firm: bool, again: bool = False) -> None:
    """Have the switch bring the parties there, and note what that means for the customer's hold. `firm`: there is no
    way back."""
    call = deciding.state.calls.get(plan.interaction)
    owner = owner_of(deciding.state, plan.interaction)
    if owner is not None and not deciding.has_ended(owner):
        _hold_as_planned(deciding, owner, call, plan)
    deciding.add(
        facts.ArrangementOrdered(
            interaction=plan.interaction,
            arrangement=1 if call is None else call.arrangement + 1,
            customer=plan.customer,
            legs=tuple(plan.legs.items()),
            give_up_at_ms=deciding.now_ms + ARRANGE_MS,
            firm=firm,
            again=again,
        )
    )


def _hold_as_planned(deciding: Deciding, owner: HandlingRecord, call: CallRecord | None, plan: Plan) -> None:
    held = call is not None and call.held_since_ms is not None
    by_phone = held and call is not None and call.held_by is HeldBy.PHONE
    shall = plan.customer is PartyAt.HOLD
    if held and (by_phone if shall else not by_phone):
        deciding.end_hold(owner)
    if shall and (not held or by_phone):
        begin_hold(deciding, owner, HeldBy.DESK)


def begin_hold(deciding: Deciding, owner: HandlingRecord, by: HeldBy) -> None:
    deciding.add(
        facts.HoldBegan(interaction=owner.interaction, handling=owner.handling, agent=owner.agent, by=by),
    )


def others(state: State, interaction: InteractionId) -> list[LegRecord]:
    """Return the legs beside the owner's, whether they talk or still ring."""
    call = state.calls.get(interaction)
    if call is None:
        return []
    owner = owner_of(state, interaction)
    own = None if owner is None else leg_of(owner)
    legs = [state.legs[leg] for leg, _ in call.legs if leg != own and leg in state.legs]
    return [leg for leg in legs if leg.purpose is not LegFor.AGAIN]


def leg_is_over(deciding: Deciding, leg: LegRecord, cause: LegFailure | None = None, by: EndedBy | None = None) -> None:
    """End a leg with its lease."""
    deciding.add(facts.LegOver(leg=leg.leg, interaction=leg.interaction, agent=leg.agent, cause=cause, by=by))
    end_lease(deciding, leg)


def end_lease(deciding: Deciding, leg: LegRecord) -> None:
    if leg.work is not None and leg.agent is not None and leg.work in deciding.state.works:
        deciding.add(facts.WorkEnded(work=leg.work, agent=leg.agent))


def drop_others(deciding: Deciding, interaction: InteractionId, because: ConsultEndedBecause) -> bool:
    """End the legs of everybody but the owner; return whether there was anybody."""
    consult_is_over(deciding, interaction, because)
    found = others(deciding.state, interaction)
    for leg in found:
        leg_is_over(deciding, leg, by=EndedBy.SYSTEM)
    return bool(found)


def consult_is_over(
    deciding: Deciding, interaction: InteractionId, because: ConsultEndedBecause, cause: LegFailure | None = None
) -> None:
    """Note the end of the consult, if one stands; its leg is another matter."""
    call = deciding.state.calls.get(interaction)
    owner = owner_of(deciding.state, interaction)
    if call is not None and call.consult is not None and owner is not None:
        deciding.add(
            facts.ConsultEnded(
                interaction=interaction,
                handling=owner.handling,
                agent=owner.agent,
                leg=call.consult,
                because=because,
                cause=cause,
                consult_ms=deciding.now_ms - call.consult_since_ms,
            )
        )


def talk(legs: list[LegRecord]) -> list[LegRecord]:
    """Return those of the legs that are connected."""
    return [leg for leg in legs if leg.phase is LegPhase.CONNECTED]


def was_arranged(state: State, interaction: InteractionId) -> bool:
    """Whether the switch has ever been asked to arrange the call; else its dialplan has it."""
    call = state.calls.get(interaction)
    return call is not None and call.arrangement > 0


def owned(deciding: Deciding, agent: AgentId, handling_id: HandlingId) -> HandlingRecord | Refused:
    """Return the handling of a call whose agent asks for something, if they may."""
    state = deciding.state
    handling = state.handlings.get(handling_id)
    if handling is None:
        return Refused(OutcomeReason.UNKNOWN_HANDLING)
    if handling.agent != agent:
        return Refused(OutcomeReason.NOT_YOURS)
    if handling.medium is not Medium.VOICE:
        return Refused(OutcomeReason.NO_CALL)
    if handling.phase is not HandlingPhase.ACTIVE:
        return Refused(OutcomeReason.HANDLING_ENDED)
    return Refused(OutcomeReason.LEG_IS_LOST) if handling.interaction in state.lost else handling
