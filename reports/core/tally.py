"""Works out any KPI for a queue, a medium, some agents or all, over one period or over many intervals at once.

`Tally.fold` takes the routing facts as they come, so a figure can be asked for at any moment. It keeps sums, and the
waits that quantiles need, of its period only: `begin` starts a new one. Everything is exact.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final, assert_never

from msgspec.structs import replace

from history.core.entries import Fact
from history.core.vocabulary import AgentId, Medium, QueueId
from reports.core.counted import AgentSpell, Counted, HandlingEnded, OfferEnded, VisitBegan, VisitEnded
from reports.core.counting import Counting
from reports.core.kpi import KPIS
from reports.core.measures import Gini, Kpi, Open, Quantile, Ratio, Sum, gini, percent, quantile
from reports.core.sums import Plan, Sums, kinds_of

EVER: Final = (0, 2**62)
"""The edges of one interval without an end."""
_OF_AGENTS: Final = frozenset({OfferEnded, HandlingEnded, AgentSpell})


class View(StrEnum):
    """To which interval a visit, its offers and its handlings belong. An agent's time belongs to where it passes."""

    ARRIVAL = "arrival"
    """To that in which the visit entered its queue. The numbers of an interval add up, and change until the last of its
    visits is over."""
    EVENT = "event"
    """To that in which it happened: an entry when we learnt of it, an end when it ended. Past intervals do not change,
    and their numbers need not add up."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What a figure is asked of: all, or a queue, a medium, or these agents together."""

    queue: QueueId | None = None
    medium: Medium | None = None
    agents: tuple[AgentId, ...] | None = None

    def __post_init__(self) -> None:
        if self.agents is not None and self.of_queues:
            raise ValueError("a figure is asked of agents, or of a queue and a medium, not of both")

    @property
    def of_queues(self) -> bool:
        return self.queue is not None or self.medium is not None

    def holds(self, queue: QueueId, medium: Medium) -> bool:
        return self.queue in (None, queue) and self.medium in (None, medium)


ALL: Final = Cut()


@dataclass(frozen=True, slots=True)
class Figure:
    """A KPI's value: an exact number, or numerator over denominator. It is none while nothing counts, and where the cut
    has no such figure: agents have no visits, a queue has no signed-in time."""

    kpi: Kpi
    value: float | None
    numerator: int | None = None
    denominator: int | None = None
    """Of a quantile the number of samples, of a Gini coefficient the number of agents."""

    @property
    def percent(self) -> float | None:
        """A share as screens and reports print it, with one decimal."""
        return None if self.numerator is None or self.denominator is None else percent(self.numerator, self.denominator)


