"""The router's state, record by record, and the facts that a snapshot consists of.

A snapshot is a list of facts that folds to the same state; each `…Restored` fact carries one record. The records are
mutable: only `router.core.state.apply` changes them, and it copies what a fact carries.
"""

from typing import ClassVar

import msgspec

from history.core.call_words import WorkKind
from history.core.entries import Fact
from history.core.routing import Attributes, Expected
from history.core.routing_call_records import CallRestored, LegRestored
from history.core.routing_settings import ANYONE, Route
from history.core.vocabulary import (
    AgentId,
    CloseReason,
    CustomerId,
    HandlingId,
    HandlingPhase,
    IdentityId,
    InteractionId,
    InteractionPhase,
    LegId,
    Medium,
    NumberId,
    OfferId,
    OfferPhase,
    Opening,
    Outcome,
    OutcomeReason,
    Presence,
    QueueId,
    ReasonCode,
    Requirement,
    ReservationId,
    RuleId,
    SourceId,
    SwitchName,
    Trust,
    UserId,
    VisitId,
    WorkId,
)


class SourceAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    number: int
    outcome: Outcome
    reason: OutcomeReason | None = None


class SourceRecord(msgspec.Struct, kw_only=True):
    """The highest (epoch, number) of a source and its last answers, oldest first."""

    source: SourceId
    epoch: int
    number: int
    answers: tuple[SourceAnswer, ...]


class PassedOver(msgspec.Struct, frozen=True, array_like=True):
    """Overdue work of this medium has gone on waiting at so many of the agent's offers in a row."""

    medium: Medium
    times: int


class Busy(msgspec.Struct, frozen=True, array_like=True):
    """How long an agent was in work in one stretch of time (see `router/core/occupancy.py`)."""

    stretch: int
    busy_ms: int


class Lent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where an agent helps out."""

    queue: QueueId
    since_ms: int
    rule: RuleId | None = None
    """None: a supervisor has lent them."""
    only: bool = False
    kept: bool = False
    """No rule calls them back."""


class Minute(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What counted for a service level in one minute of the clock."""

    minute: int
    in_time: int
    counted: int


class LendingRecord(msgspec.Struct, kw_only=True, omit_defaults=True):
    rule: RuleId
    changed_ms: int = 0
    """When it lent or recalled last."""
    minutes: tuple[Minute, ...] = ()
    """Oldest first; only for a rule that looks at the service level."""


