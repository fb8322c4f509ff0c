"""What keeps an agent, ready and within reach, from work that waits: told to themselves, on their own screen.

Screens do not read the engine's state. They follow the facts with `Seats` of their own, and here the same rules speak
that decide: capacity (`capacity.py`), holds (`dispatch.py`), loans, reserves and floors (`blending.py`).
"""

from collections.abc import Mapping
from typing import NamedTuple

from history.core.vocabulary import Medium, QueueId
from router.core.capacity import NUMBER_OF, Seat
from router.core.explain import WhyNot, load_against
from router.core.seats import Seats


class KeptAway(NamedTuple):
    """The one thing to be said, though more may stand against the agent."""

    because: WhyNot
    waits: tuple[Medium, ...]
    """Of which media work waits that does not come because of it."""
    carries: tuple[Medium, ...] = ()
    """What is in hand, where that leaves no room."""
    queues: tuple[QueueId, ...] = ()
    """Those that the agent is kept for, or the one they are lent to."""
    held: Medium | None = None
    """What the agent is held for."""


def what_keeps_away(seats: Seats, seat: Seat, waiting: Mapping[QueueId, Medium]) -> KeptAway | None:
    """Say what keeps an agent from the work of these queues, or None where nothing does, or only what their screen
    says anyway: presence, a lost connection, a moment's peace, an offer that stands. `seats` have to be refreshed."""
    within = {queue: medium for queue, medium in waiting.items() if seat.able >> NUMBER_OF[medium] & 1}
    if not within:
        return None
    record = seat.record
    if record.held_medium is not None:
        return KeptAway(WhyNot.HELD_FOR_ANOTHER, _media(within), held=record.held_medium)
    if record.lent is not None and record.lent.only:
        elsewhere = {queue: medium for queue, medium in within.items() if queue != record.lent.queue}
        if elsewhere:
            return KeptAway(WhyNot.LENT_ELSEWHERE, _media(elsewhere), queues=(record.lent.queue,))
    return _kept_by_rule(seats, seat, within) or _without_room(seat, within)


def _kept_by_rule(seats: Seats, seat: Seat, within: Mapping[QueueId, Medium]) -> KeptAway | None:
    if seats.blending is None:
        return None
    rules = {queue: seats.blending.rules_against(seat, queue) for queue in within}
    closed = {queue: within[queue] for queue, against in rules.items() if against}
    kept_for = dict.fromkeys(queue for against in rules.values() for rule in against for queue in rule.queues)
    return KeptAway(WhyNot.KEPT_FOR_OTHERS, _media(closed), queues=tuple(kept_for)) if closed else None


def _without_room(seat: Seat, within: Mapping[QueueId, Medium]) -> KeptAway | None:
    against = {medium: load_against(seat, medium) for medium in _media(within)}
    closed = {medium: found for medium, found in against.items() if found and WhyNot.OFFER_STANDS not in found}
    if not closed:
        return None
    carries = tuple(seat.leases())
    for because in (WhyNot.RESERVED, WhyNot.PHONE_BUSY):
        if any(because in found for found in closed.values()):
            return KeptAway(because, tuple(closed), carries)
    full = WhyNot.FULLY_LOADED if any(WhyNot.FULLY_LOADED in found for found in closed.values()) else None
    return KeptAway(full or WhyNot.LIMIT_REACHED, tuple(closed), carries)


def _media(waiting: Mapping[QueueId, Medium]) -> tuple[Medium, ...]:
    present = set(waiting.values())
    return tuple(medium for medium in Medium if medium in present)
