"""`apply`: the only function that changes the router's state, when deciding, recovering and replaying alike."""

from collections.abc import Callable
from typing import Any

from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_records import (
    AgentRecord,
    DeclinedBy,
    HandlingRecord,
    InteractionRecord,
    OfferRecord,
    SourceAnswer,
    SourceRecord,
)
from history.core.vocabulary import (
    HandlingPhase,
    InteractionPhase,
    OfferId,
    OfferPhase,
    Outcome,
    Presence,
    SourceId,
)
from router.core import lifecycle, offers
from router.core.handlings import HANDLING
from router.core.handlings import Trigger as HandlingTrigger
from router.core.keeping import (
    leave_waiting,
    push_waiting,
    put_agent,
    put_handling,
    put_offer,
    put_stop,
    remember_closed,
)
from router.core.lifecycle import LIFECYCLE
from router.core.offers import OFFER
from router.core.presence import PRESENCE
from router.core.presence import Trigger as PresenceTrigger
from router.core.restoring import RESTORE
from router.core.state import State

ANSWERS_KEPT = 16
"""How many answers a source may ask for again."""
SOURCES_MAX = 10_000
"""The source that has been silent for longest is forgotten beyond this."""
UNATTENDED_WRAP_UP_MS = 60_000
"""A wrap-up whose agent's desktop is gone is left open at least this long for the desktop to come back."""


def apply(state: State, fact: Fact, at_ms: int) -> None:
    """Change the state by one fact. A fact of an unknown type is a defect of the program that reads it."""
    _APPLY[type(fact)](state, fact, at_ms)


def _input_taken(state: State, fact: facts.InputTaken, at_ms: int) -> None:
    answer = SourceAnswer(number=fact.source_number, outcome=fact.outcome, reason=fact.reason)
    _remember_answer(state, fact.source, fact.source_epoch, answer)


def _input_set_aside(state: State, fact: facts.InputSetAside, at_ms: int) -> None:
    answer = SourceAnswer(number=fact.source_number, outcome=Outcome.DEFECT)
    _remember_answer(state, fact.source, fact.source_epoch, answer)


def _remember_answer(state: State, source: SourceId, epoch: int, answer: SourceAnswer) -> None:
    record = state.sources.get(source)
    earlier = record.answers if record is not None and record.epoch == epoch else ()
    state.sources[source] = SourceRecord(
        source=source, epoch=epoch, number=answer.number, answers=(*earlier[-(ANSWERS_KEPT - 1) :], answer)
    )
    state.sources.move_to_end(source)
    if len(state.sources) > SOURCES_MAX:
        state.sources.popitem(last=False)


def _routing_defined(state: State, fact: facts.RoutingDefined, at_ms: int) -> None:
    state.settings = fact.settings
    state.agent_settings = {agent.agent: agent for agent in fact.settings.agents}
    state.queue_settings = {queue.queue: queue for queue in fact.settings.queues}
    for agent in state.agent_settings:
        if agent not in state.agents:
            put_agent(state, AgentRecord(agent=agent, presence_since_ms=at_ms, idle_since_ms=at_ms))
    for agent in [agent for agent in state.agents if agent not in state.agent_settings]:
        del state.agents[agent], state.agent_offers[agent], state.agent_handlings[agent]


_PRESENCE_TRIGGERS = {
    Presence.READY: PresenceTrigger.CHOSE_READY,
    Presence.NOT_READY: PresenceTrigger.CHOSE_NOT_READY,
    Presence.SIGNED_OUT: PresenceTrigger.SIGNED_OUT,
}


def _presence_changed(state: State, fact: facts.PresenceChanged, at_ms: int) -> None:
    agent = state.agents[fact.agent]
    agent.presence = PRESENCE.next_state(agent.presence, _PRESENCE_TRIGGERS[fact.presence])
    agent.reason = fact.reason
    agent.presence_since_ms = at_ms
    if fact.presence is Presence.READY:
        agent.idle_since_ms = at_ms
        agent.misses = 0
        agent.backed_off_until_ms = 0


def _desktop_connected(state: State, fact: facts.DesktopConnected, at_ms: int) -> None:
    state.agents[fact.agent].desktop = True


def _desktop_disconnected(state: State, fact: facts.DesktopDisconnected, at_ms: int) -> None:
    state.agents[fact.agent].desktop = False
    for handling in state.agent_handlings[fact.agent].values():
        if handling.phase is HandlingPhase.WRAP_UP:
            queue = state.queue_settings[handling.queue]
            ends_at_ms = max(handling.wrap_up_since_ms + queue.wrap_up_ms, at_ms + UNATTENDED_WRAP_UP_MS)
            handling.wrap_up_ends_at_ms = ends_at_ms
            state.add_deadline(ends_at_ms, "wrap_up", handling.handling)


def _phone_reachable(state: State, fact: facts.PhoneBecameReachable, at_ms: int) -> None:
    state.agents[fact.agent].phone_reachable = True


def _phone_unreachable(state: State, fact: facts.PhoneBecameUnreachable, at_ms: int) -> None:
    state.agents[fact.agent].phone_reachable = False


