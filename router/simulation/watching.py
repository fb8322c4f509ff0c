"""Promises watched from outside: what the facts say has to add up, whatever the engine's own indexes hold.

`Watch` keeps its own small books from the facts alone, by other means than the engine: who waits, who carries what,
which offers and handlings are open. It is told every step and raises `BrokenInvariant` with what does not fit.
"""

from dataclasses import dataclass, field
from typing import Any

from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_settings import AgentSettings, OpenInterval, QueueSettings, RoutingSettings
from history.core.vocabulary import (
    AgentId,
    HandlingId,
    HoursId,
    InteractionId,
    LegId,
    Medium,
    MovedBecause,
    OfferedBecause,
    OfferId,
    Presence,
    QueueId,
    Requirement,
    ReservationId,
    WorkId,
)
from router.simulation import leaving_promises, promises
from router.simulation.promises import hold
from router.simulation.scenario import Group, Scenario
from router.simulation.talk_promises import TalkBooks


@dataclass(slots=True)
class Visit:
    """One interaction, in its last visit."""

    queue: str
    medium: Medium
    arrived_ms: int
    queued_ms: int
    due_ms: int
    requirement: Requirement
    entered_ms: int = 0
    came_ms: int = 0
    stands_ms: int = 0
    """Since when it stands in the line, not offered or put aside."""
    left: int = 0
    """How often it has left a queue by rule."""
    ended: bool = False
    answered: bool = False
    moved: bool = False
    parked_until_ms: int | None = None
    next_step_ms: int | None = None
    closed: bool = False
    customer_gone: bool = False


@dataclass(slots=True)
class Held:
    """A live offer or handling."""

    agent: AgentId
    interaction: InteractionId
    medium: Medium
    since_ms: int
    wrap_up_ms: int | None = None
    ends_ms: int | None = None
    """When a wrap-up ends by itself."""
    frees: bool = False
    """The agent may be offered more meanwhile."""


