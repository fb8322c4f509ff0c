"""Promises watched from outside: what the facts say has to add up, whatever the engine's own indexes hold.

`Watch` keeps its own small books from the facts alone, by other means than the engine: who waits, who carries what,
which offers and handlings are open. It is told every step and raises `BrokenInvariant` with what does not fit.
"""

from dataclasses import dataclass, field
from typing import Any

from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_settings import AgentSettings
from history.core.vocabulary import (
    AgentId,
    HandlingId,
    InteractionId,
    Medium,
    OfferedBecause,
    OfferId,
    Presence,
    Requirement,
    WorkId,
)
from router.core.requirements import is_met, parse
from router.errors import BrokenInvariant
from router.simulation.scenario import Capacity, Group, Scenario


@dataclass(slots=True)
class _Visit:
    queue: str
    medium: Medium
    arrived_ms: int
    queued_ms: int
    due_ms: int
    requirement: Requirement
    ended: bool = False
    moved: bool = False
    parked: bool = False
    closed: bool = False
    customer_gone: bool = False


@dataclass(slots=True)
class _Held:
    """A live offer or handling."""

    agent: AgentId
    interaction: InteractionId
    medium: Medium
    since_ms: int
    wrap_up_ms: int | None = None


@dataclass(slots=True)
class Watch:
    """The books of one run."""

    scenario: Scenario
    visits: dict[InteractionId, _Visit] = field(default_factory=dict)
    offers: dict[OfferId, _Held] = field(default_factory=dict)
    handlings: dict[HandlingId, _Held] = field(default_factory=dict)
    works: dict[WorkId, tuple[AgentId, Medium]] = field(default_factory=dict)
    ended_offers: set[OfferId] = field(default_factory=set)
    presence: dict[AgentId, Presence] = field(default_factory=dict)
    declined: set[tuple[InteractionId, AgentId]] = field(default_factory=set)
    agents: dict[AgentId, AgentSettings] = field(default_factory=dict)
    _waiting: dict[str, dict[InteractionId, None]] = field(default_factory=dict)
    _groups: dict[str, Group] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._groups = {group.id: group for group in self.scenario.groups}

    def take(self, at_ms: int, fact: Fact) -> None:
        """Raises BrokenInvariant."""
        keep = _KEEP.get(type(fact))
        if keep is not None:
            keep(self, at_ms, fact)

    def nothing_is_left(self) -> None:
        """After the last customer has gone: everything that began has ended. Raises BrokenInvariant."""
        _hold(not self.offers, f"offers never ended: {sorted(self.offers)}")
        _hold(not self.handlings, f"handlings never ended: {sorted(self.handlings)}")
        open_still = sorted(name for name, visit in self.visits.items() if not visit.closed)
        _hold(not open_still, f"interactions never closed: {open_still}")
        unended = sorted(name for name, visit in self.visits.items() if not visit.ended)
        _hold(not unended, f"visits without an end: {unended}")

    def defined(self, at_ms: int, fact: facts.RoutingDefined) -> None:
        self.agents = {each.agent: each for each in fact.settings.agents}

    def presence_changed(self, at_ms: int, fact: facts.PresenceChanged) -> None:
        self.presence[fact.agent] = fact.presence
        if fact.presence is Presence.SIGNED_OUT:
            _hold(not self._held_by(fact.agent), f"{fact.agent} signed out with work in hand")

    def queued(self, at_ms: int, fact: facts.InteractionQueued) -> None:
        known = self.visits.get(fact.interaction)
        _hold(known is None or (known.ended and not known.closed), f"{fact.interaction} is queued twice")
        queued_ms = min(at_ms, fact.arrived_ms)
        if known is not None:
            _hold(known.arrived_ms == fact.arrived_ms, f"{fact.interaction} lost its arrival")
            same_place = known.moved or known.due_ms >= fact.due_ms
            _hold(same_place, f"{fact.interaction} lost its place")
            queued_ms = known.queued_ms if known.moved else at_ms
        self.visits[fact.interaction] = _Visit(
            fact.queue, fact.medium, fact.arrived_ms, queued_ms, fact.due_ms, fact.requirement
        )
        self._waiting.setdefault(fact.queue, {})[fact.interaction] = None
        self.declined = {each for each in self.declined if each[0] != fact.interaction}

    def relaxed(self, at_ms: int, fact: facts.RequirementRelaxed) -> None:
        self._waits(fact.interaction, "is relaxed").requirement = fact.requirement

    def prioritised(self, at_ms: int, fact: facts.InteractionPrioritised) -> None:
        self._waits(fact.interaction, "is prioritised").due_ms = fact.due_ms

    def parked(self, at_ms: int, fact: facts.InteractionParked) -> None:
        visit = self._waits(fact.interaction, "is parked")
        visit.parked = True
        self._waiting[visit.queue].pop(fact.interaction, None)

    def resumed(self, at_ms: int, fact: facts.InteractionResumed) -> None:
        visit = self._waits(fact.interaction, "is resumed")
        _hold(visit.parked, f"{fact.interaction} is resumed and was not parked")
        visit.parked = False
        self._waiting[visit.queue][fact.interaction] = None

    def _waits(self, interaction: InteractionId, what: str) -> _Visit:
        visit = self.visits.get(interaction)
        _hold(visit is not None and not visit.ended, f"{interaction} {what} and does not wait")
        assert visit is not None
        return visit

    def moved(self, at_ms: int, fact: facts.VisitMoved) -> None:
        self.visit_ended(at_ms, fact)
        self.visits[fact.interaction].moved = True

    def work_started(self, at_ms: int, fact: facts.WorkStarted) -> None:
        _hold(fact.work not in self.works, f"{fact.work} began twice")
        self.works[fact.work] = (fact.agent, fact.medium)

    def work_ended(self, at_ms: int, fact: facts.WorkEnded) -> None:
        _hold(self.works.pop(fact.work, None) is not None, f"{fact.work} ended twice")

    def offerable_again(self, at_ms: int, fact: facts.OfferableAgain) -> None:
        self.declined.discard((fact.interaction, fact.agent))

    def offered(self, at_ms: int, fact: facts.OfferMade) -> None:
        visit = self.visits.get(fact.interaction)
        waits = visit is not None and fact.interaction in self._waiting.get(visit.queue, {})
        _hold(waits, f"{fact.interaction} is offered and does not wait")
        _hold(fact.offer not in self.offers and fact.offer not in self.ended_offers, f"{fact.offer} is made twice")
        assert visit is not None
        pulled = fact.because is OfferedBecause.PULLED
        if not pulled:
            _hold(self.presence.get(fact.agent) is Presence.READY, f"{fact.agent} is offered work and is not ready")
            _hold(self._may_take(fact.agent, fact.interaction), f"{fact.agent} may not take {fact.interaction}")
            self._in_order(fact, visit)
        del self._waiting[visit.queue][fact.interaction]
        self.offers[fact.offer] = _Held(fact.agent, fact.interaction, fact.medium, at_ms)
        if not pulled:
            self._within_capacity(fact.agent, fact.medium)

    def _may_take(self, agent: AgentId, interaction: InteractionId) -> bool:
        asked = parse(self.visits[interaction].requirement)
        return is_met(asked, self.agents[agent]) and (interaction, agent) not in self.declined

    def _in_order(self, fact: facts.OfferMade, visit: _Visit) -> None:
        """Nobody of the same queue who is due earlier is passed over, but for whom this agent may not take, or takes
        later since their skill fits another step better."""
        mine = (visit.due_ms, visit.arrived_ms, fact.interaction)
        own_skill = fact.because is OfferedBecause.OWN_SKILL
        for name in self._waiting[visit.queue]:
            other = self.visits[name]
            if (other.due_ms, other.arrived_ms, name) >= mine or not self._may_take(fact.agent, name):
                continue
            _hold(
                own_skill and other.requirement != visit.requirement,
                f"{fact.agent} is offered {fact.interaction} before {name}, which is due earlier",
            )

    def _held_by(self, agent: AgentId) -> list[Medium]:
        held = [offer.medium for offer in self.offers.values() if offer.agent == agent]
        held += [handling.medium for handling in self.handlings.values() if handling.agent == agent]
        return held + [medium for whose, medium in self.works.values() if whose == agent]

    def _within_capacity(self, agent: AgentId, medium: Medium) -> None:
        """Counted after the offer: its medium's limit holds, and so do the weights of what it may not interrupt."""
        group = self._groups[agent.rpartition(".")[0]]
        held = self._held_by(agent)
        capacity = group.capacity.get(medium, Capacity())
        _hold(held.count(medium) <= capacity.limit, f"{agent} has {held}, with a limit of {capacity.limit} {medium}")
        counted = [group.capacity.get(each, Capacity()) for each in held]
        load = sum(each.weight for each in counted if capacity.interruptible or not each.interruptible)
        _hold(load <= 100, f"{agent} carries {load} of 100: {held}")

    def offer_ended(self, at_ms: int, fact: Any) -> None:
        held = self.offers.pop(fact.offer, None)
        _hold(held is not None, f"{fact.offer} ended twice, or was never made")
        assert held is not None
        self.ended_offers.add(fact.offer)
        if not isinstance(fact, facts.OfferAccepted):
            self._waiting[self.visits[held.interaction].queue][held.interaction] = None
        if isinstance(fact, facts.OfferDeclined):
            self.declined.add((held.interaction, held.agent))

    def visit_ended(
        self,
        at_ms: int,
        fact: "facts.VisitAnswered | facts.VisitAbandoned | facts.VisitFlowedOut | facts.VisitMoved",
    ) -> None:
        visit = self.visits[fact.interaction]
        _hold(not visit.ended, f"the visit of {fact.interaction} ended twice")
        waited_ms = max(0, at_ms - visit.queued_ms)
        _hold(fact.wait_ms == waited_ms, f"{fact.interaction} waited {waited_ms} ms, and {fact.wait_ms} are reported")
        visit.ended = True
        self._waiting[visit.queue].pop(fact.interaction, None)

    def handling_started(self, at_ms: int, fact: facts.HandlingStarted) -> None:
        _hold(fact.handling not in self.handlings, f"{fact.handling} started twice")
        _hold(fact.offer in self.ended_offers, f"{fact.handling} started and its offer has not ended")
        others = [each for each in self.handlings.values() if each.interaction == fact.interaction]
        active = [each for each in others if each.wrap_up_ms is None]
        _hold(not active, f"{fact.interaction} is with two agents")
        self.handlings[fact.handling] = _Held(fact.agent, fact.interaction, fact.medium, at_ms)

    def wrap_up_started(self, at_ms: int, fact: facts.WrapUpStarted) -> None:
        handling = self.handlings.get(fact.handling)
        _hold(handling is not None and handling.wrap_up_ms is None, f"the wrap-up of {fact.handling} began twice")
        assert handling is not None
        _hold(fact.active_ms == at_ms - handling.since_ms, f"{fact.handling} lasted another time than is reported")
        handling.wrap_up_ms = at_ms

    def wrap_up_completed(self, at_ms: int, fact: facts.WrapUpCompleted) -> None:
        handling = self.handlings.pop(fact.handling, None)
        _hold(handling is not None and handling.wrap_up_ms is not None, f"{fact.handling} was completed out of turn")
        assert handling is not None
        _hold(fact.wrap_up_ms == at_ms - (handling.wrap_up_ms or 0), f"the wrap-up of {fact.handling} is misreported")

    def customer_left(self, at_ms: int, fact: facts.CustomerLegEnded) -> None:
        visit = self.visits[fact.interaction]
        _hold(not visit.customer_gone, f"the customer of {fact.interaction} left twice")
        visit.customer_gone = True

    def closed(self, at_ms: int, fact: facts.InteractionClosed) -> None:
        visit = self.visits[fact.interaction]
        _hold(not visit.closed, f"{fact.interaction} is closed twice")
        _hold(visit.ended and visit.customer_gone, f"{fact.interaction} is closed and its customer is still there")
        held = [*self.offers.values(), *self.handlings.values()]
        _hold(all(each.interaction != fact.interaction for each in held), f"{fact.interaction} is closed and held")
        visit.closed = True


