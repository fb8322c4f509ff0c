"""Rules for what the voice channel reports of an agent's phone. Each input names the offer it belongs to."""

from typing import Any

from history.core import routing as facts
from history.core.routing_records import OfferRecord
from history.core.vocabulary import (
    AgentId,
    BackOffBecause,
    InteractionId,
    LegFailure,
    LegId,
    OutcomeReason,
    PresenceBy,
    WithdrawnBecause,
)
from router.core import departures, party_news
from router.core.decision import Deciding, Refused, ignored
from router.core.handlings import HANDLING
from router.core.handlings import Trigger as HandlingTrigger
from router.core.inputs import (
    AgentAnswered,
    AgentLegFailed,
    AgentRang,
    LegEnded,
    PhoneBusy,
    PhoneFree,
    PhoneReachable,
    PhoneUnreachable,
)
from router.core.late_answers import answered_late
from router.core.offers import OFFER
from router.core.offers import Trigger as OfferTrigger


def agent_rang(deciding: Deciding, given: AgentRang) -> Refused | None:
    offer = deciding.state.offers.get(given.offer)
    if offer is None:
        return deciding.ended_offer(given.offer)
    because = OFFER.why_ignored(offer.phase, OfferTrigger.RANG)
    if because is not None or offer.rang:
        return ignored(because or OutcomeReason.NO_CHANGE)
    deciding.add(facts.PhoneRang(offer=given.offer))
    return None


def agent_answered(deciding: Deciding, given: AgentAnswered) -> Refused | None:
    """The phone is connected with the caller: believed in any phase of the offer, also after its end."""
    offer = deciding.state.offers.get(given.offer)
    if offer is None:
        refused = deciding.ended_offer(given.offer)
        if refused.reason is OutcomeReason.UNKNOWN_OFFER:
            return refused
        return answered_late(deciding, given.offer, given.interaction, given.agent)
    deciding.accept(offer)
    return None


def agent_leg_failed(deciding: Deciding, given: AgentLegFailed) -> Refused | None:
    """The ring is over and nobody is connected: the interaction goes back to its place, the agent to theirs."""
    if given.offer in deciding.state.stops:
        deciding.add(facts.RingingStopped(offer=given.offer))
        return None
    offer = deciding.state.offers.get(given.offer)
    if offer is None:
        return deciding.ended_offer(given.offer)
    match given.cause:
        case LegFailure.NO_ANSWER:
            deciding.miss(offer)
        case LegFailure.DECLINED:
            deciding.decline(offer)
        case LegFailure.CALLER_GONE:
            deciding.withdraw(offer, WithdrawnBecause.CUSTOMER_LEFT)
            deciding.abandon(deciding.state.interactions[offer.interaction], None)
        case LegFailure.BUSY:
            _fail(deciding, offer, given.cause)
            deciding.back_off(offer, BackOffBecause.BUSY, deciding.back_offs_of(offer).busy_ms)
        case LegFailure.SWITCH_DOWN:
            _fail(deciding, offer, given.cause)
            deciding.back_off(offer, BackOffBecause.FAILED, deciding.back_offs_of(offer).failed_ms)
        case LegFailure.UNREACHABLE | LegFailure.REFUSED:
            _fail(deciding, offer, given.cause)
            unreachable_ms = deciding.back_offs_of(offer).unreachable_ms
            if unreachable_ms is None:
                deciding.make_not_ready(offer, PresenceBy.PHONE_PROBLEM)
            else:
                deciding.back_off(offer, BackOffBecause.UNREACHABLE, unreachable_ms)
    return None


def _fail(deciding: Deciding, offer: OfferRecord, cause: LegFailure) -> None:
    deciding.add(facts.OfferFailed(offer=offer.offer, interaction=offer.interaction, agent=offer.agent, cause=cause))


def leg_ended(deciding: Deciding, given: LegEnded) -> Refused | None:
    """The agent's leg ended after an answer. If the agent hung up, whoever stays in the call takes over, and without
    anybody it ends; a lost leg is rung again."""
    state = deciding.state
    if given.offer in state.stops:
        deciding.add(facts.RingingStopped(offer=given.offer))
        return None
    record = state.interactions.get(state.call_of_leg.get(LegId(given.offer), InteractionId("")))
    if record is not None and departures.is_talked_on(deciding, record):
        departures.talked_on(deciding, record, LegId(given.offer), given.by)
        return None
    handling_id = state.handling_of_offer.get(given.offer)
    if handling_id is None:
        return deciding.ended_offer(given.offer)
    handling = state.handlings[handling_id]
    because = HANDLING.why_ignored(handling.phase, HandlingTrigger.PART_ENDED)
    if because is not None:
        return ignored(because)
    if handling.leg is not None or handling.interaction in state.lost:
        return ignored(OutcomeReason.LEG_OVER)
    interaction = state.interactions[handling.interaction]
    if interaction.customer_gone:
        deciding.end_part(handling, given.by)
    else:
        party_news.own_leg_ended(deciding, handling, given.by)
    return None


def phone_reachable(deciding: Deciding, given: PhoneReachable) -> Refused | None:
    return _phone(deciding, given.agent, "phone_reachable", True, facts.PhoneBecameReachable)


def phone_unreachable(deciding: Deciding, given: PhoneUnreachable) -> Refused | None:
    return _phone(deciding, given.agent, "phone_reachable", False, facts.PhoneBecameUnreachable)


def phone_busy(deciding: Deciding, given: PhoneBusy) -> Refused | None:
    return _phone(deciding, given.agent, "phone_busy", True, facts.PhoneBecameBusy)


def phone_free(deciding: Deciding, given: PhoneFree) -> Refused | None:
    return _phone(deciding, given.agent, "phone_busy", False, facts.PhoneBecameFree)


def _phone(deciding: Deciding, agent: AgentId, what: str, becomes: bool, fact: Any) -> Refused | None:
    record = deciding.state.agents.get(agent)
    if record is None:
        return ignored(OutcomeReason.UNKNOWN_AGENT)
    if getattr(record, what) is becomes:
        return ignored(OutcomeReason.NO_CHANGE)
    deciding.add(fact(agent=agent))
    return None


DECIDE: dict[type, Any] = {
    AgentRang: agent_rang,
    AgentAnswered: agent_answered,
    AgentLegFailed: agent_leg_failed,
    LegEnded: leg_ended,
    PhoneReachable: phone_reachable,
    PhoneUnreachable: phone_unreachable,
    PhoneBusy: phone_busy,
    PhoneFree: phone_free,
}
