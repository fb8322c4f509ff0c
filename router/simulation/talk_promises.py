"""Books of calls with more than two parties, kept from the facts alone: holds and consults have one end each, a leg is
over once, leases end with their legs, whoever gets the customer has been in the call, and nobody is lost for long.
"""

from dataclasses import dataclass, field
from typing import Any

from history.core import routing as facts
from history.core.call_words import LegFor, WorkKind
from history.core.entries import Fact
from history.core.vocabulary import AgentId, HandlingId, InteractionId, LegId, Medium, WorkId
from router.simulation.promises import SLACK_MS, hold

ARRANGE_MS = 10_000
LOST_MS = 30_000
RING_MS = 23_000
"""No leg waits longer for an answer: the page, the ring and its grace."""


@dataclass(slots=True)
class Leg:
    interaction: InteractionId
    agent: AgentId | None
    work: WorkId | None
    since_ms: int
    purpose: LegFor
    connected: bool = False


@dataclass(slots=True)
class TalkBooks:
    """The books of one run. `take` raises BrokenInvariant."""

    owners: dict[InteractionId, tuple[HandlingId, AgentId]] = field(default_factory=dict)
    """Who has each customer on the phone."""
    held: dict[InteractionId, int] = field(default_factory=dict)
    """Since when."""
    consults: dict[InteractionId, LegId] = field(default_factory=dict)
    legs: dict[LegId, Leg] = field(default_factory=dict)
    over: set[LegId] = field(default_factory=set)
    works: dict[WorkId, AgentId] = field(default_factory=dict)
    lost: dict[InteractionId, int] = field(default_factory=dict)
    ordered: dict[InteractionId, tuple[int, int]] = field(default_factory=dict)
    """The number of what is not confirmed, and since when."""
    numbers: dict[InteractionId, int] = field(default_factory=dict)
    passing: dict[InteractionId, int] = field(default_factory=dict)
    """Who is on the way to a queue, since when."""
    transferred: set[InteractionId] = field(default_factory=set)
    """Who is handed over to a queue or an agent by this decision."""
    rung: dict[AgentId, set[str]] = field(default_factory=dict)
    """The calls that are offered to each agent."""

    def take(self, at_ms: int, fact: Fact) -> None:
        keep = _KEEP.get(type(fact))
        if keep is not None:
            keep(self, at_ms, fact)

    def in_time(self, now_ms: int) -> None:
        """What time brings has come. Raises BrokenInvariant."""
        for interaction, since_ms in self.passing.items():
            late = now_ms - since_ms - ARRANGE_MS
            hold(late <= SLACK_MS, f"{interaction} is on the way to a queue for {late} ms too long")
        for interaction, since_ms in self.lost.items():
            late = now_ms - since_ms - LOST_MS
            hold(late <= SLACK_MS, f"{interaction} waits for its lost agent {late} ms too long")
        for name, leg in self.legs.items():
            late = 0 if leg.connected else now_ms - leg.since_ms - RING_MS
            hold(late <= SLACK_MS, f"{name} rings {late} ms too long")
        for interaction, (number, since_ms) in self.ordered.items():
            late = now_ms - since_ms - ARRANGE_MS
            hold(late <= SLACK_MS, f"arrangement {number} of {interaction} is asked for {late} ms too long")

    def nothing_is_left(self) -> None:
        """Raises BrokenInvariant."""
        hold(not self.works, f"leases of consults never ended: {sorted(self.works)}")
        hold(not self.legs, f"legs never ended: {sorted(self.legs)}")
        hold(not self.held, f"holds never ended: {sorted(self.held)}")
        hold(not self.consults, f"consults never ended: {sorted(self.consults)}")
        hold(not self.lost, f"lost agents were never found or given up: {sorted(self.lost)}")
        hold(not self.passing, f"never came to their queues: {sorted(self.passing)}")

    def offered(self, at_ms: int, fact: facts.OfferMade) -> None:
        hold(fact.interaction not in self.passing, f"{fact.interaction} is offered before it is back at the music")
        if fact.medium is Medium.VOICE:
            busy = fact.agent in self.works.values()
            hold(not busy, f"{fact.agent} is offered a call and is in one of others")
            self.rung.setdefault(fact.agent, set()).add(fact.offer)

    def offer_ended(self, at_ms: int, fact: Any) -> None:
        self.rung.get(fact.agent, set()).discard(fact.offer)

    def started(self, at_ms: int, fact: facts.HandlingStarted) -> None:
        if fact.medium is not Medium.VOICE:
            return
        hold(fact.interaction not in self.owners, f"{fact.interaction} has two owners")
        leg = self.legs.get(LegId(fact.offer))
        if leg is not None:
            hold(leg.connected and leg.agent == fact.agent, f"{fact.handling} is credited to who did not talk")
            leg.purpose = LegFor.OWNER
        self.owners[fact.interaction] = (fact.handling, fact.agent)

    def part_ended(self, at_ms: int, fact: facts.WrapUpStarted) -> None:
        hold(fact.interaction not in self.held, f"{fact.interaction} is on hold for nobody")
        hold(fact.interaction not in self.consults, f"{fact.handling} is over and still asks somebody")
        self.owners.pop(fact.interaction, None)
        self.lost.pop(fact.interaction, None)

    def hold_began(self, at_ms: int, fact: facts.HoldBegan) -> None:
        hold(fact.interaction not in self.held, f"{fact.interaction} is put on hold twice")
        hold(self.owners.get(fact.interaction) == (fact.handling, fact.agent), f"{fact} is not the owner's doing")
        self.held[fact.interaction] = at_ms

    def hold_ended(self, at_ms: int, fact: facts.HoldEnded) -> None:
        since_ms = self.held.pop(fact.interaction, None)
        hold(since_ms is not None, f"a hold of {fact.interaction} ended twice, or never began")
        hold(fact.held_ms == at_ms - (since_ms or 0), f"{fact.interaction} was held for another time than is told")

    def consult_began(self, at_ms: int, fact: facts.ConsultBegan) -> None:
        hold(fact.interaction not in self.consults, f"{fact.interaction} has two consults")
        if fact.to_agent is not None:
            hold(not self.rung.get(fact.to_agent), f"{fact.to_agent} is asked and is being rung")
            talks = fact.to_agent in [agent for _, agent in self.owners.values()]
            hold(not talks, f"{fact.to_agent} is asked and talks with a customer")
        self.consults[fact.interaction] = fact.leg

    def consult_ended(self, at_ms: int, fact: facts.ConsultEnded) -> None:
        begun = self.consults.pop(fact.interaction, None)
        hold(begun == fact.leg, f"a consult of {fact.interaction} ended that had not begun")

    def work_started(self, at_ms: int, fact: facts.WorkStarted) -> None:
        if fact.kind is WorkKind.CONSULT:
            hold(fact.agent not in self.works.values(), f"{fact.agent} has two consults at a time")
            self.works[fact.work] = fact.agent

    def work_ended(self, at_ms: int, fact: facts.WorkEnded) -> None:
        self.works.pop(fact.work, None)

    def leg_ordered(self, at_ms: int, fact: facts.LegOrdered) -> None:
        hold(fact.leg not in self.legs and fact.leg not in self.over, f"{fact.leg} is ordered twice")
        self.legs[fact.leg] = Leg(fact.interaction, fact.agent, fact.work, at_ms, fact.purpose)

    def leg_connected(self, at_ms: int, fact: facts.LegConnected) -> None:
        hold(fact.leg in self.legs, f"{fact.leg} is connected and is over")
        self.legs[fact.leg].connected = True

    def leg_over(self, at_ms: int, fact: facts.LegOver) -> None:
        if fact.leg.startswith("l"):
            hold(self.legs.pop(fact.leg, None) is not None, f"{fact.leg} is over twice")
            self.over.add(fact.leg)

    def leg_lost(self, at_ms: int, fact: facts.LegLost) -> None:
        hold(self.owners.get(fact.interaction) == (fact.handling, fact.agent), f"{fact} is not the owner's")
        hold(fact.interaction not in self.lost, f"the agent of {fact.interaction} is lost twice")
        self.legs.pop(fact.leg, None)
        self.lost[fact.interaction] = at_ms

    def leg_found(self, at_ms: int, fact: facts.LegFound) -> None:
        since_ms = self.lost.pop(fact.interaction, None)
        hold(since_ms is not None and fact.lost_ms == at_ms - since_ms, f"{fact.leg} was lost for another time")

    def arrangement(self, at_ms: int, fact: facts.ArrangementOrdered) -> None:
        before = self.numbers.get(fact.interaction, 0)
        hold(fact.arrangement == before + 1, f"{fact.interaction} is arranged by {fact.arrangement} after {before}")
        self.numbers[fact.interaction] = fact.arrangement
        self.ordered[fact.interaction] = (fact.arrangement, at_ms)
        gone = [] if fact.again else [leg for leg, _ in fact.legs if leg in self.over]
        hold(not gone, f"arrangement {fact.arrangement} of {fact.interaction} names {gone}, who are gone")

    def arranged(self, at_ms: int, fact: Any) -> None:
        number, _ = self.ordered.pop(fact.interaction, (0, 0))
        hold(number == fact.arrangement, f"{fact.interaction}: {fact.arrangement} is answered, {number} was ordered")
        self.passing.pop(fact.interaction, None)

    def handed_over(self, at_ms: int, fact: facts.HandlingTransferred) -> None:
        hold(self.owners.get(fact.interaction) == (fact.handling, fact.agent), f"{fact} is not the owner's doing")
        if fact.leg is None and fact.to_destination is None:
            self.transferred.add(fact.interaction)

    def queued(self, at_ms: int, fact: facts.InteractionQueued) -> None:
        hold(fact.interaction not in self.owners, f"{fact.interaction} waits and somebody has it")
        if fact.interaction in self.transferred:
            hold(fact.passing, f"{fact.interaction} is handed over and offered before it is back")
            self.transferred.discard(fact.interaction)
        if fact.passing:
            self.passing[fact.interaction] = at_ms

    def closed(self, at_ms: int, fact: facts.InteractionClosed) -> None:
        left = [name for name, leg in self.legs.items() if leg.interaction == fact.interaction]
        hold(not left, f"{fact.interaction} is closed and {left} are in it")
        self.passing.pop(fact.interaction, None)

    def customer_left(self, at_ms: int, fact: facts.CustomerLegEnded) -> None:
        self.passing.pop(fact.interaction, None)