class ShareRecord(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The time at work of a rule's agents for one of its queues."""

    rule: RuleId
    queue: QueueId
    live: int = 0
    """Handlings of theirs that go on, since then:"""
    since_ms: int = 0
    busy: tuple[Busy, ...] = ()


class AgentRecord(msgspec.Struct, kw_only=True, omit_defaults=True):
    agent: AgentId
    presence: Presence = Presence.SIGNED_OUT
    reason: ReasonCode | None = None
    presence_since_ms: int = 0
    overrun: bool = False
    idle_since_ms: int = 0
    misses: int = 0
    backed_off_until_ms: int = 0
    desktop: bool = False
    phone_reachable: bool = False
    phone_busy: bool = False
    held_for: InteractionId | None = None
    held_medium: Medium | None = None
    passed: tuple[PassedOver, ...] = ()
    busy: tuple[Busy, ...] = ()
    busy_since_ms: int | None = None
    planned: Presence | None = None
    """What they become with the last of what they have in hand."""
    planned_reason: ReasonCode | None = None
    lent: Lent | None = None
    recalled_ms: int = 0
    """When they were lent last, until then."""


class DeclinedBy(msgspec.Struct, frozen=True):
    """This interaction is not offered to this agent before then."""

    agent: AgentId
    until_ms: int


class InteractionRecord(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """Never part of a cycle: a million of them wait without the garbage collector going through them."""

    interaction: InteractionId
    medium: Medium
    queue: QueueId
    phase: InteractionPhase
    visit: VisitId
    visits: int
    arrived_ms: int
    queued_ms: int
    entered_ms: int = 0
    """When it came into this queue; `queued_ms` is since when it waits."""
    came_ms: int = 0
    """When it first came into this queue, if it has not been in another one since: by this its hours are reckoned."""
    overflows: int = 0
    due_ms: int
    switch: SwitchName | None = None
    called: NumberId | None = None
    requirement: Requirement = ANYONE
    own: Requirement | None = None
    for_agent: AgentId | None = None
    """Who was named as it was handed on: the first step is theirs alone."""
    step: int = 0
    next_step_ms: int | None = None
    priority: int = 0
    parked_until_ms: int | None = None
    customer: CustomerId | None = None
    identity: IdentityId | None = None
    trust: Trust = Trust.CLAIMED
    attributes: Attributes = Attributes()
    offer: OfferId | None = None
    declined_by: tuple[DeclinedBy, ...] = ()
    customer_gone: bool = False
    closes_as: CloseReason | None = None
    """Why it will be closed once nobody writes or talks about it any more."""
    hang_up_until_ms: int | None = None
    sent: Route | None = None
    """Where the switch is asked to take the caller, until `sending_until_ms`."""
    sending_until_ms: int | None = None
    expected: Expected | None = None
    """What was told as this visit began, and scored when it is answered;"""
    unsure: Expected | None = None
    """or what was not told, but is scored all the same."""


class OfferRecord(msgspec.Struct, kw_only=True, omit_defaults=True):
    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    medium: Medium
    phase: OfferPhase
    made_ms: int
    expires_at_ms: int
    pop_shown: bool = False
    rang: bool = False
    pulled: bool = False
    """Taken, or given by a supervisor: limits did not count."""
    queue: QueueId | None = None


class HandlingRecord(msgspec.Struct, kw_only=True, omit_defaults=True):
    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    queue: QueueId
    medium: Medium
    offer: OfferId
    phase: HandlingPhase
    started_ms: int
    wrap_up_since_ms: int = 0
    wrap_up_ends_at_ms: int | None = None
    timed: bool = False
    frees: bool = False
    extensions: int = 0
    leg: LegId | None = None
    """The agent's phone in the call, where it is not the one that the offer brought."""


class WorkRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A lease of work that was not offered."""

    work: WorkId
    agent: AgentId
    medium: Medium
    kind: WorkKind = WorkKind.OTHER
    interaction: InteractionId | None = None


class ReservationRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A lease of an agent who is kept free for an outbound contact."""

    reservation: ReservationId
    agent: AgentId
    medium: Medium
    until_ms: int


class PlaceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The place of a customer who left unanswered, kept for them until then."""

    queue: QueueId
    identity: IdentityId
    due_ms: int
    until_ms: int


class OpeningRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a queue with hours stands, and until when."""

    queue: QueueId
    opening: Opening
    until_ms: int | None = None


class EmergencyRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A queue or a number in emergency mode."""

    queue: QueueId | None = None
    number: NumberId | None = None
    until_ms: int
    by: UserId | None = None


class PaceRecord(msgspec.Struct, kw_only=True, omit_defaults=True):
    """How fast a queue's work goes, and how good what was told has been (see `router/core/pace.py`).

    Lengths in millionths of a second and shares in millionths, whole numbers all: a fold gives the same everywhere.
    """

    queue: QueueId
    handlings: int = 0
    """So many have ended."""
    handle_us: int = 0
    """From the answer until the agent may take the next: lately, on average."""
    answer_us: int = 0
    """From the offer to the answer, lately."""
    left_ppm: int = 0
    waited_ms: int = 0
    """Those who left unanswered and the time that all waited, both fading alike: how impatient they are."""
    stretch: tuple[int, ...] = ()
    """By how much what is reckoned is stretched (millionths): p50 for short, middling and long lines, then p90."""
    scored: int = 0
    held_50_ppm: int = 500_000
    held_90_ppm: int = 900_000
    """The share of those scored lately who waited no longer than told."""
    calibrated: bool = False
    """Whether anything is told."""
    look_ms: int = 0
    """From when on it is looked at whether screens are to be told anew; 0: not at all."""
    told_ms: int = 0
    """When they were told last."""
    told_p50_ms: int | None = None
    told_p90_ms: int | None = None


class RivalsRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants the same agents as one who asks this of this queue, as it was then."""

    queue: QueueId
    requirement: Requirement
    at_ms: int
    ahead: int
    """Of other classes, in thousandths of a person."""
    work_ms: int
    """What they need of the agents' time."""


class CountersRestored(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """How many offers, handlings and further legs there have been: their ids are counted."""

    offers: int
    handlings: int
    legs: int = 0


class SourceRestored(Fact, frozen=True, kw_only=True):
    record: SourceRecord


class AgentRestored(Fact, frozen=True, kw_only=True):
    record: AgentRecord


class InteractionRestored(Fact, frozen=True, kw_only=True):
    version: ClassVar[int] = 2

    record: InteractionRecord


class OfferRestored(Fact, frozen=True, kw_only=True):
    record: OfferRecord


class HandlingRestored(Fact, frozen=True, kw_only=True):
    record: HandlingRecord


class WorkRestored(Fact, frozen=True, kw_only=True):
    record: WorkRecord


class ReservationRestored(Fact, frozen=True, kw_only=True):
    record: ReservationRecord


class ShareRestored(Fact, frozen=True, kw_only=True):
    record: ShareRecord


class LendingRestored(Fact, frozen=True, kw_only=True):
    record: LendingRecord


class PlaceRestored(Fact, frozen=True, kw_only=True):
    record: PlaceRecord


class OpeningRestored(Fact, frozen=True, kw_only=True):
    record: OpeningRecord


class EmergencyRestored(Fact, frozen=True, kw_only=True):
    record: EmergencyRecord


class TurnRestored(Fact, frozen=True, kw_only=True):
    """Who had the last turn in a queue that goes round robin."""

    queue: QueueId
    agent: AgentId


class StopRestored(Fact, frozen=True, kw_only=True):
    """A ring that still has to be stopped."""

    offer: OfferId
    interaction: InteractionId
    give_up_at_ms: int


class PaceRestored(Fact, frozen=True, kw_only=True):
    record: PaceRecord


class RivalsRestored(Fact, frozen=True, kw_only=True):
    record: RivalsRecord


class ClosedRestored(Fact, frozen=True, kw_only=True):
    """The last closed interactions, oldest first: a late arrival of one of them is not a new contact."""

    interactions: tuple[InteractionId, ...]


SNAPSHOT_FACTS: tuple[type[Fact], ...] = (
    CountersRestored,
    SourceRestored,
    AgentRestored,
    InteractionRestored,
    OfferRestored,
    HandlingRestored,
    WorkRestored,
    ReservationRestored,
    LendingRestored,
    ShareRestored,
    PlaceRestored,
    OpeningRestored,
    EmergencyRestored,
    TurnRestored,
    StopRestored,
    CallRestored,
    LegRestored,
    PaceRestored,
    RivalsRestored,
    ClosedRestored,
)
