"""The KPIs of a simulated or recorded stretch, as `simulate` and `replay --with` print them.

The router does not know the reports; it is handed these folds, which are those of wallboard and reports.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from history.core.entries import Fact
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import AgentId, QueueId
from reports.core.kpi import KPIS
from reports.core.measures import Kpi, Open, Unit
from reports.core.tally import Cut, Tally
from router.simulation.center import agents_of
from router.simulation.day import stretches_of
from router.simulation.scenario import Scenario

OVER_TIME: Final = tuple(kpi for kpi in KPIS if not isinstance(kpi.by, Open))
"""KPIs of a period; those of an instant say nothing of one."""


class KpiFigures:
    """The KPIs between consecutive `edges` (UTC ms), for each of the named cuts."""

    def __init__(self, edges: Sequence[int], cuts: Mapping[str, Cut], kpis: Sequence[Kpi] = OVER_TIME) -> None:
        self._edges = list(edges)
        self._tally = Tally(self._edges, kpis=kpis)
        self._cuts = cuts

    def take(self, at_ms: int, fact: Fact) -> None:
        self._tally.fold(fact, at_ms)

    def values(self, from_ms: int, to_ms: int) -> Mapping[str, float]:
        interval = self._edges.index(from_ms)
        return {
            f"{key_of(found.kpi)}/{name}": float(found.value)
            for name, cut in self._cuts.items()
            for found in self._tally.figures(cut, interval, to_ms).values()
            if found.value is not None
        }


def key_of(kpi: Kpi) -> str:
    """Return the name of a KPI's figure, with its unit where that is a length of time."""
    return f"{kpi.figure}{'_ms' if kpi.unit is Unit.MS else ''}"


def of_scenario(scenario: Scenario, kpis: Sequence[Kpi] = OVER_TIME) -> KpiFigures:
    """The figures of one simulated day: for each type, for all types together, and for each group of agents."""
    stretches = stretches_of(scenario)
    cuts = {"all": Cut()}
    cuts |= {customers.id: Cut(queue=QueueId(customers.id)) for customers in scenario.types}
    cuts |= {
        group.id: Cut(agents=tuple(AgentId(agent) for agent in agents_of(group, scenario))) for group in scenario.groups
    }
    return KpiFigures([stretches[0].from_ms, *(stretch.to_ms for stretch in stretches)], cuts, kpis)


def cuts_of(settings: RoutingSettings) -> dict[str, Cut]:
    """Return the cuts of a recorded stretch: all, each queue, and each team."""
    return {"all": Cut(), **dict(_queues(settings)), **dict(_teams(settings))}


def _queues(settings: RoutingSettings) -> Iterator[tuple[str, Cut]]:
    for queue in settings.queues:
        yield f"queue/{queue.queue}", Cut(queue=queue.queue)


def _teams(settings: RoutingSettings) -> Iterator[tuple[str, Cut]]:
    for team in dict.fromkeys(team for agent in settings.agents for team in agent.teams):
        yield f"team/{team}", Cut(agents=tuple(agent.agent for agent in settings.agents if team in agent.teams))
