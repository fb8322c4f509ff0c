"""Opening hours: whether a queue takes in who arrives, and until when who came in time may wait.

The definition's hours come as intervals in UTC, so that no calendar is needed here. Whether somebody came in time is
reckoned from the intervals; the facts of a queue's opening and closing are for what happens at these instants to who
waits, and for those who look at the queue.
"""

from bisect import bisect_right
from collections.abc import Iterator

from history.core import routing as facts
from history.core.routing_records import InteractionRecord
from history.core.routing_settings import OpenInterval, QueueSettings, RoutingSettings
from history.core.vocabulary import Opening, QueueId
from router.core.decision import Deciding
from router.core.state import State


def came_too_late(state: State, record: InteractionRecord, now_ms: int) -> bool:
    """Whether the queue was closed as it came, or has been closed for longer than who came in time may wait."""
    queue = state.queue_settings[record.queue]
    if queue.hours is None:
        return False
    intervals = state.hours[queue.hours]
    return standing_at(intervals, queue.closing_ms, now_ms)[0] is Opening.CLOSED or (
        _interval_at(intervals, record.came_ms) is None and _interval_at(intervals, now_ms) is None
    )


def standing_at(intervals: tuple[OpenInterval, ...], closing_ms: int | None, at_ms: int) -> tuple[Opening, int | None]:
    """Return how a queue with these hours stands, and when that changes (UTC ms; None: not as far as is known)."""
    inside = _interval_at(intervals, at_ms)
    if inside is not None:
        return Opening.OPEN, inside.until_ms
    following = _number_at(intervals, at_ms) + 1
    opens_ms = intervals[following].from_ms if following < len(intervals) else None
    if following == 0:
        return Opening.CLOSED, opens_ms
    if closing_ms is None:
        return Opening.CLOSING, opens_ms
    ends_ms = intervals[following - 1].until_ms + closing_ms
    if at_ms >= ends_ms:
        return Opening.CLOSED, opens_ms
    return Opening.CLOSING, ends_ms if opens_ms is None else min(ends_ms, opens_ms)


def _number_at(intervals: tuple[OpenInterval, ...], at_ms: int) -> int:
    """Return the number of the last interval that had begun by then, or -1."""
    return bisect_right(intervals, at_ms, key=_begins) - 1


def _begins(interval: OpenInterval) -> int:
    return interval.from_ms


def _interval_at(intervals: tuple[OpenInterval, ...], at_ms: int) -> OpenInterval | None:
    number = _number_at(intervals, at_ms)
    return intervals[number] if number >= 0 and at_ms < intervals[number].until_ms else None


def after_definition(state: State, settings: RoutingSettings, now_ms: int) -> Iterator[facts.QueueOpeningChanged]:
    """Yield what these settings change in how each queue stands."""
    hours = {each.hours: each.open for each in settings.hours}
    for queue in settings.queues:
        known = state.openings.get(queue.queue)
        if queue.hours is None:
            opening, until_ms = Opening.OPEN, None
        else:
            opening, until_ms = standing_at(hours[queue.hours], queue.closing_ms, now_ms)
        before = (Opening.OPEN, None) if known is None else (known.opening, known.until_ms)
        if before != (opening, until_ms):
            yield facts.QueueOpeningChanged(queue=queue.queue, opening=opening, until_ms=until_ms)


def change_due(deciding: Deciding, queue_id: QueueId, at_ms: int) -> None:
    """The queue's next border has come."""
    state = deciding.state
    known, queue = state.openings.get(queue_id), state.queue_settings.get(queue_id)
    if known is None or queue is None or known.until_ms is None or known.until_ms > at_ms:
        return
    opening, until_ms = _standing(state, queue, deciding.now_ms)
    deciding.add(facts.QueueOpeningChanged(queue=queue_id, opening=opening, until_ms=until_ms))


def _standing(state: State, queue: QueueSettings, at_ms: int) -> tuple[Opening, int | None]:
    if queue.hours is None:
        return Opening.OPEN, None
    return standing_at(state.hours[queue.hours], queue.closing_ms, at_ms)


def newly_closed(state: State, found: list[facts.QueueOpeningChanged]) -> list[InteractionRecord]:
    """Return who still waits in queues that these facts have closed, in order."""
    queues = {fact.queue for fact in found if fact.opening is Opening.CLOSED}
    return [state.interactions[each] for each in state.waiting.in_queues(queues)] if queues else []
