"""Promises watched from outside: what the facts say has to add up, whatever the engine's own indexes hold.

`Watch` keeps its own small books from the facts alone, by other means than the engine: who waits, who carries what,
which offers and handlings are open. It is told every step and raises `BrokenInvariant` with what does not fit.
"""

from dataclasses import dataclass, field
from typing import Any

from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import AgentId, HandlingId, InteractionId, Medium, OfferId, Presence
from router.errors import BrokenInvariant
from router.simulation.scenario import Group, Scenario


@dataclass(slots=True)
class _Visit:
    queue: str
    medium: Medium
    arrived_ms: int
    queued_ms: int
    due_ms: int
    ended: bool = False
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
    ended_offers: set[OfferId] = field(default_factory=set)
    presence: dict[AgentId, Presence] = field(default_factory=dict)
    declined: dict[tuple[InteractionId, AgentId], int] = field(default_factory=dict)
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

    def presence_changed(self, at_ms: int, fact: facts.PresenceChanged) -> None:
        self.presence[fact.agent] = fact.presence
        if fact.presence is Presence.SIGNED_OUT:
            _hold(not self._held_by(fact.agent), f"{fact.agent} signed out with work in hand")

    def queued(self, at_ms: int, fact: facts.InteractionQueued) -> None:
        known = self.visits.get(fact.interaction)
        _hold(known is None or (known.ended and not known.closed), f"{fact.interaction} is queued twice")
        if known is not None:
            _hold(known.arrived_ms == fact.arrived_ms, f"{fact.interaction} lost its arrival")
            _hold(known.due_ms >= fact.due_ms, f"{fact.interaction} lost its place")
        queued_ms = at_ms if known is not None else min(at_ms, fact.arrived_ms)
        self.visits[fact.interaction] = _Visit(
            fact.queue, fact.medium, fact.arrived_ms, queued_ms, fact.due_ms, customer_gone=False
        )
        self._waiting.setdefault(fact.queue, {})[fact.interaction] = None

    def offered(self, at_ms: int, fact: facts.OfferMade) -> None:
        visit = self.visits.get(fact.interaction)
        waits = visit is not None and fact.interaction in self._waiting.get(visit.queue, {})
        _hold(waits, f"{fact.interaction} is offered and does not wait")
        _hold(fact.offer not in self.offers and fact.offer not in self.ended_offers, f"{fact.offer} is made twice")
        _hold(self.presence.get(fact.agent) is Presence.READY, f"{fact.agent} is offered work and is not ready")
        assert visit is not None
        self._in_order(at_ms, fact, visit)
        del self._waiting[visit.queue][fact.interaction]
        self.offers[fact.offer] = _Held(fact.agent, fact.interaction, fact.medium, at_ms)
        self._within_capacity(fact.agent, fact.medium)

    def _in_order(self, at_ms: int, fact: facts.OfferMade, visit: _Visit) -> None:
        """Nobody of the same queue who is due earlier is passed over, but for those whom this agent declined."""
        mine = (visit.due_ms, visit.arrived_ms, fact.interaction)
        for name in self._waiting[visit.queue]:
            other = self.visits[name]
            if (other.due_ms, other.arrived_ms, name) < mine and self.declined.get((name, fact.agent), 0) <= at_ms:
                _hold(False, f"{fact.agent} is offered {fact.interaction} before {name}, which is due earlier")

    def _held_by(self, agent: AgentId) -> list[Medium]:
        held = [offer.medium for offer in self.offers.values() if offer.agent == agent]
        return held + [handling.medium for handling in self.handlings.values() if handling.agent == agent]

    def _within_capacity(self, agent: AgentId, medium: Medium) -> None:
        """Counted after the offer: its medium's limit holds, and so do the weights of what it may not interrupt."""
        group = self._groups[agent.rpartition(".")[0]]
        held = self._held_by(agent)
        capacity = group.capacity.get(medium)
        limit = 1 if capacity is None else capacity.limit
        _hold(held.count(medium) <= limit, f"{agent} has {held.count(medium)} of {medium}, with a limit of {limit}")
        if capacity is None:
            _hold(len(held) == 1, f"{agent} serves one customer at a time and has {held}")
            return
        counted = [group.capacity[each] for each in held]
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
            self.declined[held.interaction, held.agent] = fact.not_again_before_ms

    def visit_ended(
        self, at_ms: int, fact: "facts.VisitAnswered | facts.VisitAbandoned | facts.VisitFlowedOut"
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
    facts.PresenceChanged: Watch.presence_changed,
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
