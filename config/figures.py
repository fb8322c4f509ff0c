"""The KPIs of a simulated or recorded stretch, as `simulate` and `replay --with` print them.

The router does not know the reports; it is handed these folds, which are those of wallboard and reports.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from history.core.entries import Fact
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import AgentId, QueueId
from reports.core import kpi as kpis
from reports.core.kpi import KPIS
from reports.core.measures import Kpi, Open, Ratio, Unit
from reports.core.service_level import SERVICE_LEVEL
from reports.core.tally import Cut, Figure, Tally
from router.simulation.center import agents_of
from router.simulation.day import stretches_of
from router.simulation.scenario import Scenario
from router.simulation.world import OPENS_MS

OVER_TIME: Final = tuple(kpi for kpi in KPIS if not isinstance(kpi.by, Open))
"""KPIs of a period; those of an instant say nothing of one."""


class KpiFigures:
    """The KPIs between consecutive `edges` (UTC ms), for each of the named cuts."""

    def __init__(self, edges: Sequence[int], cuts: Mapping[str, Cut], some: Sequence[Kpi] = OVER_TIME) -> None:
        self._edges = list(edges)
        self.tally = Tally(self._edges, kpis=some)
        self._cuts = cuts

    def take(self, at_ms: int, fact: Fact) -> None:
        self.tally.fold(fact, at_ms)

    def values(self, from_ms: int, to_ms: int) -> Mapping[str, float]:
        return {name: float(found.value) for name, found in self._found(from_ms, to_ms) if found.value is not None}

    def weights(self, from_ms: int, to_ms: int) -> Mapping[str, float]:
        """Return the denominators of shares and means."""
        return {
            name: float(found.denominator)
            for name, found in self._found(from_ms, to_ms)
            if isinstance(found.kpi.by, Ratio) and found.denominator
        }

    def _found(self, from_ms: int, to_ms: int) -> Iterator[tuple[str, Figure]]:
        interval = self._edges.index(from_ms)
        for name, cut in self._cuts.items():
            for found in self.tally.figures(cut, interval, to_ms).values():
                yield f"{key_of(found.kpi)}/{name}", found


def key_of(kpi: Kpi) -> str:
    """Return the name of a KPI's figure, with its unit where that is a length of time."""
    return f"{kpi.figure}{'_ms' if kpi.unit is Unit.MS else ''}"


BY_PERIOD: Final = (
    kpis.OFFERED,
    kpis.ANSWERED,
    kpis.ABANDONED,
    kpis.ABANDONMENT,
    SERVICE_LEVEL,
    kpis.WAIT_MEAN,
    kpis.OCCUPANCY,
)
"""What a scenario of several periods tells of each of them as well: of visits by the period in which they arrived."""


class PeriodFigures(KpiFigures):
    """The KPIs of the whole day after its warm-up, and some of them by period: `service_level/sales/2` is that of the
    second one."""

    def __init__(self, scenario: Scenario, cuts: Mapping[str, Cut]) -> None:
        begins = range(scenario.warm_up_ms // scenario.period_ms, scenario.periods)
        self._periods = [number + 1 for number in begins]
        edges = [max(number * scenario.period_ms, scenario.warm_up_ms) for number in begins]
        super().__init__([OPENS_MS + edge for edge in (*edges, scenario.open_ms)], cuts)

    def _found(self, from_ms: int, to_ms: int) -> Iterator[tuple[str, Figure]]:
        for name, cut in self._cuts.items():
            for found in self.tally.figures(cut, None, to_ms).values():
                yield f"{key_of(found.kpi)}/{name}", found
            for interval, period in enumerate(self._periods):
                for kpi in BY_PERIOD:
                    yield f"{key_of(kpi)}/{name}/{period}", self.tally.figure(kpi, cut, interval, to_ms)


def of_scenario(scenario: Scenario) -> KpiFigures:
    """The figures of one simulated day: for each type, for all types together, and for each group of agents; of several
    periods also by period, unless batches cut the day otherwise."""
    if scenario.periods > 1 and scenario.batches is None:
        return PeriodFigures(scenario, _cuts_of_scenario(scenario))
    return some_of_scenario(scenario, OVER_TIME)


def some_of_scenario(scenario: Scenario, some: Sequence[Kpi]) -> KpiFigures:
    """Some figures of one simulated day, or of each of its batches."""
    stretches = stretches_of(scenario)
    edges = [stretches[0].from_ms, *(stretch.to_ms for stretch in stretches)]
    return KpiFigures(edges, _cuts_of_scenario(scenario), some)


def _cuts_of_scenario(scenario: Scenario) -> dict[str, Cut]:
    cuts = {"all": Cut()}
    cuts |= {customers.id: Cut(queue=QueueId(customers.id)) for customers in scenario.types}
    cuts |= {
        group.id: Cut(agents=tuple(AgentId(agent) for agent in agents_of(group, scenario))) for group in scenario.groups
    }
    return cuts


def cuts_of(settings: RoutingSettings) -> dict[str, Cut]:
    """Return the cuts of a recorded stretch: all, each queue, and each team."""
    return {"all": Cut(), **dict(_queues(settings)), **dict(_teams(settings))}


def _queues(settings: RoutingSettings) -> Iterator[tuple[str, Cut]]:
    for queue in settings.queues:
        yield f"queue/{queue.queue}", Cut(queue=queue.queue)


def _teams(settings: RoutingSettings) -> Iterator[tuple[str, Cut]]:
    for team in dict.fromkeys(team for agent in settings.agents for team in agent.teams):
        yield f"team/{team}", Cut(agents=tuple(agent.agent for agent in settings.agents if team in agent.teams))
