"""What facts about agents change: presence, devices, back-offs, holds, and work that was not offered."""

from collections.abc import Callable
from typing import Any

import msgspec

from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_records import (
    AgentRecord,
    Lent,
    ReservationRecord,
    WorkRecord,
)
from history.core.vocabulary import (
    AgentId,
    HandlingPhase,
    Presence,
    RuleId,
)
from router.core import telling
from router.core.keeping import (
    begin_work,
    end_work,
    let_go,
    plan_look,
    put_lent,
    put_reason,
    put_reservation,
    put_work,
    take_back,
)
from router.core.presence import CHOSEN, PRESENCE
from router.core.state import State

UNATTENDED_WRAP_UP_MS = 60_000
"""A wrap-up whose agent's desktop is gone is left open at least this long for the desktop to come back."""


def changed(state: State, agent: AgentId) -> AgentRecord:
    """Return the agent's record, of which something changes that decides what they may be offered."""
    state.seats.stale[agent] = None
    return state.agents[agent]


def _presence_changed(state: State, fact: facts.PresenceChanged, at_ms: int) -> None:
    agent = changed(state, fact.agent)
    if fact.presence is not Presence.READY:
        let_go(state, fact.agent)
    agent.presence = PRESENCE.next_state(agent.presence, CHOSEN[fact.presence])
    agent.reason = fact.reason
    agent.presence_since_ms = at_ms
    agent.overrun = False
    agent.planned = agent.planned_reason = None
    state.planned.pop(fact.agent, None)
    put_reason(state, agent)
    telling.look_at_all(state, at_ms)
    if fact.presence is Presence.READY:
        agent.idle_since_ms = at_ms
        agent.misses = 0
        agent.backed_off_until_ms = 0


def _presence_planned(state: State, fact: facts.PresencePlanned, at_ms: int) -> None:
    agent = changed(state, fact.agent)
    agent.planned, agent.planned_reason = fact.presence, fact.reason
    let_go(state, fact.agent)
    if fact.presence is None:
        state.planned.pop(fact.agent, None)
    else:
        state.planned[fact.agent] = None


def _reason_overrun(state: State, fact: facts.ReasonOverrun, at_ms: int) -> None:
    state.agents[fact.agent].overrun = True


def _desktop_connected(state: State, fact: facts.DesktopConnected, at_ms: int) -> None:
    changed(state, fact.agent).desktop = True


def _desktop_disconnected(state: State, fact: facts.DesktopDisconnected, at_ms: int) -> None:
    changed(state, fact.agent).desktop = False
    let_go(state, fact.agent)
    for handling in state.seats.of[fact.agent].handlings.values():
        if handling.phase is HandlingPhase.WRAP_UP and not handling.timed:
            queue = state.queue_settings[handling.queue]
            ends_at_ms = max(handling.wrap_up_since_ms + queue.wrap_up_ms, at_ms + UNATTENDED_WRAP_UP_MS)
            handling.wrap_up_ends_at_ms = ends_at_ms
            state.add_deadline(ends_at_ms, "wrap_up", handling.handling)


def _phone_reachable(state: State, fact: facts.PhoneBecameReachable, at_ms: int) -> None:
    changed(state, fact.agent).phone_reachable = True


def _phone_unreachable(state: State, fact: facts.PhoneBecameUnreachable, at_ms: int) -> None:
    changed(state, fact.agent).phone_reachable = False
    let_go(state, fact.agent)


def _phone_busy(state: State, fact: facts.PhoneBecameBusy, at_ms: int) -> None:
    changed(state, fact.agent).phone_busy = True
    let_go(state, fact.agent)


def _phone_free(state: State, fact: facts.PhoneBecameFree, at_ms: int) -> None:
    changed(state, fact.agent).phone_busy = False


def _backed_off(state: State, fact: facts.AgentBackedOff, at_ms: int) -> None:
    changed(state, fact.agent).backed_off_until_ms = fact.until_ms
    state.add_deadline(fact.until_ms, "back_off", fact.agent)


