"""Leaving a queue without an agent: for another queue, for a destination outside, or with a word and no more.

A call is taken outside by the switch, which is asked to and says that it did; until then the interaction is in no queue
and nobody is offered it. If the switch cannot, or does not say so in time, the caller waits again in the old place. A
chat is told the announcement by its channel, and has ended.
"""

from typing import Any

from history.core import routing as facts
from history.core.routing_records import InteractionRecord
from history.core.routing_settings import Route
from history.core.vocabulary import (
    CloseReason,
    InteractionId,
    InteractionPhase,
    Medium,
    MovedBecause,
    OutcomeReason,
    WithdrawnBecause,
)
from router.core import queueing
from router.core.decision import Deciding, Refused, ignored
from router.core.inputs import CustomerNotSent, CustomerSent
from router.core.keeping import OVERFLOWS_MAX
from router.core.state import State

EMERGENCY = MovedBecause.EMERGENCY
SENDING_MS = 30_000
"""A caller of whom the switch has not said by then that they are outside waits again. Longer than the switch takes to
come back after a lost link, and without the link nobody could be rung either."""


def can_take(state: State, record: InteractionRecord, route: Route | None) -> bool:
    """Whether the route leads somewhere, and the interaction has not gone by too many rules before."""
    return record.overflows < OVERFLOWS_MAX and leads_somewhere(state, record, route)


def leads_somewhere(state: State, record: InteractionRecord, route: Route | None) -> bool:
    """Whether there is a route that an interaction of this medium can go."""
    if route is None:
        return False
    if route.to is not None:
        target = state.queue_settings.get(route.to)
        return target is not None and target.medium is record.medium and route.to != record.queue
    if record.medium is Medium.CHAT:
        return route.announcement is not None
    return record.medium is Medium.VOICE


def take(deciding: Deciding, record: InteractionRecord, route: Route | None, because: MovedBecause) -> None:
    """End the visit, by this route."""
    if route is None:
        return
    if route.to is not None:
        deciding.move(record, route.to, because)
        return
    deciding.add(
        facts.VisitFlowedOut(
            visit=record.visit,
            interaction=record.interaction,
            queue=record.queue,
            medium=record.medium,
            wait_ms=max(0, deciding.now_ms - record.queued_ms),
            because=because,
            destination=route.destination,
            announcement=route.announcement,
        )
    )
    if record.medium is Medium.VOICE:
        deciding.add(
            facts.SendOrdered(
                interaction=record.interaction,
                destination=route.destination,
                announcement=route.announcement,
                give_up_at_ms=deciding.now_ms + SENDING_MS,
            )
        )
    else:
        close(deciding, record, route)


def close(deciding: Deciding, record: InteractionRecord, route: Route | None) -> None:
    """The customer is outside, or has heard the word."""
    outside = route is not None and route.destination is not None
    deciding.close(record, CloseReason.SENT_OUTSIDE if outside else CloseReason.TURNED_AWAY)


def customer_sent(deciding: Deciding, given: CustomerSent) -> Refused | None:
    """Told late, after it was given up: then somebody outside has the caller all the same."""
    record = deciding.state.interactions.get(given.interaction)
    if record is None:
        return _unknown(deciding, given.interaction)
    match record.phase:
        case InteractionPhase.SENDING:
            close(deciding, record, record.sent)
        case InteractionPhase.WAITING | InteractionPhase.OFFERED:
            deciding.take_back(record, WithdrawnBecause.ANSWERED_ELSEWHERE)
            deciding.flow_out(record.interaction, record.visit, record.queue, record.medium, record.queued_ms)
        case _:
            return ignored(OutcomeReason.NOT_WAITING)
    return None


def customer_not_sent(deciding: Deciding, given: CustomerNotSent) -> Refused | None:
    record = deciding.state.interactions.get(given.interaction)
    if record is None:
        return _unknown(deciding, given.interaction)
    if record.phase is not InteractionPhase.SENDING:
        return ignored(OutcomeReason.NO_CHANGE)
    _wait_again(deciding, record)
    return None


def given_up(deciding: Deciding, interaction: InteractionId, at_ms: int) -> None:
    record = deciding.state.interactions.get(interaction)
    if record is not None and record.sending_until_ms is not None and record.sending_until_ms <= at_ms:
        _wait_again(deciding, record)


def _wait_again(deciding: Deciding, record: InteractionRecord) -> None:
    deciding.add(
        facts.SendingFailed(interaction=record.interaction),
        queueing.queued_again(deciding.state, record, deciding.now_ms),
    )


def _unknown(deciding: Deciding, interaction: InteractionId) -> Refused:
    closed = interaction in deciding.state.closed
    return ignored(OutcomeReason.INTERACTION_CLOSED if closed else OutcomeReason.UNKNOWN_INTERACTION)


DECIDE: dict[type, Any] = {
    CustomerSent: customer_sent,
    CustomerNotSent: customer_not_sent,
}
