"""Order: when waiting work is due, and which of two is the more urgent.

    moved = priority * priority step + value * value step, held between -max and +max of the queue
    due   = arrival + target - moved

The earlier due time comes first, then the earlier arrival, then the lower id. What is overdue counts as due still
earlier, the longer it is overdue, by the queue's age factor and up to its cap:

    due at t = due - min(cap, (age factor - 1) * (t - due))        once t is past the due time

Within a queue this never changes who comes first; between queues it lets a late call gain on a late mail. The wait that
is reported counts from the arrival and knows none of this.
"""

from history.core.routing_settings import QueueSettings

PRIORITY_MAX = 10
"""Priorities go from minus this to plus this; higher is sooner."""
VALUE_MAX = 1_000_000


def due_ms(queue: QueueSettings, arrived_ms: int, priority: int, value: int) -> int:
    """Return when an interaction is due (UTC ms)."""
    return arrived_ms + queue.target_ms - moved_ms(queue, priority, value)


def moved_ms(queue: QueueSettings, priority: int, value: int) -> int:
    """Return by how much priority and value bring the due time forward (ms; negative: back)."""
    wanted = priority * queue.priority_step_ms + min(value, VALUE_MAX) * queue.value_step_ms
    return max(-queue.moved_max_ms, min(queue.moved_max_ms, wanted))


def due_at_ms(due: int, now_ms: int, age_percent: int, age_max_ms: int) -> int:
    """Return the due time as it counts now."""
    late_ms = now_ms - due
    if late_ms <= 0 or age_percent == 100:
        return due
    return due - min(age_max_ms, late_ms * (age_percent - 100) // 100)
