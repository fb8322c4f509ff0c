"""What stands on the floor, record by record, and what a fact about an agent makes of theirs.

`agent_desktop/core/floor.py` holds them together and folds all other facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from history.core import routing as facts
from history.core.call_words import WorkKind
from history.core.entries import Fact
from history.core.routing_settings import ANYONE
from history.core.vocabulary import (
    AgentId,
    CustomerId,
    EndedBy,
    HandlingId,
    IdentityId,
    InteractionId,
    Medium,
    NumberId,
    OfferId,
    Opening,
    Presence,
    PresenceBy,
    QueueId,
    ReasonCode,
    Requirement,
    ReservationId,
    Trust,
    UserId,
    WorkId,
)


@dataclass(frozen=True, slots=True)
class LentOnFloor:
    """Where an agent helps out."""

    queue: QueueId
    since_ms: int
    by: UserId | None = None
    """The supervisor who lent them; none when a rule did."""
    only: bool = False
    kept: bool = False
    """No rule calls them back."""


@dataclass(frozen=True, slots=True)
class HeldOnFloor:
    """What an agent is held for: overdue, and it does not fit beside what they have in hand."""

    interaction: InteractionId
    medium: Medium


@dataclass(frozen=True, slots=True)
class AgentOnFloor:
    presence: Presence = Presence.SIGNED_OUT
    reason: ReasonCode | None = None
    by: PresenceBy = PresenceBy.AGENT
    since_ms: int = 0
    desktop_connected: bool = False
    phone_reachable: bool = False
    phone_busy: bool = False
    backed_off_until_ms: int | None = None
    forced_by: UserId | None = None
    """The supervisor who set the presence; none when it was not forced."""
    planned: Presence | None = None
    """What they become with the last of what they have in hand."""
    planned_reason: ReasonCode | None = None
    overrun_since_ms: int | None = None
    """Since when they are not ready for longer than the reason allows."""
    lent: LentOnFloor | None = None


@dataclass(frozen=True, slots=True)
class InteractionOnFloor:
    interaction: InteractionId
    medium: Medium
    queue: QueueId
    arrived_ms: int
    due_ms: int
    waiting: bool = True
    """In a queue: until a visit ends, also while it is offered."""
    customer: CustomerId | None = None
    identity: IdentityId | None = None
    trust: Trust = Trust.CLAIMED
    customer_gone: bool = False
    priority: int = 0
    parked_until_ms: int | None = None
    """Put aside: nobody is offered it before then."""
    requirement: Requirement = ANYONE
    """What is asked in the step that it is in."""
    step: int = 0
    next_step_ms: int | None = None
    passing: bool = False
    """On the way back from an agent: nobody is offered it yet."""


@dataclass(frozen=True, slots=True)
class WaitOnFloor:
    """What somebody who comes into a queue now is told of the wait (ms)."""

    p50_ms: int
    p90_ms: int


@dataclass(frozen=True, slots=True)
class OfferOnFloor:
    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    queue: QueueId
    medium: Medium
    made_ms: int
    expires_at_ms: int
    ringing: bool = False


@dataclass(frozen=True, slots=True)
class HandlingOnFloor:
    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    queue: QueueId
    medium: Medium
    started_ms: int
    wrap_up_since_ms: int | None = None
    wrap_up_ends_at_ms: int | None = None
    ended_by: EndedBy | None = None
    timed: bool = False
    """The wrap-up ends at its time also with a desktop; its agent may extend it."""
    frees: bool = False
    """The wrap-up is no lease: more may be offered meanwhile."""
    extensions: int = 0


@dataclass(frozen=True, slots=True)
class WorkOnFloor:
    """Work that was not offered (a direct, internal or outgoing call, a consult): a lease like others."""

    work: WorkId
    agent: AgentId
    medium: Medium
    kind: WorkKind = WorkKind.OTHER
    interaction: InteractionId | None = None
    since_ms: int = 0


@dataclass(frozen=True, slots=True)
class ReservationOnFloor:
    """An agent who is kept free for an outbound contact: a lease like others."""

    reservation: ReservationId
    agent: AgentId
    medium: Medium


@dataclass(frozen=True, slots=True)
class OpeningOnFloor:
    """How a queue with hours stands, and until when."""

    opening: Opening = Opening.OPEN
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class EmergencyOnFloor:
    """A queue or a number in emergency mode."""

    queue: QueueId | None
    number: NumberId | None
    until_ms: int
    by: UserId | None


@dataclass(frozen=True, slots=True)
class Handled:
    """One handling that an agent has completed, wrap-up included."""

    medium: Medium
    completed_ms: int
    handle_ms: int


HANDLED_MAX = 1_000
"""So many of an agent's last handlings are remembered: more than a day's work."""
HANDLED_MS = 26 * 3_600_000
"""And so long: no day of any zone is longer, so that none of today is missing."""


@dataclass(slots=True)
class Touched:
    """What looks different after one or more facts."""

    agents: set[AgentId] = field(default_factory=set)
    queues: set[QueueId] = field(default_factory=set)
    interactions: set[InteractionId] = field(default_factory=set)
    everything: bool = False
    """The definition changed: names, queues and limits may all differ."""
    lines: set[QueueId] = field(default_factory=set)
    """Queues of which something that waits looks different, also where as many wait for as long as before."""

    def add(self, other: "Touched") -> None:
        self.agents |= other.agents
        self.queues |= other.queues
        self.interactions |= other.interactions
        self.everything = self.everything or other.everything
        self.lines |= other.lines


AgentFact = (
    facts.PresenceChanged
    | facts.PresencePlanned
    | facts.ReasonOverrun
    | facts.DesktopConnected
    | facts.DesktopDisconnected
    | facts.PhoneBecameReachable
    | facts.PhoneBecameUnreachable
    | facts.PhoneBecameBusy
    | facts.PhoneBecameFree
    | facts.AgentBackedOff
    | facts.BackOffEnded
    | facts.AgentLent
    | facts.AgentRecalled
    | facts.LendingKept
)


def agent_after(agent: AgentOnFloor, fact: AgentFact, at_ms: int) -> AgentOnFloor:
    """The agent after one fact about them."""
    match fact:
        case facts.PresenceChanged():
            return replace(
                agent,
                presence=fact.presence,
                reason=fact.reason,
                by=fact.by,
                since_ms=at_ms,
                backed_off_until_ms=None,
                forced_by=fact.supervisor,
                planned=None,
                planned_reason=None,
                overrun_since_ms=None,
            )
        case facts.PresencePlanned():
            return replace(agent, planned=fact.presence, planned_reason=fact.reason)
        case facts.ReasonOverrun():
            return replace(agent, overrun_since_ms=at_ms)
        case facts.DesktopConnected():
            return replace(agent, desktop_connected=True)
        case facts.DesktopDisconnected():
            return replace(agent, desktop_connected=False)
        case facts.PhoneBecameReachable():
            return replace(agent, phone_reachable=True)
        case facts.PhoneBecameUnreachable():
            return replace(agent, phone_reachable=False)
        case facts.PhoneBecameBusy():
            return replace(agent, phone_busy=True)
        case facts.PhoneBecameFree():
            return replace(agent, phone_busy=False)
        case facts.AgentBackedOff():
            return replace(agent, backed_off_until_ms=fact.until_ms)
        case facts.BackOffEnded():
            return replace(agent, backed_off_until_ms=None)
        case facts.AgentLent() | facts.AgentRecalled() | facts.LendingKept():
            return replace(agent, lent=_lent_after(agent.lent, fact, at_ms))


def _lent_after(
    lent: LentOnFloor | None, fact: facts.AgentLent | facts.AgentRecalled | facts.LendingKept, at_ms: int
) -> LentOnFloor | None:
    if isinstance(fact, facts.AgentLent):
        return LentOnFloor(queue=fact.queue, since_ms=at_ms, by=fact.by, only=fact.only)
    if isinstance(fact, facts.AgentRecalled) or lent is None:
        return None
    return replace(lent, kept=fact.kept)


def freed_by(fact: Fact, held: Mapping[AgentId, HeldOnFloor]) -> list[AgentId]:
    """Return those who are held no longer after a fact, as `router/core/apply.py` frees them: everybody, this agent, or
    who was held for this interaction, which is offered now, gone, parked or asks something else."""
    match fact:
        case facts.RoutingDefined():
            return list(held)
        case facts.PresenceChanged():
            return [] if fact.presence is Presence.READY else [fact.agent]
        case (
            facts.PresencePlanned()
            | facts.DesktopDisconnected()
            | facts.PhoneBecameUnreachable()
            | facts.PhoneBecameBusy()
            | facts.AgentLent()
            | facts.AgentRecalled()
        ):
            return [fact.agent]
        case (
            facts.OfferMade()
            | facts.HandlingStarted()
            | facts.InteractionQueued()
            | facts.RequirementRelaxed()
            | facts.InteractionParked()
            | facts.SendOrdered()
            | facts.InteractionClosed()
        ):
            return [agent for agent, each in held.items() if each.interaction == fact.interaction]
        case _:
            return []
