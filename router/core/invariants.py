"""What must hold after every step. The driver checks a cheap part, tests and simulation all of it."""

from history.core.vocabulary import HandlingPhase, InteractionPhase, Medium, OfferPhase
from router.core.capacity import capacity_of, leases
from router.core.selection import choose
from router.core.state import State
from router.errors import BrokenInvariant


def check(state: State, now_ms: int) -> None:
    """Raise BrokenInvariant naming what is wrong."""
    _each_interaction_in_one_place(state)
    _offers_and_handlings_have_their_interaction(state)
    _nobody_beyond_capacity(state)
    _nobody_waits_beside_an_able_agent(state, now_ms)


def _hold(condition: bool, what: str) -> None:
    if not condition:
        raise BrokenInvariant(what)


def _each_interaction_in_one_place(state: State) -> None:
    waiting: dict[str, int] = {}
    for record in state.interactions.values():
        offered = record.offer is not None
        handled = record.interaction in state.interaction_handlings
        match record.phase:
            case InteractionPhase.WAITING:
                waiting[record.queue] = waiting.get(record.queue, 0) + 1
                _hold(not offered and not handled, f"{record.interaction} waits and is held")
            case InteractionPhase.OFFERED:
                _hold(offered and not handled, f"{record.interaction} is offered without an offer, or held")
                _hold(record.offer in state.offers, f"{record.interaction} names an offer that is not")
            case InteractionPhase.ACTIVE:
                _hold(handled and not offered, f"{record.interaction} is active and nobody has it")
            case InteractionPhase.WRAP_UP:
                _hold(handled or not record.customer_gone, f"{record.interaction} should be closed")
            case InteractionPhase.CLOSED:
                _hold(False, f"{record.interaction} is closed and still here")
    counted = {queue: count for queue, count in state.waiting_count.items() if count}
    _hold(waiting == counted, f"waiting {waiting} counted as {counted}")


def _offers_and_handlings_have_their_interaction(state: State) -> None:
    for offer in state.offers.values():
        _hold(state.interactions[offer.interaction].offer == offer.offer, f"{offer.offer} is not its interaction's")
        _hold(offer.phase in (OfferPhase.PENDING, OfferPhase.RINGING), f"{offer.offer} has ended and is still here")
        _hold(offer.offer in state.agent_offers[offer.agent], f"{offer.offer} is not among its agent's")
    for handling in state.handlings.values():
        _hold(handling.interaction in state.interactions, f"{handling.handling} has lost its interaction")
        _hold(handling.phase is not HandlingPhase.COMPLETED, f"{handling.handling} is completed and still here")
        _hold(handling.handling in state.agent_handlings[handling.agent], f"{handling.handling} is not its agent's")


def _nobody_beyond_capacity(state: State) -> None:
    """Only offers made here are leases in this version, so nobody may hold more than their limits."""
    for settings in state.settings.agents:
        held = leases(state, settings.agent)
        for medium in Medium:
            capacity = capacity_of(settings, medium)
            limit = 0 if capacity is None else capacity.limit
            offered = [offer for offer in state.agent_offers[settings.agent].values() if offer.medium is medium]
            _hold(
                not offered or held.count(medium) <= limit, f"{settings.agent} is offered more {medium} than they take"
            )


def _nobody_waits_beside_an_able_agent(state: State, now_ms: int) -> None:
    for work_class in list(state.waiting):
        head = state.head(work_class)
        if head is not None:
            choice = choose(state, head, now_ms)
            able = None if choice is None else choice.winner.agent
            _hold(choice is None, f"{head.interaction} waits while {able} is available")
