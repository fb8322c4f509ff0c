"""How long the lengths of time in a definition may be."""

from collections.abc import Iterator

from config.definition_routing import BackOff, Queue
from history.core.vocabulary import Medium

HOUR_S = 3_600
NEVER_S = 315_360_000
"""Ten years. Who wants that something never ends writes this; more is a slip of the pen."""
QUEUE_LENGTHS = {
    "target_s": NEVER_S,
    "priority_step_s": NEVER_S,
    "value_step_s": NEVER_S,
    "moved_max_s": NEVER_S,
    "age_max_s": NEVER_S,
    "offer_s": NEVER_S,
    "short_abandon_s": HOUR_S,
    "again_s": 24 * HOUR_S,
    "service_level_s": NEVER_S,
    "wrap_up_s": NEVER_S,
    "extension_s": HOUR_S,
}
"""The longest of each; for the offer of a call see `RING_S_MAX`."""
RING_S_MAX = 600
"""No switch is asked to ring a phone for longer."""


def queue_lengths(queue: Queue) -> Iterator[str]:
    where = f"queues, {queue.id!r}"
    for key, longest_s in QUEUE_LENGTHS.items():
        if key == "offer_s" and queue.medium is Medium.VOICE:
            yield from too_long(f"{where}, offer_s", queue.offer_s, RING_S_MAX, " for a queue of calls")
        else:
            yield from too_long(f"{where}, {key}", getattr(queue, key), longest_s)
    for key in BackOff.__struct_fields__:
        yield from too_long(f"{where}, back_off, {key}", getattr(queue.back_off, key), HOUR_S)
    for number, preferred_s in enumerate(queue.preferred_s, 1):
        yield from too_long(f"{where}, preferred_s, number {number}", preferred_s, NEVER_S)
    for number, step in enumerate(queue.relaxation, 1):
        yield from too_long(f"{where}, relaxation, number {number}, after_s", step.after_s, NEVER_S)


def too_long(where: str, given_s: float | None, longest_s: int, what: str = "") -> Iterator[str]:
    """Yield a sentence when a length is over its longest."""
    if given_s is not None and given_s > longest_s:
        yield f"{where}: {given_s} is too long{what}; write {longest_s} (seconds) at most."
