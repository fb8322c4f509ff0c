"""How a snapshot is folded: each `…Restored` fact puts one record back into the state."""

from collections.abc import Callable
from typing import Any

import msgspec

from history.core import routing as facts
from history.core import routing_call_records as call_records
from history.core import routing_records as records
from history.core.entries import Fact
from history.core.vocabulary import InteractionPhase
from router.core.keeping import (
    put_agent,
    put_call,
    put_emergency,
    put_handling,
    put_leg,
    put_offer,
    put_opening,
    put_overflow,
    put_reservation,
    put_sending,
    put_steps,
    put_stop,
    put_waiting,
    put_work,
    remember_closed,
)
from router.core.state import State


def _counters_restored(state: State, fact: records.CountersRestored, at_ms: int) -> None:
    state.offers_made, state.handlings_started, state.legs_ordered = fact.offers, fact.handlings, fact.legs


def _source_restored(state: State, fact: records.SourceRestored, at_ms: int) -> None:
    state.sources[fact.record.source] = msgspec.structs.replace(fact.record)


def _agent_restored(state: State, fact: records.AgentRestored, at_ms: int) -> None:
    put_agent(state, msgspec.structs.replace(fact.record))


def _interaction_restored(state: State, fact: records.InteractionRestored, at_ms: int) -> None:
    record = msgspec.structs.replace(fact.record)
    state.interactions[record.interaction] = record
    if record.phase is InteractionPhase.WAITING:
        put_waiting(state, record)
    put_steps(state, record)
    put_overflow(state, record)
    put_sending(state, record)
    if record.hang_up_until_ms is not None:
        state.add_deadline(record.hang_up_until_ms, "hang_up", record.interaction)
    for declined in record.declined_by:
        state.add_deadline(declined.until_ms, "declined", record.interaction)


def _offer_restored(state: State, fact: records.OfferRestored, at_ms: int) -> None:
    put_offer(state, msgspec.structs.replace(fact.record))


def _handling_restored(state: State, fact: records.HandlingRestored, at_ms: int) -> None:
    put_handling(state, msgspec.structs.replace(fact.record))


def _work_restored(state: State, fact: records.WorkRestored, at_ms: int) -> None:
    put_work(state, fact.record)


def _call_restored(state: State, fact: call_records.CallRestored, at_ms: int) -> None:
    put_call(state, msgspec.structs.replace(fact.record))


def _leg_restored(state: State, fact: call_records.LegRestored, at_ms: int) -> None:
    put_leg(state, msgspec.structs.replace(fact.record))


def _reservation_restored(state: State, fact: records.ReservationRestored, at_ms: int) -> None:
    put_reservation(state, fact.record)


def _share_restored(state: State, fact: records.ShareRestored, at_ms: int) -> None:
    state.shares[fact.record.rule, fact.record.queue] = msgspec.structs.replace(fact.record)


def _lending_restored(state: State, fact: records.LendingRestored, at_ms: int) -> None:
    state.lendings[fact.record.rule] = msgspec.structs.replace(fact.record)


def _place_restored(state: State, fact: records.PlaceRestored, at_ms: int) -> None:
    state.places_kept[fact.record.queue, fact.record.identity] = fact.record


def _opening_restored(state: State, fact: records.OpeningRestored, at_ms: int) -> None:
    put_opening(state, fact.record)


def _emergency_restored(state: State, fact: records.EmergencyRestored, at_ms: int) -> None:
    put_emergency(state, fact.record)


def _turn_restored(state: State, fact: records.TurnRestored, at_ms: int) -> None:
    state.turns[fact.queue] = fact.agent


def _stop_restored(state: State, fact: records.StopRestored, at_ms: int) -> None:
    stop = facts.RingingToStop(offer=fact.offer, interaction=fact.interaction, give_up_at_ms=fact.give_up_at_ms)
    put_stop(state, stop)


def _pace_restored(state: State, fact: records.PaceRestored, at_ms: int) -> None:
    state.paces[fact.record.queue] = msgspec.structs.replace(fact.record)
    if fact.record.look_ms > at_ms:
        state.add_deadline(fact.record.look_ms, "told", fact.record.queue)


def _rivals_restored(state: State, fact: records.RivalsRestored, at_ms: int) -> None:
    state.rivals[fact.record.queue, fact.record.requirement] = fact.record


def _closed_restored(state: State, fact: records.ClosedRestored, at_ms: int) -> None:
    for interaction in fact.interactions:
        remember_closed(state, interaction)


# Each function takes exactly the fact type it stands under, which a dictionary cannot say to the type checker.
RESTORE: dict[type[Fact], Callable[[State, Any, int], None]] = {
    records.CountersRestored: _counters_restored,
    records.SourceRestored: _source_restored,
    records.AgentRestored: _agent_restored,
    records.InteractionRestored: _interaction_restored,
    records.OfferRestored: _offer_restored,
    records.HandlingRestored: _handling_restored,
    records.WorkRestored: _work_restored,
    call_records.CallRestored: _call_restored,
    call_records.LegRestored: _leg_restored,
    records.ReservationRestored: _reservation_restored,
    records.ShareRestored: _share_restored,
    records.LendingRestored: _lending_restored,
    records.PlaceRestored: _place_restored,
    records.OpeningRestored: _opening_restored,
    records.EmergencyRestored: _emergency_restored,
    records.TurnRestored: _turn_restored,
    records.StopRestored: _stop_restored,
    records.PaceRestored: _pace_restored,
    records.RivalsRestored: _rivals_restored,
    records.ClosedRestored: _closed_restored,
}
