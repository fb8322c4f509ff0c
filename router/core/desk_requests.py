"""Rules for what an agent asks from a desktop (or by the API), and for the desktops themselves."""

from typing import Any

from history.core import routing as facts
from history.core.call_words import LegPhase
from history.core.routing_call_records import LegRecord
from history.core.vocabulary import EndedBy, HandlingPhase, LegId, Medium, OfferPhase, OutcomeReason
from router.core import consulting, party_news, passing_on
from router.core.decision import Deciding, Refused, ignored
from router.core.handlings import HANDLING
from router.core.handlings import Trigger as HandlingTrigger
from router.core.inputs import (
    AgentAcceptedOffer,
    AgentCompletedWrapUp,
    AgentDeclinedOffer,
    AgentEndedHandling,
    AgentExtendedWrapUp,
    DesktopAttached,
    DesktopLost,
    PopShown,
    WrapUpClosed,
)


def desktop_attached(deciding: Deciding, given: DesktopAttached) -> Refused | None:
    agent = deciding.state.agents.get(given.agent)
    if agent is None:
        return ignored(OutcomeReason.UNKNOWN_AGENT)
    if agent.desktop:
        return ignored(OutcomeReason.NO_CHANGE)
    deciding.add(facts.DesktopConnected(agent=given.agent))
    return None


def desktop_lost(deciding: Deciding, given: DesktopLost) -> Refused | None:
    """Calls already pending on the page's pop ring at once; everything else of the agent stays as it is."""
    agent = deciding.state.agents.get(given.agent)
    if agent is None:
        return ignored(OutcomeReason.UNKNOWN_AGENT)
    if not agent.desktop:
        return ignored(OutcomeReason.NO_CHANGE)
    deciding.add(facts.DesktopDisconnected(agent=given.agent))
    return None


def pop_shown(deciding: Deciding, given: PopShown) -> Refused | None:
    """The record is painted: the phone may ring."""
    offer = deciding.state.offers.get(given.offer)
    if offer is None:
        leg = deciding.state.legs.get(LegId(given.offer))
        return deciding.ended_offer(given.offer) if leg is None else _pop_of_leg(deciding, given, leg)
    if offer.agent != given.agent:
        return Refused(OutcomeReason.NOT_YOURS)
    if offer.pop_shown:
        return ignored(OutcomeReason.NO_CHANGE)
    deciding.add(facts.PopConfirmed(offer=offer.offer, after_ms=deciding.now_ms - offer.made_ms))
    if offer.medium is Medium.VOICE and offer.phase is OfferPhase.PENDING:
        deciding.order_ring(offer, pop_was_late=False)
    return None


def _pop_of_leg(deciding: Deciding, given: PopShown, leg: LegRecord) -> Refused | None:
    """The same for whom somebody asks about a call."""
    if leg.agent != given.agent:
        return Refused(OutcomeReason.NOT_YOURS)
    if leg.pop_shown:
        return ignored(OutcomeReason.NO_CHANGE)
    deciding.add(facts.LegPopConfirmed(leg=leg.leg, after_ms=deciding.now_ms - leg.ordered_ms))
    if leg.phase is LegPhase.PENDING:
        consulting.ring(deciding, leg.leg, leg.interaction, pop_was_late=False)
    return None


def agent_accepted_offer(deciding: Deciding, given: AgentAcceptedOffer) -> Refused | None:
    """Chats, mails and tasks are accepted on the desktop; a call is accepted on the phone."""
    offer = deciding.state.offers.get(given.offer)
    if offer is None:
        return Refused(deciding.ended_offer(given.offer).reason)
    if offer.agent != given.agent:
        return Refused(OutcomeReason.NOT_YOURS)
    if offer.medium is Medium.VOICE:
        return Refused(OutcomeReason.OFFER_NOT_ACCEPTABLE_HERE)
    deciding.accept(offer)
    return None


def agent_declined_offer(deciding: Deciding, given: AgentDeclinedOffer) -> Refused | None:
    offer = deciding.state.offers.get(given.offer)
    if offer is None:
        leg = deciding.state.legs.get(LegId(given.offer))
        return Refused(deciding.ended_offer(given.offer).reason) if leg is None else _declined(deciding, given, leg)
    if offer.agent != given.agent:
        return Refused(OutcomeReason.NOT_YOURS)
    deciding.decline(offer)
    if offer.phase is OfferPhase.RINGING:
        deciding.stop_ringing(offer)
    return None


