"""Patience from what was seen of it: exact for who left, at least so long for who was answered before.

The estimate is that of Kaplan and Meier ("Nonparametric Estimation from Incomplete Observations", 1958), with delayed
entry for those who had been waiting before anybody looked. Lengths in ms since the arrival.
"""

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple


class Seen(NamedTuple):
    """One customer: watched from `entered_ms` to `until_ms` of their wait, and whether they left then."""

    entered_ms: int
    until_ms: int
    left: bool


class Patience:
    """Which share of customers is still there after so long, and draws from it."""

    def __init__(self, seen: Iterable[Seen]) -> None:
        customers = list(seen)
        entries = sorted(each.entered_ms for each in customers)
        exits = sorted(each.until_ms for each in customers)
        leaves: dict[int, int] = {}
        for each in customers:
            if each.left:
                leaves[each.until_ms] = leaves.get(each.until_ms, 0) + 1
        self._at_ms: list[int] = []
        self._stay: list[float] = []
        stay = 1.0
        for at_ms in sorted(leaves):
            at_risk = bisect_right(entries, at_ms) - bisect_right(exits, at_ms - 1)
            stay *= 1.0 - leaves[at_ms] / at_risk
            self._at_ms.append(at_ms)
            self._stay.append(stay)

    def staying(self, after_ms: int) -> float:
        """Return the share that is still there right after this long."""
        place = bisect_right(self._at_ms, after_ms)
        return self._stay[place - 1] if place else 1.0

    def draw(self, beyond_ms: int, chance: float) -> int | None:
        """Return the patience of a customer who was still there after `beyond_ms`, for a number in [0, 1). None: longer
        than anybody was seen to lose it, which counts as for ever."""
        first = bisect_right(self._at_ms, beyond_ms)
        wanted = self.staying(beyond_ms) * (1.0 - chance)
        for place in range(first, len(self._at_ms)):
            if self._stay[place] < wanted:
                return self._at_ms[place]
        return None
