"""Reservations: agents kept free for outbound contacts that are about to be made.

A campaign asks for an agent until an instant and gets one, or is told why not. A reservation is a lease like others: it
takes room, and what is reserved is offered nothing that does not fit beside it. It ends when it is used or released,
when its time is over, or when its agent is not ready any more. It takes nobody whom a reserve keeps for other work.
"""

from typing import Any

from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import OutcomeReason, Presence, ReservationEndedBecause
from router.core.capacity import NUMBER_OF
from router.core.decision import Deciding, Refused, ignored
from router.core.inputs import ReservationAsked, ReservationReleased
from router.core.requirements import every_requirement
from router.core.seats import numbers_in
from router.errors import BadRequirement

RESERVED_MAX_MS = 120_000
"""Nobody is kept free for longer at a time."""
RESERVATIONS_MAX = 10_000


def reservation_asked(deciding: Deciding, given: ReservationAsked) -> Refused | None:
    state, now_ms = deciding.state, deciding.now_ms
    if given.reservation in state.reservations:
        return ignored(OutcomeReason.NO_CHANGE)
    if given.queue is not None and given.queue not in state.queue_settings:
        return Refused(OutcomeReason.UNKNOWN_QUEUE)
    if not now_ms < given.until_ms <= now_ms + RESERVED_MAX_MS or len(state.reservations) >= RESERVATIONS_MAX:
        return Refused(OutcomeReason.OUT_OF_RANGE)
    try:
        asked = every_requirement(given.agents)
    except BadRequirement:
        return Refused(OutcomeReason.REQUIREMENT_UNREADABLE)
    state.seats.refresh()
    free = state.seats.mask_of(asked) & state.seats.open[NUMBER_OF[given.medium]]
    if not free:
        return Refused(OutcomeReason.NOBODY_FREE)
    blending = state.seats.blending
    left = free if blending is None else free & ~blending.closed_to(given.queue)
    if not left:
        return Refused(OutcomeReason.KEPT_FOR_OTHERS)
    found = (state.seats.numbered[number] for number in numbers_in(left))
    seat = min(found, key=lambda seat: (len(seat.leases()), seat.record.idle_since_ms, seat.number))
    deciding.add(
        facts.AgentReserved(
            agent=seat.agent, reservation=given.reservation, medium=given.medium, until_ms=given.until_ms
        )
    )
    return None


def reservation_released(deciding: Deciding, given: ReservationReleased) -> Refused | None:
    record = deciding.state.reservations.get(given.reservation)
    if record is None:
        return ignored(OutcomeReason.UNKNOWN_RESERVATION)
    because = ReservationEndedBecause.RELEASED
    deciding.add(facts.ReservationEnded(agent=record.agent, reservation=record.reservation, because=because))
    return None


def agents_gone(deciding: Deciding) -> list[Fact]:
    """Return the ends of the reservations whose agents are not ready any more."""
    state = deciding.state
    for record in state.reservations.values():
        if state.agents[record.agent].presence is not Presence.READY:
            because = ReservationEndedBecause.AGENT_GONE
            deciding.add(facts.ReservationEnded(agent=record.agent, reservation=record.reservation, because=because))
    return deciding.facts


DECIDE: dict[type, Any] = {
    ReservationAsked: reservation_asked,
    ReservationReleased: reservation_released,
}