_KEEP: dict[type[Fact], Any] = {
    facts.OfferMade: TalkBooks.offered,
    facts.OfferAccepted: TalkBooks.offer_ended,
    facts.OfferDeclined: TalkBooks.offer_ended,
    facts.OfferExpired: TalkBooks.offer_ended,
    facts.OfferFailed: TalkBooks.offer_ended,
    facts.OfferWithdrawn: TalkBooks.offer_ended,
    facts.HandlingStarted: TalkBooks.started,
    facts.WrapUpStarted: TalkBooks.part_ended,
    facts.HoldBegan: TalkBooks.hold_began,
    facts.HoldEnded: TalkBooks.hold_ended,
    facts.ConsultBegan: TalkBooks.consult_began,
    facts.ConsultEnded: TalkBooks.consult_ended,
    facts.WorkStarted: TalkBooks.work_started,
    facts.WorkEnded: TalkBooks.work_ended,
    facts.LegOrdered: TalkBooks.leg_ordered,
    facts.LegConnected: TalkBooks.leg_connected,
    facts.LegOver: TalkBooks.leg_over,
    facts.LegLost: TalkBooks.leg_lost,
    facts.LegFound: TalkBooks.leg_found,
    facts.ArrangementOrdered: TalkBooks.arrangement,
    facts.ArrangementMade: TalkBooks.arranged,
    facts.ArrangementFailed: TalkBooks.arranged,
    facts.HandlingTransferred: TalkBooks.handed_over,
    facts.InteractionQueued: TalkBooks.queued,
    facts.InteractionClosed: TalkBooks.closed,
    facts.CustomerLegEnded: TalkBooks.customer_left,
}
