"""The floor: what is going on, folded from the facts of the routing stream for the screens.

`Floor.fold(fact, at_ms)` is the only thing that changes it; it returns which agents, queues and interactions look
different now. A closed interaction is forgotten with all that hung on it, so the floor is as large as the work in
hand. Names and texts are not here. `agent_desktop/core/kept_floor.py` keeps it between two starts.
"""

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any

from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import (
    AgentId,
    CustomerId,
    EndedBy,
    HandlingId,
    IdentityId,
    InteractionId,
    Medium,
    OfferId,
    Presence,
    PresenceBy,
    QueueId,
    ReasonCode,
    Trust,
)


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

    def add(self, other: "Touched") -> None:
        self.agents |= other.agents
        self.queues |= other.queues
        self.interactions |= other.interactions
        self.everything = self.everything or other.everything


@dataclass(slots=True)
class Floor:
    settings: RoutingSettings | None = None
    agents: dict[AgentId, AgentOnFloor] = field(default_factory=dict)
    interactions: dict[InteractionId, InteractionOnFloor] = field(default_factory=dict)
    offers: dict[OfferId, OfferOnFloor] = field(default_factory=dict)
    handlings: dict[HandlingId, HandlingOnFloor] = field(default_factory=dict)
    handled: dict[AgentId, deque[Handled]] = field(default_factory=dict)
    _glances: dict[QueueId, tuple[int, int]] | None = field(default=None, compare=False)
    """What `waiting` found last; none when it may have changed."""

    def fold(self, fact: Fact, at_ms: int) -> Touched:
        """Apply one fact; a fact about something unknown (begun before the first snapshot) changes nothing."""
        touched = Touched()
        match fact:
            case facts.RoutingDefined():
                self._define(fact.settings)
                touched.everything = True
            case (
                facts.PresenceChanged()
                | facts.DesktopConnected()
                | facts.DesktopDisconnected()
                | facts.PhoneBecameReachable()
                | facts.PhoneBecameUnreachable()
                | facts.PhoneBecameBusy()
                | facts.PhoneBecameFree()
                | facts.AgentBackedOff()
                | facts.BackOffEnded()
            ):
                self.agents[fact.agent] = _agent_after(self.agents.get(fact.agent, AgentOnFloor()), fact, at_ms)
                touched.agents.add(fact.agent)
            case facts.OfferMade():
                self._offer(fact, at_ms, touched)
            case facts.RingOrdered() | facts.PhoneRang():
                self._ring(fact, touched)
            case (
                facts.OfferAccepted()
                | facts.OfferDeclined()
                | facts.OfferExpired()
                | facts.OfferFailed()
                | facts.OfferWithdrawn()
            ):
                ended = self.offers.pop(fact.offer, None)
                touched.agents |= {fact.agent, ended.agent if ended is not None else fact.agent}
                touched.interactions.add(fact.interaction)
            case facts.HandlingStarted() | facts.WrapUpStarted() | facts.WrapUpCompleted():
                self._handle(fact, at_ms, touched)
            case _:
                self._interaction(fact, touched)
        if touched.queues:
            self._glances = None
        return touched

    def work_of(self, agent: AgentId) -> list[HandlingOnFloor]:
        return [handling for handling in self.handlings.values() if handling.agent == agent]

    def offers_to(self, agent: AgentId) -> list[OfferOnFloor]:
        return [offer for offer in self.offers.values() if offer.agent == agent]

    def agents_at(self, interaction: InteractionId) -> frozenset[AgentId]:
        """Agents who are offered this interaction or have a part in it now."""
        return frozenset(
            item.agent
            for items in (self.offers.values(), self.handlings.values())
            for item in items
            if item.interaction == interaction
        )

    def waiting(self) -> dict[QueueId, tuple[int, int]]:
        """For each queue in which somebody waits: how many, and since when the longest has waited."""
        if self._glances is not None:
            return self._glances
        glances: dict[QueueId, tuple[int, int]] = {}
        for item in self.interactions.values():
            if item.waiting:
                count, since_ms = glances.get(item.queue, (0, item.arrived_ms))
                glances[item.queue] = (count + 1, min(since_ms, item.arrived_ms))
        self._glances = glances
        return glances

    def _define(self, settings: RoutingSettings) -> None:
        self.settings = settings
        known = {agent.agent for agent in settings.agents}
        self.agents = {
            **{agent: state for agent, state in self.agents.items() if agent in known},
            **{agent.agent: AgentOnFloor() for agent in settings.agents if agent.agent not in self.agents},
        }

    def _offer(self, fact: facts.OfferMade, at_ms: int, touched: Touched) -> None:
        before = self.offers.get(fact.offer)
        if before is not None:
            touched.agents.add(before.agent)
        self.offers[fact.offer] = OfferOnFloor(
            offer=fact.offer,
            interaction=fact.interaction,
            agent=fact.agent,
            queue=fact.queue,
            medium=fact.medium,
            made_ms=at_ms,
            expires_at_ms=fact.expires_at_ms,
        )
        touched.agents.add(fact.agent)
        touched.interactions.add(fact.interaction)

    def _ring(self, fact: facts.RingOrdered | facts.PhoneRang, touched: Touched) -> None:
        offer = self.offers.get(fact.offer)
        if offer is None:
            return
        expires_at_ms = fact.expires_at_ms if isinstance(fact, facts.RingOrdered) else offer.expires_at_ms
        self.offers[fact.offer] = replace(offer, ringing=True, expires_at_ms=expires_at_ms)
        touched.agents.add(offer.agent)

    def _handle(
        self, fact: facts.HandlingStarted | facts.WrapUpStarted | facts.WrapUpCompleted, at_ms: int, touched: Touched
    ) -> None:
        before = self.handlings.get(fact.handling)
        touched.agents |= {fact.agent, before.agent if before is not None else fact.agent}
        touched.interactions.add(fact.interaction)
        match fact:
            case facts.HandlingStarted():
                self.handlings[fact.handling] = HandlingOnFloor(
                    handling=fact.handling,
                    interaction=fact.interaction,
                    agent=fact.agent,
                    queue=fact.queue,
                    medium=fact.medium,
                    started_ms=at_ms,
                )
            case facts.WrapUpStarted():
                if before is not None:
                    self.handlings[fact.handling] = replace(
                        before,
                        wrap_up_since_ms=at_ms,
                        wrap_up_ends_at_ms=fact.ends_at_ms,
                        ended_by=fact.by,
                    )
            case facts.WrapUpCompleted():
                self.handlings.pop(fact.handling, None)
                if before is not None:
                    self._complete(before, at_ms)

    def _complete(self, handling: HandlingOnFloor, at_ms: int) -> None:
        handled = self.handled.setdefault(handling.agent, deque(maxlen=HANDLED_MAX))
        while handled and handled[0].completed_ms < at_ms - HANDLED_MS:
            handled.popleft()
        handled.append(Handled(handling.medium, at_ms, at_ms - handling.started_ms))

    def _interaction(self, fact: Fact, touched: Touched) -> None:
        match fact:
            case facts.InteractionQueued():
                self.interactions[fact.interaction] = InteractionOnFloor(
                    interaction=fact.interaction,
                    medium=fact.medium,
                    queue=fact.queue,
                    arrived_ms=fact.arrived_ms,
                    due_ms=fact.due_ms,
                    customer=fact.customer,
                    identity=fact.identity,
                    trust=fact.trust,
                )
                touched.queues.add(fact.queue)
            case facts.VisitAnswered() | facts.VisitAbandoned() | facts.VisitFlowedOut() | facts.VisitMoved():
                self._change(fact.interaction, touched, waiting=False)
                touched.queues.add(fact.queue)
            case facts.InteractionPrioritised():
                self._change(fact.interaction, touched, due_ms=fact.due_ms)
            case facts.InteractionAttributed():
                self._change(
                    fact.interaction,
                    touched,
                    customer=fact.customer,
                    identity=fact.identity,
                    trust=fact.trust,
                )
            case facts.CustomerLegEnded():
                self._change(fact.interaction, touched, customer_gone=True)
            case facts.InteractionClosed():
                self._close(fact.interaction, touched)
            case _:
                return
        touched.interactions.add(fact.interaction)

    def _change(self, interaction: InteractionId, touched: Touched, **changes: Any) -> None:
        known = self.interactions.get(interaction)
        if known is not None:
            self.interactions[interaction] = replace(known, **changes)
            touched.agents |= self.agents_at(interaction)

    def _close(self, interaction: InteractionId, touched: Touched) -> None:
        touched.agents |= self.agents_at(interaction)
        known = self.interactions.pop(interaction, None)
        if known is not None:
            touched.queues.add(known.queue)
        for offer in [item.offer for item in self.offers.values() if item.interaction == interaction]:
            del self.offers[offer]
        for handling in [item.handling for item in self.handlings.values() if item.interaction == interaction]:
            del self.handlings[handling]


AgentFact = (
    facts.PresenceChanged
    | facts.DesktopConnected
    | facts.DesktopDisconnected
    | facts.PhoneBecameReachable
    | facts.PhoneBecameUnreachable
    | facts.PhoneBecameBusy
    | facts.PhoneBecameFree
    | facts.AgentBackedOff
    | facts.BackOffEnded
)


def _agent_after(agent: AgentOnFloor, fact: AgentFact, at_ms: int) -> AgentOnFloor:
    match fact:
        case facts.PresenceChanged():
            return replace(
                agent,
                presence=fact.presence,
                reason=fact.reason,
                by=fact.by,
                since_ms=at_ms,
                backed_off_until_ms=None,
            )
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
