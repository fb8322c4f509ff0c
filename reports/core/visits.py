"""Folds the facts of the queues: who waits where, and what became of each visit."""

from dataclasses import dataclass, field

from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import AgentId, HandlingRole, InteractionId, QueueId
from reports.core.counted import VisitBegan, VisitEnd, VisitEnded

_End = facts.VisitAnswered | facts.VisitAbandoned | facts.VisitFlowedOut | facts.VisitMoved


@dataclass(slots=True)
class Visits:
    """`fold` is the only thing that changes it. It holds as much as there is open work, never the past."""

    within_ms: dict[QueueId, int] = field(default_factory=dict)
    """Each queue's service-level time."""
    waiting: dict[QueueId, dict[InteractionId, VisitBegan]] = field(default_factory=dict)
    latest: dict[InteractionId, VisitBegan] = field(default_factory=dict)
    """The latest visit of each interaction that is not closed, ended or not."""
    accepted_by: dict[InteractionId, AgentId] = field(default_factory=dict)
    """Whose offer was accepted, until the visit's end has been seen; older ends do not say who answered."""

    def fold(self, fact: Fact, at_ms: int) -> VisitBegan | VisitEnded | None:
        """Take the next fact. An end whose beginning is not known is told with what the fact itself says."""
        match fact:
            case facts.InteractionQueued():
                return self._begin(fact, at_ms)
            case facts.VisitAnswered():
                return self._end(fact, at_ms, VisitEnd.ANSWERED)
            case facts.VisitAbandoned():
                return self._end(fact, at_ms, VisitEnd.SHORT_ABANDONED if fact.short else VisitEnd.ABANDONED)
            case facts.VisitFlowedOut():
                return self._end(fact, at_ms, VisitEnd.FLOWED_OUT)
            case facts.VisitMoved():
                return self._end(fact, at_ms, VisitEnd.MOVED)
            case facts.OfferAccepted():
                self.accepted_by[fact.interaction] = fact.agent
            case facts.HandlingStarted():
                # Whom an agent has taken waits no longer, even if no fact has ended the visit: then it has no end.
                if fact.role is HandlingRole.OWNER:
                    self._leave(fact.interaction)
            case facts.InteractionClosed():
                self._leave(fact.interaction)
                self.latest.pop(fact.interaction, None)
                self.accepted_by.pop(fact.interaction, None)
            case facts.RoutingDefined():
                self.within_ms = {queue.queue: queue.service_level_ms for queue in fact.settings.queues}
            case _:
                pass
        return None

    def queued_ms(self, interaction: InteractionId, otherwise_ms: int) -> int:
        """When the interaction entered the queue of its latest visit."""
        latest = self.latest.get(interaction)
        return otherwise_ms if latest is None else latest.queued_ms

    def _begin(self, fact: facts.InteractionQueued, at_ms: int) -> VisitBegan:
        """An earlier visit of the interaction waits no longer: nobody waits in two places. If no fact has ended it, it
        has no end, and `reports/core/conservation.py` says so."""
        first = fact.interaction not in self.latest
        began = VisitBegan(
            interaction=fact.interaction,
            visit=fact.visit,
            queue=fact.queue,
            medium=fact.medium,
            arrived_ms=fact.arrived_ms,
            queued_ms=min(fact.arrived_ms, at_ms) if first else at_ms,
            noted_ms=at_ms,
        )
        self._leave(fact.interaction)
        self.latest[fact.interaction] = began
        self.waiting.setdefault(fact.queue, {})[fact.interaction] = began
        return began

    def _leave(self, interaction: InteractionId) -> None:
        latest = self.latest.get(interaction)
        if latest is not None:
            self.waiting.get(latest.queue, {}).pop(interaction, None)

    def _end(self, fact: _End, at_ms: int, end: VisitEnd) -> VisitEnded:
        began = self.latest.get(fact.interaction)
        if began is not None and began.visit != fact.visit:
            began = None
        if began is not None:
            self._leave(fact.interaction)
        queued_ms = at_ms - fact.wait_ms if began is None else began.queued_ms
        accepted_by = self.accepted_by.pop(fact.interaction, None)
        return VisitEnded(
            interaction=fact.interaction,
            visit=fact.visit,
            queue=fact.queue,
            medium=fact.medium,
            arrived_ms=queued_ms if began is None else began.arrived_ms,
            queued_ms=queued_ms,
            ended_ms=at_ms,
            wait_ms=fact.wait_ms,
            within_ms=self.within_ms.get(fact.queue, 0),
            end=end,
            agent=(fact.agent or accepted_by) if isinstance(fact, facts.VisitAnswered) else None,
        )
