"""How much of the last half hour an agent was in work: with at least one handling, or work that was not offered.

Time is cut into stretches of five minutes; an agent's record keeps the ms in work of each of the last ones. Whole
numbers only, so that a replay reckons the same.
"""

from collections.abc import Sequence

from history.core.routing_records import AgentRecord, Busy

STRETCH_MS = 300_000
STRETCHES = 6
"""The window: half an hour, its oldest stretch counted in part."""
WINDOW_MS = STRETCH_MS * STRETCHES


def with_work(busy: Sequence[Busy], from_ms: int, to_ms: int, times: int = 1) -> tuple[Busy, ...]:
    """Return the stretches after so many times work from one instant to another (ms), those out of every later window
    dropped."""
    oldest = to_ms // STRETCH_MS - STRETCHES
    if busy and busy[0].stretch >= oldest and busy[-1].stretch == from_ms // STRETCH_MS == to_ms // STRETCH_MS:
        last = busy[-1]
        return (*busy[:-1], Busy(last.stretch, last.busy_ms + max(0, to_ms - from_ms) * times))
    found = {each.stretch: each.busy_ms for each in busy}
    at_ms = max(from_ms, to_ms - WINDOW_MS - STRETCH_MS)
    while at_ms < to_ms:
        stretch = at_ms // STRETCH_MS
        end_ms = min(to_ms, (stretch + 1) * STRETCH_MS)
        found[stretch] = found.get(stretch, 0) + (end_ms - at_ms) * times
        at_ms = end_ms
    return tuple(Busy(stretch, busy_ms) for stretch, busy_ms in sorted(found.items()) if stretch >= oldest)


def busy_ms(agent: AgentRecord, now_ms: int) -> int:
    """Return the ms in work within the last half hour."""
    busy = agent.busy if agent.busy_since_ms is None else with_work(agent.busy, agent.busy_since_ms, now_ms)
    return within_window(busy, now_ms)


def within_window(busy: Sequence[Busy], now_ms: int) -> int:
    """Return the ms of the stretches that lie within the last half hour."""
    now_stretch = now_ms // STRETCH_MS
    total = 0
    for each in busy:
        if each.stretch == now_stretch - STRETCHES:  # the window begins inside this one
            total += each.busy_ms * (STRETCH_MS - now_ms % STRETCH_MS) // STRETCH_MS
        elif each.stretch > now_stretch - STRETCHES:
            total += each.busy_ms
    return total
