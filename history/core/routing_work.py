"""Facts about interactions and their visits: what waits, where, and how it ends."""

from typing import ClassVar

import msgspec

from history.core.entries import Fact
from history.core.routing_settings import ANYONE
from history.core.vocabulary import (
    AgentId,
    AnnouncementId,
    CloseReason,
    CustomerId,
    DestinationId,
    IdentityId,
    InteractionId,
    LanguageTag,
    Medium,
    MovedBecause,
    NumberId,
    QueueId,
    RegionId,
    Requirement,
    SegmentId,
    SwitchName,
    Trust,
    UserId,
    VisitId,
)


class Attributes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What routing may know about a customer, as it was when it was looked up. The router looks nothing up."""

    value: int = 0
    language: LanguageTag | None = None
    segment: SegmentId | None = None
    region: RegionId | None = None
    preferred_agents: tuple[AgentId, ...] = ()


class Expected(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How long it will be until an agent answers (ms): at the most the first in half of all cases, at the most the
    second in nine of ten. 0 to 0 means at once."""

    p50_ms: int
    p90_ms: int
    ahead: int = 0
    """How many have to be served before, those of other queues who want the same agents counted in part."""


class Rivals(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Who of other classes wants the same agents, and is due before somebody who comes now."""

    ahead: int
    """In thousandths of a person."""
    work_ms: int
    """What they need of the agents' time."""


class InteractionQueued(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """An interaction entered a queue: a visit begins. A later visit keeps the first arrival and due time."""

    version: ClassVar[int] = 2

    interaction: InteractionId
    visit: VisitId
    medium: Medium
    queue: QueueId
    requirement: Requirement = ANYONE
    """What is asked in the step that it begins with."""
    own: Requirement | None = None
    """What the arrival itself asks, beside its queue; it goes along to another queue."""
    for_agent: AgentId | None = None
    """Whom the agent before has named: the first step is theirs alone, for as long as an offer stands."""
    passing: bool = False
    """It is not offered before the switch has brought the caller back from an agent (`ArrangementMade`)."""
    step: int = 0
    """Steps that nobody who is signed in could serve are passed over (see `router/core/steps.py`)."""
    next_step_ms: int | None = None
    """When the next step begins, or none when this is the last."""
    arrived_ms: int
    due_ms: int
    """With `again`, that of the earlier visit where it is sooner."""
    again: bool = False
    """The customer left this queue unanswered a moment ago and has their old place back."""
    priority: int = 0
    switch: SwitchName | None = None
    called: NumberId | None = None
    """Which of our numbers the caller dialled."""
    customer: CustomerId | None = None
    identity: IdentityId | None = None
    trust: Trust = Trust.CLAIMED
    attributes: Attributes = Attributes()
    expected: Expected | None = None
    """What the customer may be told of the wait from here on; none: unknown."""
    unsure: Expected | None = None
    """While it is unknown for want of calibration: what is scored, and told to nobody."""
    rivals: Rivals | None = None
    """What was found when it was time to look at them anew: those who come next and ask the same are told by it."""


class InteractionAttributed(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """What was learnt about the customer after the arrival."""

    interaction: InteractionId
    customer: CustomerId | None = None
    identity: IdentityId | None = None
    trust: Trust = Trust.CLAIMED
    attributes: Attributes = Attributes()


class RequirementRelaxed(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The next step of the requirement begins, in place: queue, arrival, due time and wait stay as they are."""

    interaction: InteractionId
    step: int
    requirement: Requirement
    next_step_ms: int | None = None


class OfferableAgain(Fact, frozen=True, kw_only=True):
    """The agent who declined the interaction may be offered it again."""

    interaction: InteractionId
    agent: AgentId


class InteractionPrioritised(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A supervisor has given it another priority, and so another due time; its wait counts on."""

    interaction: InteractionId
    priority: int
    due_ms: int
    by: UserId | None = None


class InteractionParked(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """Nobody is offered it until then, or until it is resumed; its wait counts on."""

    interaction: InteractionId
    until_ms: int
    by: UserId | None = None


class InteractionResumed(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """It waits again, in its old place."""

    interaction: InteractionId
    by: UserId | None = None


class VisitMoved(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The visit ended because its interaction goes to another queue, where the next visit goes on with its wait."""

    visit: VisitId
    interaction: InteractionId
    queue: QueueId
    medium: Medium
    wait_ms: int
    to: QueueId
    because: MovedBecause = MovedBecause.SUPERVISOR
    by: UserId | None = None


class ExpectedWaitTold(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody who came into the queue now, and asked nothing of their own, would be told. Written only where it
    has changed noticeably; without the two it has become unknown."""

    queue: QueueId
    p50_ms: int | None = None
    p90_ms: int | None = None


class VisitAnswered(Fact, frozen=True, kw_only=True, omit_defaults=True):
    visit: VisitId
    interaction: InteractionId
    queue: QueueId
    medium: Medium
    wait_ms: int
    agent: AgentId | None = None


class VisitAbandoned(Fact, frozen=True, kw_only=True):
    visit: VisitId
    interaction: InteractionId
    queue: QueueId
    medium: Medium
    wait_ms: int
    short: bool


class VisitFlowedOut(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The visit ended without an agent of ours and without the customer's doing: a rule sends them outside or turns
    them away, or somebody outside has served them."""

    visit: VisitId
    interaction: InteractionId
    queue: QueueId
    medium: Medium
    wait_ms: int
    """Until it was decided, or until we learnt of it."""
    because: MovedBecause | None = None
    """By which rule; none where the dialplan's fallback has served them."""
    destination: DestinationId | None = None
    announcement: AnnouncementId | None = None


class SendOrdered(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The switch has to take the caller outside: to the destination, or to the announcement and its end."""

    interaction: InteractionId
    destination: DestinationId | None = None
    announcement: AnnouncementId | None = None
    give_up_at_ms: int


class SendingFailed(Fact, frozen=True, kw_only=True):
    """The switch could not, or has not said that it did: the caller waits again, in the old place, and by no rule of
    overflow is sent again."""

    interaction: InteractionId


class HangUpOrdered(Fact, frozen=True, kw_only=True):
    """The agent has gone; the customer's leg has to be ended."""

    interaction: InteractionId
    give_up_at_ms: int


class CustomerLegEnded(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The customer is no longer connected (hung up, closed the chat)."""

    interaction: InteractionId
    closes_as: CloseReason | None = None
    """Where somebody still writes or talks about it: why it will be closed afterwards."""


class InteractionClosed(Fact, frozen=True, kw_only=True):
    interaction: InteractionId
    reason: CloseReason
