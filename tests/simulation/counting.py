"""Figures of one day, counted from the facts by the definitions of the literature, for the tests of the simulation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import InteractionId
from router.simulation.scenario import Scenario
from router.simulation.world import OPENS_MS


@dataclass
class Visit:
    queue: str
    arrived_ms: int
    wait_ms: int | None = None
    answered: bool = False


@dataclass
class Counting:
    """Names are `<figure>/<type>` and `<figure>/all`; `in_target/<type>/<period>` counts by period of arrival."""

    scenario: Scenario
    within_ms: int = 20_000
    visits: dict[InteractionId, Visit] = field(default_factory=dict)

    def take(self, at_ms: int, fact: Fact) -> None:
        if isinstance(fact, facts.InteractionQueued):
            self.visits[fact.interaction] = Visit(fact.queue, fact.arrived_ms)
        elif isinstance(fact, facts.VisitAnswered | facts.VisitAbandoned):
            visit = self.visits[fact.interaction]
            visit.wait_ms = fact.wait_ms
            visit.answered = isinstance(fact, facts.VisitAnswered)

    def weights(self, from_ms: int, to_ms: int) -> Mapping[str, float]:
        """The denominators of shares and means."""
        mine = [visit for visit in self.visits.values() if from_ms <= visit.arrived_ms < to_ms]
        found = self._below("all", mine)
        for customers in self.scenario.types:
            found |= self._below(customers.id, [visit for visit in mine if visit.queue == customers.id])
        return {name: float(below) for name, below in found.items() if below}

    def _below(self, name: str, visits: list[Visit]) -> dict[str, int]:
        ended = [visit for visit in visits if visit.wait_ms is not None]
        answered = sum(visit.answered for visit in ended)
        late = sum(not visit.answered and (visit.wait_ms or 0) > self.within_ms for visit in ended)
        of_ended = {f"{figure}/{name}": len(ended) for figure in ("sl1", "p_wait", "wait_s", "abandonment")}
        return of_ended | {
            f"sl2/{name}": answered,
            f"asa_s/{name}": answered,
            f"within_30s/{name}": answered,
            f"sl3/{name}": answered + late,
            f"delayed_s/{name}": sum(1 for visit in ended if visit.answered and visit.wait_ms),
        }

    def values(self, from_ms: int, to_ms: int) -> Mapping[str, float]:
        mine = [visit for visit in self.visits.values() if from_ms <= visit.arrived_ms < to_ms]
        found = self._of("all", mine)
        for customers in self.scenario.types:
            found |= self._of(customers.id, [visit for visit in mine if visit.queue == customers.id])
            for period in range(self.scenario.periods):
                found[f"in_target/{customers.id}/{period}"] = 0.0
        for visit in mine:
            if self._in_target(visit):
                period = (visit.arrived_ms - OPENS_MS) // self.scenario.period_ms
                found[f"in_target/{visit.queue}/{period}"] += 1.0
        return found

    def _in_target(self, visit: Visit) -> bool:
        return visit.answered and visit.wait_ms is not None and visit.wait_ms <= self.within_ms

    def _of(self, name: str, visits: list[Visit]) -> dict[str, float]:
        ended = [visit for visit in visits if visit.wait_ms is not None]
        answered = [visit for visit in ended if visit.answered]
        abandoned = [visit for visit in ended if not visit.answered]
        in_target = float(sum(self._in_target(visit) for visit in ended))
        late = sum(1 for visit in abandoned if (visit.wait_ms or 0) > self.within_ms)
        found = {"offered": float(len(visits)), "answered": float(len(answered)), "abandoned": float(len(abandoned))}
        found["in_target"] = in_target
        if ended:
            found["sl1"] = in_target / len(ended)
            found["p_wait"] = sum(1 for visit in ended if visit.wait_ms) / len(ended)
            found["wait_s"] = sum(visit.wait_ms or 0 for visit in ended) / len(ended) / 1000.0
            found["abandonment"] = len(abandoned) / len(ended)
        if answered:
            found["sl2"] = in_target / len(answered)
            found["sl3"] = in_target / (len(answered) + late)
            found["asa_s"] = sum(visit.wait_ms or 0 for visit in answered) / len(answered) / 1000.0
            delayed = [visit.wait_ms or 0 for visit in answered if visit.wait_ms]
            if delayed:
                found["delayed_s"] = sum(delayed) / len(delayed) / 1000.0
            found["within_30s"] = sum(1 for visit in answered if (visit.wait_ms or 0) <= 30_000) / len(answered)
        return {f"{figure}/{name}": value for figure, value in found.items()}
