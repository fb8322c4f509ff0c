"""`simulate`: days by seed, and each figure with its confidence intervals: counts as means over the days, shares and
means as ratios of what all days have together.

Day n of two variants that are given the same seed meets the same customers; `compare` takes the differences day by
day, which is far sharper than comparing two means.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from router.simulation.day import Day, Stretch, stretches_of
from router.simulation.intervals import Estimate, estimate, paired, weighted, weighted_difference
from router.simulation.observing import Figures, Weighing
from router.simulation.scenario import Scenario
from router.simulation.streams import seed_of

NewFigures = Callable[[Scenario], Figures]
"""Makes the fold of one day. The composition root gives the functions that reports and wallboard use."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it: each figure's values, one a day (or batch), a day without a value left out as None."""

    scenario: Scenario
    seed: int
    samples: Mapping[str, tuple[float | None, ...]]
    inputs: int
    """Inputs that the engine decided on, in all days."""
    weights: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """The denominators of shares and means, one a day (or batch), 0 where the day has no value."""

    def estimates(self) -> dict[str, Estimate]:
        """Return each figure with its intervals, in order of name."""
        found: dict[str, Estimate] = {}
        for name in sorted(self.samples):
            if name in self.weights:
                found[name] = weighted(self._filled(name), self.weights[name])
            else:
                found[name] = estimate([value for value in self.samples[name] if value is not None])
        return found

    def parts(self, name: str) -> tuple[float, float] | None:
        """Return numerator and denominator of a share or mean as means over the days, or None for other figures."""
        if name not in self.weights:
            return None
        weights = self.weights[name]
        above = sum(value * weight for value, weight in zip(self._filled(name), weights, strict=True))
        return above / len(weights), sum(weights) / len(weights)

    def _filled(self, name: str) -> list[float]:
        return [value or 0.0 for value in self.samples[name]]

    def beside(self, other: "Result", name: str) -> Estimate | None:
        """Return what `other` has more of a figure; None where no day has it in both."""
        if name in self.weights and name in other.weights:
            mine, theirs = self.weights[name], other.weights[name]
            return weighted_difference(self._filled(name), mine, other._filled(name), theirs)
        both = [
            (before, after)
            for before, after in zip(self.samples[name], other.samples[name], strict=True)
            if before is not None and after is not None
        ]
        return paired([before for before, _ in both], [after for _, after in both]) if both else None


def simulate(
    scenario: Scenario,
    seed: int = 1,
    new_figures: NewFigures | None = None,
    days: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Result:
    """Play the scenario's days (or so many) and return the figures.

    `progress` is told how many days are done. Counts of the world itself (arrived, blocked, balked, lost patience,
    came again), mean numbers waiting and busy and occupancies are always there.

    Raises:
        BadScenario: it asks for what no group can do.
    """
    rows: list[dict[str, float]] = []
    weights: list[dict[str, float]] = []
    inputs = 0
    for number in range(days or scenario.days):
        played = play_day(scenario, seed, number, new_figures)
        rows += played.rows
        weights += played.weights
        inputs += played.inputs
        if progress is not None:
            progress(number + 1)
    return Result(scenario, seed, _samples(rows), inputs, _weights(weights))


@dataclass(slots=True)
class Played:
    """One day: figures and the denominators of shares and means, batch by batch, and how many inputs were decided."""

    rows: list[dict[str, float]]
    weights: list[dict[str, float]]
    inputs: int


def play_day(scenario: Scenario, seed: int, number: int, new_figures: NewFigures | None = None) -> Played:
    """Play the day of this number."""
    figures = None if new_figures is None else new_figures(scenario)
    day = Day(scenario, seed_of(seed, "day", number), None if figures is None else figures.take)
    observed = day.run()
    played = Played([], [], day.world.inputs)
    for stretch in stretches_of(scenario):
        row = dict(observed.values(stretch.first, stretch.last))
        weighed = dict(observed.weights(stretch.first, stretch.last))
        if figures is not None:
            row |= figures.values(stretch.from_ms, stretch.to_ms)
        weighed |= _weighed_by(figures, stretch)
        played.rows.append(row)
        played.weights.append(weighed)
    return played


def _samples(rows: Iterable[Mapping[str, float]]) -> dict[str, tuple[float | None, ...]]:
    """Turn rows into columns. A count that a day does not mention is zero, another figure has no value there."""
    kept = list(rows)
    names = {name for row in kept for name in row}
    return {name: tuple(row.get(name, 0.0 if _is_count(name) else None) for row in kept) for name in names}


def _weighed_by(figures: object, stretch: Stretch) -> Mapping[str, float]:
    """Denominators, where the figures know them."""
    return figures.weights(stretch.from_ms, stretch.to_ms) if isinstance(figures, Weighing) else {}


def _weights(rows: list[dict[str, float]]) -> dict[str, tuple[float, ...]]:
    names = {name for row in rows for name in row}
    return {name: tuple(row.get(name, 0.0) for row in rows) for name in names}


_COUNTS = ("arrived/", "came_again/", "blocked/", "balked/", "lost_patience/")


def _is_count(name: str) -> bool:
    return name.startswith(_COUNTS)


def compare(base: Result, other: Result) -> dict[str, Estimate]:
    """Return what `other` has more than `base`, figure by figure, over the days in which both have a value.

    Raises:
        ValueError: they were not played with the same seed and number of days.
    """
    if base.seed != other.seed:
        raise ValueError("only results of the same seed can be compared day by day")
    found: dict[str, Estimate] = {}
    for name in sorted(base.samples.keys() & other.samples.keys()):
        difference = base.beside(other, name)
        if difference is not None:
            found[name] = difference
    return found
