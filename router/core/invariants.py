"""What must hold after every step. The driver checks a cheap part, tests and simulation all of it."""

from history.core.call_words import Places
from history.core.routing_records import HandlingRecord
from history.core.vocabulary import HandlingPhase, InteractionId, InteractionPhase, OfferId, OfferPhase
from router.core.blending import is_at_work
from router.core.call_invariants import calls_are_whole, is_awaited
from router.core.capacity import NUMBER_OF, able_media, open_media
from router.core.lending import AGAIN_MS
from router.core.seats import numbers_in
from router.core.selection import free_for
from router.core.state import State
from router.errors import BrokenInvariant


def check(state: State) -> None:
    """Raise BrokenInvariant naming what is wrong."""
    calls_are_whole(state, _hold)
    _each_interaction_in_one_place(state)
    _offers_and_handlings_have_their_interaction(state)
    _nobody_is_offered_beyond_capacity(state)
    _what_is_indexed_is_so(state)
    _heads_are_the_most_urgent(state)
    _nobody_waits_beside_a_free_agent(state)


def _hold(condition: bool, what: str) -> None:
    if not condition:
        raise BrokenInvariant(what)


def _each_interaction_in_one_place(state: State) -> None:
    waiting: dict[str, int] = {}
    for record in state.interactions.values():
        offered = record.offer is not None
        owners = [each for each in state.interaction_handlings.get(record.interaction, {}).values() if _has(each)]
        handled = bool(owners)
        match record.phase:
            case InteractionPhase.WAITING:
                stands = record.interaction in state.waiting.places
                parked = record.parked_until_ms is not None
                if stands:
                    waiting[record.queue] = waiting.get(record.queue, 0) + 1
                _hold(stands is not parked, f"{record.interaction} is parked: {parked}, and stands in line: {stands}")
                _hold(not offered and not handled, f"{record.interaction} waits and is held")
            case InteractionPhase.OFFERED:
                _hold(offered and not handled, f"{record.interaction} is offered without an offer, or held")
                _hold(record.offer in state.offers, f"{record.interaction} names an offer that is not")
            case InteractionPhase.SENDING:
                _hold(not offered and not handled, f"{record.interaction} is sent outside and held")
                _hold(record.sent is not None, f"{record.interaction} is sent nowhere")
            case InteractionPhase.PASSING:
                _hold(not offered and not handled, f"{record.interaction} is on its way to a queue, and held")
                _hold(
                    _is_ordered(state, record.interaction), f"{record.interaction} is on its way and nobody brings it"
                )
            case InteractionPhase.HANDED_ON:
                _hold(not offered and not handled, f"{record.interaction} is handed on and held")
                _hold(is_awaited(state, record.interaction), f"{record.interaction} is handed on to nobody")
            case InteractionPhase.ACTIVE:
                _hold(
                    len(owners) == 1 and not offered, f"{record.interaction} is active and nobody has it, or two have"
                )
            case InteractionPhase.WRAP_UP:
                _hold(not handled, f"{record.interaction} is in wrap-up and somebody has it")
                writing = record.interaction in state.interaction_handlings
                talking = bool(_legs_of(state, record.interaction))
                _hold(writing or talking or not record.customer_gone, f"{record.interaction} should be closed")
            case InteractionPhase.CLOSED:
                _hold(False, f"{record.interaction} is closed and still here")
    counted = {queue: count for queue, count in state.waiting.in_queue.items() if count}
    _hold(waiting == counted, f"waiting {waiting} counted as {counted}")


def _has(handling: HandlingRecord) -> bool:
    return handling.phase is HandlingPhase.ACTIVE


def _is_ordered(state: State, interaction: InteractionId) -> bool:
    call = state.calls.get(interaction)
    return call is not None and call.ordered is not None


def _legs_of(state: State, interaction: InteractionId) -> Places:
    call = state.calls.get(interaction)
    return () if call is None else call.legs


def _offers_and_handlings_have_their_interaction(state: State) -> None:
    for offer in state.offers.values():
        _hold(state.interactions[offer.interaction].offer == offer.offer, f"{offer.offer} is not its interaction's")
        _hold(offer.phase in (OfferPhase.PENDING, OfferPhase.RINGING), f"{offer.offer} has ended and is still here")
        _hold(offer.offer in state.seats.of[offer.agent].offers, f"{offer.offer} is not among its agent's")
    for handling in state.handlings.values():
        _hold(handling.interaction in state.interactions, f"{handling.handling} has lost its interaction")
        _hold(handling.phase is not HandlingPhase.COMPLETED, f"{handling.handling} is completed and still here")
        _hold(handling.handling in state.seats.of[handling.agent].handlings, f"{handling.handling} is not its agent's")


def _nobody_is_offered_beyond_capacity(state: State) -> None:
    """What an agent held when an offer was made left room for it; work that was taken or begun without an offer may
    pass the limits later."""
    for seat in state.seats.numbered:
        for offer in seat.offers.values():
            capacity = seat.capacities.get(offer.medium)
            limit = 0 if capacity is None else capacity.limit
            leases = [(each.medium, each.offer) for each in seat.offers.values()]
            leases += [(each.medium, each.offer) for each in seat.handlings.values() if not each.frees]
            before = [medium for medium, made_by in leases if _number(made_by) <= _number(offer.offer)]
            held = before.count(offer.medium)
            _hold(offer.pulled or held <= limit, f"{seat.agent} is offered more {offer.medium} than they take")