def _declined(deciding: Deciding, given: AgentDeclinedOffer, leg: LegRecord) -> Refused | None:
    """Whom somebody asks, or who is rung again, does not want the call."""
    if leg.agent != given.agent:
        return Refused(OutcomeReason.NOT_YOURS)
    if leg.phase is LegPhase.CONNECTED:
        return Refused(OutcomeReason.OFFER_ENDED)
    party_news.declined_on_the_desk(deciding, leg)
    return None


def agent_ended_handling(deciding: Deciding, given: AgentEndedHandling) -> Refused | None:
    handling = deciding.state.handlings.get(given.handling)
    if handling is None:
        return Refused(OutcomeReason.UNKNOWN_HANDLING)
    if handling.agent != given.agent:
        return Refused(OutcomeReason.NOT_YOURS)
    because = HANDLING.why_ignored(handling.phase, HandlingTrigger.PART_ENDED)
    if because is not None:
        return ignored(because)
    if handling.medium is Medium.VOICE:
        passing_on.end_call(deciding, handling, EndedBy.AGENT)
    else:
        deciding.end_part(handling, EndedBy.AGENT)
        deciding.order_hang_up(deciding.state.interactions[handling.interaction])
    return None


def agent_completed_wrap_up(deciding: Deciding, given: AgentCompletedWrapUp) -> Refused | None:
    state = deciding.state
    handling = state.handlings.get(given.handling)
    if handling is None:
        return Refused(OutcomeReason.UNKNOWN_HANDLING)
    if handling.agent != given.agent:
        return Refused(OutcomeReason.NOT_YOURS)
    because = HANDLING.why_ignored(handling.phase, HandlingTrigger.COMPLETED)
    if because is not None:
        return Refused(because)
    if given.disposition is None:
        if state.queue_settings[handling.queue].disposition_required:
            return Refused(OutcomeReason.DISPOSITION_MISSING)
    elif given.disposition not in state.settings.dispositions:
        return Refused(OutcomeReason.UNKNOWN_DISPOSITION)
    deciding.complete_and_close(handling, given.disposition)
    return None


def agent_extended_wrap_up(deciding: Deciding, given: AgentExtendedWrapUp) -> Refused | None:
    handling = deciding.state.handlings.get(given.handling)
    if handling is None:
        return Refused(OutcomeReason.UNKNOWN_HANDLING)
    if handling.agent != given.agent:
        return Refused(OutcomeReason.NOT_YOURS)
    if handling.phase is not HandlingPhase.WRAP_UP:
        return Refused(OutcomeReason.STILL_TALKING)
    queue = deciding.state.queue_settings[handling.queue]
    if not handling.timed or handling.extensions >= queue.extensions_max or handling.wrap_up_ends_at_ms is None:
        return Refused(OutcomeReason.NO_EXTENSION_LEFT)
    deciding.add(
        facts.WrapUpExtended(
            handling=handling.handling,
            interaction=handling.interaction,
            agent=handling.agent,
            ends_at_ms=handling.wrap_up_ends_at_ms + queue.extension_ms,
            extensions=handling.extensions + 1,
        )
    )
    return None


def wrap_up_closed(deciding: Deciding, given: WrapUpClosed) -> Refused | None:
    """A supervisor ends a wrap-up that hangs."""
    handling = deciding.state.handlings.get(given.handling)
    if handling is None:
        return Refused(OutcomeReason.UNKNOWN_HANDLING)
    because = HANDLING.why_ignored(handling.phase, HandlingTrigger.COMPLETED)
    if because is not None:
        return Refused(because)
    deciding.complete_and_close(handling, None, given.by)
    return None


DECIDE: dict[type, Any] = {
    DesktopAttached: desktop_attached,
    DesktopLost: desktop_lost,
    PopShown: pop_shown,
    AgentAcceptedOffer: agent_accepted_offer,
    AgentDeclinedOffer: agent_declined_offer,
    AgentEndedHandling: agent_ended_handling,
    AgentCompletedWrapUp: agent_completed_wrap_up,
    AgentExtendedWrapUp: agent_extended_wrap_up,
    WrapUpClosed: wrap_up_closed,
}
