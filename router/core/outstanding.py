"""Effects: what follows from a fact, and what is still due of it at any later moment.

Nothing of this is stored. After a recovery the shell releases `outstanding`; each effect's adapter asks its peer by the
effect's key whether it is already done.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from history.core import routing as facts
from history.core.call_words import LegFor, LegPhase
from history.core.entries import Fact
from history.core.routing_call_records import CallRecord, LegRecord
from history.core.routing_records import InteractionRecord, OfferRecord
from history.core.vocabulary import Medium, OfferId, OfferPhase
from router.core.effects import (
    AnyEffect,
    ArrangeCall,
    HangUpCustomer,
    RingAgent,
    RingLeg,
    SendCustomer,
    ShowScreenPop,
    StopRinging,
)
from router.core.state import State


def effects_of(state: State, decided: Iterable[Fact]) -> tuple[AnyEffect, ...]:
    """What the shell must do because of these facts, as the state is after the whole decision."""
    found: list[AnyEffect] = []
    for fact in decided:
        follows = _EFFECTS.get(type(fact))
        if follows is not None:
            found += follows(state, fact)
    return tuple(found)


def _of_offer(state: State, fact: facts.OfferMade) -> Iterator[AnyEffect]:
    offer = state.offers.get(fact.offer)
    if offer is not None and state.agents[fact.agent].desktop:
        yield _pop(state, offer)


def _of_ring(state: State, fact: facts.RingOrdered) -> Iterator[AnyEffect]:
    offer = state.offers.get(fact.offer)
    if offer is not None:
        yield from _ring(state, offer)


def _of_stop(state: State, fact: facts.RingingToStop) -> Iterator[AnyEffect]:
    if fact.offer in state.stops:
        yield StopRinging(offer=fact.offer, interaction=fact.interaction)


def _of_hang_up(state: State, fact: facts.HangUpOrdered) -> Iterator[AnyEffect]:
    if fact.interaction in state.interactions:
        yield HangUpCustomer(interaction=fact.interaction)


def _of_sending(state: State, fact: facts.SendOrdered) -> Iterator[AnyEffect]:
    record = state.interactions.get(fact.interaction)
    if record is not None:
        yield from _send(record)


def _of_arrangement(state: State, fact: facts.ArrangementOrdered) -> Iterator[AnyEffect]:
    call = state.calls.get(fact.interaction)
    if call is not None and call.arrangement == fact.arrangement:
        yield from _arrange(call)


def _of_leg(state: State, fact: facts.LegOrdered) -> Iterator[AnyEffect]:
    leg = state.legs.get(fact.leg)
    if leg is not None and leg.phase is LegPhase.PENDING:
        yield from _pop_of_leg(state, leg)


def _of_leg_ring(state: State, fact: facts.LegRingOrdered) -> Iterator[AnyEffect]:
    leg = state.legs.get(fact.leg)
    if leg is not None:
        yield from _ring_leg(state, leg)


def outstanding(state: State) -> Iterator[AnyEffect]:
    """Every effect that is due and not yet answered, oldest offer first."""
    for stop in state.stops.values():
        yield StopRinging(offer=stop.offer, interaction=stop.interaction)
    for offer in state.offers.values():
        if not offer.pop_shown and state.agents[offer.agent].desktop:
            yield _pop(state, offer)
        if offer.phase is OfferPhase.RINGING and not offer.rang:
            yield from _ring(state, offer)
    for call in state.calls.values():
        yield from _arrange(call)
    for leg in state.legs.values():
        if leg.phase is not LegPhase.CONNECTED:
            yield from _pop_of_leg(state, leg)
        if leg.phase is LegPhase.RINGING and not leg.rang:
            yield from _ring_leg(state, leg)
    for interaction in state.interactions.values():
        if interaction.hang_up_until_ms is not None:
            yield HangUpCustomer(interaction=interaction.interaction)
        yield from _send(interaction)


def _pop(state: State, offer: OfferRecord) -> ShowScreenPop:
    queue = state.interactions[offer.interaction].queue
    return ShowScreenPop(
        offer=offer.offer, interaction=offer.interaction, agent=offer.agent, medium=offer.medium, queue=queue
    )


def _arrange(call: CallRecord) -> Iterator[ArrangeCall]:
    if call.ordered is not None:
        yield ArrangeCall(
            interaction=call.interaction,
            arrangement=call.arrangement,
            customer=call.ordered.customer,
            legs=call.ordered.legs,
        )


def _pop_of_leg(state: State, leg: LegRecord) -> Iterator[ShowScreenPop]:
    """An agent who is rung again for their own call has it on the screen."""
    if leg.agent is None or leg.purpose is LegFor.AGAIN or leg.pop_shown:
        return
    if state.agents[leg.agent].desktop:
        yield ShowScreenPop(
            offer=OfferId(leg.leg),
            interaction=leg.interaction,
            agent=leg.agent,
            medium=Medium.VOICE,
            queue=state.interactions[leg.interaction].queue,
        )


def _ring_leg(state: State, leg: LegRecord) -> Iterator[RingLeg]:
    settings = None if leg.agent is None else state.seats.of[leg.agent].settings
    switch = state.interactions[leg.interaction].switch if settings is None else settings.switch
    if switch is None or (settings is not None and settings.phone is None):
        return
    yield RingLeg(
        leg=leg.leg,
        interaction=leg.interaction,
        agent=leg.agent,
        switch=switch,
        phone=None if settings is None else settings.phone,
        destination=leg.destination,
        at=dict(state.calls[leg.interaction].legs).get(leg.leg, leg.at),
        ring_ms=leg.ring_ms,
    )


def _send(record: InteractionRecord) -> Iterator[SendCustomer]:
    if record.sent is not None:
        yield SendCustomer(
            interaction=record.interaction,
            destination=record.sent.destination,
            announcement=record.sent.announcement,
        )


def _ring(state: State, offer: OfferRecord) -> Iterator[RingAgent]:
    settings = state.seats.of[offer.agent].settings
    if offer.medium is not Medium.VOICE or settings.switch is None or settings.phone is None:
        return
    queue = state.queue_settings[state.interactions[offer.interaction].queue]
    yield RingAgent(
        offer=offer.offer,
        interaction=offer.interaction,
        agent=offer.agent,
        switch=settings.switch,
        phone=settings.phone,
        ring_ms=queue.offer_ms,
    )


_EFFECTS: dict[type[Fact], Callable[[State, Any], Iterator[AnyEffect]]] = {
    facts.OfferMade: _of_offer,
    facts.RingOrdered: _of_ring,
    facts.RingingToStop: _of_stop,
    facts.HangUpOrdered: _of_hang_up,
    facts.SendOrdered: _of_sending,
    facts.ArrangementOrdered: _of_arrangement,
    facts.LegOrdered: _of_leg,
    facts.LegRingOrdered: _of_leg_ring,
}
