"""What must add up: nobody is lost or counted twice, and no time of an agent either.

For each interval of arrival, queue and medium: offered = answered + abandoned + short + flowed out (moves
included) + still waiting. For
each interval and agent: the spells add up to the time signed in. Entries and ends, spells and sign-ins are counted
apart, so a fact that is missing, doubled or of another queue shows, and so does a KPI whose predicates do not part the
visits. Nothing here mends anything.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import AgentId, InteractionId, Medium, Presence, QueueId, VisitId
from reports.core import kpi
from reports.core.counted import Counted, VisitBegan, VisitEnded
from reports.core.counting import Counting
from reports.core.tally import EVER, Cut, Tally, View

_PARTS: Final = (kpi.ANSWERED, kpi.ABANDONED, kpi.SHORT_ABANDONED, kpi.FLOWED_OUT, kpi.WAITING)
_ASKED: Final = (kpi.OFFERED, *_PARTS, kpi.SIGNED_IN)

_Place = tuple[int, QueueId, Medium]
"""An interval by its number, a queue, a medium."""


@dataclass(frozen=True, slots=True)
class VisitsDiffer:
    """A queue's numbers do not add up, or the interactions named have not one entry and one end."""

    from_ms: int
    to_ms: int
    queue: QueueId
    medium: Medium
    offered: int
    parts: tuple[int, ...]
    """Answered, abandoned, short abandoned, flowed out, still waiting."""
    interactions: tuple[InteractionId, ...]

    @property
    def sentence(self) -> str:
        names = " + ".join(f"{count} {part.name.lower()}" for count, part in zip(self.parts, _PARTS, strict=True))
        behind = ", ".join(self.interactions) or "no single interaction"
        return f"{self.queue} ({self.medium}): {self.offered} offered, but {names}; behind it: {behind}"


@dataclass(frozen=True, slots=True)
class SpellsDiffer:
    """An agent's spells do not add up to the time they were signed in."""

    from_ms: int
    to_ms: int
    agent: AgentId
    signed_in_ms: int
    spells_ms: int

    @property
    def sentence(self) -> str:
        return f"{self.agent}: signed in for {self.signed_in_ms} ms, but spells of {self.spells_ms} ms"


Violation = VisitsDiffer | SpellsDiffer


class Audit:
    """Folds facts and tells at any moment what does not add up. It holds open work, and violations as long as they
    stand; for the rest one set of sums an interval, queue and agent."""

    def __init__(self, edges: Sequence[int] = EVER, counting: Counting | None = None) -> None:
        """See `Tally`, also for where it begins."""
        self.tally = Tally(edges, View.ARRIVAL, _ASKED, counting)
        self._unmatched: dict[_Place, Counter[tuple[InteractionId, VisitId]]] = {}
        """Entries minus ends of each visit, where that is not 0."""
        running = self.tally.counting.agents.open_spells
        self._signed_in_since: dict[AgentId, int] = {
            agent: spell.from_ms for agent, spell in running.items() if spell.signed_in
        }
        self._signed_in_ms: Counter[tuple[int, AgentId]] = Counter()

    def fold(self, fact: Fact, at_ms: int) -> tuple[Counted, ...]:
        """Take the stream's next fact."""
        found = self.tally.fold(fact, at_ms)
        for value in found:
            if isinstance(value, VisitBegan | VisitEnded):
                self._match(value)
        if isinstance(fact, facts.PresenceChanged):
            self._sign(fact.agent, fact.presence is not Presence.SIGNED_OUT, at_ms)
        elif isinstance(fact, facts.RoutingDefined):
            stay = {agent.agent for agent in fact.settings.agents}
            for agent in self._signed_in_since.keys() - stay:
                self._sign(agent, False, at_ms)
        return found

    def violations(self, now_ms: int | None = None) -> list[Violation]:
        """Everything that does not add up, running spells counted until `now_ms`, by default until the latest fact."""
        until_ms = self.tally.at_ms if now_ms is None else now_ms
        return [*self._of_visits(until_ms), *self._of_spells(until_ms)]

    def _match(self, value: VisitBegan | VisitEnded) -> None:
        interval = self.tally.interval_of(value.queued_ms)
        if interval is None:
            return
        place, key = (interval, value.queue, value.medium), (value.interaction, value.visit)
        here = self._unmatched.setdefault(place, Counter())
        here[key] += 1 if isinstance(value, VisitBegan) else -1
        if here[key] == 0:
            del here[key]
            if not here:
                del self._unmatched[place]

    def _of_visits(self, until_ms: int) -> Iterable[VisitsDiffer]:
        waits = Counter((visit.interaction, visit.visit) for visit in self.tally.counting.waiting())
        for interval, (from_ms, to_ms) in enumerate(pairwise(self.tally.edges)):
            for queue, medium in self.tally.queues(interval):
                figures = self.tally.figures(Cut(queue, medium), interval, until_ms)
                offered, *parts = (figures[each.figure].numerator or 0 for each in (kpi.OFFERED, *_PARTS))
                here = self._unmatched.get((interval, queue, medium), Counter())
                behind = tuple(sorted({key[0] for key, count in here.items() if count != waits[key]}))
                if offered != sum(parts) or behind:
                    yield VisitsDiffer(from_ms, to_ms, queue, medium, offered, tuple(parts), behind)

    def _sign(self, agent: AgentId, signed_in: bool, at_ms: int) -> None:
        if signed_in:
            self._signed_in_since.setdefault(agent, at_ms)
        elif agent in self._signed_in_since:
            self._signed_in_ms.update(self._time_of(agent, self._signed_in_since.pop(agent), at_ms))

    def _time_of(self, agent: AgentId, from_ms: int, to_ms: int) -> Counter[tuple[int, AgentId]]:
        """How much of this time lies in each interval."""
        found: Counter[tuple[int, AgentId]] = Counter()
        for interval, (began_ms, ends_ms) in enumerate(pairwise(self.tally.edges)):
            length_ms = min(to_ms, ends_ms) - max(from_ms, began_ms)
            if length_ms > 0:
                found[interval, agent] = length_ms
        return found

    def _of_spells(self, until_ms: int) -> Iterable[SpellsDiffer]:
        signed_in_ms = Counter(self._signed_in_ms)
        for agent, since_ms in self._signed_in_since.items():
            signed_in_ms.update(self._time_of(agent, since_ms, until_ms))
        for interval, (from_ms, to_ms) in enumerate(pairwise(self.tally.edges)):
            for agent in self.tally.agents(interval):
                spells_ms = self.tally.figure(kpi.SIGNED_IN, Cut(agents=(agent,)), interval, until_ms).numerator or 0
                if spells_ms != signed_in_ms[interval, agent]:
                    yield SpellsDiffer(from_ms, to_ms, agent, signed_in_ms[interval, agent], spells_ms)


def conservation(journal: Iterable[tuple[int, Fact]], edges: Sequence[int] = EVER) -> list[Violation]:
    """Fold a whole journal of (instant, fact) and tell what does not add up; an empty list when all does."""
    audit = Audit(edges)
    for at_ms, fact in journal:
        audit.fold(fact, at_ms)
    return audit.violations()
