"""The router's state: its records, and the indexes that `apply` keeps beside them.

Everything here follows from the facts in their order; nothing else changes it (see `router/core/apply.py`). Indexes say
who carries what, who waits in which work class, and which deadlines stand.
"""

import heapq
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from history.core import routing as facts
from history.core.routing_records import AgentRecord, HandlingRecord, InteractionRecord, OfferRecord, SourceRecord
from history.core.routing_settings import AgentSettings, QueueSettings, RoutingSettings
from history.core.vocabulary import (
    AgentId,
    HandlingId,
    InteractionId,
    InteractionPhase,
    OfferId,
    QueueId,
    SkillId,
    SourceId,
)

LOOK_PAST_DECLINED = 50
"""How far behind a declined interaction the others of its class are looked at."""


class WorkClass(NamedTuple):
    """What waits together: the same queue and the same requirement, so that only the head can be next."""

    queue: QueueId
    required_skills: tuple[SkillId, ...]


class Deadline(NamedTuple):
    at_ms: int
    order: int
    kind: str
    id: str


@dataclass(slots=True)
class State:
    settings: RoutingSettings = field(
        default_factory=lambda: RoutingSettings(definition_version=0, agents=(), queues=(), reasons=(), dispositions=())
    )
    agent_settings: dict[AgentId, AgentSettings] = field(default_factory=dict)
    queue_settings: dict[QueueId, QueueSettings] = field(default_factory=dict)
    sources: "OrderedDict[SourceId, SourceRecord]" = field(default_factory=OrderedDict)
    agents: dict[AgentId, AgentRecord] = field(default_factory=dict)
    interactions: dict[InteractionId, InteractionRecord] = field(default_factory=dict)
    closed: "OrderedDict[InteractionId, None]" = field(default_factory=OrderedDict)
    offers: dict[OfferId, OfferRecord] = field(default_factory=dict)
    handlings: dict[HandlingId, HandlingRecord] = field(default_factory=dict)
    stops: dict[OfferId, facts.RingingToStop] = field(default_factory=dict)
    offers_made: int = 0
    handlings_started: int = 0

    # Indexes, derived from the above by apply.
    agent_offers: dict[AgentId, dict[OfferId, OfferRecord]] = field(default_factory=dict)
    agent_handlings: dict[AgentId, dict[HandlingId, HandlingRecord]] = field(default_factory=dict)
    handling_of_offer: dict[OfferId, HandlingId] = field(default_factory=dict)
    interaction_handlings: dict[InteractionId, dict[HandlingId, HandlingRecord]] = field(default_factory=dict)
    waiting: dict[WorkClass, list[tuple[int, int, InteractionId]]] = field(default_factory=dict)
    waiting_count: dict[QueueId, int] = field(default_factory=dict)
    deadlines: list[Deadline] = field(default_factory=list)
    deadline_order: int = 0

    def add_deadline(self, at_ms: int, kind: str, id_: str) -> None:
        self.deadline_order += 1
        heapq.heappush(self.deadlines, Deadline(at_ms, self.deadline_order, kind, id_))

    def head(self, work_class: WorkClass) -> InteractionRecord | None:
        """Return the most urgent interaction that waits in this class, dropping those that no longer do."""
        heap = self.waiting.get(work_class)
        while heap:
            record = self.interactions.get(heap[0][2])
            if record is not None and record.phase is InteractionPhase.WAITING and work_class == class_of(record):
                return record
            heapq.heappop(heap)
        self.waiting.pop(work_class, None)
        return None

    def heads(self, work_class: WorkClass) -> list[InteractionRecord]:
        """Return the most urgent interaction of a class; behind one that somebody has declined, some more."""
        head = self.head(work_class)
        if head is None or not head.declined_by:
            return [] if head is None else [head]
        found: dict[InteractionId, InteractionRecord] = {}
        for _, _, interaction in heapq.nsmallest(LOOK_PAST_DECLINED, self.waiting[work_class]):
            record = self.interactions.get(interaction)
            if record is not None and record.phase is InteractionPhase.WAITING and work_class == class_of(record):
                found[interaction] = record
        return list(found.values())


def class_of(record: InteractionRecord) -> WorkClass:
    return WorkClass(record.queue, record.required_skills)
