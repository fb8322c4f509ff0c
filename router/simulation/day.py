"""One day of a scenario: the world with its people, from opening to closing, and what was seen of it."""

from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from history.core.entries import Fact
from history.core.vocabulary import SourceId
from router.core import inputs
from router.simulation.attendance import Attendance
from router.simulation.center import agents_of, settings_of
from router.simulation.customers import Customers
from router.simulation.desks import Desks
from router.simulation.habits import Chances
from router.simulation.observing import Collector, Observed
from router.simulation.people import Agent, Crew
from router.simulation.scenario import Closing, Scenario
from router.simulation.streams import Streams
from router.simulation.world import OPENS_MS, World

AFTER_CLOSING_MS = 48 * 3_600_000
"""So long at most those who still wait at closing are served."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a day over which figures are taken: marks `first` to `last` of the day."""

    first: int
    last: int
    from_ms: int
    to_ms: int


def marks_of(scenario: Scenario) -> list[int]:
    """Return the instants (ms after opening) at which what is observed is cut: warm-up, periods, batches, closing."""
    marks = {scenario.warm_up_ms, scenario.open_ms}
    marks |= {period * scenario.period_ms for period in range(1, scenario.periods)}
    if scenario.batches is not None:
        length_ms = scenario.open_ms - scenario.warm_up_ms
        marks |= {scenario.warm_up_ms + length_ms * n // scenario.batches for n in range(1, scenario.batches)}
    return sorted(marks - {0})


def stretches_of(scenario: Scenario) -> list[Stretch]:
    """Return the stretches that count: the batches, or the whole day after its warm-up."""
    edges = [0, *marks_of(scenario)]
    length_ms = scenario.open_ms - scenario.warm_up_ms
    batches = scenario.batches or 1
    found = []
    for n in range(batches):
        from_ms = scenario.warm_up_ms + length_ms * n // batches
        to_ms = scenario.warm_up_ms + length_ms * (n + 1) // batches
        found.append(Stretch(edges.index(from_ms), edges.index(to_ms), OPENS_MS + from_ms, OPENS_MS + to_ms))
    return found


def crews_of(scenario: Scenario) -> dict[str, Crew]:
    """Return every group with its agents, nobody at work yet."""
    crews = {group.id: Crew(group) for group in scenario.groups}
    for crew in crews.values():
        crew.agents = [Agent(agent, crew, SourceId(f"desk/{agent}")) for agent in agents_of(crew.group, scenario)]
    return crews


class Day:
    """One day by seed. Built, it waits; `run` plays it to its end."""

    def __init__(self, scenario: Scenario, seed: int, collect: Collector | None = None) -> None:
        self.scenario = scenario
        self.streams = Streams(seed)
        self.world = World(collect)
        names = [customers.id for customers in scenario.types], [group.id for group in scenario.groups]
        self._marks = marks_of(scenario)
        self.observed = Observed(OPENS_MS, [OPENS_MS + mark for mark in self._marks], *names)
        self.crews = crews_of(scenario)
        self.customers = Customers(self.world, scenario, self.streams, self.observed, self.crews)
        self.attendance = Attendance(self.world, scenario, self.streams, self.observed, self.crews)
        self.desks = Desks(self.world, Chances(self.streams), self.observed, self.customers, self.attendance)

    @property
    def closes_ms(self) -> int:
        return OPENS_MS + self.scenario.open_ms

    def open(self) -> None:
        """Everybody of the first period comes to work, and the first customers are on their way."""
        settings = settings_of(self.scenario)
        self.world.tell(SourceId("definition"), inputs.DefinitionApplied, settings=settings)
        self.attendance.period_begins(0)
        for period in range(1, self.scenario.periods):
            self.world.at(OPENS_MS + period * self.scenario.period_ms, self.attendance.period_begins, period)
        self.customers.open()

    def run(self) -> Observed:
        """Play the day; what is observed ends at closing, what visits become may come later."""
        self.open()
        for mark in self._marks:
            self.world.run_until(OPENS_MS + mark)
            self.observed.cut(self.world.now_ms)
        self.customers.close()
        if self.scenario.closing is Closing.SERVE:
            self.world.run_until(self.closes_ms + AFTER_CLOSING_MS, self.is_empty)
        return self.observed

    def is_empty(self) -> bool:
        """Whether nobody is left, and the engine knows it."""
        return not self.customers.present and not self.world.engine.state.interactions


class Trace:
    """A digest of every fact and its instant: two runs with the same digest are the same run."""

    def __init__(self) -> None:
        self._digest = blake2b(digest_size=16)
        self.facts = 0

    def take(self, at_ms: int, fact: Fact) -> None:
        self.facts += 1
        self._digest.update(b"%d %s " % (at_ms, type(fact).__name__.encode()))
        self._digest.update(msgspec.json.encode(fact))

    def hex(self) -> str:
        return self._digest.hexdigest()
