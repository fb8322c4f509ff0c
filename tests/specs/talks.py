"""What specs say of calls with more than two parties: a center in which agents talk, ask and hand over."""

from typing import Any

from history.core import routing as facts
from history.core.call_words import CallAct, PartyAt
from history.core.vocabulary import (
    AgentId,
    DestinationId,
    EndedBy,
    HandlingId,
    InteractionId,
    LegFailure,
    LegId,
    OfferId,
    QueueId,
)
from router.core import inputs
from router.core.call_inputs import (
    CallArranged,
    CallHandedOver,
    CallNotArranged,
    CallSteered,
    ConsultAsked,
    PartyAnswered,
    PartyDropped,
    PartyEnded,
    PartyFailed,
    PartyRang,
)
from router.core.effects import ArrangeCall, RingLeg
from router.core.inputs import Receipt
from tests.specs.center import Center, an_agent

TALK, CONSULT, HOLD, QUEUE = PartyAt.TALK, PartyAt.CONSULT, PartyAt.HOLD, PartyAt.QUEUE


class Talks(Center):
    """A center of calls. `arranges` is what the switch answers; legs are named by their agent."""

    def talks(self, agent: str) -> tuple[InteractionId, HandlingId]:
        """A caller comes and the agent answers."""
        caller = self.caller_arrives()
        return caller, self.takes(agent)

    def steers(self, agent: str, act: CallAct) -> Receipt:
        return self.tell(CallSteered, agent=AgentId(agent), handling=self.handling_of(agent), act=act)

    def asks(self, agent: str, **whom: str) -> Receipt:
        return self.tell(ConsultAsked, agent=AgentId(agent), handling=self.handling_of(agent), **_ids(whom))

    def hands_over(self, agent: str, **whom: str) -> Receipt:
        return self.tell(CallHandedOver, agent=AgentId(agent), handling=self.handling_of(agent), **_ids(whom))

    def drops(self, agent: str, leg: LegId) -> Receipt:
        return self.tell(PartyDropped, agent=AgentId(agent), handling=self.handling_of(agent), leg=leg)

    def arranged(self) -> None:
        """The switch has done all that it was asked to."""
        for call in list(self.engine.state.calls.values()):
            if call.ordered is not None:
                self.tell(CallArranged, interaction=call.interaction, arrangement=call.arrangement)

    def cannot_arrange(self, caller: InteractionId) -> None:
        call = self.engine.state.calls[caller]
        self.tell(CallNotArranged, interaction=caller, arrangement=call.arrangement)

    def leg(self, agent: str | None) -> LegId:
        """The further leg of an agent, or the one outside."""
        return next(leg.leg for leg in self.engine.state.legs.values() if leg.agent == agent)

    def sees(self, agent: str) -> None:
        """The page shows the record."""
        self.tell(inputs.PopShown, agent=AgentId(agent), offer=OfferId(self.leg(agent)))

    def rings(self, agent: str | None) -> None:
        self.tell(PartyRang, leg=self.leg(agent))

    def picks_up(self, agent: str | None) -> LegId:
        leg = self.engine.state.legs[self.leg(agent)]
        owner = None if agent is None else AgentId(agent)
        self.tell(PartyAnswered, leg=leg.leg, interaction=leg.interaction, agent=owner)
        return leg.leg

    def fails(self, agent: str | None, cause: LegFailure) -> None:
        self.tell(PartyFailed, leg=self.leg(agent), cause=cause)

    def hangs_up(self, agent: str | None, by: EndedBy = EndedBy.AGENT) -> None:
        """Somebody's further leg ends."""
        self.tell(PartyEnded, leg=self.leg(agent), by=by)

    def asks_and_reaches(self, agent: str, whom: str) -> LegId:
        """The whole way of a consult, until the two talk."""
        assert self.asks(agent, to_agent=whom).reason is None
        if self.engine.state.agents[AgentId(whom)].desktop:
            self.sees(whom)
        leg = self.picks_up(whom)
        self.arranged()
        return leg

    def places(self, caller: InteractionId) -> tuple[PartyAt, list[PartyAt]]:
        """Where the customer stands, and the legs in their order."""
        call = self.engine.state.calls[caller]
        return call.customer, [at for _, at in call.legs]

    def last_order(self) -> ArrangeCall:
        effect = self.effects_now(ArrangeCall)[-1]
        assert isinstance(effect, ArrangeCall)
        return effect

    def last_ring(self) -> RingLeg:
        effect = self.effects_now(RingLeg)[-1]
        assert isinstance(effect, RingLeg)
        return effect

    def count(self, kind: type) -> int:
        return len(self.found(kind))

    def nothing_but_the_owner(self) -> None:
        """One phone with the customer, and no lease beside the handling."""
        assert not self.engine.state.works and len(self.engine.state.legs) <= 1

    def nothing_is_left(self) -> None:
        """No lease, leg, hold or consult of any call."""
        state = self.engine.state
        assert not state.legs and not state.works and not state.lost
        assert all(call.held_since_ms is None and call.consult is None for call in state.calls.values())
        assert self.count(facts.HoldBegan) == self.count(facts.HoldEnded)
        assert self.count(facts.ConsultBegan) == self.count(facts.ConsultEnded)
        assert self.count(facts.WorkStarted) == self.count(facts.WorkEnded)
        assert self.count(facts.HandlingStarted) >= self.count(facts.WrapUpStarted)


def _ids(whom: dict[str, str]) -> dict[str, Any]:
    kinds: dict[str, Any] = {"to_queue": QueueId, "to_agent": AgentId, "to_destination": DestinationId}
    return {name: kinds[name](value) for name, value in whom.items()}


def a_floor(*more: str, **rules: Any) -> Talks:
    """Ann, Ben and Cleo at their desks, all of them in sales; Ann has been idle for longest."""
    names = ("ann", "ben", "cleo", *more)
    agents = tuple(an_agent(name, "repairs") if name == "ben" else an_agent(name) for name in names)
    center = Talks(agents=agents, **rules)
    for name in names:
        center.signs_in(name)
        center.after(seconds=1)
    return center