def _hold(condition: bool, what: str) -> None:
    if not condition:
        raise BrokenInvariant(what)


_KEEP: dict[type[Fact], Any] = {
    facts.RoutingDefined: Watch.defined,
    facts.PresenceChanged: Watch.presence_changed,
    facts.RequirementRelaxed: Watch.relaxed,
    facts.InteractionPrioritised: Watch.prioritised,
    facts.InteractionParked: Watch.parked,
    facts.InteractionResumed: Watch.resumed,
    facts.OfferableAgain: Watch.offerable_again,
    facts.VisitMoved: Watch.moved,
    facts.WorkStarted: Watch.work_started,
    facts.WorkEnded: Watch.work_ended,
    facts.InteractionQueued: Watch.queued,
    facts.OfferMade: Watch.offered,
    facts.OfferAccepted: Watch.offer_ended,
    facts.OfferDeclined: Watch.offer_ended,
    facts.OfferExpired: Watch.offer_ended,
    facts.OfferFailed: Watch.offer_ended,
    facts.OfferWithdrawn: Watch.offer_ended,
    facts.VisitAnswered: Watch.visit_ended,
    facts.VisitAbandoned: Watch.visit_ended,
    facts.VisitFlowedOut: Watch.visit_ended,
    facts.HandlingStarted: Watch.handling_started,
    facts.WrapUpStarted: Watch.wrap_up_started,
    facts.WrapUpCompleted: Watch.wrap_up_completed,
    facts.CustomerLegEnded: Watch.customer_left,
    facts.InteractionClosed: Watch.closed,
}
