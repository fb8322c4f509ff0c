"""Figures out of what the observer saw: pure reckoning, the same for every row.

*Enter to Dial*: a caller who enters while more agents are idle than callers wait, until a phone is rung for them.
*Free to Dial*: an agent whose leg hangs up while more callers wait than other agents are idle, until that agent's phone
is rung again. Whoever of them is not rung before the watching ends is counted apart, never left out silently.
*Out of order*: a phone is rung for a caller while one who entered at least `ENTERED_TOGETHER_MS` before still waits and
is not rung within `RUNG_TOGETHER_MS` either: two phones that are rung at once are told in either order. `strictly`
counts all of them, also those.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.voice_watch import Kind, Seen

ENTERED_TOGETHER_MS = 5.0
RUNG_TOGETHER_MS = 25.0


@dataclass(slots=True)
class Story:
    """What happened within a window, as latencies in ms and counts."""

    enter_to_dial_ms: list[float] = field(default_factory=list)
    free_to_dial_ms: list[float] = field(default_factory=list)
    wait_ms: list[float] = field(default_factory=list)
    """Of everybody who was rung for in the window, idle agent or not."""
    never_rung: int = 0
    entered: int = 0
    answered: int = 0
    failed: int = 0
    dispatches: int = 0
    out_of_order: int = 0
    out_of_order_strictly: int = 0
    waiting_at_begin: int = 0
    waiting_at_end: int = 0
    waiting_max: int = 0


class _Replay:
    """Everybody's state as the events go by."""

    def __init__(self, agents: Iterable[str], begin_ms: float, end_ms: float) -> None:
        self.story = Story()
        self._begin_ms, self._end_ms = begin_ms, end_ms
        self._waiting: dict[str, float] = {}
        self._entered_ms: dict[str, float] = {}
        self._met_idle: set[str] = set()
        self._idle = set(agents)
        self._owed: dict[str, float] = {}
        self._left_line_ms: dict[str, float] = {}
        self._overtaking: list[tuple[float, list[str], list[str]]] = []

    def _within(self, at_ms: float) -> bool:
        return self._begin_ms <= at_ms < self._end_ms

    def go(self, seen: Sequence[Seen]) -> Story:
        story, at_begin, at_end = self.story, None, None
        for each in seen:
            if at_begin is None and each.at_ms >= self._begin_ms:
                at_begin = len(self._waiting)
            if at_end is None and each.at_ms >= self._end_ms:
                at_end = len(self._waiting)
            self._take(each)
            if self._within(each.at_ms):
                story.waiting_max = max(story.waiting_max, len(self._waiting))
        story.waiting_at_begin = at_begin or 0
        story.waiting_at_end = len(self._waiting) if at_end is None else at_end
        story.never_rung = sum(self._within(at_ms) for at_ms in self._owed.values())
        self._judge_order()
        return story

    def _take(self, seen: Seen) -> None:
        match seen.kind:
            case Kind.ENTERED:
                self._enters(seen)
            case Kind.DIALLED:
                self._dialled(seen)
            case Kind.ANSWERED:
                self.story.answered += self._within(seen.at_ms)
            case Kind.FAILED:
                self.story.failed += self._within(seen.at_ms)
                self._left_line_ms.pop(seen.call, None)
                if seen.call in self._entered_ms:
                    self._waiting[seen.call] = self._entered_ms[seen.call]
            case Kind.CALLER_GONE:
                self._waiting.pop(seen.call, None)
                self._entered_ms.pop(seen.call, None)
                self._left_line_ms.setdefault(seen.call, seen.at_ms)
            case Kind.AGENT_FREE:
                if len(self._waiting) > len(self._idle) and seen.agent not in self._idle:
                    self._owed[seen.agent] = seen.at_ms
                self._idle.add(seen.agent)

    def _enters(self, seen: Seen) -> None:
        self.story.entered += self._within(seen.at_ms)
        if len(self._idle) > len(self._waiting):
            self._met_idle.add(seen.call)
        self._waiting[seen.call] = self._entered_ms[seen.call] = seen.at_ms

    def _dialled(self, seen: Seen) -> None:
        story, counts = self.story, self._within(seen.at_ms)
        self._idle.discard(seen.agent)
        freed_ms = self._owed.pop(seen.agent, None)
        if freed_ms is not None and self._within(freed_ms):
            story.free_to_dial_ms.append(seen.at_ms - freed_ms)
        entered_ms = self._waiting.pop(seen.call, None)
        if entered_ms is None:
            return
        self._left_line_ms[seen.call] = seen.at_ms
        if not counts:
            return
        story.dispatches += 1
        story.wait_ms.append(seen.at_ms - entered_ms)
        if seen.call in self._met_idle:
            story.enter_to_dial_ms.append(seen.at_ms - entered_ms)
        older = [call for call, at_ms in self._waiting.items() if at_ms < entered_ms]
        clearly = [call for call in older if self._waiting[call] <= entered_ms - ENTERED_TOGETHER_MS]
        if older:
            self._overtaking.append((seen.at_ms, older, clearly))

    def _judge_order(self) -> None:
        for at_ms, older, clearly in self._overtaking:
            self.story.out_of_order_strictly += bool(older)
            self.story.out_of_order += any(
                self._left_line_ms.get(call, at_ms + 2 * RUNG_TOGETHER_MS) > at_ms + RUNG_TOGETHER_MS
                for call in clearly
            )


def story_of(seen: Sequence[Seen], agents: Iterable[str], begin_ms: float, end_ms: float) -> Story:
    """Return what happened from `begin_ms` on and before `end_ms`; `seen` begins with all agents idle and nobody there,
    and goes on behind the window for as long as was watched."""
    return _Replay(agents, begin_ms, end_ms).go(seen)


def percentiles(values: Sequence[float]) -> dict[str, Any]:
    """p50, p95, p99, the worst (ms) and how many; nulls of nothing."""
    if not values:
        return {"p50_ms": None, "p95_ms": None, "p99_ms": None, "max_ms": None, "n": 0}
    ordered = sorted(values)
    found = {
        f"p{share}_ms": round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)], 2) for share in (50, 95, 99)
    }
    return {**found, "max_ms": round(ordered[-1], 2), "n": len(ordered)}


def share(part: int, whole: int) -> float | None:
    return None if not whole else round(part / whole, 4)
