"""Days that `switchroom tune` plays, in as many processes as there are cores: of a scenario, or a recorded one.

What a process is given is the file's content as `tomllib` reads it; it reads it as everything else does. Only the
figure that is judged is counted.
"""

import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Final, Protocol

from config import definition
from config.check import check
from config.errors import BadDefinition
from config.figures import KpiFigures, key_of, some_of_scenario
from config.translating import routing_settings
from history.core.routing_settings import RoutingSettings
from reports.core.service_level import SERVICE_LEVEL_1
from reports.core.tally import Cut
from router.simulation import reading
from router.simulation.center import settings_of
from router.simulation.errors import BadScenario, BadTrace
from router.simulation.replications import play_day
from router.simulation.scenario import Scenario
from router.simulation.streams import seed_of
from router.simulation.trace import Trace
from router.simulation.traced_day import TracedDay
from router.simulation.traced_people import Laws

Raw = dict[str, Any]
DayRows = list[dict[str, tuple[float, float]]]
"""For each batch of a day (most often there is one) by class the share answered in time, and of how many."""
JUDGED: Final = (SERVICE_LEVEL_1,)
CANNOT: Final = (BadScenario, BadDefinition, BadTrace)
"""Why values cannot stand together."""


class Days(Protocol):
    """Days that can be played under other rules again and again."""

    def fits(self, raw: Raw) -> None:
        """Raise one of `CANNOT` when these rules cannot hold."""
        ...

    def play(self, raw: Raw, seed: int, number: int) -> tuple[DayRows, int]:
        """Play the day of this number, and return what came of it and how many inputs were decided."""
        ...


@dataclass(frozen=True, slots=True)
class OfScenario:
    """Days of a scenario; the file is the scenario."""

    def fits(self, raw: Raw) -> None:
        settings_of(reading.of_raw(raw))

    def play(self, raw: Raw, seed: int, number: int) -> tuple[DayRows, int]:
        scenario = reading.of_raw(raw)
        played = play_day(scenario, seed, number, _judged)
        types = [customers.id for customers in scenario.types]
        both = zip(played.rows, played.weights, strict=True)
        return [_shares(row, weights, types) for row, weights in both], played.inputs


def _judged(scenario: Scenario) -> KpiFigures:
    return some_of_scenario(scenario, JUDGED)


def _shares(
    row: Mapping[str, float], weights: Mapping[str, float], names: Sequence[str]
) -> dict[str, tuple[float, float]]:
    figures = {name: f"{key_of(SERVICE_LEVEL_1)}/{name}" for name in names}
    return {name: (row[figure], weights[figure]) for name, figure in figures.items() if figure in weights}


@dataclass(frozen=True, slots=True)
class OfTrace:
    """A recorded stretch under other rules; the file is a definition, and a number is a seed."""

    trace: Trace
    edges: tuple[int, int]
    cuts: Mapping[str, Cut]
    """By queue."""

    def fits(self, raw: Raw) -> None:
        check(definition.of_raw(raw))

    def play(self, raw: Raw, seed: int, number: int) -> tuple[DayRows, int]:
        figures = KpiFigures(self.edges, self.cuts, JUDGED)
        rules = rules_of(raw, self.trace)
        day = TracedDay(self.trace, Laws(self.trace), seed_of(seed, "tune", number), figures.take, rules)
        day.run()
        found = _shares(figures.values(*self.edges), figures.weights(*self.edges), list(self.cuts))
        return [found], day.world.inputs


def rules_of(raw: Raw, trace: Trace) -> RoutingSettings:
    """Return what a definition means to the router from the stretch's beginning on."""
    return routing_settings(definition.of_raw(raw), 0, trace.from_ms)


class Players:
    """Plays days side by side. `inputs` counts what was decided in all of them; `why` says why the last rules that
    could not hold could not. To be closed after use."""

    def __init__(self, days: Days, seed: int, processes: int) -> None:
        self.inputs = 0
        self.why = ""
        self._days = days
        self._seed = seed
        self._pool: ProcessPoolExecutor | None = None
        if processes > 1:
            self._pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin, initargs=(days, seed))

    def __enter__(self) -> "Players":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def play(self, raw: Raw, numbers: Sequence[int]) -> DayRows | None:
        """Play these days under a file's rules; None where they cannot hold."""
        try:
            self._days.fits(raw)
            if self._pool is None:
                played = [self._days.play(raw, self._seed, number) for number in numbers]
            else:
                played = list(self._pool.map(_play, [raw] * len(numbers), numbers))
        except CANNOT as error:
            self.why = str(error)
            return None
        self.inputs += sum(inputs for _, inputs in played)
        return [row for rows, _ in played for row in rows]


_given: list[tuple[Days, int]] = []
"""What this process plays: told once, since a recorded day is long."""


def _begin(days: Days, seed: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told as well, and ends this
    _given.append((days, seed))


def _play(raw: Raw, number: int) -> tuple[DayRows, int]:
    days, seed = _given[0]
    return days.play(raw, seed, number)
