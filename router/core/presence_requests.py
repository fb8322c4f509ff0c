"""Rules for presence: what agents choose, at once or after what they have in hand, and what supervisors force."""

from typing import Any

from history.core import routing as facts
from history.core.call_words import LegFor, LegPhase
from history.core.entries import Fact
from history.core.routing_call_records import LegRecord
from history.core.routing_records import AgentRecord
from history.core.vocabulary import (
    AgentId,
    HandlingPhase,
    LegFailure,
    OfferPhase,
    OutcomeReason,
    Presence,
    PresenceBy,
    ReasonCode,
    ReservationEndedBecause,
    WithdrawnBecause,
)
from router.core import lost_legs, party_news, passing_on, queueing
from router.core.decision import Deciding, Refused, ignored
from router.core.inputs import AgentChosePresence, PresenceForced
from router.core.presence import CHOSEN, PRESENCE
from router.core.state import State


def agent_chose_presence(deciding: Deciding, given: AgentChosePresence) -> Refused | None:
    """At once, or planned for the end of what is in hand. Whatever is chosen at once drops what was planned."""
    state = deciding.state
    agent = state.agents.get(given.agent)
    if agent is None:
        return Refused(OutcomeReason.UNKNOWN_AGENT)
    refused = _why_not(state, agent, given.presence, given.reason)
    if refused is not None:
        return refused
    because = PRESENCE.why_ignored(agent.presence, CHOSEN[given.presence])
    as_it_is = (agent.presence, agent.reason) == (given.presence, given.reason) and not given.after_work
    if agent.planned is not None and (because is not None or as_it_is):
        deciding.add(facts.PresencePlanned(agent=given.agent))
        return None
    if because is not None:
        return ignored(because)
    if given.presence is Presence.SIGNED_OUT and not given.after_work:
        _give_up_lost(deciding, given.agent)
    in_hand = _has_in_hand(deciding, given.agent)
    if in_hand and given.after_work and given.presence is not Presence.READY:
        deciding.add(facts.PresencePlanned(agent=given.agent, presence=given.presence, reason=given.reason))
        return None
    if in_hand and given.presence is Presence.SIGNED_OUT:
        deciding.facts.clear()
        return Refused(OutcomeReason.WORK_IN_HAND)
    _change(deciding, given.agent, given.presence, given.reason, PresenceBy.AGENT)
    return None


def _give_up_lost(deciding: Deciding, agent: AgentId) -> None:
    """Who goes is not rung again for a call whose leg was lost."""
    for handling in lost_legs.of_agent(deciding.state, agent):
        passing_on.lost_for_good(deciding, handling)


def _has_in_hand(deciding: Deciding, agent: AgentId) -> bool:
    """Whether the agent has a lease that this decision does not end."""
    completed = sum(isinstance(fact, facts.WrapUpCompleted) and fact.agent == agent for fact in deciding.facts)
    return len(deciding.state.seats.of[agent].leases()) > completed


def _why_not(state: State, agent: AgentRecord, presence: Presence, reason: ReasonCode | None) -> Refused | None:
    if reason is not None and reason not in state.settings.reasons:
        return Refused(OutcomeReason.UNKNOWN_REASON)
    if presence is not Presence.NOT_READY:
        return None
    if reason is None:
        return Refused(OutcomeReason.REASON_MISSING)
    limits = next((each for each in state.settings.reason_limits if each.reason == reason), None)
    if limits is not None and limits.agents_max is not None:
        others = sum(
            1
            for each in state.agents.values()
            if each.agent != agent.agent and reason in (each.reason, each.planned_reason)
        )
        if others >= limits.agents_max:
            return Refused(OutcomeReason.REASON_FULL)
    return None


def presence_forced(deciding: Deciding, given: PresenceForced) -> Refused | None:
    """A supervisor sets a presence: open offers are taken back, and nobody is signed out of a conversation; wrap-ups
    left open are closed when an agent is signed out."""
    state = deciding.state
    agent = state.agents.get(given.agent)
    if agent is None:
        return Refused(OutcomeReason.UNKNOWN_AGENT)
    if given.reason is not None and given.reason not in state.settings.reasons:
        return Refused(OutcomeReason.UNKNOWN_REASON)
    if given.presence is Presence.NOT_READY and given.reason is None:
        return Refused(OutcomeReason.REASON_MISSING)
    seat = state.seats.of[given.agent]
    lost = lost_legs.of_agent(state, given.agent)
    rings = [leg for leg in state.legs.values() if leg.agent == given.agent and _is_asked(leg)]
    talks = [each for each in seat.handlings.values() if each.phase is HandlingPhase.ACTIVE and each not in lost]
    if given.presence is Presence.SIGNED_OUT and (talks or len(seat.works) > len(rings)):
        return Refused(OutcomeReason.WORK_IN_HAND)
    if PRESENCE.why_ignored(agent.presence, CHOSEN[given.presence]) is not None and agent.planned is None:
        return ignored(OutcomeReason.NO_CHANGE)
    if given.presence is not Presence.READY:
        for offer in seat.offers.values():
            deciding.withdraw(offer, WithdrawnBecause.FORCED)
            if offer.phase is OfferPhase.RINGING:
                deciding.stop_ringing(offer)
        for leg in rings:
            party_news.is_gone(deciding, leg, LegFailure.REFUSED, None)
        _give_up_lost(deciding, given.agent)
    if given.presence is agent.presence and given.presence is not Presence.NOT_READY:
        deciding.add(facts.PresencePlanned(agent=given.agent))
        return None
    _change(deciding, given.agent, given.presence, given.reason, PresenceBy.SUPERVISOR, given)
    return None


def _is_asked(leg: LegRecord) -> bool:
    """Whether somebody's phone is rung, or about to be, for a call of others."""
    return leg.phase is not LegPhase.CONNECTED and leg.purpose is not LegFor.AGAIN


def _change(
    deciding: Deciding,
    agent: AgentId,
    presence: Presence,
    reason: ReasonCode | None,
    by: PresenceBy,
    forced: PresenceForced | None = None,
) -> None:
    supervisor = None if forced is None else forced.by
    if presence is Presence.SIGNED_OUT:
        for handling in deciding.state.seats.of[agent].handlings.values():
            if not deciding.has_completed(handling):
                deciding.complete_and_close(handling, None, supervisor)
    if presence is not Presence.READY:
        for kept in deciding.state.seats.of[agent].reservations.values():
            because = ReservationEndedBecause.AGENT_GONE
            deciding.add(facts.ReservationEnded(agent=agent, reservation=kept.reservation, because=because))
    deciding.add(facts.PresenceChanged(agent=agent, presence=presence, reason=reason, by=by, supervisor=supervisor))
    if presence is Presence.SIGNED_OUT:
        deciding.add(*queueing.left_behind(deciding.state, agent, deciding.now_ms))


def planned_now(deciding: Deciding) -> list[Fact]:
    """Return the facts for those whose last piece of work has ended and who planned to change then."""
    state = deciding.state
    for agent in sorted(state.planned):
        if not state.seats.of[agent].leases():
            record = state.agents[agent]
            presence = record.planned
            assert presence is not None, "only who has planned something is among the planned"
            _change(deciding, agent, presence, record.planned_reason, PresenceBy.AGENT)
    return deciding.facts


DECIDE: dict[type, Any] = {
    AgentChosePresence: agent_chose_presence,
    PresenceForced: presence_forced,
}
