"""Tuning: a search for settings under which the worst served class is served better, and what it is worth.

A setting is one value for each lever. Each is played on the same days by the same seeds as every other one, so that
they meet the same customers and differ by the rules alone. The search goes along one lever at a time in steps that
become smaller, then by two at once, and gives up a try as soon as the first days say that it is worse. What it has
found is then stripped of what contributes nothing, and measured once more on days that the search has never seen: there
the figures have not been chosen for being good.

Judged is the share of those offered who were answered in time, class by class, over all days together: with any other
service level something could be gained by letting people wait unseen.
"""

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from router.simulation.intervals import Estimate, weighted, weighted_difference
from router.simulation.streams import Streams

Setting = tuple[int, ...]
"""For each lever the index of its value."""
Row = Mapping[str, tuple[float, float]]
"""A day (or batch): by class the share answered in time, and of how many; a class without customers is left out."""
Rows = Sequence[Row]

SOFT: Final = 0.02
"""The worst class counts most, and one that is so much better counts e times less: two that are equally bad can be
raised one after the other."""
OVERALL: Final = 0.1
"""A point of the worst class is worth ten points of the average."""
BETTER: Final = 0.001
"""Less is chance, or not worth a line in a definition."""
HOPELESS: Final = 0.004
"""A try that is so much worse on half of the days is given up; on a quarter of them if it is twice as much, and so
on."""
IDLE_PAIRS: Final = 3
"""So many times as many pairs as there are levers are tried in vain before the search ends."""


Play = Callable[[Setting, Sequence[int]], Rows | None]
"""Plays a setting on days named by number, one row or more a day; None when its values cannot stand together."""


@dataclass(frozen=True, slots=True)
class Lever:
    """Something that may be set. `values` are in order of size, so that neighbours are alike."""

    name: str
    values: Sequence[float]
    now: int
    """Index of the present value."""
    step: int = 4
    """Over so many values it is moved at first."""
    bears_on: frozenset[str] = frozenset()
    """The classes that it moves, as far as can be told before."""


@dataclass(frozen=True, slots=True)
class Change:
    """A lever that the proposal moves, and what its score loses without it (1 = 100 points), on the search's days."""

    lever: Lever
    value: float
    worth: float


@dataclass(frozen=True, slots=True)
class Gain:
    """What the proposal is worth on days that the search has not seen, by class and for the worst one.

    `worst` compares the class that is worst now with the one that is worst under the proposal.
    """

    days: int
    now: Mapping[str, Estimate]
    proposed: Mapping[str, Estimate]
    difference: Mapping[str, Estimate]
    worst_now: str
    worst_proposed: str
    worst: Estimate

    @property
    def is_certain(self) -> bool:
        """Whether the worst class gains, as far as 95 % tell."""
        return self.worst.half_95 is not None and self.worst.mean > self.worst.half_95


@dataclass(frozen=True, slots=True)
class Tuned:
    setting: Setting
    changes: Sequence[Change]
    tries: int
    """How many settings were played, the present one included."""
    gain: Gain | None
    """None when nothing better was found: then there is nothing to measure."""
    now: Mapping[str, float]
    """The classes under the present rules, on the search's days."""


