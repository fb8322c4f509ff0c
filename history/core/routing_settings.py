"""Routing settings as they are journalled: what the definition means to the router, in ids and numbers.

They live here, not in `router/core`, because the fact `RoutingDefined` carries them: recovery and replay need no other
source. `config/definition.py` translates the definition into these.
"""

import msgspec

from history.core.vocabulary import AgentId, DispositionId, Medium, PhoneName, QueueId, ReasonCode, SkillId, SwitchName


class MediumCapacity(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one medium an agent may hold. `weight` is a share of the agent's 100."""

    medium: Medium
    weight: int
    limit: int
    interruptible: bool = False
    """Work of this medium leaves the way free for work that is not interruptible."""


class AgentSettings(msgspec.Struct, frozen=True, kw_only=True):
    agent: AgentId
    skills: tuple[SkillId, ...] = ()
    capacities: tuple[MediumCapacity, ...]
    switch: SwitchName | None = None
    phone: PhoneName | None = None
    """The phone that rings for this agent, or none: then no call is offered."""


class QueueSettings(msgspec.Struct, frozen=True, kw_only=True):
    queue: QueueId
    medium: Medium
    required_skills: tuple[SkillId, ...] = ()
    target_ms: int
    """Due time is arrival plus this."""
    offer_ms: int
    """How long an offer stands; for a call, how long the phone rings."""
    misses_max: int = 1
    """Consecutive missed offers after which the agent becomes not ready."""
    short_abandon_ms: int = 5_000
    service_level_ms: int = 20_000
    wrap_up_ms: int = 60_000
    """After this long wrap-up ends by itself for an agent without a desktop."""
    disposition_required: bool = True


class RoutingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """All that the router knows of the definition. Order is that of the definition file."""

    definition_version: int
    agents: tuple[AgentSettings, ...]
    queues: tuple[QueueSettings, ...]
    reasons: tuple[ReasonCode, ...]
    dispositions: tuple[DispositionId, ...]
    pop_wait_ms: int = 350
    """The phone rings at the latest this long after the offer, whether or not the page has shown the pop."""
