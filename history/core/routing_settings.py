"""Routing settings as they are journalled: what the definition means to the router, in ids and numbers.

They live here, not in `router/core`, because the fact `RoutingDefined` carries them: recovery and replay need no other
source. `config/definition.py` translates the definition into these.
"""

import msgspec

from history.core.routing_blending import Floor, Lending, Reserve, Share
from history.core.vocabulary import (
    AgentChoice,
    AgentId,
    AnnouncementId,
    DestinationId,
    DispositionId,
    HoursId,
    Medium,
    MovedBecause,
    NumberId,
    PhoneName,
    QueueId,
    ReasonCode,
    Requirement,
    SkillId,
    SwitchName,
    Takes,
    TeamId,
    WrapUp,
)

ANYONE = Requirement("anyone")


class SkillLevel(msgspec.Struct, frozen=True, array_like=True):
    """A skill at a level from 1 to 10: what an agent has, or what a relaxation step lowers to."""

    skill: SkillId
    level: int


class MediumCapacity(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one medium an agent may hold. `weight` is a share of the agent's 100."""

    medium: Medium
    weight: int
    limit: int
    interruptible: bool = False
    """Work of this medium leaves the way free for work that is not interruptible."""


class AgentSettings(msgspec.Struct, frozen=True, kw_only=True):
    agent: AgentId
    skills: tuple[SkillLevel, ...] = ()
    teams: tuple[TeamId, ...] = ()
    takes: Takes = Takes.MOST_URGENT
    capacities: tuple[MediumCapacity, ...]
    switch: SwitchName | None = None
    phone: PhoneName | None = None
    """The phone that rings for this agent, or none: then no call is offered."""


class RelaxationStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One widening of a requirement, in place: it acts on what the step before left."""

    after_ms: int
    """This long after the step before began, or after the arrival for the first one."""
    drop: tuple[SkillId, ...] = ()
    """Skills that are no longer asked, in any form."""
    lower: tuple[SkillLevel, ...] = ()
    """Skills that are asked at this level at the most."""
    widen: Requirement | None = None
    """Who may take it as well: a team, named agents, anyone."""


class Route(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where customers go instead of waiting: to another queue, or outside. With an announcement alone they hear it (or
    read it, in a chat) and that is the end."""

    to: QueueId | None = None
    """A queue of the same medium, in which arrival and wait go on."""
    destination: DestinationId | None = None
    announcement: AnnouncementId | None = None
    """What they are told first."""


class Overflow(Route, frozen=True, kw_only=True, omit_defaults=True):
    """When waiting work leaves its queue, and for where."""

    when: MovedBecause
    after_ms: int = 0
    """Only who has been in the queue for so long; the condition has to hold then or later."""
    length: int = 0
    """With `length`: when so many wait already as somebody arrives."""
    wait_ms: int = 0
    """With `expected_wait`: when who arrives is told at least so much, in half of all cases."""


class BackOffs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long nothing is offered to an agent after an offer of the queue ended badly (ms)."""

    declined_ms: int = 0
    busy_ms: int = 5_000
    no_answer_ms: int = 0
    failed_ms: int = 2_000
    unreachable_ms: int | None = None
    """None: an agent whose phone cannot be reached is made not ready instead."""


class OpenInterval(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """UTC ms; open from the first up to, not including, the second."""

    from_ms: int
    until_ms: int


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """When something is open: in order, never overlapping or touching. After the last one nothing is known, and it is
    taken as closed; the definition is applied anew each day with 400 days from then on."""

    hours: HoursId
    open: tuple[OpenInterval, ...] = ()


class QueueSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    queue: QueueId
    medium: Medium
    requirement: Requirement = ANYONE
    relaxation: tuple[RelaxationStep, ...] = ()
    preferred_ms: tuple[int, ...] = ()
    """How long each of a customer's preferred agents is waited for, in order; the last holds for all further ones.
    Empty: nobody is preferred in this queue."""
    choice: AgentChoice = AgentChoice.LONGEST_IDLE
    weights: tuple[SkillLevel, ...] = ()
    """Under `weighted`: how much a level of each skill counts."""
    target_ms: int
    """Due time is arrival plus this, moved by priority and value (see `router/core/order.py`)."""
    priority_step_ms: int = 0
    value_step_ms: int = 0
    moved_max_ms: int = 0
    """Priority and value together never move a due time by more."""
    age_percent: int = 100
    """How fast lateness counts: at 300 one overdue second counts like three."""
    age_max_ms: int = 0
    """Lateness never counts for more than this beyond itself."""
    hours: HoursId | None = None
    """None: always open."""
    closing_ms: int | None = None
    """So long after closing those who came in time may still wait for an agent. None: until they are served."""
    emergency: Route | None = None
    overflow: tuple[Overflow, ...] = ()
    """The first rule that holds counts."""
    back_offs: BackOffs = BackOffs()
    offer_ms: int
    """How long an offer stands; for a call, how long the phone rings."""
    misses_max: int = 1
    """Consecutive missed offers after which the agent becomes not ready."""
    short_abandon_ms: int = 5_000
    again_ms: int = 0
    """Who left unanswered and comes again within this long has their old place back."""
    service_level_ms: int = 20_000
    wrap_up: WrapUp = WrapUp.MANDATORY
    wrap_up_ms: int = 60_000
    """After this long wrap-up ends by itself: an optional or timed one, and any of an agent without a desktop."""
    extension_ms: int = 0
    """By so much an agent may put off the end of a timed wrap-up, each time."""
    extensions_max: int = 0
    disposition_required: bool = True


class ReasonLimits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How long an agent may be not ready for a reason, and how many at once. Not given: any."""

    reason: ReasonCode
    lasts_ms: int | None = None
    """Beyond this it is an overrun, which supervisors see; nobody is made ready by the clock."""
    agents_max: int | None = None
    """When so many are not ready for it, nobody else may choose it."""


class NumberSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number that callers dial."""

    number: NumberId
    emergency: Route | None = None


class RoutingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """All that the router knows of the definition. Order is that of the definition file."""

    definition_version: int
    agents: tuple[AgentSettings, ...]
    queues: tuple[QueueSettings, ...]
    reasons: tuple[ReasonCode, ...]
    dispositions: tuple[DispositionId, ...]
    reason_limits: tuple[ReasonLimits, ...] = ()
    hours: tuple[Hours, ...] = ()
    """Those that queues name."""
    numbers: tuple[NumberSettings, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    lending: tuple[Lending, ...] = ()
    shares: tuple[Share, ...] = ()
    floors: tuple[Floor, ...] = ()
    pop_wait_ms: int = 350
    """The phone rings at the latest this long after the offer, whether or not the page has shown the pop."""
