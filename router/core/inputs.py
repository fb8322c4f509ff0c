"""What may come in to the engine: past tense, each with its source and that source's own count.

A source numbers its inputs upwards within an epoch and sends them in order; an input is repeated with the same pair
until its receipt arrives, and counts once. Ids only: texts stay where they were committed.
"""

from typing import ClassVar

import msgspec

from history.core.call_words import WorkKind
from history.core.routing import Attributes
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import (
    AgentId,
    CustomerId,
    DispositionId,
    EndedBy,
    HandlingId,
    IdentityId,
    InteractionId,
    LegFailure,
    Medium,
    NumberId,
    OfferId,
    Outcome,
    OutcomeReason,
    Presence,
    QueueId,
    ReasonCode,
    Requirement,
    ReservationId,
    SkillId,
    Standing,
    SwitchName,
    Trust,
    UserId,
    WorkId,
)
from router.core.call_inputs import (
    CallArranged,
    CallHandedOver,
    CallNotArranged,
    CallSteered,
    ConsultAsked,
    PartyAnswered,
    PartyDropped,
    PartyEnded,
    PartyFailed,
    PartyRang,
    PhoneHeld,
    PhoneResumed,
)
from router.core.input_base import Input


class TimeAdvanced(Input, frozen=True, kw_only=True):
    """A deadline has come. The driver's timer is its source."""


class DefinitionApplied(Input, frozen=True, kw_only=True):
    version: ClassVar[int] = 2

    settings: RoutingSettings


class InteractionArrived(Input, frozen=True, kw_only=True, omit_defaults=True):
    """A customer's contact reached us. `arrived_ms` may lie before now (a mail fetched late, a call adopted)."""

    interaction: InteractionId
    medium: Medium
    queue: QueueId
    arrived_ms: int
    switch: SwitchName | None = None
    """The switch that has the call."""
    called: NumberId | None = None
    """Which of our numbers was dialled, where the definition gives it an id."""
    standing: Standing | None = None
    """None: just arrived. Otherwise how the switch has a caller of whom the engine may know already."""
    required_skills: tuple[SkillId, ...] = ()
    """Skills that are asked at any level, beside what the queue asks."""
    requirement: Requirement | None = None
    """The same as an expression (see `router/core/requirements.py`), beside both."""
    priority: int = 0
    """From -10 to 10; higher is sooner."""
    due_ms: int | None = None
    """When it is due, for work that says so itself; otherwise its queue's target decides."""
    customer: CustomerId | None = None
    identity: IdentityId | None = None
    trust: Trust = Trust.CLAIMED
    attributes: Attributes = Attributes()


class InteractionLearnt(Input, frozen=True, kw_only=True, omit_defaults=True):
    """More is known about the customer than at arrival."""

    interaction: InteractionId
    customer: CustomerId | None = None
    identity: IdentityId | None = None
    trust: Trust = Trust.CLAIMED
    attributes: Attributes = Attributes()


class CustomerLeft(Input, frozen=True, kw_only=True, omit_defaults=True):
    """The customer's leg or chat has ended, whoever ended it."""

    interaction: InteractionId


class CustomerSent(Input, frozen=True, kw_only=True):
    """The switch has taken the caller outside, as it was asked to; from here on it is no call of ours."""

    interaction: InteractionId


class CustomerNotSent(Input, frozen=True, kw_only=True):
    """The switch could not take the caller outside, who still hears the music."""

    interaction: InteractionId


class SwitchSeen(Input, frozen=True, kw_only=True, omit_defaults=True):
    """After a gap: the switch has these calls and no others; those that it has no more have ended meanwhile."""

    switch: SwitchName
    interactions: tuple[InteractionId, ...] = ()
    restarted: bool = False


class EmergencyDeclared(Input, frozen=True, kw_only=True, omit_defaults=True):
    """From now until then a queue, or a number that is dialled (one of the two), is in emergency mode. Said again, the
    later time counts."""

    queue: QueueId | None = None
    number: NumberId | None = None
    until_ms: int
    by: UserId | None = None


class EmergencyLifted(Input, frozen=True, kw_only=True, omit_defaults=True):
    queue: QueueId | None = None
    number: NumberId | None = None
    by: UserId | None = None


class AgentRang(Input, frozen=True, kw_only=True):
    offer: OfferId


class AgentAnswered(Input, frozen=True, kw_only=True, omit_defaults=True):
    """The agent's phone is connected with the caller, whatever has become of the offer meanwhile."""

    offer: OfferId
    interaction: InteractionId
    agent: AgentId | None = None
    """Whose phone it is by the definition of today."""


class AgentLegFailed(Input, frozen=True, kw_only=True):
    """The ring of this offer is over and nobody is connected. Also answers a stopped ring."""

    offer: OfferId
    cause: LegFailure


class LegEnded(Input, frozen=True, kw_only=True):
    """The agent's leg of this offer has ended after an answer; the customer may still be there."""

    offer: OfferId
    by: EndedBy


class PhoneReachable(Input, frozen=True, kw_only=True):
    agent: AgentId


class PhoneUnreachable(Input, frozen=True, kw_only=True):
    agent: AgentId


class PhoneBusy(Input, frozen=True, kw_only=True):
    agent: AgentId


class PhoneFree(Input, frozen=True, kw_only=True):
    agent: AgentId


class DesktopAttached(Input, frozen=True, kw_only=True):
    agent: AgentId


class DesktopLost(Input, frozen=True, kw_only=True):
    """No desktop of the agent has been heard of for 15 s."""

    agent: AgentId


class PopShown(Input, frozen=True, kw_only=True):
    """The agent's page has painted the record."""

    agent: AgentId
    offer: OfferId


