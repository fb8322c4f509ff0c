"""Overflow: when waiting work leaves its queue by rule, for another one (with its arrival and its wait) or for outside.

A rule is looked at when somebody arrives, when its time has come for them, when an agent stops being ready and when the
queue closes; nothing is looked at again and again. Who is being offered stays: the next look is at the offer's end. An
interaction overflows five times at most, so rules that lead in a circle end. An emergency comes before all rules.
"""

from collections.abc import Iterable

from history.core.entries import Fact
from history.core.routing_records import InteractionRecord
from history.core.routing_settings import Overflow, QueueSettings, Route
from history.core.vocabulary import InteractionPhase, MovedBecause, QueueId
from router.core import leaving, queueing
from router.core.capacity import NUMBER_OF
from router.core.decision import Deciding
from router.core.emergency import emergency_route
from router.core.opening import came_too_late
from router.core.state import State

ON_PRESENCE = (MovedBecause.NOBODY_READY, MovedBecause.NOBODY_SIGNED_IN)


def settle(deciding: Deciding, interactions: Iterable[InteractionRecord]) -> list[Fact]:
    """Add and return the facts of what overflows among these now."""
    for record in interactions:
        if record.phase is InteractionPhase.WAITING and record.parked_until_ms is None and not record.customer_gone:
            route, because = _route_for(deciding.state, record, deciding.now_ms)
            leaving.take(deciding, record, route, because)
    return deciding.facts


def is_time(state: State, record: InteractionRecord, at_ms: int) -> bool:
    """Whether the time of one of the queue's rules comes for somebody at this instant."""
    waited_ms = at_ms - record.entered_ms
    return any(rule.after_ms == waited_ms for rule in state.queue_settings[record.queue].overflow)


def left_alone(state: State) -> list[InteractionRecord]:
    """Return who waits in queues whose rules look at who is there; asked when somebody stops being ready."""
    queues = {
        queue.queue
        for queue in state.settings.queues
        if state.waiting.in_queue.get(queue.queue) and any(rule.when in ON_PRESENCE for rule in queue.overflow)
    }
    if not queues:
        return []
    return [state.interactions[each] for each in state.waiting.in_queues(queues)]


def _route_for(state: State, record: InteractionRecord, now_ms: int) -> tuple[Route | None, MovedBecause]:
    if state.emergencies:
        route = emergency_route(state, record)
        if leaving.can_take(state, record, route):
            return route, MovedBecause.EMERGENCY
    queue = state.queue_settings[record.queue]
    for rule in queue.overflow:
        in_time = now_ms - record.entered_ms >= rule.after_ms
        if in_time and leaving.can_take(state, record, rule) and _holds(state, queue, rule, record, now_ms):
            return rule, rule.when
    return None, MovedBecause.WAITED


def _holds(state: State, queue: QueueSettings, rule: Overflow, record: InteractionRecord, now_ms: int) -> bool:
    match rule.when:
        case MovedBecause.WAITED:
            return True
        case MovedBecause.LENGTH:
            # Only as it arrives: who waits already is not sent away because others came.
            return record.entered_ms == now_ms and state.waiting.in_queue.get(queue.queue, 0) > rule.length
        case MovedBecause.EXPECTED_WAIT:
            # What they have been told, so only as they arrive as well; unknown is no reason to send anybody away.
            expected = record.expected if record.entered_ms == now_ms else None
            return expected is not None and expected.p50_ms >= rule.wait_ms
        case MovedBecause.NOBODY_READY | MovedBecause.NOBODY_SIGNED_IN:
            return not _there(state, queue.queue, record, ready=rule.when is MovedBecause.NOBODY_READY)
        case MovedBecause.CLOSED:
            return came_too_late(state, record, now_ms)
        case MovedBecause.SUPERVISOR | MovedBecause.EMERGENCY:
            return False


def _there(state: State, queue: QueueId, record: InteractionRecord, *, ready: bool) -> bool:
    """Whether somebody who takes the medium and meets the last step is signed in, or ready."""
    state.seats.refresh()
    last = queueing.last_requirement(state.queue_settings[queue], record)
    present = state.seats.ready if ready else state.seats.signed_in
    return bool(state.seats.mask_of(last) & present & state.seats.takes[NUMBER_OF[record.medium]])