@dataclass(slots=True)
class Watch:
    """The books of one run."""

    scenario: Scenario
    visits: dict[InteractionId, Visit] = field(default_factory=dict)
    offers: dict[OfferId, Held] = field(default_factory=dict)
    handlings: dict[HandlingId, Held] = field(default_factory=dict)
    works: dict[WorkId, tuple[AgentId, Medium]] = field(default_factory=dict)
    reservations: dict[ReservationId, tuple[AgentId, Medium]] = field(default_factory=dict)
    ended_offers: dict[OfferId, int] = field(default_factory=dict)
    """When each ended."""
    presence: dict[AgentId, Presence] = field(default_factory=dict)
    lent: dict[AgentId, facts.AgentLent] = field(default_factory=dict)
    loans: dict[AgentId, tuple[int, int]] = field(default_factory=dict)
    """When each agent was lent by a rule and called back last."""
    settings: RoutingSettings | None = None
    queues: dict[QueueId, QueueSettings] = field(default_factory=dict)
    hours: dict[HoursId, tuple[OpenInterval, ...]] = field(default_factory=dict)
    emergencies: dict[QueueId, tuple[int, int]] = field(default_factory=dict)
    """Since when, and until when."""
    planned: set[AgentId] = field(default_factory=set)
    """Who gets nothing more before a presence that they planned."""
    phone_busy: set[AgentId] = field(default_factory=set)
    passed_over: dict[tuple[AgentId, Medium], int] = field(default_factory=dict)
    """How often in a row overdue work of the medium, which the agent could have taken, went on waiting."""
    declined: dict[tuple[InteractionId, AgentId], int] = field(default_factory=dict)
    """Until when each is not to be offered to who declined it."""
    held_for: dict[AgentId, InteractionId] = field(default_factory=dict)
    """For what each agent was held last."""
    agents: dict[AgentId, AgentSettings] = field(default_factory=dict)
    waiting: dict[str, dict[InteractionId, None]] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    talks: TalkBooks = field(default_factory=TalkBooks)

    def __post_init__(self) -> None:
        self.groups = {group.id: group for group in self.scenario.groups}

    def take(self, at_ms: int, fact: Fact) -> None:
        """Raises BrokenInvariant."""
        if isinstance(fact, facts.ArrangementMade | facts.ArrangementFailed):
            self.back(at_ms, fact)
        self.talks.take(at_ms, fact)
        keep = _KEEP.get(type(fact))
        if keep is not None:
            keep(self, at_ms, fact)

    def nothing_is_left(self) -> None:
        """After the last customer has gone: everything that began has ended. Raises BrokenInvariant."""
        self.talks.nothing_is_left()
        hold(not self.offers, f"offers never ended: {sorted(self.offers)}")
        hold(not self.reservations, f"reservations never ended: {sorted(self.reservations)}")
        hold(not self.handlings, f"handlings never ended: {sorted(self.handlings)}")
        open_still = sorted(name for name, visit in self.visits.items() if not visit.closed)
        hold(not open_still, f"interactions never closed: {open_still}")
        unended = sorted(name for name, visit in self.visits.items() if not visit.ended)
        hold(not unended, f"visits without an end: {unended}")

    def became_busy(self, at_ms: int, fact: facts.PhoneBecameBusy) -> None:
        self.phone_busy.add(fact.agent)

    def became_free(self, at_ms: int, fact: facts.PhoneBecameFree) -> None:
        self.phone_busy.discard(fact.agent)

    def defined(self, at_ms: int, fact: facts.RoutingDefined) -> None:
        self.agents = {each.agent: each for each in fact.settings.agents}
        self.settings = fact.settings
        self.queues = {each.queue: each for each in fact.settings.queues}
        self.hours = {each.hours: each.open for each in fact.settings.hours}

    def emergency_began(self, at_ms: int, fact: facts.EmergencyBegan) -> None:
        if fact.queue is not None:
            since_ms, _ = self.emergencies.get(fact.queue, (at_ms, 0))
            self.emergencies[fact.queue] = (since_ms, fact.until_ms)

    def emergency_ended(self, at_ms: int, fact: facts.EmergencyEnded) -> None:
        if fact.queue is not None:
            del self.emergencies[fact.queue]

    def presence_changed(self, at_ms: int, fact: facts.PresenceChanged) -> None:
        self.presence[fact.agent] = fact.presence
        self.planned.discard(fact.agent)
        if fact.presence is Presence.SIGNED_OUT:
            hold(not promises.held_by(self, fact.agent), f"{fact.agent} signed out with work in hand")

    def presence_planned(self, at_ms: int, fact: facts.PresencePlanned) -> None:
        if fact.presence is None:
            self.planned.discard(fact.agent)
        else:
            self.planned.add(fact.agent)

    def queued(self, at_ms: int, fact: facts.InteractionQueued) -> None:
        known = self.visits.get(fact.interaction)
        hold(known is None or (known.ended and not known.closed), f"{fact.interaction} is queued twice")
        queued_ms = min(at_ms, fact.arrived_ms)
        if known is not None:
            hold(known.arrived_ms == fact.arrived_ms, f"{fact.interaction} lost its arrival")
            same_place = known.moved or known.queue != fact.queue or known.due_ms >= fact.due_ms
            hold(same_place, f"{fact.interaction} lost its place")
            queued_ms = known.queued_ms if known.moved else at_ms
        self.visits[fact.interaction] = Visit(
            fact.queue, fact.medium, fact.arrived_ms, queued_ms, fact.due_ms, fact.requirement
        )
        visit = self.visits[fact.interaction]
        visit.next_step_ms, visit.entered_ms, visit.stands_ms = fact.next_step_ms, at_ms, at_ms
        visit.left = 0 if known is None else known.left
        same = known is not None and known.queue == fact.queue
        visit.came_ms = known.came_ms if known is not None and same else fact.arrived_ms if known is None else at_ms
        if not fact.passing:
            self.waiting.setdefault(fact.queue, {})[fact.interaction] = None
        self._forget_declines(fact.interaction)

    def back(self, at_ms: int, fact: "facts.ArrangementMade | facts.ArrangementFailed") -> None:
        """Who was on the way to a queue may be offered from now on."""
        if fact.interaction in self.talks.passing:
            visit = self.visits[fact.interaction]
            visit.stands_ms = at_ms
            self.waiting.setdefault(visit.queue, {})[fact.interaction] = None

    def sent(self, at_ms: int, fact: facts.SendOrdered) -> None:
        """By their agent: should it fail, they wait from here on."""
        visit = self.visits[fact.interaction]
        if visit.answered:
            visit.queued_ms = at_ms

    def relaxed(self, at_ms: int, fact: facts.RequirementRelaxed) -> None:
        visit = self._waits(fact.interaction, "is relaxed")
        visit.requirement, visit.next_step_ms = fact.requirement, fact.next_step_ms

    def prioritised(self, at_ms: int, fact: facts.InteractionPrioritised) -> None:
        self._waits(fact.interaction, "is prioritised").due_ms = fact.due_ms

    def parked(self, at_ms: int, fact: facts.InteractionParked) -> None:
        visit = self._waits(fact.interaction, "is parked")
        visit.parked_until_ms = fact.until_ms
        self.waiting[visit.queue].pop(fact.interaction, None)

    def resumed(self, at_ms: int, fact: facts.InteractionResumed) -> None:
        visit = self._waits(fact.interaction, "is resumed")
        hold(visit.parked_until_ms is not None, f"{fact.interaction} is resumed and was not parked")
        visit.parked_until_ms, visit.stands_ms = None, at_ms
        self.waiting[visit.queue][fact.interaction] = None

    def agent_held(self, at_ms: int, fact: facts.AgentHeld) -> None:
        self._waits(fact.interaction, "is what somebody is held for")
        self.held_for[fact.agent] = fact.interaction

    def _waits(self, interaction: InteractionId, what: str) -> Visit:
        visit = self.visits.get(interaction)
        hold(visit is not None and not visit.ended, f"{interaction} {what} and does not wait")
        assert visit is not None
        return visit

    def moved(self, at_ms: int, fact: facts.VisitMoved) -> None:
        self.visit_ended(at_ms, fact)
        self.visits[fact.interaction].moved = True

    def sending_failed(self, at_ms: int, fact: facts.SendingFailed) -> None:
        """It goes on waiting as if moved, and no rule sends it again."""
        visit = self.visits[fact.interaction]
        visit.moved, visit.left = True, leaving_promises.LEAVES_MAX

    def agent_lent(self, at_ms: int, fact: facts.AgentLent) -> None:
        self.lent[fact.agent] = fact
        if fact.rule is not None:
            promises.lent_in_time(self, at_ms, fact)
            self.loans[fact.agent] = (at_ms, self.loans.get(fact.agent, (0, 0))[1])

    def agent_recalled(self, at_ms: int, fact: facts.AgentRecalled) -> None:
        hold(self.lent.pop(fact.agent, None) is not None, f"{fact.agent} is called back and was not lent")
        if fact.rule is not None:
            promises.recalled_in_time(self, at_ms, fact)
            self.loans[fact.agent] = (self.loans[fact.agent][0], at_ms)

    def reserved(self, at_ms: int, fact: facts.AgentReserved) -> None:
        hold(fact.reservation not in self.reservations, f"{fact.reservation} is made twice")
        hold(self.presence.get(fact.agent) is Presence.READY, f"{fact.agent} is reserved and is not ready")
        too_much = promises.has_no_room(self, fact.agent, fact.medium, promises.held_by(self, fact.agent))
        hold(too_much is None, f"{fact.agent} is reserved: {too_much}")
        self.reservations[fact.reservation] = (fact.agent, fact.medium)

    def reservation_ended(self, at_ms: int, fact: facts.ReservationEnded) -> None:
        held = self.reservations.pop(fact.reservation, None)
        hold(held is not None, f"{fact.reservation} ended twice, or was never made")

    def work_started(self, at_ms: int, fact: facts.WorkStarted) -> None:
        hold(fact.work not in self.works, f"{fact.work} began twice")
        self.works[fact.work] = (fact.agent, fact.medium)

    def work_ended(self, at_ms: int, fact: facts.WorkEnded) -> None:
        hold(self.works.pop(fact.work, None) is not None, f"{fact.work} ended twice")

    def offerable_again(self, at_ms: int, fact: facts.OfferableAgain) -> None:
        self.declined.pop((fact.interaction, fact.agent), None)

    def offered(self, at_ms: int, fact: facts.OfferMade) -> None:
        visit = self.visits.get(fact.interaction)
        waits = visit is not None and fact.interaction in self.waiting.get(visit.queue, {})
        hold(waits, f"{fact.interaction} is offered and does not wait")
        hold(fact.offer not in self.offers and fact.offer not in self.ended_offers, f"{fact.offer} is made twice")
        assert visit is not None
        pulled = fact.because is OfferedBecause.PULLED
        if not pulled:
            hold(fact.agent not in self.planned, f"{fact.agent} is offered work before a break that was planned")
            hold(self.presence.get(fact.agent) is Presence.READY, f"{fact.agent} is offered work and is not ready")
            promises.offer_is_due(self, at_ms, fact, visit)
        else:  # a supervisor's doing breaks the row
            self.passed_over = {key: times for key, times in self.passed_over.items() if key[0] != fact.agent}
        del self.waiting[visit.queue][fact.interaction]
        self.offers[fact.offer] = Held(fact.agent, fact.interaction, fact.medium, at_ms)

    def offer_ended(self, at_ms: int, fact: Any) -> None:
        held = self.offers.pop(fact.offer, None)
        hold(held is not None, f"{fact.offer} ended twice, or was never made")
        assert held is not None
        self.ended_offers[fact.offer] = at_ms
        if not isinstance(fact, facts.OfferAccepted):
            self.visits[held.interaction].stands_ms = at_ms
            self.waiting[self.visits[held.interaction].queue][held.interaction] = None
        if isinstance(fact, facts.OfferDeclined):
            self.declined[held.interaction, held.agent] = fact.not_again_before_ms

    def visit_ended(
        self,
        at_ms: int,
        fact: "facts.VisitAnswered | facts.VisitAbandoned | facts.VisitFlowedOut | facts.VisitMoved",
    ) -> None:
        visit = self.visits[fact.interaction]
        hold(not visit.ended, f"the visit of {fact.interaction} ended twice")
        if isinstance(fact, facts.VisitMoved | facts.VisitFlowedOut):
            leaving_promises.left_by_rule(self, at_ms, fact, visit)
            visit.left += fact.because not in (None, MovedBecause.SUPERVISOR)
        waited_ms = max(0, at_ms - visit.queued_ms)
        hold(fact.wait_ms == waited_ms, f"{fact.interaction} waited {waited_ms} ms, and {fact.wait_ms} are reported")
        visit.ended = True
        visit.answered = isinstance(fact, facts.VisitAnswered)
        self._forget_declines(fact.interaction)
        self.waiting[visit.queue].pop(fact.interaction, None)

    def _forget_declines(self, interaction: InteractionId) -> None:
        for name, agent in [each for each in self.declined if each[0] == interaction]:
            del self.declined[name, agent]

    def handling_started(self, at_ms: int, fact: facts.HandlingStarted) -> None:
        hold(fact.handling not in self.handlings, f"{fact.handling} started twice")
        begun = fact.offer in self.ended_offers or LegId(fact.offer) in self.talks.legs or fact.offer.startswith("l")
        hold(begun, f"{fact.handling} started and its offer has not ended")
        others = [each for each in self.handlings.values() if each.interaction == fact.interaction]
        active = [each for each in others if each.wrap_up_ms is None]
        hold(not active, f"{fact.interaction} is with two agents")
        self.handlings[fact.handling] = Held(fact.agent, fact.interaction, fact.medium, at_ms)

    def wrap_up_started(self, at_ms: int, fact: facts.WrapUpStarted) -> None:
        handling = self.handlings.get(fact.handling)
        hold(handling is not None and handling.wrap_up_ms is None, f"the wrap-up of {fact.handling} began twice")
        assert handling is not None
        hold(fact.active_ms == at_ms - handling.since_ms, f"{fact.handling} lasted another time than is reported")
        handling.wrap_up_ms = at_ms
        handling.frees = fact.frees
        handling.ends_ms = fact.ends_at_ms if fact.timed else None

    def wrap_up_extended(self, at_ms: int, fact: facts.WrapUpExtended) -> None:
        self.handlings[fact.handling].ends_ms = fact.ends_at_ms

    def wrap_up_completed(self, at_ms: int, fact: facts.WrapUpCompleted) -> None:
        handling = self.handlings.pop(fact.handling, None)
        hold(handling is not None and handling.wrap_up_ms is not None, f"{fact.handling} was completed out of turn")
        assert handling is not None
        hold(fact.wrap_up_ms == at_ms - (handling.wrap_up_ms or 0), f"the wrap-up of {fact.handling} is misreported")

    def customer_left(self, at_ms: int, fact: facts.CustomerLegEnded) -> None:
        visit = self.visits[fact.interaction]
        hold(not visit.customer_gone, f"the customer of {fact.interaction} left twice")
        visit.customer_gone = True

    def closed(self, at_ms: int, fact: facts.InteractionClosed) -> None:
        visit = self.visits[fact.interaction]
        hold(not visit.closed, f"{fact.interaction} is closed twice")
        hold(visit.ended and visit.customer_gone, f"{fact.interaction} is closed and its customer is still there")
        held = [*self.offers.values(), *self.handlings.values()]
        hold(all(each.interaction != fact.interaction for each in held), f"{fact.interaction} is closed and held")
        visit.closed = True


