"""What the world itself sees: how many wait, serve and are signed in, averaged over time, and who never got in.

Visits, waits and handle times are not counted here: they follow from the facts, by the same functions that reports
use (`Figures`, filled by whoever starts a simulation).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from history.core.entries import Fact

Collector = Callable[[int, Fact], None]
"""Is told each fact and the instant (ms) at which it became so, in order."""


class Figures(Protocol):
    """The figures of one day, folded from facts. `reports` has the functions; the composition root hands them in."""

    def take(self, at_ms: int, fact: Fact) -> None:
        """Fold one fact."""
        ...

    def values(self, from_ms: int, to_ms: int) -> Mapping[str, float]:
        """Return figures by name over what arrived in `[from_ms, to_ms)`; a figure without a value is left out."""
        ...


@runtime_checkable
class Weighing(Protocol):
    """Figures that know of what their shares and means are a part, so that days are added up before the division."""

    def weights(self, from_ms: int, to_ms: int) -> Mapping[str, float]:
        """Return the denominator of each figure that has one, as in `values`."""
        ...


@dataclass(slots=True)
class Level:
    """A number that moves in steps; its integral over time (number times ms) is kept by stretch."""

    since_ms: int
    now: int = 0
    areas: list[int] = field(default_factory=lambda: [0])

    def add(self, step: int, at_ms: int) -> None:
        self.areas[-1] += self.now * (at_ms - self.since_ms)
        self.since_ms = at_ms
        self.now += step

    def cut(self, at_ms: int) -> None:
        """Begin another stretch."""
        self.add(0, at_ms)
        self.areas.append(0)


class Observed:
    """Levels and counts of one day, cut into the stretches that lie between `marks_ms`."""

    def __init__(self, opens_ms: int, marks_ms: Iterable[int], types: Iterable[str], groups: Iterable[str]) -> None:
        self.edges_ms = [opens_ms, *marks_ms]
        self.waiting = {name: Level(opens_ms) for name in types}
        self.busy = {name: Level(opens_ms) for name in groups}
        """Agents who have at least one customer, wrap-up included."""
        self.signed_in = {name: Level(opens_ms) for name in groups}
        self.counts: dict[str, list[int]] = {}
        self._types = list(self.waiting)
        self._groups = list(self.busy)

    def count(self, what: str) -> None:
        """Count one event, such as `blocked/sales`, in the stretch that is on."""
        stretch = len(next(iter(self.busy.values())).areas) - 1
        found = self.counts.setdefault(what, [])
        found += [0] * (stretch + 1 - len(found))
        found[stretch] += 1

    def cut(self, at_ms: int) -> None:
        for level in (*self.waiting.values(), *self.busy.values(), *self.signed_in.values()):
            level.cut(at_ms)

    def values(self, first: int, last: int) -> dict[str, float]:
        """Return averages over the stretches `first` to `last` (excluded), and counts."""
        length_ms = self.edges_ms[last] - self.edges_ms[first]
        found: dict[str, float] = {}
        for name in self._types:
            found[f"mean_waiting/{name}"] = sum(self.waiting[name].areas[first:last]) / length_ms
        for name in self._groups:
            busy = sum(self.busy[name].areas[first:last])
            signed_in = sum(self.signed_in[name].areas[first:last])
            found[f"mean_busy/{name}"] = busy / length_ms
            if signed_in:
                found[f"occupancy/{name}"] = busy / signed_in
        for what, counts in self.counts.items():
            found[what] = float(sum(counts[first:last]))
        return found

    def weights(self, first: int, last: int) -> dict[str, float]:
        """Return the denominators of occupancies: how long agents were signed in."""
        found = {f"occupancy/{name}": float(sum(self.signed_in[name].areas[first:last])) for name in self._groups}
        return {name: weight for name, weight in found.items() if weight}
