"""The one fold behind every figure: routing facts go in, what is counted comes out.

Wallboard, simulation, what-if, alerts and reports all fold with it, so what is a visit, a wait or a spell is decided in
one place. A fold begins with the stream's first entry, or with one that was kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import QueueId
from reports.core.agents import Agents
from reports.core.counted import Counted, VisitBegan
from reports.core.visits import Visits


@dataclass(slots=True)
class Counting:
    """What is open: visits, leases, spells. `fold` is the only thing that changes it. It does not grow with time."""

    visits: Visits = field(default_factory=Visits)
    agents: Agents = field(default_factory=Agents)

    def fold(self, fact: Fact, at_ms: int) -> tuple[Counted, ...]:
        """Take the stream's next fact and tell what has begun or ended with it. Facts of other types count nothing."""
        queued_ms = at_ms
        match fact:
            case facts.OfferMade():
                queued_ms = self.visits.queued_ms(fact.interaction, at_ms - fact.waited_ms)
            case facts.HandlingStarted():
                queued_ms = self.visits.queued_ms(fact.interaction, at_ms)
            case _:
                pass
        visit = self.visits.fold(fact, at_ms)
        found = self.agents.fold(fact, at_ms, queued_ms)
        return tuple(found) if visit is None else (visit, *found)

    def waiting(self, queue: QueueId | None = None) -> Iterator[VisitBegan]:
        """The visits that have not ended: of one queue, or of all."""
        places = self.visits.waiting
        if queue is not None:
            return iter(places.get(queue, {}).values())
        return chain.from_iterable(place.values() for place in places.values())