class Tally:
    """The KPIs over the intervals between consecutive `edges` (UTC ms, rising; the last edge is outside)."""

    def __init__(
        self,
        edges: Sequence[int] = EVER,
        view: View = View.ARRIVAL,
        kpis: Sequence[Kpi] = KPIS,
        counting: Counting | None = None,
    ) -> None:
        """Begins with the stream's first fact; or with the fold of all facts up to some instant, which the tally then
        goes on with, and the first edge is no earlier than that instant."""
        self.view = view
        self.kpis = tuple(kpis)
        self.at_ms = 0
        """The instant of the latest fact."""
        self.counting = Counting() if counting is None else counting
        self._plan = Plan.of(kpis)
        self.begin(edges)

    def begin(self, edges: Sequence[int]) -> None:
        """Count these intervals from now on. All sums are dropped; what is open stays open."""
        if len(edges) < 2 or any(before >= after for before, after in pairwise(edges)):
            raise ValueError("the edges of intervals are at least two instants, each later than the one before")
        self.edges = tuple(edges)
        self._queues: list[dict[tuple[QueueId, Medium], Sums]] = [{} for _ in self.edges[1:]]
        self._agents: list[dict[AgentId, Sums]] = [{} for _ in self.edges[1:]]

    def fold(self, fact: Fact, at_ms: int) -> tuple[Counted, ...]:
        """Take the stream's next fact; give what it has made countable."""
        found = self.counting.fold(fact, at_ms)
        self.at_ms = max(self.at_ms, at_ms)
        for value in found:
            self._count(value)
        return found

    def interval_of(self, at_ms: int) -> int | None:
        """The number of the interval in which the instant lies, from 0."""
        return bisect_right(self.edges, at_ms) - 1 if self.edges[0] <= at_ms < self.edges[-1] else None

    def entry_ms(self, visit: VisitBegan) -> int:
        """The instant that decides to which interval a visit's entry belongs."""
        return visit.queued_ms if self.view is View.ARRIVAL else visit.noted_ms

    def queues(self, interval: int | None = None) -> list[tuple[QueueId, Medium]]:
        """The queues of which something was counted, by name."""
        return sorted({key for index in self._which(interval) for key in self._queues[index]})

    def agents(self, interval: int | None = None) -> list[AgentId]:
        """The agents of whom something is known, by name."""
        known = {agent for index in self._which(interval) for agent in self._agents[index]}
        return sorted(known | self.counting.agents.open_spells.keys())

    def figures(self, cut: Cut = ALL, interval: int | None = None, now_ms: int | None = None) -> dict[str, Figure]:
        """All KPIs by their figure's id; see `figure`."""
        return {kpi.figure: self.figure(kpi, cut, interval, now_ms) for kpi in self.kpis}

    def figure(self, kpi: Kpi, cut: Cut = ALL, interval: int | None = None, now_ms: int | None = None) -> Figure:
        """One KPI, of one interval or of all together. Running spells count until `now_ms`, by default until the latest
        fact; a visit that has not ended waits, in whatever interval it began.

        Raises:
            ValueError: the tally was made without this KPI.
        """
        if not self._plan.knows(kpi):
            raise ValueError(f"{kpi.figure} is not among the KPIs that this tally was made with")
        until_ms = self.at_ms if now_ms is None else now_ms
        match kpi.by:
            case Open():
                return self._open(kpi, kpi.by, cut, interval, until_ms)
            case Gini():
                return self._gini(kpi, kpi.by, cut, interval, until_ms)
            case Sum() | Ratio() | Quantile():
                sums = self._sums(kinds_of(kpi), cut, interval, until_ms)
                return Figure(kpi, None) if sums is None else self._worked_out(kpi, kpi.by, sums)
            case _:
                assert_never(kpi.by)

    # ---- counting

    def _count(self, value: Counted) -> None:
        if isinstance(value, AgentSpell):
            for index, piece in self._pieces(value):
                self._plan.put(self._of_agent(index, value.agent), piece)
            return
        interval = self.interval_of(self._instant_ms(value))
        if interval is None:
            return
        key = (value.queue, value.medium)
        if key not in self._queues[interval]:
            self._queues[interval][key] = self._plan.empty()
        self._plan.put(self._queues[interval][key], value)
        if isinstance(value, OfferEnded | HandlingEnded):
            self._plan.put(self._of_agent(interval, value.agent), value)

    def _instant_ms(self, value: VisitBegan | VisitEnded | OfferEnded | HandlingEnded) -> int:
        if isinstance(value, VisitBegan):
            return self.entry_ms(value)
        return value.queued_ms if self.view is View.ARRIVAL else value.ended_ms

    def _of_agent(self, index: int, agent: AgentId) -> Sums:
        if agent not in self._agents[index]:
            self._agents[index][agent] = self._plan.empty()
        return self._agents[index][agent]

    def _pieces(self, spell: AgentSpell) -> Iterator[tuple[int, AgentSpell]]:
        """The spell cut at the edges, without what lies outside."""
        at_ms = max(spell.from_ms, self.edges[0])
        until_ms = min(spell.to_ms, self.edges[-1])
        index = bisect_right(self.edges, at_ms) - 1
        while at_ms < until_ms:
            to_ms = min(until_ms, self.edges[index + 1])
            yield index, replace(spell, from_ms=at_ms, to_ms=to_ms)
            at_ms, index = to_ms, index + 1

    # ---- asking

    def _which(self, interval: int | None) -> range:
        return range(len(self._queues)) if interval is None else range(interval, interval + 1)

    def _sums(self, kinds: frozenset[type], cut: Cut, interval: int | None, until_ms: int) -> list[Sums] | None:
        """Everything that the figure is worked out from; none where there is no such figure."""
        if cut.agents is not None or AgentSpell in kinds:
            if cut.of_queues or not kinds <= _OF_AGENTS:
                return None
            return [sums for held in self._by_agent(cut, interval, until_ms).values() for sums in held]
        return [
            sums
            for index in self._which(interval)
            for (queue, medium), sums in self._queues[index].items()
            if cut.holds(queue, medium)
        ]

    def _by_agent(self, cut: Cut, interval: int | None, until_ms: int) -> dict[AgentId, list[Sums]]:
        """Each agent's sums, with those of the running spell."""
        which = self._which(interval)
        names = self.agents(interval) if cut.agents is None else cut.agents
        found = {
            agent: [self._agents[index][agent] for index in which if agent in self._agents[index]] for agent in names
        }
        for agent, sums in found.items():
            spell = self.counting.agents.running(agent, until_ms)
            if spell is not None:
                running = self._plan.empty()
                for index, piece in self._pieces(spell):
                    if index in which:
                        self._plan.put(running, piece)
                sums.append(running)
        return found

    def _worked_out(self, kpi: Kpi, by: Sum | Ratio | Quantile, sums: list[Sums]) -> Figure:
        match by:
            case Sum():
                total = self._plan.total(by.terms, sums)
                return Figure(kpi, total, total)
            case Ratio():
                above, below = self._plan.total(by.above, sums), self._plan.total(by.below, sums)
                return Figure(kpi, above / below if below else None, above, below)
            case Quantile():
                ordered = self._plan.ordered(by.sample, sums)
                value = quantile(ordered, by.percent)
                return Figure(kpi, value, value, len(ordered))
            case _:
                assert_never(by)

    def _gini(self, kpi: Kpi, by: Gini, cut: Cut, interval: int | None, until_ms: int) -> Figure:
        if cut.of_queues:
            return Figure(kpi, None)
        shares = []
        for sums in self._by_agent(cut, interval, until_ms).values():
            below = self._plan.total(by.ratio.below, sums)
            if below:
                shares.append(self._plan.total(by.ratio.above, sums) / below)
        return Figure(kpi, gini(shares), None, len(shares))

    def _open(self, kpi: Kpi, by: Open, cut: Cut, interval: int | None, until_ms: int) -> Figure:
        """In the view by arrival of the visits that entered in the interval, else of all that wait now."""
        if cut.agents is not None:
            return Figure(kpi, None)
        which = self._which(interval)
        waiting = [
            visit
            for visit in self.counting.waiting(cut.queue)
            if cut.holds(visit.queue, visit.medium)
            and (self.view is View.EVENT or self.interval_of(visit.queued_ms) in which)
        ]
        value = by.measure(waiting, until_ms)
        return Figure(kpi, value, value)
