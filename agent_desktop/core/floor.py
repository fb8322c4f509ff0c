"""The floor: what is going on, folded from the facts of the routing stream for the screens.

`Floor.fold(fact, at_ms)` is the only thing that changes it; it returns which agents, queues and interactions look
different now. A closed interaction is forgotten with all that hung on it, so the floor is as large as the work in
hand. Names and texts are not here. `agent_desktop/core/kept_floor.py` keeps it between two starts.
"""

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from typing import Any

from agent_desktop.core.call_on_floor import Talking, TalksOnFloor
from agent_desktop.core.on_floor import (
    HANDLED_MAX,
    HANDLED_MS,
    AgentFact,
    AgentOnFloor,
    EmergencyOnFloor,
    Handled,
    HandlingOnFloor,
    HeldOnFloor,
    InteractionOnFloor,
    OfferOnFloor,
    OpeningOnFloor,
    ReservationOnFloor,
    Touched,
    WaitOnFloor,
    WorkOnFloor,
    agent_after,
    freed_by,
)
from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import (
    AgentId,
    HandlingId,
    InteractionId,
    Medium,
    NumberId,
    OfferId,
    QueueId,
    ReservationId,
    WorkId,
)

OfferEnd = facts.OfferAccepted | facts.OfferDeclined | facts.OfferExpired | facts.OfferFailed | facts.OfferWithdrawn
HandlingFact = facts.HandlingStarted | facts.WrapUpStarted | facts.WrapUpExtended | facts.WrapUpCompleted


