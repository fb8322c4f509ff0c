"""Phones: they ring, are answered, missed and declined, and are busy: true here before anyone hears of it."""

from collections.abc import Callable, Mapping
from typing import Protocol

from history.core.vocabulary import AgentId, InteractionId, LegFailure, OfferId
from router.core import effects, inputs, leg_inputs
from router.simulation.customers import SWITCH_SOURCE, Present
from router.simulation.habits import Chances
from router.simulation.people import Agent, Customer, Ring
from router.simulation.world import World


class Further(Protocol):
    """Who rings further phones for a call."""

    def ring(self, effect: effects.RingLeg) -> None: ...

    def frees(self, customer: Customer) -> None: ...


class Phones:
    """The switch's side of the agents."""

    def __init__(
        self,
        world: World,
        chances: Chances,
        customers: Present,
        by_id: Mapping[AgentId, Agent],
        answered: Callable[[Ring], None],
    ) -> None:
        """`answered` is told of each ring that was picked up, before the engine is."""
        self._world = world
        self._chances = chances
        self._customers = customers
        self._by_id = by_id
        self._answered = answered
        self.further: Further | None = None
        """Who rings phones for calls in which there is somebody already."""
        self.asked: set[OfferId] = set()
        """Every offer for which a ring was ordered here."""
        world.on(effects.RingAgent, self._ring)
        world.on(effects.StopRinging, self._stop)
        world.on(effects.RingLeg, self._ring_leg)

    def _ring(self, effect: effects.RingAgent) -> None:
        self._world.after(0, self._rings, effect.offer, effect.agent, effect.interaction, effect.ring_ms)

    def _ring_leg(self, effect: effects.RingLeg) -> None:
        if self.further is None:
            self._world.after(0, self.rings_leg, effect)
        else:
            self.further.ring(effect)

    def rings_leg(self, effect: effects.RingLeg) -> None:
        """An agent whose phone was lost is rung again for the caller, who waits alone."""
        if effect.agent is not None:
            self._rings(OfferId(effect.leg), effect.agent, effect.interaction, effect.ring_ms)

    def _rings(self, offer: OfferId, agent_id: AgentId, interaction: InteractionId, ring_ms: int) -> None:
        self.asked.add(offer)
        agent = self._by_id[agent_id]
        customer = self._customers.present.get(interaction)
        if customer is not None and self.further is not None:
            self.further.frees(customer)
        if agent.ring is not None and agent.ring.offer == offer:
            self._report_ring(agent.ring)
        elif customer is None:
            self._leg_failed(offer, LegFailure.CALLER_GONE)
        elif agent.phone_busy:
            self._leg_failed(offer, LegFailure.BUSY)
        elif customer.talk is not None:
            self._leg_failed(offer, LegFailure.SWITCH_DOWN)
        else:
            self._begin_ring(offer, ring_ms, agent, customer)

    def _begin_ring(self, offer: OfferId, ring_ms: int, agent: Agent, customer: Customer) -> None:
        if customer.ring is not None:  # the switch takes the caller away from the other phone
            self._end_ring(customer.ring, LegFailure.SWITCH_DOWN)
        ring = agent.ring = customer.ring = Ring(offer, customer, agent)
        if self._world.thorough:
            self._world.tell(SWITCH_SOURCE, inputs.PhoneBusy, agent=agent.agent)
        misses, declines = self._chances.mood(agent, customer.interaction)
        delay_ms = self._chances.answer_ms(agent, customer.interaction)
        if delay_ms or misses:
            self._report_ring(ring)
        if delay_ms or misses:
            self._world.after(ring_ms, self._end_ring, ring, LegFailure.NO_ANSWER)
        if misses or delay_ms >= ring_ms:
            return
        if declines and self._chances.of("how", agent).random() < 0.5:
            self._world.after(delay_ms, self._declines_on_the_desk, ring)
        elif declines:
            self._world.after(delay_ms, self._end_ring, ring, LegFailure.DECLINED)
        else:
            self._world.after(delay_ms, self._answers, ring)

    def _declines_on_the_desk(self, ring: Ring) -> None:
        """The phone rings on until the engine has it stopped, or for the rest of its time."""
        agent = ring.agent
        if not ring.over:
            self._world.tell(agent.desk, inputs.AgentDeclinedOffer, agent=agent.agent, offer=ring.offer)

    def _report_ring(self, ring: Ring) -> None:
        kind, what = leg_inputs.rang(ring.offer)
        self._world.tell(SWITCH_SOURCE, kind, **what)

    def _leg_failed(self, offer: OfferId, cause: LegFailure) -> None:
        kind, what = leg_inputs.failed(offer, cause)
        self._world.tell(SWITCH_SOURCE, kind, **what)

    def _end_ring(self, ring: Ring, cause: LegFailure) -> None:
        if ring.over:
            return
        ring.over = True
        ring.agent.ring = ring.customer.ring = None
        self._leg_failed(ring.offer, cause)
        self.is_free(ring.agent)

    def is_free(self, agent: Agent) -> None:
        """The phone has no call any more."""
        if self._world.thorough:
            self._world.tell(SWITCH_SOURCE, inputs.PhoneFree, agent=agent.agent)

    def _stop(self, effect: effects.StopRinging) -> None:
        self._world.after(0, self._stops, effect)

    def _stops(self, effect: effects.StopRinging) -> None:
        customer = self._customers.present.get(effect.interaction)
        if customer is not None and customer.ring is not None and customer.ring.offer == effect.offer:
            self._end_ring(customer.ring, LegFailure.SWITCH_DOWN)
        elif customer is None or customer.talk is None:
            self._leg_failed(effect.offer, LegFailure.SWITCH_DOWN)

    def _answers(self, ring: Ring) -> None:
        if ring.over:
            return
        ring.over = True
        ring.agent.ring = ring.customer.ring = None
        self._answered(ring)
        kind, what = leg_inputs.answered(ring.offer, ring.customer.interaction, ring.agent.agent)
        self._world.tell(SWITCH_SOURCE, kind, **what)
