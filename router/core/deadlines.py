"""What time alone brings: a page that did not paint, an offer that nobody took, a wrap-up without a desk.

A deadline is a field of a record; the heap only says when to look. One that no longer stands is passed over, so it may
have been left behind by anything: a recovered engine finds on its heap whatever the facts ever planned. What comes is
therefore held against the instant of the deadline, never against the present one, or that engine would take what is due
by now at an outdated place in the order.
"""

import heapq
from typing import Any

from history.core import routing as facts
from history.core.vocabulary import (
    AgentId,
    HandlingId,
    HandlingPhase,
    InteractionId,
    InteractionPhase,
    Medium,
    OfferId,
    OfferPhase,
    QueueId,
    ReservationEndedBecause,
    ReservationId,
)
from router.core import (
    arranging,
    departures,
    emergency,
    leaving,
    lending,
    lost_legs,
    opening,
    overflow,
    party_news,
    queueing,
)
from router.core.decision import Deciding
from router.core.keeping import plan_look
from router.core.state import Deadline, State


def next_due(state: State, now_ms: int) -> Deadline | None:
    """Take the next deadline that has come off the heap, or None."""
    if state.deadlines and state.deadlines[0].at_ms <= now_ms:
        return heapq.heappop(state.deadlines)
    return None


def decide(deciding: Deciding, due: Deadline) -> None:
    """Add what follows from this deadline, if it still stands."""
    _DECIDE[due.kind](deciding, due.id, due.at_ms)


def _offer(deciding: Deciding, offer_id: OfferId, at_ms: int) -> None:
    offer = deciding.state.offers.get(offer_id)
    if offer is None or offer.expires_at_ms > at_ms:
        return
    if offer.medium is Medium.VOICE and offer.phase is OfferPhase.PENDING:
        deciding.order_ring(offer, pop_was_late=True)
        return
    deciding.miss(offer)
    if offer.phase is OfferPhase.RINGING:
        deciding.stop_ringing(offer)


def _stop(deciding: Deciding, offer_id: OfferId, at_ms: int) -> None:
    stop = deciding.state.stops.get(offer_id)
    if stop is not None and stop.give_up_at_ms <= at_ms:
        deciding.add(facts.RingingStopped(offer=offer_id))


def _wrap_up(deciding: Deciding, handling_id: HandlingId, at_ms: int) -> None:
    handling = deciding.state.handlings.get(handling_id)
    if handling is None or handling.phase is not HandlingPhase.WRAP_UP or handling.wrap_up_ends_at_ms is None:
        return
    unattended = not deciding.state.agents[handling.agent].desktop
    if handling.wrap_up_ends_at_ms <= at_ms and (handling.timed or unattended):
        deciding.complete_and_close(handling, None)


def _reason(deciding: Deciding, agent_id: AgentId, at_ms: int) -> None:
    agent = deciding.state.agents.get(agent_id)
    if agent is None or agent.reason is None or agent.overrun:
        return
    lasts_ms = deciding.state.reason_lasts_ms.get(agent.reason)
    if lasts_ms is not None and agent.presence_since_ms + lasts_ms <= at_ms:
        deciding.add(facts.ReasonOverrun(agent=agent_id, reason=agent.reason))


def _hang_up(deciding: Deciding, interaction_id: InteractionId, at_ms: int) -> None:
    interaction = deciding.state.interactions.get(interaction_id)
    if interaction is None or interaction.hang_up_until_ms is None:
        return
    if interaction.hang_up_until_ms <= at_ms:
        departures.left_in_wrap_up(deciding, interaction)


def _back_off(deciding: Deciding, agent: AgentId, at_ms: int) -> None:
    record = deciding.state.agents.get(agent)
    if record is not None and 0 < record.backed_off_until_ms <= at_ms:
        deciding.add(facts.BackOffEnded(agent=agent))


def _declined(deciding: Deciding, interaction_id: InteractionId, at_ms: int) -> None:
    interaction = deciding.state.interactions.get(interaction_id)
    for declined in () if interaction is None else interaction.declined_by:
        if declined.until_ms <= at_ms:
            deciding.add(facts.OfferableAgain(interaction=interaction_id, agent=declined.agent))


def _step(deciding: Deciding, interaction_id: InteractionId, at_ms: int) -> None:
    interaction = deciding.state.interactions.get(interaction_id)
    if interaction is None or interaction.next_step_ms is None or interaction.next_step_ms > at_ms:
        return
    if interaction.phase in (InteractionPhase.WAITING, InteractionPhase.OFFERED, InteractionPhase.PASSING):
        relaxed = queueing.relaxed(deciding.state, interaction, deciding.now_ms)
        if relaxed is not None:
            deciding.add(relaxed)


def _overflow(deciding: Deciding, interaction_id: InteractionId, at_ms: int) -> None:
    interaction = deciding.state.interactions.get(interaction_id)
    if interaction is not None and overflow.is_time(deciding.state, interaction, at_ms):
        overflow.settle(deciding, [interaction])


def _parked(deciding: Deciding, interaction_id: InteractionId, at_ms: int) -> None:
    interaction = deciding.state.interactions.get(interaction_id)
    if interaction is None or interaction.parked_until_ms is None or interaction.parked_until_ms > at_ms:
        return
    deciding.add(facts.InteractionResumed(interaction=interaction_id))


def _reservation(deciding: Deciding, reservation: ReservationId, at_ms: int) -> None:
    record = deciding.state.reservations.get(reservation)
    if record is not None and record.until_ms <= at_ms:
        because = ReservationEndedBecause.EXPIRED
        deciding.add(facts.ReservationEnded(agent=record.agent, reservation=reservation, because=because))


def _lending(deciding: Deciding, _: str, at_ms: int) -> None:
    """The rules are looked at after every advance; this only brings the next one. What it notes decides nothing."""
    state = deciding.state
    if state.look_ms <= deciding.now_ms:
        state.look_ms = 0
    next_ms = lending.next_look_ms(state, deciding.now_ms)
    if next_ms is not None:
        plan_look(state, next_ms)


def _told(deciding: Deciding, queue: QueueId, at_ms: int) -> None:
    """Looked at with all others that are due, once everybody free has been matched (see `telling.py`)."""


_DECIDE: dict[str, Any] = {
    "offer": _offer,
    "stop": _stop,
    "wrap_up": _wrap_up,
    "reason": _reason,
    "hang_up": _hang_up,
    "back_off": _back_off,
    "declined": _declined,
    "step": _step,
    "overflow": _overflow,
    "parked": _parked,
    "sending": leaving.given_up,
    "opening": opening.change_due,
    "emergency": emergency.time_is_over,
    "lending": _lending,
    "told": _told,
    "arrangement": arranging.time_is_up,
    "leg": party_news.time_is_up,
    "lost": lost_legs.time_is_up,
    "reservation": _reservation,
}
