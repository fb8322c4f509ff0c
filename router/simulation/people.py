"""Who takes part: customers, agents, and what is going on between them at the switch.

This is the truth of the simulated world; what the engine believes may lag behind it when messages are late.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from history.core.vocabulary import (
    AgentId,
    HandlingId,
    IdentityId,
    InteractionId,
    LegId,
    Medium,
    OfferId,
    Presence,
    SourceId,
    WorkId,
)
from router.simulation.scenario import CustomerType, Group


@dataclass(slots=True, eq=False)
class Customer:
    """One customer in one contact, with everything that chance has in store for them."""

    type: CustomerType
    interaction: InteractionId
    identity: IdentityId
    """Who it is: the same when they come again."""
    arrived_ms: int
    tries: int
    patience_ms: int | None
    service_ms: dict[str, int]
    """By group; under the empty name for all others. For an agent of speed 1."""
    wrap_up_ms: int | None
    turns_away: float
    """Compared with the probability of balking."""
    comes_again: float
    prefers: AgentId | None = None
    answered: bool = False
    gone: bool = False
    ring: "Ring | None" = None
    talk: "Talk | None" = None
    left_by_agent: "Talk | None" = None
    """The talk after whose end the agent's leg is gone and the switch still has the customer."""

    @property
    def medium(self) -> Medium:
        return self.type.medium

    @property
    def waits(self) -> bool:
        return not self.gone and self.talk is None


@dataclass(slots=True, eq=False)
class Crew:
    """The agents of a group."""

    group: Group
    agents: "list[Agent]" = field(default_factory=list)
    leaving: int = 0
    """So many more are to leave as soon as they have nothing in hand."""


@dataclass(slots=True, eq=False)
class Agent:
    agent: AgentId
    crew: Crew
    desk: SourceId
    here: bool = False
    """Meant to be at work."""
    presence: Presence = Presence.SIGNED_OUT
    offers: set[OfferId] = field(default_factory=set)
    handlings: dict[HandlingId, Customer | None] = field(default_factory=dict)
    """None: a customer who had gone before the engine heard of the answer."""
    ring: "Ring | None" = None
    talk: "Talk | None" = None
    on_break: bool = False
    outside: bool = False
    """In a call that no queue knows of."""
    further: "FurtherLeg | None" = None
    """The phone's part in a call of others."""
    works: set[WorkId] = field(default_factory=set)
    """What the engine knows of such calls."""

    @property
    def in_hand(self) -> int:
        """How many offers, handlings and other work the agent has, as far as the engine knows."""
        return len(self.offers) + len(self.handlings) + len(self.works)

    @property
    def free(self) -> bool:
        return self.presence is Presence.READY and not self.in_hand

    @property
    def phone_busy(self) -> bool:
        return self.ring is not None or self.talk is not None or self.further is not None or self.outside


@dataclass(slots=True, eq=False)
class Ring:
    """A phone that rings with a caller behind it."""

    offer: OfferId
    customer: Customer
    agent: Agent
    over: bool = False


@dataclass(slots=True, eq=False)
class Talk:
    """A customer and an agent, together until one of them ends it."""

    offer: OfferId
    customer: Customer
    agent: Agent
    handling: HandlingId | None = None
    """Known once the engine has heard of the answer."""
    over: bool = False


@dataclass(slots=True, eq=False)
class FurtherLeg:
    """A leg in a call beside the one that talks with the customer."""

    key: LegId
    interaction: InteractionId
    agent: Agent | None
    connected: bool = False
    over: bool = False


class AtWork(Protocol):
    """Who is at work: agents who come and go by a scenario, or as they once did."""

    @property
    def by_id(self) -> Mapping[AgentId, Agent]: ...

    def done_with_the_last(self, agent: Agent) -> None:
        """The agent is about to finish what they have in hand."""
        ...

    def perhaps_sign_out(self, agent: Agent) -> None:
        """The agent may have nothing in hand any more."""
        ...
