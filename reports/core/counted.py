"""What is counted: the values that a fold of the routing facts yields, and that every KPI is a measure of.

`reports/core/counting.py` yields them as the facts come; `reports/core/kpi.py` measures them. Times are UTC
milliseconds, lengths end in `_ms` too and are never negative. They are structs like the facts: a simulation makes many
thousands a second.
"""

from enum import StrEnum

import msgspec

from history.core.vocabulary import (
    AgentId,
    HandlingId,
    InteractionId,
    Medium,
    OfferId,
    OfferPhase,
    Presence,
    QueueId,
    ReasonCode,
    VisitId,
)


class Activity(StrEnum):
    """An agent's workload and presence in one word; the first that applies of talking, wrap-up, offered, presence."""

    SIGNED_OUT = "signed_out"
    NOT_READY = "not_ready"
    READY = "ready"
    OFFERED = "offered"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


class VisitEnd(StrEnum):
    """The one end of a visit."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    SHORT_ABANDONED = "short_abandoned"
    FLOWED_OUT = "flowed_out"
    MOVED = "moved"
    """To another queue, where the next visit goes on with the wait. It counts as flowed out."""


class VisitBegan(msgspec.Struct, frozen=True):
    """An interaction entered a queue; it waits there until its visit ends."""

    interaction: InteractionId
    visit: VisitId
    queue: QueueId
    medium: Medium
    arrived_ms: int
    """The interaction's first arrival, the same in all its visits."""
    queued_ms: int
    """Entry into this queue: the arrival in the first visit, later the fact's instant."""
    noted_ms: int
    """When we learnt of it: the fact's instant, later than `queued_ms` for one who came while no engine ran."""


class VisitEnded(msgspec.Struct, frozen=True):
    interaction: InteractionId
    visit: VisitId
    queue: QueueId
    medium: Medium
    arrived_ms: int
    queued_ms: int
    ended_ms: int
    wait_ms: int
    """As the router counted it: from the entry into this queue, or into the first of those that it was moved through;
    with the time that the agent's phone rang."""
    within_ms: int
    """The queue's service-level time as it was when the visit ended."""
    end: VisitEnd
    agent: AgentId | None
    """Who answered. None at the other ends, and when a phone was picked up after its offer had ended: the fact does not
    say whose; the handling that follows does."""


class OfferEnded(msgspec.Struct, frozen=True):
    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    queue: QueueId
    medium: Medium
    queued_ms: int
    """Of the visit that it was for."""
    made_ms: int
    ended_ms: int
    how: OfferPhase
    """One of accepted, declined, expired, failed, withdrawn."""

    @property
    def after_ms(self) -> int:
        return self.ended_ms - self.made_ms


class HandlingEnded(msgspec.Struct, frozen=True):
    handling: HandlingId
    interaction: InteractionId
    agent: AgentId
    queue: QueueId
    medium: Medium
    queued_ms: int
    """Of the visit that it answered."""
    started_ms: int
    ended_ms: int
    """End of the wrap-up."""
    active_ms: int
    wrap_up_ms: int


class AgentSpell(msgspec.Struct, frozen=True):
    """A time in which nothing changed about an agent. An agent's spells follow one another without a gap."""

    agent: AgentId
    from_ms: int
    to_ms: int
    presence: Presence
    reason: ReasonCode | None
    activity: Activity
    leases: tuple[tuple[Medium, int], ...]
    """Offers, handlings and work that was not offered, by medium."""
    in_work: int
    """How many of the leases are no offers: handlings, in talk or in wrap-up, and work that was not offered."""
    load_percent: int
    """Sum of their weights as the agent's capacity gives them; may pass 100."""

    @property
    def length_ms(self) -> int:
        return self.to_ms - self.from_ms

    @property
    def signed_in(self) -> bool:
        return self.presence is not Presence.SIGNED_OUT


Counted = VisitBegan | VisitEnded | OfferEnded | HandlingEnded | AgentSpell
