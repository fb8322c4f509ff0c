"""`simulate`: days by seed, and each figure as a mean with its confidence intervals.

Day n of two variants that are given the same seed meets the same customers; `compare` takes the differences day by
day, which is far sharper than comparing two means.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from router.simulation.day import Day, stretches_of
from router.simulation.intervals import Estimate, estimate, paired
from router.simulation.observing import Figures
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

    def estimates(self) -> dict[str, Estimate]:
        """Return mean and intervals of each figure, in order of name."""
        found: dict[str, Estimate] = {}
        for name in sorted(self.samples):
            values = [value for value in self.samples[name] if value is not None]
            found[name] = estimate(values)
        return found


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
    inputs = 0
    for number in range(days or scenario.days):
        played, decided = play_day(scenario, seed, number, new_figures)
        rows += played
        inputs += decided
        if progress is not None:
            progress(number + 1)
    return Result(scenario, seed, _samples(rows), inputs)


def play_day(
    scenario: Scenario, seed: int, number: int, new_figures: NewFigures | None = None
) -> tuple[list[dict[str, float]], int]:
    """Play the day of this number and return its figures, batch by batch, and how many inputs were decided."""
    figures = None if new_figures is None else new_figures(scenario)
    day = Day(scenario, seed_of(seed, "day", number), None if figures is None else figures.take)
    observed = day.run()
    rows = []
    for stretch in stretches_of(scenario):
        row = dict(observed.values(stretch.first, stretch.last))
        if figures is not None:
            row |= figures.values(stretch.from_ms, stretch.to_ms)
        rows.append(row)
    return rows, day.world.inputs


def _samples(rows: Iterable[Mapping[str, float]]) -> dict[str, tuple[float | None, ...]]:
    """Turn rows into columns. A count that a day does not mention is zero, another figure has no value there."""
    kept = list(rows)
    names = {name for row in kept for name in row}
    return {name: tuple(row.get(name, 0.0 if _is_count(name) else None) for row in kept) for name in names}


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
        both = [
            (before, after)
            for before, after in zip(base.samples[name], other.samples[name], strict=True)
            if before is not None and after is not None
        ]
        if both:
            found[name] = paired([before for before, _ in both], [after for _, after in both])
    return found
