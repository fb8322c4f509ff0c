"""The router's state: its records, and the indexes that `apply` keeps beside them.

Everything here follows from the facts in their order; nothing else changes it (see `router/core/apply.py`). Indexes say
who carries what (`seats.py`), who waits in which work class (`waiting.py`), and which deadlines stand.
"""

import heapq
from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec

from history.core import routing as facts
from history.core.routing_blending import Lending
from history.core.routing_call_records import CallRecord, LegRecord
from history.core.routing_records import (
    AgentRecord,
    EmergencyRecord,
    HandlingRecord,
    InteractionRecord,
    LendingRecord,
    OfferRecord,
    OpeningRecord,
    PaceRecord,
    PlaceRecord,
    ReservationRecord,
    RivalsRecord,
    ShareRecord,
    SourceRecord,
    WorkRecord,
)
from history.core.routing_settings import OpenInterval, QueueSettings, RoutingSettings
from history.core.vocabulary import (
    AgentId,
    HandlingId,
    HoursId,
    IdentityId,
    InteractionId,
    LegId,
    NumberId,
    OfferId,
    QueueId,
    ReasonCode,
    Requirement,
    ReservationId,
    RuleId,
    SourceId,
    WorkId,
)
from router.core.seats import Seats
from router.core.waiting import Waiting


class Deadline(msgspec.Struct, frozen=True, order=True, gc=False):
    """Those of one instant come by kind and id, so that a state that was recovered takes them in the same order."""

    at_ms: int
    kind: str
    id: str


@dataclass(slots=True)
class State:
    settings: RoutingSettings = field(
        default_factory=lambda: RoutingSettings(definition_version=0, agents=(), queues=(), reasons=(), dispositions=())
    )
    queue_settings: dict[QueueId, QueueSettings] = field(default_factory=dict)
    sources: "OrderedDict[SourceId, SourceRecord]" = field(default_factory=OrderedDict)
    agents: dict[AgentId, AgentRecord] = field(default_factory=dict)
    interactions: dict[InteractionId, InteractionRecord] = field(default_factory=dict)
    closed: "OrderedDict[InteractionId, None]" = field(default_factory=OrderedDict)
    offers: dict[OfferId, OfferRecord] = field(default_factory=dict)
    handlings: dict[HandlingId, HandlingRecord] = field(default_factory=dict)
    works: dict[WorkId, WorkRecord] = field(default_factory=dict)
    reservations: dict[ReservationId, ReservationRecord] = field(default_factory=dict)
    calls: dict[InteractionId, CallRecord] = field(default_factory=dict)
    """Of those that are not plain: a party stands elsewhere than in talk, or there were more than two."""
    legs: dict[LegId, LegRecord] = field(default_factory=dict)
    """All but the first of each call."""
    stops: dict[OfferId, facts.RingingToStop] = field(default_factory=dict)
    places_kept: "OrderedDict[tuple[QueueId, IdentityId], PlaceRecord]" = field(default_factory=OrderedDict)
    """Of customers who left unanswered, the one who left first first."""
    openings: dict[QueueId, OpeningRecord] = field(default_factory=dict)
    """Of the queues that have hours."""
    emergencies: dict[tuple[QueueId | None, NumberId | None], EmergencyRecord] = field(default_factory=dict)
    turns: dict[QueueId, AgentId] = field(default_factory=dict)
    """Who was chosen last in each queue that goes round robin."""
    lendings: dict[RuleId, LendingRecord] = field(default_factory=dict)
    """For each rule of lending what it has seen and done."""
    paces: dict[QueueId, PaceRecord] = field(default_factory=dict)
    rivals: dict[tuple[QueueId, Requirement], RivalsRecord] = field(default_factory=dict)
    shares: dict[tuple[RuleId, QueueId], ShareRecord] = field(default_factory=dict)
    offers_made: int = 0
    handlings_started: int = 0
    legs_ordered: int = 0

    # Indexes, derived from the above by apply.
    seats: Seats = field(default_factory=Seats)
    waiting: Waiting = field(init=False)
    planned: dict[AgentId, None] = field(default_factory=dict)
    """Agents who become something else with the last of what they have in hand."""
    overflows: bool = False
    """Whether any queue has rules of overflow."""
    hours: dict[HoursId, tuple[OpenInterval, ...]] = field(default_factory=dict)
    lent: dict[AgentId, None] = field(default_factory=dict)
    """Who is lent."""
    lends_to: dict[QueueId, tuple[Lending, ...]] = field(default_factory=dict)
    """The rules of lending by the queue that they look at."""
    look_ms: int = 0
    """For when the next look at the rules of lending is planned, or 0; only a reminder, nothing is decided by it."""
    reason_lasts_ms: dict[ReasonCode, int] = field(default_factory=dict)
    held_for: dict[InteractionId, AgentId] = field(default_factory=dict)
    """Overdue interactions for which an agent is held."""
    call_of_leg: dict[LegId, InteractionId] = field(default_factory=dict)
    """The legs that calls with a record name, first ones too."""
    lost: dict[InteractionId, None] = field(default_factory=dict)
    """Whose owner's leg is gone and is rung again."""
    handling_of_offer: dict[OfferId, HandlingId] = field(default_factory=dict)
    interaction_handlings: dict[InteractionId, dict[HandlingId, HandlingRecord]] = field(default_factory=dict)
    deadlines: list[Deadline] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.waiting = Waiting(self.seats)

    def add_deadline(self, at_ms: int, kind: str, id_: str) -> None:
        heapq.heappush(self.deadlines, Deadline(at_ms, kind, id_))