def _phone_busy(state: State, fact: facts.PhoneBecameBusy, at_ms: int) -> None:
    state.agents[fact.agent].phone_busy = True


def _phone_free(state: State, fact: facts.PhoneBecameFree, at_ms: int) -> None:
    state.agents[fact.agent].phone_busy = False


def _backed_off(state: State, fact: facts.AgentBackedOff, at_ms: int) -> None:
    state.agents[fact.agent].backed_off_until_ms = fact.until_ms
    state.add_deadline(fact.until_ms, "back_off", fact.agent)


def _queued(state: State, fact: facts.InteractionQueued, at_ms: int) -> None:
    earlier = state.interactions.get(fact.interaction)
    if earlier is not None:
        LIFECYCLE.next_state(earlier.phase, lifecycle.Trigger.REQUEUED)
    record = InteractionRecord(
        interaction=fact.interaction,
        medium=fact.medium,
        queue=fact.queue,
        phase=InteractionPhase.WAITING,
        visit=fact.visit,
        visits=1 if earlier is None else earlier.visits + 1,
        arrived_ms=fact.arrived_ms,
        queued_ms=at_ms if earlier is not None else min(fact.arrived_ms, at_ms),
        due_ms=fact.due_ms,
        switch=fact.switch,
        required_skills=fact.required_skills,
        customer=fact.customer,
        identity=fact.identity,
        trust=fact.trust,
        attributes=fact.attributes,
    )
    state.interactions[fact.interaction] = record
    push_waiting(state, record)


def _attributed(state: State, fact: facts.InteractionAttributed, at_ms: int) -> None:
    record = state.interactions[fact.interaction]
    record.customer, record.identity, record.trust = fact.customer, fact.identity, fact.trust
    record.attributes = fact.attributes


def _offer_made(state: State, fact: facts.OfferMade, at_ms: int) -> None:
    interaction = state.interactions[fact.interaction]
    interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.OFFERED)
    interaction.offer = fact.offer
    leave_waiting(state, interaction)
    state.offers_made += 1
    put_offer(
        state,
        OfferRecord(
            offer=fact.offer,
            interaction=fact.interaction,
            agent=fact.agent,
            medium=fact.medium,
            phase=OfferPhase.PENDING,
            made_ms=at_ms,
            expires_at_ms=fact.expires_at_ms,
        ),
    )


def _pop_confirmed(state: State, fact: facts.PopConfirmed, at_ms: int) -> None:
    state.offers[fact.offer].pop_shown = True


def _ring_ordered(state: State, fact: facts.RingOrdered, at_ms: int) -> None:
    offer = state.offers[fact.offer]
    offer.phase = OFFER.next_state(offer.phase, offers.Trigger.RING_ORDERED)
    offer.expires_at_ms = fact.expires_at_ms
    state.add_deadline(fact.expires_at_ms, "offer", fact.offer)


def _phone_rang(state: State, fact: facts.PhoneRang, at_ms: int) -> None:
    state.offers[fact.offer].rang = True


def _end_offer(state: State, offer_id: OfferId, trigger: offers.Trigger) -> OfferRecord:
    offer = state.offers.pop(offer_id)
    offer.phase = OFFER.next_state(offer.phase, trigger)
    del state.agent_offers[offer.agent][offer_id]
    interaction = state.interactions[offer.interaction]
    interaction.offer = None
    if trigger is offers.Trigger.ACCEPTED:
        interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.ACCEPTED)
    else:
        interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.OFFER_ENDED)
        push_waiting(state, interaction)
    return offer


def _accepted(state: State, fact: facts.OfferAccepted, at_ms: int) -> None:
    _end_offer(state, fact.offer, offers.Trigger.ACCEPTED)
    state.agents[fact.agent].misses = 0


def _declined(state: State, fact: facts.OfferDeclined, at_ms: int) -> None:
    _end_offer(state, fact.offer, offers.Trigger.DECLINED)
    interaction = state.interactions[fact.interaction]
    still = tuple(each for each in interaction.declined_by if each.until_ms > at_ms and each.agent != fact.agent)
    interaction.declined_by = (*still, DeclinedBy(fact.agent, fact.not_again_before_ms))
    state.add_deadline(fact.not_again_before_ms, "back_off", fact.agent)


def _expired(state: State, fact: facts.OfferExpired, at_ms: int) -> None:
    _end_offer(state, fact.offer, offers.Trigger.EXPIRED)
    state.agents[fact.agent].misses = fact.misses


def _failed(state: State, fact: facts.OfferFailed, at_ms: int) -> None:
    _end_offer(state, fact.offer, offers.Trigger.FAILED)


def _withdrawn(state: State, fact: facts.OfferWithdrawn, at_ms: int) -> None:
    _end_offer(state, fact.offer, offers.Trigger.WITHDRAWN)


def _to_stop(state: State, fact: facts.RingingToStop, at_ms: int) -> None:
    put_stop(state, fact)


def _stopped(state: State, fact: facts.RingingStopped, at_ms: int) -> None:
    state.stops.pop(fact.offer, None)


