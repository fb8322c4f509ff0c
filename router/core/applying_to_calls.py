"""What facts about calls with more than two parties change: arrangements, holds, legs, consults, lost phones."""

from collections.abc import Callable
from typing import Any

import msgspec

from history.core import routing as facts
from history.core.call_words import ConsultEndedBecause, LegFor, LegPhase, PartyAt
from history.core.entries import Fact
from history.core.routing_call_records import Arrangement, CallRecord, LegRecord, Lost
from history.core.vocabulary import InteractionPhase, LegId
from router.core import legs, lifecycle
from router.core.keeping import (
    TRIES_MAX,
    call_of,
    forget_call,
    put_arrangement,
    put_leg,
    put_lost,
    put_places,
    put_waiting,
)
from router.core.legs import LEG
from router.core.lifecycle import LIFECYCLE
from router.core.state import State

RETRY_MS = 2_000
"""A lost phone that could not be reached is rung again after this."""


def _ordered(state: State, fact: facts.ArrangementOrdered, at_ms: int) -> None:
    call = call_of(state, fact.interaction)
    if call.before is None:
        call.before = Arrangement(customer=call.customer, legs=call.legs)
    call.tries = call.tries + 1 if fact.again else 1
    call.firm = fact.firm or (call.firm and call.ordered is not None)
    call.arrangement = fact.arrangement
    call.ordered = Arrangement(customer=fact.customer, legs=fact.legs)
    call.give_up_at_ms = fact.give_up_at_ms
    if not fact.again:  # who has gone since stays gone
        call.customer = fact.customer
        put_places(state, call, fact.legs)
    put_arrangement(state, call)


def _made(state: State, fact: facts.ArrangementMade, at_ms: int) -> None:
    call = state.calls[fact.interaction]
    call.ordered = call.before = None
    call.tries = 0
    _back(state, call)


def _failed(state: State, fact: facts.ArrangementFailed, at_ms: int) -> None:
    """Unless there is no way back, the parties stand as before."""
    call = state.calls[fact.interaction]
    before = call.before
    if before is not None and not call.firm:
        stood = dict(before.legs)
        call.customer = before.customer
        put_places(state, call, tuple((leg, stood.get(leg, at)) for leg, at in call.legs))
        call.before, call.tries = None, 0
    call.ordered = None
    if fact.interaction in state.interactions or not call.firm or call.tries >= TRIES_MAX:
        _back(state, call)


def _back(state: State, call: CallRecord) -> None:
    """Who is on the way to a queue may be offered now. What has ended is forgotten."""
    record = state.interactions.get(call.interaction)
    if record is None:
        forget_call(state, call.interaction)
    elif record.phase is InteractionPhase.PASSING:
        record.phase = LIFECYCLE.next_state(record.phase, lifecycle.Trigger.BACK)
        put_waiting(state, record)


def _hold_began(state: State, fact: facts.HoldBegan, at_ms: int) -> None:
    call = call_of(state, fact.interaction)
    call.held_since_ms, call.held_by = at_ms, fact.by


def _hold_ended(state: State, fact: facts.HoldEnded, at_ms: int) -> None:
    state.calls[fact.interaction].held_since_ms = None


def _leg_ordered(state: State, fact: facts.LegOrdered, at_ms: int) -> None:
    state.legs_ordered += 1
    call = call_of(state, fact.interaction)
    put_places(state, call, (*call.legs, (fact.leg, fact.at)))
    put_leg(
        state,
        LegRecord(
            leg=fact.leg,
            interaction=fact.interaction,
            phase=LegPhase.PENDING,
            purpose=fact.purpose,
            at=fact.at,
            agent=fact.agent,
            destination=fact.destination,
            work=fact.work,
            ordered_ms=at_ms,
            expires_at_ms=fact.expires_at_ms,
        ),
    )


def _ring_ordered(state: State, fact: facts.LegRingOrdered, at_ms: int) -> None:
    leg = state.legs[fact.leg]
    leg.phase = LEG.next_state(leg.phase, legs.Trigger.RING_ORDERED)
    leg.ring_ms, leg.expires_at_ms = fact.ring_ms, fact.expires_at_ms
    state.add_deadline(fact.expires_at_ms, "leg", fact.leg)


