"""What leaving a queue by rule has to respect, said over the books of `Watch` by other means than the engine's own."""

from typing import TYPE_CHECKING

from history.core import routing as facts
from history.core.routing_settings import Overflow, QueueSettings
from history.core.vocabulary import Medium, MovedBecause, QueueId
from router.simulation.promises import SLACK_MS, hold

if TYPE_CHECKING:  # the books ask these functions
    from router.simulation.watching import Visit, Watch

LEAVES_MAX = 5
"""So often one interaction leaves a queue by rule."""


def left_by_rule(watch: "Watch", at_ms: int, fact: "facts.VisitMoved | facts.VisitFlowedOut", visit: "Visit") -> None:
    """A rule of the queue says so, and it holds. Raises BrokenInvariant."""
    because = fact.because
    if because is None or because is MovedBecause.SUPERVISOR:
        return
    name = fact.interaction
    hold(visit.left < LEAVES_MAX, f"{name} leaves a queue by rule for the {visit.left + 1}th time")
    queue = _queue(watch, visit.queue)
    to = fact.to if isinstance(fact, facts.VisitMoved) else None
    if because is MovedBecause.EMERGENCY:
        hold(visit.queue in watch.emergencies, f"{name} leaves {visit.queue}, where there is no emergency")
        return
    rules = [rule for rule in queue.overflow if rule.when is because and rule.to == to]
    stayed_ms = at_ms - visit.entered_ms
    held = [rule for rule in rules if stayed_ms >= rule.after_ms and _holds(watch, at_ms, rule, visit)]
    hold(bool(held), f"{name} leaves {visit.queue} after {stayed_ms} ms, because {because}, and no rule says so")


def _holds(watch: "Watch", at_ms: int, rule: Overflow, visit: "Visit") -> bool:
    match rule.when:
        case MovedBecause.LENGTH:
            return visit.entered_ms == at_ms and len(watch.waiting[visit.queue]) > rule.length
        case MovedBecause.CLOSED:
            return came_too_late(watch, at_ms, visit)
        case _:
            return True


def came_too_late(watch: "Watch", at_ms: int, visit: "Visit") -> bool:
    """Whether the queue is closed and was as they came, or has been for longer than who came in time may wait."""
    queue = _queue(watch, visit.queue)
    if queue.hours is None or _is_open(watch, queue, at_ms):
        return False
    if not _is_open(watch, queue, visit.came_ms):
        return True
    closed_ms = max((each.until_ms for each in watch.hours[queue.hours] if each.until_ms <= at_ms), default=at_ms)
    return queue.closing_ms is not None and at_ms >= closed_ms + queue.closing_ms


def _is_open(watch: "Watch", queue: QueueSettings, at_ms: int) -> bool:
    return queue.hours is None or any(each.from_ms <= at_ms < each.until_ms for each in watch.hours[queue.hours])


def gone_in_time(watch: "Watch", now_ms: int) -> None:
    """Nobody stands in a queue any more whom its rules have sent on, or an emergency. Raises BrokenInvariant."""
    for queue, (_, until_ms) in watch.emergencies.items():
        hold(now_ms <= until_ms + SLACK_MS, f"the emergency of {queue} has not ended in its time")
    for queue_id, names in watch.waiting.items():
        for name in names:
            visit = watch.visits[name]
            if visit.left >= LEAVES_MAX or visit.medium not in (Medium.VOICE, Medium.CHAT):
                continue
            began_ms = watch.emergencies.get(QueueId(queue_id), (now_ms, 0))[0]
            hold(now_ms <= began_ms + SLACK_MS, f"{name} waits in an emergency of {queue_id}")
            for rule in _queue(watch, queue_id).overflow:
                late_ms = now_ms - SLACK_MS
                looked_at = late_ms >= visit.stands_ms
                waited = rule.when is MovedBecause.WAITED and looked_at and late_ms >= visit.entered_ms + rule.after_ms
                too_late = rule.when is MovedBecause.CLOSED and looked_at
                too_late = too_late and came_too_late(watch, late_ms, visit) and came_too_late(watch, now_ms, visit)
                hold(not waited and not too_late, f"{name} still waits in {queue_id}, where a rule has sent it on")


def _queue(watch: "Watch", queue: str) -> QueueSettings:
    return watch.queues[QueueId(queue)]