@dataclass(slots=True)
class Floor:
    settings: RoutingSettings | None = None
    agents: dict[AgentId, AgentOnFloor] = field(default_factory=dict)
    interactions: dict[InteractionId, InteractionOnFloor] = field(default_factory=dict)
    offers: dict[OfferId, OfferOnFloor] = field(default_factory=dict)
    handlings: dict[HandlingId, HandlingOnFloor] = field(default_factory=dict)
    works: dict[WorkId, WorkOnFloor] = field(default_factory=dict)
    reservations: dict[ReservationId, ReservationOnFloor] = field(default_factory=dict)
    handled: dict[AgentId, deque[Handled]] = field(default_factory=dict)
    openings: dict[QueueId, OpeningOnFloor] = field(default_factory=dict)
    emergencies: dict[tuple[QueueId | None, NumberId | None], EmergencyOnFloor] = field(default_factory=dict)
    waits: dict[QueueId, WaitOnFloor] = field(default_factory=dict)
    """Of the queues whose wait is known."""
    held: dict[AgentId, HeldOnFloor] = field(default_factory=dict)
    talks: TalksOnFloor = field(default_factory=TalksOnFloor)
    _glances: dict[QueueId, tuple[int, int]] | None = field(default=None, compare=False)
    """What `waiting` found last; none when it may have changed."""
    _aside: Counter[QueueId] = field(default_factory=Counter, compare=False)
    """How many of those are parked."""
    _offered: Counter[QueueId] | None = field(default=None, compare=False)
    """How many offers of each queue stand; none when it may have changed."""

    def fold(self, fact: Fact, at_ms: int) -> Touched:
        """Apply one fact; a fact about something unknown (begun before the first snapshot) changes nothing."""
        touched = Touched()
        self._hold(fact, touched)
        self._talk(fact, at_ms, touched)
        match fact:
            case facts.RoutingDefined():
                self._define(fact.settings)
                touched.everything = True
            case (
                facts.PresenceChanged()
                | facts.PresencePlanned()
                | facts.ReasonOverrun()
                | facts.DesktopConnected()
                | facts.DesktopDisconnected()
                | facts.PhoneBecameReachable()
                | facts.PhoneBecameUnreachable()
                | facts.PhoneBecameBusy()
                | facts.PhoneBecameFree()
                | facts.AgentBackedOff()
                | facts.BackOffEnded()
                | facts.AgentLent()
                | facts.AgentRecalled()
                | facts.LendingKept()
            ):
                self._agent(fact, at_ms, touched)
            case facts.WorkStarted() | facts.WorkEnded():
                self._work(fact, at_ms, touched)
            case facts.AgentReserved():
                self.reservations[fact.reservation] = ReservationOnFloor(fact.reservation, fact.agent, fact.medium)
                touched.agents.add(fact.agent)
            case facts.ReservationEnded():
                self.reservations.pop(fact.reservation, None)
                touched.agents.add(fact.agent)
            case facts.QueueOpeningChanged() | facts.EmergencyBegan() | facts.EmergencyEnded():
                self._mode(fact)
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
                self._end_offer(fact, touched)
            case facts.ExpectedWaitTold():
                self._wait(fact, touched)
            case facts.HandlingStarted() | facts.WrapUpStarted() | facts.WrapUpExtended() | facts.WrapUpCompleted():
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

    def leases_of(self, agent: AgentId) -> list[Medium]:
        """The medium of each piece of work that the agent has in hand or is offered; a wrap-up that frees is none."""
        held = [offer.medium for offer in self.offers_to(agent)]
        held += [handling.medium for handling in self.work_of(agent) if not handling.frees]
        held += [work.medium for work in self.works.values() if work.agent == agent]
        return held + [each.medium for each in self.reservations.values() if each.agent == agent]

    def line_of(self, queue: QueueId, most: int) -> list[InteractionOnFloor]:
        """At most so many of what waits in the queue, the oldest first."""
        line = (item for item in self.interactions.values() if item.waiting and item.queue == queue)
        return nsmallest(most, line, key=lambda item: (item.arrived_ms, item.interaction))

    def agents_at(self, interaction: InteractionId) -> frozenset[AgentId]:
        """Agents who are offered this interaction or have a part in it now."""
        return frozenset(
            item.agent
            for items in (self.offers.values(), self.handlings.values())
            for item in items
            if item.interaction == interaction
        ) | self.talks.agents_at(interaction)

    def doing(self, agent: AgentId, interaction: InteractionId) -> Talking | None:
        """What an agent does in a call; none when they have no part in it."""
        owns = any(
            item.agent == agent and item.interaction == interaction and item.wrap_up_since_ms is None
            for item in self.handlings.values()
        )
        return self.talks.doing(agent, interaction, owns)

    def waiting(self) -> dict[QueueId, tuple[int, int]]:
        """For each queue in which somebody waits: how many, and since when the longest has waited."""
        if self._glances is not None:
            return self._glances
        glances: dict[QueueId, tuple[int, int]] = {}
        self._aside.clear()
        for item in self.interactions.values():
            if item.waiting:
                if item.parked_until_ms is not None or item.passing:
                    self._aside[item.queue] += 1
                count, since_ms = glances.get(item.queue, (0, item.arrived_ms))
                glances[item.queue] = (count + 1, min(since_ms, item.arrived_ms))
        self._glances = glances
        return glances

    def has_to_offer(self, queue: QueueId) -> bool:
        """Whether something waits in the queue that is neither parked nor being offered to anybody."""
        count, _ = self.waiting().get(queue, (0, 0))
        if self._offered is None:
            self._offered = Counter(offer.queue for offer in self.offers.values())
        return count > self._aside[queue] + self._offered[queue]

    def _define(self, settings: RoutingSettings) -> None:
        self.settings = settings
        known = {agent.agent for agent in settings.agents}
        queues = {queue.queue for queue in settings.queues}
        self.waits = {queue: wait for queue, wait in self.waits.items() if queue in queues}
        self.agents = {
            **{agent: state for agent, state in self.agents.items() if agent in known},
            **{agent.agent: AgentOnFloor() for agent in settings.agents if agent.agent not in self.agents},
        }

    def _hold(self, fact: Fact, touched: Touched) -> None:
        """Whom the fact holds, and whom it frees from a hold."""
        for agent in freed_by(fact, self.held) if self.held else ():
            if self.held.pop(agent, None) is not None:
                touched.agents.add(agent)
        if isinstance(fact, facts.AgentHeld):
            self.held[fact.agent] = HeldOnFloor(fact.interaction, fact.medium)
            touched.agents.add(fact.agent)

    def _agent(self, fact: AgentFact, at_ms: int, touched: Touched) -> None:
        self.agents[fact.agent] = agent_after(self.agents.get(fact.agent, AgentOnFloor()), fact, at_ms)
        touched.agents.add(fact.agent)

    def _mode(self, fact: facts.QueueOpeningChanged | facts.EmergencyBegan | facts.EmergencyEnded) -> None:
        match fact:
            case facts.QueueOpeningChanged():
                self.openings[fact.queue] = OpeningOnFloor(fact.opening, fact.until_ms)
            case facts.EmergencyBegan():
                began = EmergencyOnFloor(fact.queue, fact.number, fact.until_ms, fact.by)
                self.emergencies[fact.queue, fact.number] = began
            case facts.EmergencyEnded():
                self.emergencies.pop((fact.queue, fact.number), None)

    def _work(self, fact: facts.WorkStarted | facts.WorkEnded, at_ms: int, touched: Touched) -> None:
        before = self.works.pop(fact.work, None)
        touched.agents |= {fact.agent, before.agent if before is not None else fact.agent}
        if isinstance(fact, facts.WorkStarted):
            self.works[fact.work] = WorkOnFloor(fact.work, fact.agent, fact.medium, fact.kind, fact.interaction, at_ms)

    def _talk(self, fact: Fact, at_ms: int, touched: Touched) -> None:
        """Whom a fact about a call with more than two parties lets look different."""
        interaction = self.talks.interaction_of(fact)
        if interaction is not None:
            touched.agents |= self.agents_at(interaction)
            self.talks.fold(fact, at_ms)
            touched.agents |= self.agents_at(interaction)
            touched.interactions.add(interaction)
            known = self.interactions.get(interaction)
            back = isinstance(fact, facts.ArrangementMade | facts.ArrangementFailed)
            if back and known is not None and known.passing:
                self._change(interaction, touched, passing=False)
                self._glances = None

    def _wait(self, fact: facts.ExpectedWaitTold, touched: Touched) -> None:
        self.waits.pop(fact.queue, None)
        if fact.p50_ms is not None and fact.p90_ms is not None:
            self.waits[fact.queue] = WaitOnFloor(fact.p50_ms, fact.p90_ms)
        touched.lines.add(fact.queue)

    def _offer(self, fact: facts.OfferMade, at_ms: int, touched: Touched) -> None:
        before = self.offers.get(fact.offer)
        if before is not None:
            touched.agents.add(before.agent)
        self._offered = None
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
        touched.lines.add(fact.queue)

    def _end_offer(self, fact: OfferEnd, touched: Touched) -> None:
        ended = self.offers.pop(fact.offer, None)
        self._offered = None
        touched.agents |= {fact.agent, ended.agent if ended is not None else fact.agent}
        touched.interactions.add(fact.interaction)
        if ended is not None:
            touched.lines.add(ended.queue)

    def _ring(self, fact: facts.RingOrdered | facts.PhoneRang, touched: Touched) -> None:
        offer = self.offers.get(fact.offer)
        if offer is None:
            return
        expires_at_ms = fact.expires_at_ms if isinstance(fact, facts.RingOrdered) else offer.expires_at_ms
        self.offers[fact.offer] = replace(offer, ringing=True, expires_at_ms=expires_at_ms)
        touched.agents.add(offer.agent)

    def _handle(self, fact: HandlingFact, at_ms: int, touched: Touched) -> None:
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
                        timed=fact.timed,
                        frees=fact.frees,
                    )
            case facts.WrapUpExtended():
                if before is not None:
                    self.handlings[fact.handling] = replace(
                        before, wrap_up_ends_at_ms=fact.ends_at_ms, extensions=fact.extensions
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
                    priority=fact.priority,
                    requirement=fact.requirement,
                    step=fact.step,
                    next_step_ms=fact.next_step_ms,
                    passing=fact.passing,
                )
                touched.queues.add(fact.queue)
                touched.lines.add(fact.queue)
            case facts.VisitAnswered() | facts.VisitAbandoned() | facts.VisitFlowedOut() | facts.VisitMoved():
                self._change(fact.interaction, touched, waiting=False)
                touched.queues.add(fact.queue)
            case facts.InteractionPrioritised():
                self._change(fact.interaction, touched, due_ms=fact.due_ms, priority=fact.priority)
            case facts.InteractionParked():
                self._change(fact.interaction, touched, parked_until_ms=fact.until_ms)
                self._glances = None
            case facts.InteractionResumed():
                self._change(fact.interaction, touched, parked_until_ms=None)
                self._glances = None
            case facts.RequirementRelaxed():
                self._change(
                    fact.interaction,
                    touched,
                    requirement=fact.requirement,
                    step=fact.step,
                    next_step_ms=fact.next_step_ms,
                )
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
            touched.lines.add(known.queue)

    def _close(self, interaction: InteractionId, touched: Touched) -> None:
        touched.agents |= self.agents_at(interaction)
        known = self.interactions.pop(interaction, None)
        if known is not None:
            touched.queues.add(known.queue)
            touched.lines.add(known.queue)
        for offer in [item.offer for item in self.offers.values() if item.interaction == interaction]:
            del self.offers[offer]
            self._offered = None
        for handling in [item.handling for item in self.handlings.values() if item.interaction == interaction]:
            del self.handlings[handling]