@dataclass(slots=True)
class _Search:
    levers: Sequence[Lever]
    play: Play
    days: Sequence[int]
    tries_max: int
    chance: random.Random
    told: Callable[[int, float], None]
    best: Setting = ()
    rows: Rows = ()
    tries: int = 0
    scores: dict[Setting, float] = field(default_factory=dict)

    def begin(self) -> Setting:
        now = tuple(lever.now for lever in self.levers)
        rows = self.play(now, self.days)
        assert rows is not None, "the present values have been played before"
        self.best, self.rows = now, rows
        self.scores[now] = score(rows) if means(rows) else -math.inf
        self.tries = 1
        return now

    @property
    def spent(self) -> bool:
        return self.tries >= self.tries_max

    def improves(self, setting: Setting) -> bool:
        """Try a setting; take it if it is better."""
        if setting in self.scores or self.spent:
            return False
        self.scores[setting] = -math.inf
        rows: list[Row] = []
        for days, hopeless in self._stages():
            played = self.play(setting, days)
            if played is None:
                return False
            rows += played
            if score(rows) < score(self.rows[: len(rows)]) - hopeless:
                return self._tried(better=False)
        self.scores[setting] = score(rows)
        better = self.scores[setting] > self.scores[self.best] + BETTER
        if better:
            self.best, self.rows = setting, rows
        return self._tried(better=better)

    def _stages(self) -> Iterator[tuple[Sequence[int], float]]:
        """An eighth of the days, a quarter, half of them, and all, and by how much a try may be worse after each."""
        count = len(self.days)
        edges = sorted({0, count // 8, count // 4, count // 2, count})
        for begin, end in pairwise(edges):
            yield self.days[begin:end], math.inf if end == count else HOPELESS * count / end / 2

    def _tried(self, *, better: bool) -> bool:
        self.tries += 1
        self.told(self.tries, worst_of(means(self.rows))[1])
        return better

    def moved(self, *steps: tuple[int, int]) -> Setting:
        """Return the best setting with these levers (index) moved by so many values, at most to the end."""
        found = list(self.best)
        for index, by in steps:
            found[index] = max(0, min(len(self.levers[index].values) - 1, found[index] + by))
        return tuple(found)

    def along(self, index: int, step: int) -> bool:
        """Go along one lever as long as that helps, first up, then down."""
        for way in (step, -step):
            helped = False
            while self.improves(self.moved((index, way))):
                helped = True
            if helped:
                return True
        return False

    def sweeps(self) -> None:
        """All levers in turn until none of them helps, in smaller and smaller steps; those first that bear upon the
        class that is worst just then."""
        step = max((lever.step for lever in self.levers), default=0)
        while step and not self.spent:
            worst, _ = worst_of(means(self.rows))
            order = sorted(range(len(self.levers)), key=lambda index: worst not in self.levers[index].bears_on)
            helped = [self.along(index, min(step, self.levers[index].step)) for index in order]
            step = step if any(helped) else step // 2

    def pairs(self) -> bool:
        """Two levers at once, drawn by chance, until something helps."""
        count = len(self.levers)
        if count < 2:
            return False
        for _ in range(IDLE_PAIRS * count):
            first, second = self.chance.sample(range(count), 2)
            by = [self.chance.choice((-2, -1, 1, 2)) for _ in range(2)]
            if self.improves(self.moved((first, by[0]), (second, by[1]))):
                return True
            if self.spent:
                return False
        return False

    def strip(self) -> list[tuple[int, float]]:
        """Take back each change without which it is as good; return the others (index) and what each is worth."""
        worth: dict[int, float] = {}
        for index, lever in enumerate(self.levers):
            if self.best[index] == lever.now:
                continue
            without = (*self.best[:index], lever.now, *self.best[index + 1 :])
            rows = self.play(without, self.days)
            self.tries += 1
            if rows is None:
                worth[index] = math.nan
                continue
            lost = self.scores[self.best] - score(rows)
            if lost <= BETTER:
                self.best, self.rows = without, rows
                self.scores[without] = score(rows)
            else:
                worth[index] = lost
        return list(worth.items())


def tune(
    levers: Sequence[Lever],
    play: Play,
    *,
    seed: int,
    tries: int,
    days: int,
    fresh_days: int,
    told: Callable[[int, float], None] = lambda tried, worst: None,
) -> Tuned:
    """Search the levers' values on days 0 to `days` - 1, and measure what was found on the `fresh_days` after them.

    `told` hears after each try how many there were and how the worst class now stands at best.
    """
    search = _Search(levers, play, range(days), tries, Streams(seed).of("tune"), told)
    now = search.begin()
    present = means(search.rows)
    while present:
        search.sweeps()
        if search.spent or not search.pairs():
            break
    worth = search.strip()
    if search.best == now:
        return Tuned(now, (), search.tries, None, present)
    changes = [Change(levers[index], levers[index].values[search.best[index]], lost) for index, lost in worth]
    fresh = range(days, days + fresh_days)
    before, after = play(now, fresh), play(search.best, fresh)
    assert before is not None and after is not None, "both have been played before"
    gain = gained(before, after)
    return Tuned(search.best, changes, search.tries, gain, present)


def means(rows: Rows) -> dict[str, float]:
    """Return each class's share over all days together."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: weighted(*_columns(rows, name)).mean for name in names}


def _columns(rows: Rows, name: str) -> tuple[list[float], list[float]]:
    """The class's shares, day by day, and of how many."""
    cells = [row.get(name, (0.0, 0.0)) for row in rows]
    return [share for share, _ in cells], [count for _, count in cells]


def worst_of(shares: Mapping[str, float]) -> tuple[str, float]:
    """Return the class that is served worst, the first one of equals."""
    return min(shares.items(), key=lambda item: item[1])


def score(rows: Rows) -> float:
    """Return what a setting is worth: a soft minimum over the classes, and a little of their average."""
    shares = list(means(rows).values())
    low = min(shares)
    soft = low - SOFT * math.log(math.fsum(math.exp((low - each) / SOFT) for each in shares))
    return soft + OVERALL * math.fsum(shares) / len(shares)


def gained(now: Rows, proposed: Rows) -> Gain:
    """Return what a proposal is worth, from the same days under both."""
    worst_now, _ = worst_of(means(now))
    worst_proposed, _ = worst_of(means(proposed))
    names = [name for name in means(now) if any(name in row for row in proposed)]
    return Gain(
        days=len(now),
        now=_estimates(now, names),
        proposed=_estimates(proposed, names),
        difference={name: _paired(now, proposed, name, name) for name in names},
        worst_now=worst_now,
        worst_proposed=worst_proposed,
        worst=_paired(now, proposed, worst_now, worst_proposed),
    )


def _estimates(rows: Rows, names: Iterable[str]) -> dict[str, Estimate]:
    return {name: weighted(*_columns(rows, name)) for name in names}


def _paired(now: Rows, proposed: Rows, name: str, other: str) -> Estimate:
    return weighted_difference(*_columns(now, name), *_columns(proposed, other))