def _number(offer: OfferId) -> int:
    return int(offer[1:])


def _what_is_indexed_is_so(state: State) -> None:
    """The masks say what the records say."""
    state.seats.refresh()
    for seat in state.seats.numbered:
        held = seat.record.held_medium
        room = open_media(seat, able_media(seat))
        if held is not None:
            _hold(not room >> NUMBER_OF[held] & 1, f"{seat.agent} is held for {held}, which fits")
        opened = room if held is None else 0
        _hold(opened == seat.open, f"{seat.agent} may take {opened} and is indexed with {seat.open}")
        for medium, number in NUMBER_OF.items():
            indexed = bool(state.seats.open[number] >> seat.number & 1)
            _hold(indexed is bool(opened >> number & 1), f"{seat.agent} is indexed wrongly for {medium}")
    _rules_of_blending_are_indexed(state)
    for interaction, agent in state.held_for.items():
        _hold(interaction in state.waiting.places, f"{agent} is held for {interaction}, which does not wait")
        _hold(state.agents[agent].held_for == interaction, f"{agent} is not held for {interaction}")


def _who_is_lent_is_indexed(state: State) -> None:
    """And nobody is lent by a rule again soon after they have gone back."""
    lent = {record.agent for record in state.agents.values() if record.lent is not None}
    _hold(lent == set(state.lent), f"{sorted(lent)} are lent, and {sorted(state.lent)} are listed")
    for record in state.agents.values():
        if record.lent is not None:
            listed = state.seats.lent_to(record.lent.queue) >> state.seats.of[record.agent].number & 1
            _hold(bool(listed), f"{record.agent} is lent to {record.lent.queue} and not indexed")
            rested = record.lent.rule is None or not record.recalled_ms
            rested = rested or record.lent.since_ms >= record.recalled_ms + AGAIN_MS
            _hold(rested, f"{record.agent} is lent again too soon")
    for work_class in state.waiting.numbered:
        mask = state.seats.mask_of(work_class.requirement) | state.seats.lent_to(work_class.queue)
        for agent in work_class.excluded:
            if (seat := state.seats.of.get(agent)) is not None:
                mask &= ~(1 << seat.number)
        _hold(work_class.mask == mask, f"{work_class.key} does not know who may take it")


def _rules_of_blending_are_indexed(state: State) -> None:
    _who_is_lent_is_indexed(state)
    blending = state.seats.blending
    if blending is None:
        return
    for floor in blending.floors:
        at_work = [
            seat.number
            for seat in state.seats.numbered
            if floor.mask >> seat.number & 1 and is_at_work(seat, floor.queues)
        ]
        kept = at_work if len(at_work) <= floor.rule.agents_min else []
        _hold(list(numbers_in(floor.at_work)) == at_work, f"at work for {floor.rule.rule} are {at_work}")
        _hold(list(numbers_in(floor.kept)) == kept, f"the floor {floor.rule.rule} does not keep {kept}")
    for rule in state.settings.shares:
        for queue in [share.queue for share in rule.queues]:
            live = [
                handling
                for handling in state.handlings.values()
                if handling.queue == queue
                and not handling.frees
                and state.seats.mask_of(rule.agents) >> state.seats.of[handling.agent].number & 1
            ]
            _hold(state.shares[rule.rule, queue].live == len(live), f"{rule.rule} has lost count of {queue}")
    for each in blending.reserves:
        media = {state.queue_settings[queue].medium for queue in each.rule.queues}
        idle = [
            seat.number
            for seat in state.seats.numbered
            if each.mask >> seat.number & 1
            and seat.record.lent is None
            and not seat.leases()
            and any(seat.open >> NUMBER_OF[medium] & 1 for medium in media)
        ]
        kept = idle if len(idle) <= each.keep else []
        _hold(list(numbers_in(each.kept)) == kept, f"the reserve {each.rule.rule} does not keep {kept}")


def _heads_are_the_most_urgent(state: State) -> None:
    led = {entry[2] for order in state.waiting.order for entry in order}
    led |= {each.head[2] for aging in state.waiting.aging for each in aging.values() if each.head is not None}
    heads = set()
    for work_class in state.waiting.numbered:
        standing = state.waiting.of_class(work_class)
        _hold(len(standing) == work_class.live, f"{work_class.key} counts {work_class.live} of {len(standing)}")
        head = None if work_class.head is None else work_class.head[2]
        _hold(head == (standing[0] if standing else None), f"{work_class.key} is led by {head}")
        heads |= {head} - {None}
    _hold(led == heads, f"heads {sorted(led)} are listed, and {sorted(map(str, heads))} lead")


def _nobody_waits_beside_a_free_agent(state: State) -> None:
    for work_class in state.waiting.numbered:
        head = work_class.head
        if head is not None:
            free = [state.seats.numbered[number].agent for number in numbers_in(free_for(state, work_class))]
            _hold(not free, f"{head[2]} waits while {free} are free")