def _visit_answered(state: State, fact: facts.VisitAnswered, at_ms: int) -> None:
    """Counted by reports; the visit's end follows from the offer's acceptance, or from the handling."""


def _visit_abandoned(state: State, fact: facts.VisitAbandoned, at_ms: int) -> None:
    """Counted by reports; the interaction is closed by its own fact."""


def _visit_flowed_out(state: State, fact: facts.VisitFlowedOut, at_ms: int) -> None:
    """Counted by reports; the interaction is closed by its own fact."""


def _handling_started(state: State, fact: facts.HandlingStarted, at_ms: int) -> None:
    state.handlings_started += 1
    interaction = state.interactions[fact.interaction]
    if interaction.phase is InteractionPhase.WAITING:  # the phone was answered after its offer had ended
        leave_waiting(state, interaction)
        interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.ACCEPTED)
        state.agents[fact.agent].misses = 0
    put_handling(
        state,
        HandlingRecord(
            handling=fact.handling,
            interaction=fact.interaction,
            agent=fact.agent,
            queue=fact.queue,
            medium=fact.medium,
            offer=fact.offer,
            phase=HandlingPhase.ACTIVE,
            started_ms=at_ms,
        ),
    )


def _wrap_up_started(state: State, fact: facts.WrapUpStarted, at_ms: int) -> None:
    handling = state.handlings[fact.handling]
    handling.phase = HANDLING.next_state(handling.phase, HandlingTrigger.PART_ENDED)
    handling.wrap_up_since_ms = at_ms
    handling.wrap_up_ends_at_ms = fact.ends_at_ms
    interaction = state.interactions[fact.interaction]
    interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.PART_ENDED)
    if fact.ends_at_ms is not None:
        state.add_deadline(fact.ends_at_ms, "wrap_up", fact.handling)


def _wrap_up_completed(state: State, fact: facts.WrapUpCompleted, at_ms: int) -> None:
    handling = state.handlings.pop(fact.handling)
    handling.phase = HANDLING.next_state(handling.phase, HandlingTrigger.COMPLETED)
    del state.agent_handlings[fact.agent][fact.handling]
    del state.handling_of_offer[handling.offer]
    siblings = state.interaction_handlings[handling.interaction]
    del siblings[fact.handling]
    if not siblings:
        del state.interaction_handlings[handling.interaction]
    state.agents[fact.agent].idle_since_ms = at_ms


def _hang_up_ordered(state: State, fact: facts.HangUpOrdered, at_ms: int) -> None:
    state.interactions[fact.interaction].hang_up_until_ms = fact.give_up_at_ms
    state.add_deadline(fact.give_up_at_ms, "hang_up", fact.interaction)


def _customer_leg_ended(state: State, fact: facts.CustomerLegEnded, at_ms: int) -> None:
    interaction = state.interactions[fact.interaction]
    interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.CUSTOMER_LEFT)
    interaction.customer_gone = True
    interaction.hang_up_until_ms = None


def _interaction_closed(state: State, fact: facts.InteractionClosed, at_ms: int) -> None:
    interaction = state.interactions.pop(fact.interaction)
    if interaction.phase is InteractionPhase.WAITING:
        leave_waiting(state, interaction)
    interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.CLOSED)
    remember_closed(state, fact.interaction)


# Each function takes exactly the fact type it stands under, which a dictionary cannot say to the type checker.
_APPLY: dict[type[Fact], Callable[[State, Any, int], None]] = {
    facts.InputTaken: _input_taken,
    facts.InputSetAside: _input_set_aside,
    facts.RoutingDefined: _routing_defined,
    facts.PresenceChanged: _presence_changed,
    facts.DesktopConnected: _desktop_connected,
    facts.DesktopDisconnected: _desktop_disconnected,
    facts.PhoneBecameReachable: _phone_reachable,
    facts.PhoneBecameUnreachable: _phone_unreachable,
    facts.PhoneBecameBusy: _phone_busy,
    facts.PhoneBecameFree: _phone_free,
    facts.AgentBackedOff: _backed_off,
    facts.InteractionQueued: _queued,
    facts.InteractionAttributed: _attributed,
    facts.OfferMade: _offer_made,
    facts.PopConfirmed: _pop_confirmed,
    facts.RingOrdered: _ring_ordered,
    facts.PhoneRang: _phone_rang,
    facts.OfferAccepted: _accepted,
    facts.OfferDeclined: _declined,
    facts.OfferExpired: _expired,
    facts.OfferFailed: _failed,
    facts.OfferWithdrawn: _withdrawn,
    facts.RingingToStop: _to_stop,
    facts.RingingStopped: _stopped,
    facts.VisitAnswered: _visit_answered,
    facts.VisitAbandoned: _visit_abandoned,
    facts.VisitFlowedOut: _visit_flowed_out,
    facts.HandlingStarted: _handling_started,
    facts.WrapUpStarted: _wrap_up_started,
    facts.WrapUpCompleted: _wrap_up_completed,
    facts.HangUpOrdered: _hang_up_ordered,
    facts.CustomerLegEnded: _customer_leg_ended,
    facts.InteractionClosed: _interaction_closed,
    **RESTORE,
}
