"""The router's state, record by record, and the facts that a snapshot consists of.

A snapshot is a list of facts that folds to the same state; each `…Restored` fact carries one record. The records are
mutable: only `router.core.state.apply` changes them, and it copies what a fact carries.
"""

import msgspec

from history.core.entries import Fact
from history.core.routing import Attributes
from history.core.vocabulary import (
    AgentId,
    CustomerId,
    HandlingId,
    HandlingPhase,
    IdentityId,
    InteractionId,
    InteractionPhase,
    Medium,
    OfferId,
    OfferPhase,
    Outcome,
    OutcomeReason,
    Presence,
    QueueId,
    ReasonCode,
    SkillId,
    SourceId,
    SwitchName,
    Trust,
    VisitId,
)


class SourceAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    number: int
    outcome: Outcome
    reason: OutcomeReason | None = None


class SourceRecord(msgspec.Struct, kw_only=True):
    """The highest (epoch, number) of a source and its last answers, oldest first."""

    source: SourceId
    epoch: int
    number: int
    answers: tuple[SourceAnswer, ...]


class AgentRecord(msgspec.Struct, kw_only=True, omit_defaults=True):
    agent: AgentId
    presence: Presence = Presence.SIGNED_OUT
    reason: ReasonCode | None = None
    presence_since_ms: int = 0
    idle_since_ms: int = 0
    misses: int = 0
    backed_off_until_ms: int = 0
    desktop: bool = False
    phone_reachable: bool = False
    phone_busy: bool = False


class DeclinedBy(msgspec.Struct, frozen=True):
    """This interaction is not offered to this agent before then."""

    agent: AgentId
    until_ms: int


class InteractionRecord(msgspec.Struct, kw_only=True, omit_defaults=True):
    interaction: InteractionId
    medium: Medium
    queue: QueueId
    phase: InteractionPhase
    visit: VisitId
    visits: int
    arrived_ms: int
    queued_ms: int
    due_ms: int
    switch: SwitchName | None = None
    required_skills: tuple[SkillId, ...] = ()
    customer: CustomerId | None = None
    identity: IdentityId | None = None
    trust: Trust = Trust.CLAIMED
    attributes: Attributes = Attributes()
    offer: OfferId | None = None
    declined_by: tuple[DeclinedBy, ...] = ()
    customer_gone: bool = False
    hang_up_until_ms: int | None = None


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


class CountersRestored(Fact, frozen=True, kw_only=True):
    """How many offers and handlings there have been: their ids are counted."""

    offers: int
    handlings: int


class SourceRestored(Fact, frozen=True, kw_only=True):
    record: SourceRecord


class AgentRestored(Fact, frozen=True, kw_only=True):
    record: AgentRecord


class InteractionRestored(Fact, frozen=True, kw_only=True):
    record: InteractionRecord


class OfferRestored(Fact, frozen=True, kw_only=True):
    record: OfferRecord


class HandlingRestored(Fact, frozen=True, kw_only=True):
    record: HandlingRecord


class StopRestored(Fact, frozen=True, kw_only=True):
    """A ring that still has to be stopped."""

    offer: OfferId
    interaction: InteractionId
    give_up_at_ms: int


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
    StopRestored,
    ClosedRestored,
)