_KEEP: dict[type[Fact], Any] = {
    facts.RoutingDefined: Watch.defined,
    facts.AgentLent: Watch.agent_lent,
    facts.AgentReserved: Watch.reserved,
    facts.ReservationEnded: Watch.reservation_ended,
    facts.AgentRecalled: Watch.agent_recalled,
    facts.PresenceChanged: Watch.presence_changed,
    facts.PhoneBecameBusy: Watch.became_busy,
    facts.PhoneBecameFree: Watch.became_free,
    facts.PresencePlanned: Watch.presence_planned,
    facts.RequirementRelaxed: Watch.relaxed,
    facts.InteractionPrioritised: Watch.prioritised,
    facts.AgentHeld: Watch.agent_held,
    facts.InteractionParked: Watch.parked,
    facts.InteractionResumed: Watch.resumed,
    facts.OfferableAgain: Watch.offerable_again,
    facts.VisitMoved: Watch.moved,
    facts.SendingFailed: Watch.sending_failed,
    facts.SendOrdered: Watch.sent,
    facts.EmergencyBegan: Watch.emergency_began,
    facts.EmergencyEnded: Watch.emergency_ended,
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
    facts.WrapUpExtended: Watch.wrap_up_extended,
    facts.WrapUpCompleted: Watch.wrap_up_completed,
    facts.CustomerLegEnded: Watch.customer_left,
    facts.InteractionClosed: Watch.closed,
}
