"""The state's records put in their place, each with the indexes and deadlines that follow from it.

Used alike when a fact makes a record and when a snapshot brings it back, so that both lead to the same state.
"""

from history.core import routing as facts
from history.core.call_words import LegPhase, PartyAt, Places
from history.core.routing_call_records import CallRecord, LegRecord
from history.core.routing_records import (
    AgentRecord,
    DeclinedBy,
    EmergencyRecord,
    HandlingRecord,
    InteractionRecord,
    LendingRecord,
    OfferRecord,
    OpeningRecord,
    PlaceRecord,
    ReservationRecord,
    WorkRecord,
)
from history.core.vocabulary import AgentId, HandlingPhase, InteractionId, LegId
from router.core.capacity import Seat
from router.core.occupancy import with_work
from router.core.state import State

OVERFLOWS_MAX = 5
"""So often an interaction leaves its queue by rule."""
PLACES_KEPT = 10_000
"""So many places are kept at the most; beyond it the one of whoever left first goes."""
TRIES_MAX = 3
"""So often a firm arrangement is ordered."""
CLOSED_KEPT = 10_000
"""How many closed interactions are remembered, so that their late arrival is no new contact."""


def put_agent(state: State, record: AgentRecord) -> None:
    state.agents[record.agent] = record
    seat = state.seats.of.get(record.agent)
    if seat is not None:
        seat.record = record
        state.seats.stale[record.agent] = None
    if record.held_for is not None:
        state.held_for[record.held_for] = record.agent
    if record.planned is not None:
        state.planned[record.agent] = None
    put_reason(state, record)
    if record.lent is not None:
        put_lent(state, record)
    if record.backed_off_until_ms:
        state.add_deadline(record.backed_off_until_ms, "back_off", record.agent)


def put_lent(state: State, record: AgentRecord) -> None:
    """Let the agent be offered work of the queue that they are lent to."""
    assert record.lent is not None
    state.lent[record.agent] = None
    seat = state.seats.of.get(record.agent)
    if seat is not None:
        state.seats.lend(seat, record.lent)
        state.waiting.asked_anew(record.lent.queue)
    plan_look(state, record.lent.since_ms)


def take_back(state: State, record: AgentRecord) -> None:
    """The agent is lent no longer."""
    lent, record.lent = record.lent, None
    state.lent.pop(record.agent, None)
    if lent is not None:
        state.seats.recall(state.seats.of[record.agent], lent)
        state.waiting.asked_anew(lent.queue)


def define_lending(state: State) -> None:
    """Rules that stay keep what they have seen."""
    rules = state.settings.lending
    state.lendings = {each.rule: state.lendings.get(each.rule) or LendingRecord(rule=each.rule) for each in rules}
    state.lends_to = {each.to: tuple(other for other in rules if other.to == each.to) for each in rules}


LOOK_MS = 5_000
"""So often the rules of lending are looked at while there is work for them, or somebody is lent and may go back."""


