"""Emergency mode: a queue or a number whose customers all go its emergency route, at once and until a stated time.

Who waits or is being offered goes as the mode begins; who is with an agent stays. Whoever arrives later is sent by
`overflow.settle`, before any other rule.
"""

from typing import Any

from history.core import routing as facts
from history.core.routing_records import EmergencyRecord, InteractionRecord
from history.core.routing_settings import Route, RoutingSettings
from history.core.vocabulary import InteractionPhase, NumberId, OutcomeReason, QueueId, WithdrawnBecause
from router.core import leaving
from router.core.decision import Deciding, Refused, ignored
from router.core.inputs import EmergencyDeclared, EmergencyLifted
from router.core.state import State

LASTS_MAX_MS = 7 * 24 * 3_600_000
"""No emergency is declared for longer; it can be declared again."""


def route_of(settings: RoutingSettings, queue: QueueId | None, number: NumberId | None) -> Route | None:
    """Return the emergency route that the definition gives a queue or a number."""
    if number is not None:
        return next((each.emergency for each in settings.numbers if each.number == number), None)
    return next((each.emergency for each in settings.queues if each.queue == queue), None)


def emergency_route(state: State, record: InteractionRecord) -> Route | None:
    """Return where an interaction goes now because of an emergency. The number that was dialled comes first."""
    for key in ((None, record.called), (record.queue, None)):
        if key in state.emergencies:
            return route_of(state.settings, *key)
    return None


def emergency_declared(deciding: Deciding, given: EmergencyDeclared) -> Refused | None:
    refused = _unknown(deciding.state, given.queue, given.number)
    if refused is not None:
        return refused
    if route_of(deciding.state.settings, given.queue, given.number) is None:
        return Refused(OutcomeReason.NO_EMERGENCY_ROUTE)
    if not deciding.now_ms < given.until_ms <= deciding.now_ms + LASTS_MAX_MS:
        return Refused(OutcomeReason.OUT_OF_RANGE)
    known = deciding.state.emergencies.get((given.queue, given.number))
    if known is not None and known.until_ms == given.until_ms:
        return ignored(OutcomeReason.NO_CHANGE)
    deciding.add(facts.EmergencyBegan(queue=given.queue, number=given.number, until_ms=given.until_ms, by=given.by))
    if known is None:
        _send_all(deciding, given)
    return None


def _send_all(deciding: Deciding, given: EmergencyDeclared) -> None:
    """Everybody whom nobody has accepted yet: parked ones too, who hold the line, and those whom the switch could not
    send before, since it may be able to now."""
    route = route_of(deciding.state.settings, given.queue, given.number)
    for record in deciding.state.interactions.values():
        mine = record.called == given.number if given.queue is None else record.queue == given.queue
        open_phase = record.phase in (InteractionPhase.WAITING, InteractionPhase.OFFERED)
        if mine and open_phase and not record.customer_gone and leaving.leads_somewhere(deciding.state, record, route):
            deciding.take_back(record, WithdrawnBecause.EMERGENCY)
            leaving.take(deciding, record, route, leaving.EMERGENCY)


def emergency_lifted(deciding: Deciding, given: EmergencyLifted) -> Refused | None:
    refused = _unknown(deciding.state, given.queue, given.number)
    if refused is not None:
        return refused
    if (given.queue, given.number) not in deciding.state.emergencies:
        return ignored(OutcomeReason.NO_CHANGE)
    deciding.add(facts.EmergencyEnded(queue=given.queue, number=given.number, by=given.by))
    return None


def _unknown(state: State, queue: QueueId | None, number: NumberId | None) -> Refused | None:
    if number is not None and queue is None:
        known = any(each.number == number for each in state.settings.numbers)
        return None if known else Refused(OutcomeReason.UNKNOWN_NUMBER)
    return None if queue in state.queue_settings and number is None else Refused(OutcomeReason.UNKNOWN_QUEUE)


def after_definition(deciding: Deciding, settings: RoutingSettings) -> None:
    """An emergency whose route is no longer defined is over."""
    for queue, number in deciding.state.emergencies:
        if route_of(settings, queue, number) is None:
            deciding.add(facts.EmergencyEnded(queue=queue, number=number))


def time_is_over(deciding: Deciding, key: str, at_ms: int) -> None:
    queue, _, number = key.partition("/")
    known: EmergencyRecord | None = deciding.state.emergencies.get((QueueId(queue) or None, NumberId(number) or None))
    if known is not None and known.until_ms <= at_ms:
        deciding.add(facts.EmergencyEnded(queue=known.queue, number=known.number))


DECIDE: dict[type, Any] = {
    EmergencyDeclared: emergency_declared,
    EmergencyLifted: emergency_lifted,
}
