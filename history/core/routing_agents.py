"""Facts about agents: presence, devices, back-offs, and work that was not offered."""

from typing import ClassVar

from history.core.call_words import WorkKind
from history.core.entries import Fact
from history.core.vocabulary import (
    AgentId,
    BackOffBecause,
    InteractionId,
    LentBecause,
    Medium,
    Presence,
    PresenceBy,
    QueueId,
    ReasonCode,
    RecalledBecause,
    ReservationEndedBecause,
    ReservationId,
    RuleId,
    UserId,
    WorkId,
)


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


class AgentHeld(Fact, frozen=True, kw_only=True):
    """The agent gets nothing but work of this medium until the interaction is offered or gone: it is overdue and does
    not fit beside what they have in hand."""

    agent: AgentId
    interaction: InteractionId
    medium: Medium


class AgentLent(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """From now on the agent is offered work of this queue too, whatever it asks; with `only`, nothing else."""

    agent: AgentId
    queue: QueueId
    because: LentBecause = LentBecause.RULE
    rule: RuleId | None = None
    only: bool = False
    by: UserId | None = None


class AgentRecalled(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The agent is lent no longer. What they have in hand stays theirs."""

    agent: AgentId
    queue: QueueId
    because: RecalledBecause = RecalledBecause.RULE
    rule: RuleId | None = None
    """By which they had been lent."""
    by: UserId | None = None


class LendingKept(Fact, frozen=True, kw_only=True):
    """A supervisor has said whether the rule that lent the agent may call them back."""

    agent: AgentId
    queue: QueueId
    kept: bool
    by: UserId


class AgentReserved(Fact, frozen=True, kw_only=True):
    """The agent is kept free for an outbound contact until then: a lease like others."""

    agent: AgentId
    reservation: ReservationId
    medium: Medium
    until_ms: int


class ReservationEnded(Fact, frozen=True, kw_only=True):
    agent: AgentId
    reservation: ReservationId
    because: ReservationEndedBecause


class WorkStarted(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """The agent has work that was not offered (a direct, internal or outgoing call, a consult): a lease like others."""

    version: ClassVar[int] = 2

    work: WorkId
    agent: AgentId
    medium: Medium
    kind: WorkKind
    interaction: InteractionId | None = None
    """What it is about, where that is known."""


class WorkEnded(Fact, frozen=True, kw_only=True):
    work: WorkId
    agent: AgentId