def plan_look(state: State, at_ms: int) -> None:
    """Let the rules of lending be looked at soon after this instant, if that is not planned yet."""
    look_ms = (at_ms // LOOK_MS + 1) * LOOK_MS
    if not state.look_ms or look_ms < state.look_ms:
        state.look_ms = look_ms
        state.add_deadline(look_ms, "lending", "")


def put_reason(state: State, record: AgentRecord) -> None:
    """Let it be noticed when a reason is overrun. One that is overrun already has been told."""
    lasts_ms = state.reason_lasts_ms.get(record.reason) if record.reason is not None else None
    if lasts_ms is not None and not record.overrun:
        state.add_deadline(record.presence_since_ms + lasts_ms, "reason", record.agent)


def put_waiting(state: State, record: InteractionRecord) -> None:
    """Let it wait in its class: from now on it may be offered. A parked one only has its end."""
    if record.parked_until_ms is not None:
        state.add_deadline(record.parked_until_ms, "parked", record.interaction)
        return
    state.waiting.add(record)
    if state.lends_to and record.queue in state.lends_to:
        plan_look(state, record.entered_ms)


def put_steps(state: State, record: InteractionRecord) -> None:
    if record.next_step_ms is not None:
        state.add_deadline(record.next_step_ms, "step", record.interaction)


def put_overflow(state: State, record: InteractionRecord) -> None:
    """Let the queue's rules be looked at when their time comes."""
    for rule in state.queue_settings[record.queue].overflow:
        if rule.after_ms:
            state.add_deadline(record.entered_ms + rule.after_ms, "overflow", record.interaction)


def put_sending(state: State, record: InteractionRecord) -> None:
    """Let it be given up when the switch does not say that it has taken the caller outside."""
    if record.sending_until_ms is not None:
        state.add_deadline(record.sending_until_ms, "sending", record.interaction)


def put_opening(state: State, record: OpeningRecord) -> None:
    state.openings[record.queue] = record
    if record.until_ms is not None:
        state.add_deadline(record.until_ms, "opening", record.queue)


def put_emergency(state: State, record: EmergencyRecord) -> None:
    state.emergencies[record.queue, record.number] = record
    state.add_deadline(record.until_ms, "emergency", f"{record.queue or ''}/{record.number or ''}")


def leave_waiting(state: State, interaction: InteractionId) -> None:
    """It is offered, gone, parked or in another class: an agent who is held for it is free again."""
    state.waiting.remove(interaction)
    if state.held_for:
        let_go(state, state.held_for.get(interaction))


def leave_out(state: State, interaction: InteractionRecord, declined_by: tuple[DeclinedBy, ...]) -> None:
    """Who has declined is part of the work class."""
    stands = interaction.interaction in state.waiting.places
    if stands:
        state.waiting.remove(interaction.interaction)
    interaction.declined_by = declined_by
    if stands:
        state.waiting.add(interaction)


def let_go(state: State, agent: AgentId | None) -> None:
    """End the hold of an agent, if there is one."""
    if agent is None:
        return
    record = state.agents[agent]
    if record.held_for is not None:
        state.held_for.pop(record.held_for, None)
        record.held_for = record.held_medium = None
        state.seats.stale[agent] = None


def put_offer(state: State, record: OfferRecord) -> None:
    state.offers[record.offer] = record
    state.seats.of[record.agent].offers[record.offer] = record
    state.seats.stale[record.agent] = None
    state.add_deadline(record.expires_at_ms, "offer", record.offer)


def put_handling(state: State, record: HandlingRecord) -> None:
    state.handlings[record.handling] = record
    seat = state.seats.of[record.agent]
    seat.handlings[record.handling] = record
    state.seats.stale[record.agent] = None
    state.handling_of_offer[record.offer] = record.handling
    state.interaction_handlings.setdefault(record.interaction, {})[record.handling] = record
    if record.wrap_up_ends_at_ms is not None:
        state.add_deadline(record.wrap_up_ends_at_ms, "wrap_up", record.handling)


def keep_place(state: State, record: PlaceRecord, at_ms: int) -> None:
    """Remember a customer's place. Places that nobody came back for in time go."""
    kept = state.places_kept
    key = (record.queue, record.identity)
    kept[key] = record
    kept.move_to_end(key)
    while kept and (len(kept) > PLACES_KEPT or next(iter(kept.values())).until_ms <= at_ms):
        kept.popitem(last=False)


def put_work(state: State, record: WorkRecord) -> None:
    state.works[record.work] = record
    state.seats.of[record.agent].works[record.work] = record
    state.seats.stale[record.agent] = None


def put_reservation(state: State, record: ReservationRecord) -> None:
    state.reservations[record.reservation] = record
    state.seats.of[record.agent].reservations[record.reservation] = record
    state.seats.stale[record.agent] = None
    state.add_deadline(record.until_ms, "reservation", record.reservation)


def begin_work(seat: Seat, at_ms: int) -> None:
    """Count the agent as in work from now on, if they are not yet."""
    if seat.record.busy_since_ms is None:
        seat.record.busy_since_ms = at_ms


def end_work(seat: Seat, at_ms: int) -> None:
    """Count the time in work, if this was the last of it."""
    record = seat.record
    at_work = seat.works or (seat.handlings and any(not handling.frees for handling in seat.handlings.values()))
    if not at_work and record.busy_since_ms is not None:
        record.busy = with_work(record.busy, record.busy_since_ms, at_ms)
        record.busy_since_ms = None


def remember_closed(state: State, interaction: InteractionId) -> None:
    state.closed[interaction] = None
    if len(state.closed) > CLOSED_KEPT:
        state.closed.popitem(last=False)


def put_stop(state: State, fact: facts.RingingToStop) -> None:
    state.stops[fact.offer] = fact
    state.add_deadline(fact.give_up_at_ms, "stop", fact.offer)


def leg_of(handling: HandlingRecord) -> LegId:
    """Return the agent's own phone in the call."""
    return handling.leg or LegId(handling.offer)


def owner_of(state: State, interaction: InteractionId) -> HandlingRecord | None:
    """Return the handling of who has the customer now."""
    for handling in state.interaction_handlings.get(interaction, {}).values():
        if handling.phase is HandlingPhase.ACTIVE:
            return handling
    return None


def call_of(state: State, interaction: InteractionId) -> CallRecord:
    """Return a call's record; a plain call gets one now."""
    call = state.calls.get(interaction)
    if call is None:
        call = state.calls[interaction] = CallRecord(interaction=interaction)
        owner = owner_of(state, interaction)
        if owner is not None:
            put_places(state, call, ((leg_of(owner), PartyAt.TALK),))
    return call


def put_places(state: State, call: CallRecord, legs: Places) -> None:
    """Let these legs be those of the call."""
    for leg, _ in call.legs:
        state.call_of_leg.pop(leg, None)
    call.legs = legs
    for leg, _ in legs:
        state.call_of_leg[leg] = call.interaction


def put_call(state: State, record: CallRecord) -> None:
    state.calls[record.interaction] = record
    put_places(state, record, record.legs)
    put_arrangement(state, record)
    put_lost(state, record)


def put_arrangement(state: State, record: CallRecord) -> None:
    """Let it be given up when the switch does not confirm it."""
    if record.ordered is not None:
        state.add_deadline(record.give_up_at_ms, "arrangement", record.interaction)


def put_lost(state: State, record: CallRecord) -> None:
    """Let the owner's phone be rung again, and given up in the end."""
    if record.lost is None:
        state.lost.pop(record.interaction, None)
        return
    state.lost[record.interaction] = None
    state.add_deadline(record.lost.until_ms, "lost", record.interaction)
    if record.lost.again_ms:
        state.add_deadline(record.lost.again_ms, "lost", record.interaction)


def put_leg(state: State, record: LegRecord) -> None:
    state.legs[record.leg] = record
    if record.phase is not LegPhase.CONNECTED:
        state.add_deadline(record.expires_at_ms, "leg", record.leg)


def forget_call(state: State, interaction: InteractionId) -> None:
    """A call that has ended is kept until the switch has done what was ordered last."""
    call = state.calls.get(interaction)
    if call is not None and call.ordered is None and interaction not in state.interactions:
        put_places(state, call, ())
        del state.calls[interaction]