def _back_off_ended(state: State, fact: facts.BackOffEnded, at_ms: int) -> None:
    changed(state, fact.agent).backed_off_until_ms = 0


def _held(state: State, fact: facts.AgentHeld, at_ms: int) -> None:
    agent = changed(state, fact.agent)
    agent.held_for, agent.held_medium = fact.interaction, fact.medium
    state.held_for[fact.interaction] = fact.agent


def _lent(state: State, fact: facts.AgentLent, at_ms: int) -> None:
    agent = changed(state, fact.agent)
    let_go(state, fact.agent)  # what they were held for may be out of their reach now
    take_back(state, agent)
    agent.lent = Lent(queue=fact.queue, since_ms=at_ms, rule=fact.rule, only=fact.only)
    put_lent(state, agent)
    _by_rule(state, fact.rule, at_ms)


def _recalled(state: State, fact: facts.AgentRecalled, at_ms: int) -> None:
    agent = changed(state, fact.agent)
    let_go(state, fact.agent)
    take_back(state, agent)
    agent.recalled_ms = at_ms
    _by_rule(state, fact.rule, at_ms)


def _lending_kept(state: State, fact: facts.LendingKept, at_ms: int) -> None:
    agent = state.agents[fact.agent]
    if agent.lent is not None:
        agent.lent = msgspec.structs.replace(agent.lent, kept=fact.kept)
        plan_look(state, at_ms)


def _by_rule(state: State, rule: RuleId | None, at_ms: int) -> None:
    record = None if rule is None else state.lendings.get(rule)
    if record is not None:
        record.changed_ms = at_ms


def _reserved(state: State, fact: facts.AgentReserved, at_ms: int) -> None:
    put_reservation(
        state,
        ReservationRecord(reservation=fact.reservation, agent=fact.agent, medium=fact.medium, until_ms=fact.until_ms),
    )


def _reservation_ended(state: State, fact: facts.ReservationEnded, at_ms: int) -> None:
    del state.reservations[fact.reservation]
    del state.seats.of[fact.agent].reservations[fact.reservation]
    state.seats.stale[fact.agent] = None


def _work_started(state: State, fact: facts.WorkStarted, at_ms: int) -> None:
    put_work(
        state,
        WorkRecord(work=fact.work, agent=fact.agent, medium=fact.medium, kind=fact.kind, interaction=fact.interaction),
    )
    begin_work(state.seats.of[fact.agent], at_ms)


def _work_ended(state: State, fact: facts.WorkEnded, at_ms: int) -> None:
    del state.works[fact.work]
    seat = state.seats.of[fact.agent]
    del seat.works[fact.work]
    end_work(seat, at_ms)
    changed(state, fact.agent).idle_since_ms = at_ms


# Each function takes exactly the fact type it stands under, which a dictionary cannot say to the type checker.
APPLY: dict[type[Fact], Callable[[State, Any, int], None]] = {
    facts.PresenceChanged: _presence_changed,
    facts.PresencePlanned: _presence_planned,
    facts.ReasonOverrun: _reason_overrun,
    facts.DesktopConnected: _desktop_connected,
    facts.DesktopDisconnected: _desktop_disconnected,
    facts.PhoneBecameReachable: _phone_reachable,
    facts.PhoneBecameUnreachable: _phone_unreachable,
    facts.PhoneBecameBusy: _phone_busy,
    facts.PhoneBecameFree: _phone_free,
    facts.AgentBackedOff: _backed_off,
    facts.BackOffEnded: _back_off_ended,
    facts.AgentHeld: _held,
    facts.AgentLent: _lent,
    facts.AgentRecalled: _recalled,
    facts.LendingKept: _lending_kept,
    facts.AgentReserved: _reserved,
    facts.ReservationEnded: _reservation_ended,
    facts.WorkStarted: _work_started,
    facts.WorkEnded: _work_ended,
}
