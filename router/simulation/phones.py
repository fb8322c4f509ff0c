"""Phones: they ring, are answered, missed and declined, and are busy: true here before anyone hears of it."""

from collections.abc import Callable, Mapping

from history.core.vocabulary import AgentId, LegFailure, OfferId
from router.core import effects, inputs
from router.simulation.customers import SWITCH_SOURCE, Present
from router.simulation.habits import Chances
from router.simulation.people import Agent, Customer, Ring
from router.simulation.world import World


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
        self.asked: set[OfferId] = set()
        """Every offer for which a ring was ordered here."""
        world.on(effects.RingAgent, self._ring)
        world.on(effects.StopRinging, self._stop)

    def _ring(self, effect: effects.RingAgent) -> None:
        self._world.after(0, self._rings, effect)

    def _rings(self, effect: effects.RingAgent) -> None:
        self.asked.add(effect.offer)
        agent = self._by_id[effect.agent]
        customer = self._customers.present.get(effect.interaction)
        if agent.ring is not None and agent.ring.offer == effect.offer:
            self._report_ring(agent.ring)
        elif customer is None:
            self._leg_failed(effect.offer, LegFailure.CALLER_GONE)
        elif agent.phone_busy:
            self._leg_failed(effect.offer, LegFailure.BUSY)
        elif customer.talk is not None:
            self._leg_failed(effect.offer, LegFailure.SWITCH_DOWN)
        else:
            self._begin_ring(effect, agent, customer)

    def _begin_ring(self, effect: effects.RingAgent, agent: Agent, customer: Customer) -> None:
        if customer.ring is not None:  # the switch takes the caller away from the other phone
            self._end_ring(customer.ring, LegFailure.SWITCH_DOWN)
        ring = agent.ring = customer.ring = Ring(effect.offer, customer, agent)
        if self._world.thorough:
            self._world.tell(SWITCH_SOURCE, inputs.PhoneBusy, agent=agent.agent)
        misses, declines = self._chances.mood(agent, customer.interaction)
        delay_ms = self._chances.answer_ms(agent, customer.interaction)
        if delay_ms or misses:
            self._report_ring(ring)
        if delay_ms or misses:
            self._world.after(effect.ring_ms, self._end_ring, ring, LegFailure.NO_ANSWER)
        if misses or delay_ms >= effect.ring_ms:
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
        self._world.tell(SWITCH_SOURCE, inputs.AgentRang, offer=ring.offer)

    def _leg_failed(self, offer: OfferId, cause: LegFailure) -> None:
        self._world.tell(SWITCH_SOURCE, inputs.AgentLegFailed, offer=offer, cause=cause)

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
        self._world.tell(
            SWITCH_SOURCE,
            inputs.AgentAnswered,
            offer=ring.offer,
            interaction=ring.customer.interaction,
            agent=ring.agent.agent,
        )
