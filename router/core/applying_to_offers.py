"""What facts about offers and handlings change."""

from collections.abc import Callable
from typing import Any

from history.core import routing as facts
from history.core.call_words import LegFor, PartyAt
from history.core.entries import Fact
from history.core.routing_records import (
    DeclinedBy,
    HandlingRecord,
    OfferRecord,
    PassedOver,
)
from history.core.vocabulary import (
    AgentChoice,
    HandlingPhase,
    InteractionPhase,
    LegId,
    OfferedBecause,
    OfferId,
    OfferPhase,
)
from router.core import lifecycle, offers, pace
from router.core.applying_to_agents import changed
from router.core.handlings import HANDLING
from router.core.handlings import Trigger as HandlingTrigger
from router.core.keeping import (
    begin_work,
    end_work,
    leave_out,
    leave_waiting,
    put_handling,
    put_lost,
    put_offer,
    put_places,
    put_stop,
    put_waiting,
)
from router.core.lifecycle import LIFECYCLE
from router.core.offers import OFFER
from router.core.sharing import note_handling
from router.core.state import State


def _offer_made(state: State, fact: facts.OfferMade, at_ms: int) -> None:
    interaction = state.interactions[fact.interaction]
    interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.OFFERED)
    interaction.offer = fact.offer
    leave_waiting(state, fact.interaction)
    state.offers_made += 1
    if fact.choice is AgentChoice.ROUND_ROBIN and fact.because is not OfferedBecause.PULLED:
        state.turns[fact.queue] = fact.agent
    agent = state.agents[fact.agent]
    if fact.passed_over or agent.passed:
        times = {each.medium: each.times for each in agent.passed}
        agent.passed = tuple(PassedOver(medium, times.get(medium, 0) + 1) for medium in fact.passed_over)
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
            pulled=fact.because is OfferedBecause.PULLED,
            queue=fact.queue,
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
    del state.seats.of[offer.agent].offers[offer_id]
    state.seats.stale[offer.agent] = None
    interaction = state.interactions[offer.interaction]
    interaction.offer = None
    if trigger is offers.Trigger.ACCEPTED:
        interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.ACCEPTED)
    else:
        interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.OFFER_ENDED)
        put_waiting(state, interaction)
    return offer


def _accepted(state: State, fact: facts.OfferAccepted, at_ms: int) -> None:
    offer = _end_offer(state, fact.offer, offers.Trigger.ACCEPTED)
    pace.taken(state, state.interactions[fact.interaction].queue, at_ms - offer.made_ms)
    state.agents[fact.agent].misses = 0


def _declined(state: State, fact: facts.OfferDeclined, at_ms: int) -> None:
    _end_offer(state, fact.offer, offers.Trigger.DECLINED)
    interaction = state.interactions[fact.interaction]
    still = tuple(each for each in interaction.declined_by if each.until_ms > at_ms and each.agent != fact.agent)
    leave_out(state, interaction, (*still, DeclinedBy(fact.agent, fact.not_again_before_ms)))
    state.add_deadline(fact.not_again_before_ms, "declined", fact.interaction)


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


def _handling_started(state: State, fact: facts.HandlingStarted, at_ms: int) -> None:
    state.handlings_started += 1
    interaction = state.interactions[fact.interaction]
    if interaction.phase is InteractionPhase.WAITING:  # the phone was answered after its offer had ended
        leave_waiting(state, fact.interaction)
        interaction.parked_until_ms = None
        interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.ACCEPTED)
        state.agents[fact.agent].misses = 0
    elif interaction.phase is not InteractionPhase.ACTIVE:  # who had the customer before has passed them on
        interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.ACCEPTED)
    leg = state.legs.get(LegId(fact.offer))
    if leg is not None:
        leg.purpose = LegFor.OWNER
    handling = HandlingRecord(
        handling=fact.handling,
        interaction=fact.interaction,
        agent=fact.agent,
        queue=fact.queue,
        medium=fact.medium,
        offer=fact.offer,
        phase=HandlingPhase.ACTIVE,
        started_ms=at_ms,
    )
    put_handling(state, handling)
    call = state.calls.get(fact.interaction)
    if call is not None and LegId(fact.offer) not in dict(call.legs):  # from the queue again, by an offer
        call.customer = PartyAt.TALK
        put_places(state, call, ((LegId(fact.offer), PartyAt.TALK),))
    if state.shares:
        note_handling(state, handling, 1, at_ms)
    begin_work(state.seats.of[fact.agent], at_ms)


def _wrap_up_started(state: State, fact: facts.WrapUpStarted, at_ms: int) -> None:
    handling = state.handlings[fact.handling]
    handling.phase = HANDLING.next_state(handling.phase, HandlingTrigger.PART_ENDED)
    handling.wrap_up_since_ms = at_ms
    handling.wrap_up_ends_at_ms = fact.ends_at_ms
    handling.timed, handling.frees = fact.timed, fact.frees
    if fact.frees:
        if state.shares:
            note_handling(state, handling, -1, at_ms)
        pace.handled(state, handling.queue, at_ms - handling.started_ms)
        end_work(state.seats.of[fact.agent], at_ms)
        changed(state, fact.agent).idle_since_ms = at_ms
    interaction = state.interactions[fact.interaction]
    interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.PART_ENDED)
    if fact.interaction in state.lost:
        call = state.calls[fact.interaction]
        call.lost = None
        put_lost(state, call)
    if fact.ends_at_ms is not None:
        state.add_deadline(fact.ends_at_ms, "wrap_up", fact.handling)


def _wrap_up_extended(state: State, fact: facts.WrapUpExtended, at_ms: int) -> None:
    handling = state.handlings[fact.handling]
    handling.wrap_up_ends_at_ms, handling.extensions = fact.ends_at_ms, fact.extensions
    state.add_deadline(fact.ends_at_ms, "wrap_up", fact.handling)


def _wrap_up_completed(state: State, fact: facts.WrapUpCompleted, at_ms: int) -> None:
    handling = state.handlings.pop(fact.handling)
    handling.phase = HANDLING.next_state(handling.phase, HandlingTrigger.COMPLETED)
    seat = state.seats.of[fact.agent]
    del seat.handlings[fact.handling]
    end_work(seat, at_ms)
    del state.handling_of_offer[handling.offer]
    siblings = state.interaction_handlings[handling.interaction]
    del siblings[fact.handling]
    if not siblings:
        del state.interaction_handlings[handling.interaction]
    if not handling.frees:
        if state.shares:
            note_handling(state, handling, -1, at_ms)
        pace.handled(state, handling.queue, at_ms - handling.started_ms)
        changed(state, fact.agent).idle_since_ms = at_ms


# Each function takes exactly the fact type it stands under, which a dictionary cannot say to the type checker.
APPLY: dict[type[Fact], Callable[[State, Any, int], None]] = {
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
    facts.HandlingStarted: _handling_started,
    facts.WrapUpStarted: _wrap_up_started,
    facts.WrapUpExtended: _wrap_up_extended,
    facts.WrapUpCompleted: _wrap_up_completed,
}