def _pop_confirmed(state: State, fact: facts.LegPopConfirmed, at_ms: int) -> None:
    state.legs[fact.leg].pop_shown = True


def _rang(state: State, fact: facts.LegRang, at_ms: int) -> None:
    state.legs[fact.leg].rang = True


def _connected(state: State, fact: facts.LegConnected, at_ms: int) -> None:
    leg = state.legs[fact.leg]
    leg.phase = LEG.next_state(leg.phase, legs.Trigger.CONNECTED)
    leg.connected_ms = at_ms


def _over(state: State, fact: facts.LegOver, at_ms: int) -> None:
    leg = state.legs.pop(fact.leg, None)
    call = state.calls.get(fact.interaction)
    if leg is not None:
        leg.phase = LEG.next_state(leg.phase, legs.Trigger.OVER)
    if call is None:
        return
    _leave_out(state, call, fact.leg)
    if leg is not None and leg.purpose is LegFor.AGAIN and call.lost is not None:
        call.lost = msgspec.structs.replace(call.lost, again_ms=at_ms + RETRY_MS)
        put_lost(state, call)


def _leave_out(state: State, call: CallRecord, leg: LegId) -> None:
    put_places(state, call, tuple(each for each in call.legs if each[0] != leg))


def _awaited(state: State, fact: facts.LegAwaited, at_ms: int) -> None:
    state.legs[fact.leg].purpose = LegFor.NEXT
    state.legs[fact.leg].at = PartyAt.TALK
    record = state.interactions[fact.interaction]
    record.phase = LIFECYCLE.next_state(record.phase, lifecycle.Trigger.HANDED_ON)


def _lost(state: State, fact: facts.LegLost, at_ms: int) -> None:
    call = call_of(state, fact.interaction)
    state.legs.pop(fact.leg, None)
    _leave_out(state, call, fact.leg)
    call.lost = Lost(handling=fact.handling, at=fact.at, since_ms=at_ms, until_ms=fact.until_ms)
    put_lost(state, call)


def _found(state: State, fact: facts.LegFound, at_ms: int) -> None:
    call = state.calls[fact.interaction]
    call.lost = None
    put_lost(state, call)
    state.legs[fact.leg].purpose = LegFor.OWNER
    state.handlings[fact.handling].leg = fact.leg


def _consult_began(state: State, fact: facts.ConsultBegan, at_ms: int) -> None:
    call = call_of(state, fact.interaction)
    call.consult, call.consult_since_ms = fact.leg, at_ms


def _consult_ended(state: State, fact: facts.ConsultEnded, at_ms: int) -> None:
    state.calls[fact.interaction].consult = None
    leg = state.legs.get(fact.leg)
    if leg is not None and fact.because is ConsultEndedBecause.JOINED:
        leg.purpose = LegFor.PARTY


def _transferred(state: State, fact: facts.HandlingTransferred, at_ms: int) -> None:
    """Told for those who count; what follows are facts of their own."""


# Each function takes exactly the fact type it stands under, which a dictionary cannot say to the type checker.
APPLY: dict[type[Fact], Callable[[State, Any, int], None]] = {
    facts.ArrangementOrdered: _ordered,
    facts.ArrangementMade: _made,
    facts.ArrangementFailed: _failed,
    facts.HoldBegan: _hold_began,
    facts.HoldEnded: _hold_ended,
    facts.LegOrdered: _leg_ordered,
    facts.LegRingOrdered: _ring_ordered,
    facts.LegPopConfirmed: _pop_confirmed,
    facts.LegRang: _rang,
    facts.LegConnected: _connected,
    facts.LegOver: _over,
    facts.LegAwaited: _awaited,
    facts.LegLost: _lost,
    facts.LegFound: _found,
    facts.ConsultBegan: _consult_began,
    facts.ConsultEnded: _consult_ended,
    facts.HandlingTransferred: _transferred,
}
