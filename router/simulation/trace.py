"""A stretch that really was, as a trace: who came, what they did, and what it took to serve them.

It is taken from the committed facts alone. What the rules decided (offers, moves, relaxed steps) and what supervisors
did to waiting work is left out; arrivals, presence, phones, handling times and answers remain, for other rules to act
upon. Times are UTC ms.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

from history.core import routing as facts
from history.core.routing_records import InteractionRecord
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import AgentId, InteractionId, Medium, QueueId, ReasonCode, SourceId
from router.core.input_base import Input
from router.core.inputs import AnyInput, InteractionArrived
from router.core.order import due_ms

TRACE: Final = SourceId("trace")
UNTOLD: Final = ReasonCode("untold")
"""Of who was not ready for no reason of their own."""


class How(StrEnum):
    """How an agent met an offer. One that failed at a phone says nothing of the agent."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    MISSED = "missed"
    TAKEN_BACK = "taken_back"
    """Before the agent did anything, most often because the customer left: they would have taken longer."""


@dataclass(frozen=True, slots=True)
class Met:
    how: How
    pop_ms: int | None
    """From the offer until the page had shown the record; none where it never told."""
    after_ms: int
    """From the ring, or without one from the pop, until the agent acted."""


@dataclass(slots=True, eq=False)
class Contact:
    """An interaction of the stretch: what was given, and what is known of its customer's patience and service."""

    arrival: InteractionArrived
    came_ms: int
    """When the engine heard of it, or the beginning of the stretch for who waited then."""
    counts: bool
    """Whether it entered its queue within the stretch, and so is in the figures."""
    left_ms: int | None = None
    """When the customer left unanswered: the end of their patience."""
    seen_until_ms: int | None = None
    """Until when the customer is known to have been patient: the first answer, or when somebody else served them."""
    active_ms: int = 0
    wrap_up_ms: int = 0
    """Of all its handlings together; what is still in hand where the record ends counts up to there."""
    handled: bool = False
    """Whether one of its handlings has ended, so that these lengths tell how long such work takes."""
    closed: bool = False


@dataclass(slots=True)
class Trace:
    """What other rules are tried on. `events` are in order; those before `from_ms` bring about how it stood then."""

    from_ms: int
    to_ms: int
    end_ms: int = 0
    """Until when the trace goes on, so that those who came late are served."""
    settings: RoutingSettings = field(
        default_factory=lambda: RoutingSettings(definition_version=0, agents=(), queues=(), reasons=(), dispositions=())
    )
    """As they were at the beginning. Later ones are among the events."""
    events: list[tuple[int, AnyInput]] = field(default_factory=list)
    contacts: dict[InteractionId, Contact] = field(default_factory=dict)
    met: dict[tuple[InteractionId, AgentId], list[Met]] = field(default_factory=dict)
    met_by: dict[tuple[AgentId, Medium], list[Met]] = field(default_factory=dict)
    away_ms: list[int] = field(default_factory=list)
    """How long agents stayed away whom the rules had made not ready."""

    @property
    def counted(self) -> int:
        return sum(contact.counts for contact in self.contacts.values())


Kind = TypeVar("Kind", bound=Input)


def traced(kind: type[Kind], **what: Any) -> Kind:
    """Return an input of the trace. It is numbered when it is sent."""
    return kind(source=TRACE, source_epoch=1, source_number=1, **what)


def arrival_of(
    given: "facts.InteractionQueued | InteractionRecord", settings: RoutingSettings, queue: QueueId
) -> InteractionArrived:
    """Return the arrival that a record or a fact goes back to. A due time of its own is one that the queue's rules do
    not give."""
    rules = next((each for each in settings.queues if each.queue == queue), None)
    own_due = (
        rules is not None
        and not getattr(given, "again", False)
        and given.due_ms != due_ms(rules, given.arrived_ms, given.priority, given.attributes.value)
    )
    return traced(
        InteractionArrived,
        interaction=given.interaction,
        medium=given.medium,
        queue=queue,
        arrived_ms=given.arrived_ms,
        switch=given.switch,
        called=given.called,
        requirement=given.own,
        priority=given.priority,
        due_ms=given.due_ms if own_due else None,
        customer=given.customer,
        identity=given.identity,
        trust=given.trust,
        attributes=given.attributes,
    )
