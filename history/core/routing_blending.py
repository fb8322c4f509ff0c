"""Rules by which inbound, outbound and deferred work share agents, as they are journalled in the settings.

Who a rule is about is an expression over agents, like what a queue asks; `router/core/blending.py` carries them out.
"""

import msgspec

from history.core.vocabulary import LentWhen, QueueId, Requirement, RuleId


class Reserve(msgspec.Struct, frozen=True, kw_only=True):
    """The last `keep` idle ones of these agents are offered nothing but work of these queues."""

    rule: RuleId
    agents: Requirement
    queues: tuple[QueueId, ...]
    keep: int


class Lending(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When agents of one group help in a queue, and when they go back."""

    rule: RuleId
    agents: Requirement
    to: QueueId
    when: LentWhen
    lend_at: int
    """Of a wait, ms: from this on agents are lent. Of a service level, percent: below this."""
    back_at: int
    """Of a wait, ms: up to this they go back. Of a service level, percent: from this on."""
    window_ms: int = 0
    """Whole minutes over which a service level is taken."""
    stay_ms: int
    """Nobody goes back sooner."""
    agents_max: int
    only: bool = False
    """Who is lent is offered nothing else meanwhile."""


class QueueShare(msgspec.Struct, frozen=True, array_like=True):
    queue: QueueId
    percent: int


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How the time at work of these agents is to be divided between queues."""

    rule: RuleId
    agents: Requirement
    queues: tuple[QueueShare, ...]


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """While work of these queues waits, so many of these agents are at work for them."""

    rule: RuleId
    agents: Requirement
    queues: tuple[QueueId, ...]
    agents_min: int
