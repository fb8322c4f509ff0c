"""Facts of the stream `routing/<domain>`: what the router decided, in the past tense.

`router/core/engine.py` creates them and `router/core/state.py` applies them; the projections and the read models of the
screens fold the same facts. Times are UTC milliseconds; each entry also carries its own `at_ms`.
"""

from typing import ClassVar

import msgspec

from history.core.entries import Fact
from history.core.routing_settings import ANYONE, RoutingSettings
from history.core.vocabulary import (
    AgentChoice,
    AgentId,
    BackOffBecause,
    CloseReason,
    CustomerId,
    DispositionId,
    EndedBy,
    HandlingId,
    HandlingRole,
    IdentityId,
    InteractionId,
    LanguageTag,
    LegFailure,
    Medium,
    OfferedBecause,
    OfferId,
    Outcome,
    OutcomeReason,
    Presence,
    PresenceBy,
    QueueId,
    ReasonCode,
    RegionId,
    Requirement,
    SegmentId,
    SourceId,
    SwitchName,
    Trust,
    UserId,
    VisitId,
    WithdrawnBecause,
    WorkId,
)


class Attributes(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What routing may know about a customer, as it was when it was looked up. The router looks nothing up."""

    value: int = 0
    language: LanguageTag | None = None
    segment: SegmentId | None = None
    region: RegionId | None = None
    preferred_agents: tuple[AgentId, ...] = ()


class InputTaken(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The receipt of an input: the highest (epoch, number) per source, and what became of it."""

    source: SourceId
    source_epoch: int
    source_number: int
    outcome: Outcome
    reason: OutcomeReason | None = None


class RoutingDefined(Fact, frozen=True, kw_only=True):
    """From here on these settings hold."""

    version: ClassVar[int] = 2

    settings: RoutingSettings


class PresenceChanged(Fact, frozen=True, kw_only=True, omit_defaults=True):
    agent: AgentId
    presence: Presence
    reason: ReasonCode | None = None
    by: PresenceBy = PresenceBy.AGENT
    supervisor: UserId | None = None
    """Who forced it."""


class PresencePlanned(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """Nothing more is offered to the agent; with the last of what they have in hand they change. None: not any more."""

    agent: AgentId
    presence: Presence | None = None
    reason: ReasonCode | None = None


class ReasonOverrun(Fact, frozen=True, kw_only=True):
    """The agent is not ready for longer than the reason allows."""

    agent: AgentId
    reason: ReasonCode


class DesktopConnected(Fact, frozen=True, kw_only=True):
    """The agent has at least one live desktop from now on."""

    agent: AgentId


class DesktopDisconnected(Fact, frozen=True, kw_only=True):
    agent: AgentId


class PhoneBecameReachable(Fact, frozen=True, kw_only=True):
    agent: AgentId


class PhoneBecameUnreachable(Fact, frozen=True, kw_only=True):
    agent: AgentId


class PhoneBecameBusy(Fact, frozen=True, kw_only=True):
    """The phone has a call, ours or one that did not come through us."""

    agent: AgentId


class PhoneBecameFree(Fact, frozen=True, kw_only=True):
    agent: AgentId


class AgentBackedOff(Fact, frozen=True, kw_only=True):
    """Nothing is offered to the agent until then."""

    agent: AgentId
    until_ms: int
    because: BackOffBecause


class BackOffEnded(Fact, frozen=True, kw_only=True):
    """Offers to the agent are possible again."""

    agent: AgentId


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
    step: int = 0
    """Steps that nobody who is signed in could serve are passed over (see `router/core/steps.py`)."""
    next_step_ms: int | None = None
    """When the next step begins, or none when this is the last."""
    arrived_ms: int
    due_ms: int
    priority: int = 0
    switch: SwitchName | None = None
    customer: CustomerId | None = None
    identity: IdentityId | None = None
    trust: Trust = Trust.CLAIMED
    attributes: Attributes = Attributes()


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


class AgentHeld(Fact, frozen=True, kw_only=True):
    """The agent gets nothing but work of this medium until the interaction is offered or gone: it is overdue and does
    not fit beside what they have in hand."""

    agent: AgentId
    interaction: InteractionId
    medium: Medium


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
    by: UserId | None = None


class WorkStarted(Fact, frozen=True, kw_only=True):
    """The agent has work that was not offered (a direct, internal or outgoing call, a consult): a lease like others."""

    work: WorkId
    agent: AgentId
    medium: Medium


class WorkEnded(Fact, frozen=True, kw_only=True):
    work: WorkId
    agent: AgentId


class OfferMade(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """One interaction proposed to one agent. A call's own time begins with `RingOrdered`.

    `score` and `runner_up_score` are what the queue's choice compares, higher first: nothing for the longest idle,
    minus the ms in work for the least occupied, levels for the best skill, minus the number of skills for the least
    skilled, weighted levels, and for the round robin nothing, since the turn decides.
    """

    offer: OfferId
    interaction: InteractionId
    visit: VisitId
    queue: QueueId
    medium: Medium
    agent: AgentId
    waited_ms: int
    expires_at_ms: int
    """End of the offer; for a call the instant at which the phone rings at the latest."""
    idle_ms: int
    candidates: int
    choice: AgentChoice = AgentChoice.LONGEST_IDLE
    score: int = 0
    because: OfferedBecause = OfferedBecause.URGENCY
    runner_up: AgentId | None = None
    runner_up_idle_ms: int = 0
    runner_up_score: int = 0
    passed_over: tuple[Medium, ...] = ()
    """Media of which overdue work that the agent could have taken goes on waiting."""


class PopConfirmed(Fact, frozen=True, kw_only=True):
    """The agent's page has shown the record, this long after the offer."""

    offer: OfferId
    after_ms: int


class RingOrdered(Fact, frozen=True, kw_only=True):
    """The phone may ring now; the offer's time runs from here."""

    offer: OfferId
    pop_was_late: bool
    expires_at_ms: int


class PhoneRang(Fact, frozen=True, kw_only=True):
    offer: OfferId


class OfferAccepted(Fact, frozen=True, kw_only=True):
    offer: OfferId
    interaction: InteractionId
    agent: AgentId


class OfferDeclined(Fact, frozen=True, kw_only=True):
    """The agent does not want it now; it is offered to others, and to them again only after a while."""

    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    not_again_before_ms: int


class OfferExpired(Fact, frozen=True, kw_only=True):
    """RONA: the interaction keeps its place; `misses` counts the agent's in a row."""

    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    misses: int


class OfferFailed(Fact, frozen=True, kw_only=True):
    """The phone could not be connected; nobody missed anything."""

    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    cause: LegFailure


class OfferWithdrawn(Fact, frozen=True, kw_only=True):
    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    because: WithdrawnBecause


class RingingToStop(Fact, frozen=True, kw_only=True):
    """An offer ended while its phone rang: the ring has to be stopped, until then or until the switch says it is."""

    offer: OfferId
    interaction: InteractionId
    give_up_at_ms: int


class RingingStopped(Fact, frozen=True, kw_only=True):
    offer: OfferId


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


class VisitFlowedOut(Fact, frozen=True, kw_only=True):
    """The visit ended without an agent of ours and without the customer's doing: somebody outside has served them."""

    visit: VisitId
    interaction: InteractionId
    queue: QueueId
    medium: Medium
    wait_ms: int
    """Until we learnt of it."""


class HandlingStarted(Fact, frozen=True, kw_only=True, omit_defaults=True):
    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    queue: QueueId
    medium: Medium
    offer: OfferId
    role: HandlingRole = HandlingRole.OWNER


class WrapUpStarted(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The agent's part with the customer is over; what they still write is wrap-up."""

    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    by: EndedBy
    active_ms: int
    ends_at_ms: int | None = None
    """When it ends by itself: a timed or optional one, and any of an agent without a desktop."""
    timed: bool = False
    """It ends then also with a desktop."""
    frees: bool = False
    """The agent may be offered more meanwhile: it is no lease."""


class WrapUpExtended(Fact, frozen=True, kw_only=True):
    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    ends_at_ms: int
    extensions: int


class WrapUpCompleted(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The handling's end."""

    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    wrap_up_ms: int
    disposition: DispositionId | None = None
    supervisor: UserId | None = None
    """Who closed it in the agent's place."""


class HangUpOrdered(Fact, frozen=True, kw_only=True):
    """The agent has gone; the customer's leg has to be ended."""

    interaction: InteractionId
    give_up_at_ms: int


class CustomerLegEnded(Fact, frozen=True, kw_only=True):
    """The customer is no longer connected (hung up, closed the chat)."""

    interaction: InteractionId


class InteractionClosed(Fact, frozen=True, kw_only=True):
    interaction: InteractionId
    reason: CloseReason


class InputSetAside(Fact, frozen=True, kw_only=True):
    """A defect: the engine raised, nothing has changed, the alarm is on."""

    source: SourceId
    source_epoch: int
    source_number: int


ROUTING_FACTS: tuple[type[Fact], ...] = (
    InputTaken,
    RoutingDefined,
    PresenceChanged,
    PresencePlanned,
    ReasonOverrun,
    DesktopConnected,
    DesktopDisconnected,
    PhoneBecameReachable,
    PhoneBecameUnreachable,
    PhoneBecameBusy,
    PhoneBecameFree,
    AgentBackedOff,
    BackOffEnded,
    InteractionQueued,
    InteractionAttributed,
    RequirementRelaxed,
    OfferableAgain,
    AgentHeld,
    InteractionPrioritised,
    InteractionParked,
    InteractionResumed,
    VisitMoved,
    WorkStarted,
    WorkEnded,
    OfferMade,
    PopConfirmed,
    RingOrdered,
    PhoneRang,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferFailed,
    OfferWithdrawn,
    RingingToStop,
    RingingStopped,
    VisitAnswered,
    VisitAbandoned,
    VisitFlowedOut,
    HandlingStarted,
    WrapUpStarted,
    WrapUpExtended,
    WrapUpCompleted,
    HangUpOrdered,
    CustomerLegEnded,
    InteractionClosed,
    InputSetAside,
)