class AgentChosePresence(Input, frozen=True, kw_only=True, omit_defaults=True):
    agent: AgentId
    presence: Presence
    reason: ReasonCode | None = None
    after_work: bool = False
    """Not at once, but with the last of what they have in hand."""


class PresenceForced(Input, frozen=True, kw_only=True, omit_defaults=True):
    """A supervisor sets an agent's presence. Their open offers are taken back, what they handle stays theirs."""

    agent: AgentId
    presence: Presence
    reason: ReasonCode | None = None
    by: UserId


class AgentAcceptedOffer(Input, frozen=True, kw_only=True):
    agent: AgentId
    offer: OfferId


class AgentDeclinedOffer(Input, frozen=True, kw_only=True):
    agent: AgentId
    offer: OfferId


class AgentEndedHandling(Input, frozen=True, kw_only=True):
    """The agent ends their part with the customer; wrap-up begins."""

    agent: AgentId
    handling: HandlingId


class AgentCompletedWrapUp(Input, frozen=True, kw_only=True, omit_defaults=True):
    agent: AgentId
    handling: HandlingId
    disposition: DispositionId | None = None


class AgentExtendedWrapUp(Input, frozen=True, kw_only=True):
    """The agent needs longer than the queue's time."""

    agent: AgentId
    handling: HandlingId


class WrapUpClosed(Input, frozen=True, kw_only=True):
    """A supervisor ends a wrap-up that its agent has left open."""

    handling: HandlingId
    by: UserId


class WorkPrioritised(Input, frozen=True, kw_only=True, omit_defaults=True):
    """A supervisor gives waiting work another priority."""

    interaction: InteractionId
    priority: int
    by: UserId | None = None


class WorkMoved(Input, frozen=True, kw_only=True, omit_defaults=True):
    """Waiting work is sent to another queue of its medium, with its arrival and its wait."""

    interaction: InteractionId
    to: QueueId
    by: UserId | None = None


class WorkParked(Input, frozen=True, kw_only=True, omit_defaults=True):
    """Waiting work is put aside until then (UTC ms)."""

    interaction: InteractionId
    until_ms: int
    by: UserId | None = None


class WorkResumed(Input, frozen=True, kw_only=True, omit_defaults=True):
    interaction: InteractionId
    by: UserId | None = None


class WorkPulled(Input, frozen=True, kw_only=True, omit_defaults=True):
    """An agent takes this piece of waiting work, or a supervisor gives it to them, whatever its place."""

    interaction: InteractionId
    agent: AgentId
    by: UserId | None = None


class AgentLentOut(Input, frozen=True, kw_only=True, omit_defaults=True):
    """A supervisor lends an agent to a queue, whatever it asks, until they call them back."""

    agent: AgentId
    to: QueueId
    only: bool = False
    """They are offered nothing else meanwhile."""
    by: UserId


class AgentCalledBack(Input, frozen=True, kw_only=True):
    """A supervisor ends a lending, whoever began it."""

    agent: AgentId
    by: UserId


class LoanKept(Input, frozen=True, kw_only=True):
    """A supervisor says whether the rule that lent an agent may call them back."""

    agent: AgentId
    kept: bool
    by: UserId


class ReservationAsked(Input, frozen=True, kw_only=True, omit_defaults=True):
    """A campaign wants an agent kept free until then (UTC ms), for a contact that it is about to make."""

    reservation: ReservationId
    agents: Requirement
    """Who will do, as an expression."""
    medium: Medium
    until_ms: int
    queue: QueueId | None = None
    """The queue that the contact will count for, if any: what is kept for it may be taken."""


class ReservationReleased(Input, frozen=True, kw_only=True):
    """The agent is needed no longer."""

    reservation: ReservationId


class WorkBegun(Input, frozen=True, kw_only=True, omit_defaults=True):
    """The agent has work that was not offered: a direct, internal or outgoing call, a preview. Of consults the router
    knows itself."""

    work: WorkId
    agent: AgentId
    medium: Medium
    kind: WorkKind = WorkKind.OTHER
    interaction: InteractionId | None = None
    """What it is about, where that is known."""
    reservation: ReservationId | None = None
    """The agent's reservation, which is used up by it."""


class WorkFinished(Input, frozen=True, kw_only=True):
    work: WorkId


AnyInput = (
    TimeAdvanced
    | DefinitionApplied
    | InteractionArrived
    | InteractionLearnt
    | CustomerLeft
    | CustomerSent
    | CustomerNotSent
    | EmergencyDeclared
    | EmergencyLifted
    | SwitchSeen
    | AgentRang
    | AgentAnswered
    | AgentLegFailed
    | LegEnded
    | PhoneReachable
    | PhoneUnreachable
    | PhoneBusy
    | PhoneFree
    | DesktopAttached
    | DesktopLost
    | PopShown
    | AgentChosePresence
    | AgentAcceptedOffer
    | AgentDeclinedOffer
    | AgentEndedHandling
    | AgentCompletedWrapUp
    | AgentExtendedWrapUp
    | PresenceForced
    | WrapUpClosed
    | WorkPrioritised
    | WorkMoved
    | WorkParked
    | WorkResumed
    | WorkPulled
    | AgentLentOut
    | AgentCalledBack
    | LoanKept
    | ReservationAsked
    | ReservationReleased
    | WorkBegun
    | WorkFinished
    | CallArranged
    | CallHandedOver
    | CallNotArranged
    | CallSteered
    | ConsultAsked
    | PartyAnswered
    | PartyDropped
    | PartyEnded
    | PartyFailed
    | PartyRang
    | PhoneHeld
    | PhoneResumed
)


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The answer to an input, given after the commit. `number` is the journal number of the input's receipt."""

    outcome: Outcome
    reason: OutcomeReason | None = None
    field: str | None = None
    """Of a refusal: the field of the input that stands in the way."""
    number: int = 0
