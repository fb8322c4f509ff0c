"""Customers: they arrive, turn away, wait, lose patience, are blocked, and come again.

All that chance has in store for a customer is drawn as they arrive, in the same order in every variant of a scenario,
from streams of their type; who comes again draws from streams of their own.
"""

from collections.abc import Iterator
from random import Random

from history.core import routing as facts
from history.core.vocabulary import AgentId, IdentityId, InteractionId, Medium, QueueId, SourceId
from router.core import effects, inputs
from router.core.capacity import NUMBER_OF
from router.simulation.arrivals import instants_ms
from router.simulation.center import SWITCH, serving
from router.simulation.laws import Law, drawn_ms
from router.simulation.observing import Observed
from router.simulation.people import Crew, Customer
from router.simulation.scenario import CustomerType, Retrial, Scenario
from router.simulation.streams import Streams
from router.simulation.world import OPENS_MS, World

SWITCH_SOURCE = SourceId(f"switch/{SWITCH}")
LETTERS = {Medium.VOICE: f"v-{SWITCH}-", Medium.CHAT: "c-", Medium.MAIL: "m-", Medium.TASK: "t-"}
NOBODY = facts.Attributes()


def source_of(medium: Medium) -> SourceId:
    """Return who reports arrivals and departures of a medium."""
    return SWITCH_SOURCE if medium is Medium.VOICE else SourceId(f"announcer/{medium}")


class Present:
    """The customers who are there, wherever they come from: they wait, are served, and leave."""

    def __init__(self, world: World, observed: Observed) -> None:
        self.present: dict[InteractionId, Customer] = {}
        """Everybody who has not gone yet, in order of arrival."""
        self._world = world
        self._observed = observed
        self._waiting = dict.fromkeys(observed.waiting, 0)
        world.on(facts.CustomerLegEnded, self._leg_ended)
        world.on(effects.SendCustomer, self._send)

    def _stays(self, customer: Customer) -> None:
        """The customer waits from now on, and leaves when their patience ends."""
        self.present[customer.interaction] = customer
        self._waits(customer, 1)
        if customer.patience_ms is not None:
            self._world.after(max(1, customer.patience_ms), self._patience_ends, customer)

    def _waits(self, customer: Customer, step: int) -> None:
        self._waiting[customer.type.id] += step
        self._observed.waiting[customer.type.id].add(step, self._world.now_ms)

    def answered(self, customer: Customer) -> None:
        """Somebody has the customer now."""
        customer.answered = True
        self._waits(customer, -1)

    def back_in_queue(self, customer: Customer) -> None:
        """The agent was lost, the customer hears music again."""
        self._waits(customer, 1)

    def _patience_ends(self, customer: Customer) -> None:
        if not customer.answered and not customer.gone:
            self._loses_patience(customer)

    def _loses_patience(self, customer: Customer) -> None:
        self._observed.count(f"lost_patience/{customer.type.id}")
        self.leaves(customer)

    def leaves(self, customer: Customer) -> None:
        """The customer hangs up or closes the chat, at whatever point."""
        if customer.gone:
            return
        if customer.waits:
            self._waits(customer, -1)
        customer.gone = True
        self.present.pop(customer.interaction, None)
        ring = customer.ring
        if ring is not None:
            ring.over = True
            ring.agent.ring = customer.ring = None
        self._world.tell(source_of(customer.medium), inputs.CustomerLeft, interaction=customer.interaction)

    def _send(self, effect: effects.SendCustomer) -> None:
        self._world.after(0, self._is_sent, effect.interaction)

    def _is_sent(self, interaction: InteractionId) -> None:
        """The switch has taken the caller outside, by rule."""
        customer = self.present.get(interaction)
        if customer is not None:
            self.is_outside(customer)
            self._world.tell(source_of(customer.medium), inputs.CustomerSent, interaction=interaction)

    def is_outside(self, customer: Customer) -> None:
        """No customer of the center any more."""
        del self.present[customer.interaction]
        if customer.waits:
            self._waits(customer, -1)
        customer.gone = True

    def _leg_ended(self, fact: facts.CustomerLegEnded) -> None:
        """A chat that the agent ended, a mail or a task that is done: nobody leaves who could report it."""
        customer = self.present.get(fact.interaction)
        if customer is not None and customer.medium is not Medium.VOICE:
            if customer.waits:
                self._waits(customer, -1)
            customer.gone = True
            del self.present[fact.interaction]


class Customers(Present):
    """All customers of one day of a scenario."""

    def __init__(
        self, world: World, scenario: Scenario, streams: Streams, observed: Observed, crews: dict[str, Crew]
    ) -> None:
        super().__init__(world, observed)
        self._scenario = scenario
        self._streams = streams
        self._crews = crews
        self._room_of = {name: room for room in scenario.rooms for name in room.types}
        self._serving = {customers.id: serving(customers, scenario) for customers in scenario.types}
        self._arrived = 0
        self._closed = False

    def open(self) -> None:
        """Plan the first arrival of each type."""
        busyness = self._scenario.busyness
        factor = 1.0 if busyness is None else busyness.draw(self._streams.of("busyness"))
        for customers in self._scenario.types:
            chance = self._streams.of("arrivals", customers.id)
            own = customers.arrivals.factor
            both = factor if customers.arrivals.busyness else 1.0
            if own is not None:
                both *= own.draw(self._streams.of("factor", customers.id))
            self._expect(customers, instants_ms(customers.arrivals, self._scenario, chance, both))

    def close(self) -> None:
        """Nobody comes any more, nor again."""
        self._closed = True

    def _expect(self, customers: CustomerType, instants: Iterator[int]) -> None:
        at = next(instants, None)
        if at is not None:
            self._world.at(OPENS_MS + at, self._next_comes, customers, instants)

    def _next_comes(self, customers: CustomerType, instants: Iterator[int]) -> None:
        self._expect(customers, instants)
        self._comes(self._drawn(customers, 1))

    def _drawn(self, customers: CustomerType, tries: int, identity: IdentityId | None = None) -> Customer:
        again = "" if tries == 1 else "_again"
        period = min((self._world.now_ms - OPENS_MS) // self._scenario.period_ms, self._scenario.periods - 1)
        of, name = self._streams.of, customers.id

        def law(laws: "Law | tuple[Law, ...] | None") -> Law | None:
            return laws[period] if isinstance(laws, tuple) else laws

        patience = law(customers.patience)
        service = {"": drawn_ms(law(customers.service), of(f"service{again}", name))}
        for group, laws in customers.service_by_group.items():
            service[group] = drawn_ms(law(laws), of(f"service{again}", f"{name}/{group}"))
        wrap_up = customers.wrap_up
        self._arrived += 1
        return Customer(
            type=customers,
            interaction=InteractionId(f"{LETTERS[customers.medium]}{self._arrived}"),
            identity=identity or IdentityId(f"i{self._arrived}"),
            arrived_ms=self._world.now_ms,
            tries=tries,
            patience_ms=None if patience is None else drawn_ms(patience, of(f"patience{again}", name)),
            service_ms=service,
            wrap_up_ms=None if wrap_up is None else drawn_ms(wrap_up, of(f"wrap_up{again}", name)),
            turns_away=of(f"balking{again}", name).random() if customers.balking is not None else 1.0,
            comes_again=of(f"retrial{again}", name).random() if customers.retrial is not None else 1.0,
            prefers=self._preferred(customers, of(f"preferred{again}", name)),
        )

    def _preferred(self, customers: CustomerType, chance: Random) -> AgentId | None:
        preferred = customers.preferred
        if preferred is None or chance.random() >= preferred.probability:
            return None
        agents = [agent.agent for group in self._serving[customers.id] for agent in self._crews[group.id].agents]
        return chance.choice(agents) if agents else None

    def _comes(self, customer: Customer) -> None:
        name = customer.type.id
        self._observed.count(f"arrived/{name}" if customer.tries == 1 else f"came_again/{name}")
        retrial = customer.type.retrial
        at_once = not self._may_turn_away(customer.type) or self._somebody_is_free(customer.type)
        if self._no_line(name) or (not at_once and self._no_place(name)):
            self._observed.count(f"blocked/{name}")
            self._perhaps_again(customer, retrial.after_blocked if retrial else 0.0)
            return
        if not at_once and customer.turns_away < self._balks_with(customer.type):
            self._observed.count(f"balked/{name}")
            self._perhaps_again(customer, retrial.after_balk if retrial else 0.0)
            return
        self._stays(customer)
        self._announce(customer)

    def _announce(self, customer: Customer) -> None:
        self._world.tell(
            source_of(customer.medium),
            inputs.InteractionArrived,
            interaction=customer.interaction,
            medium=customer.medium,
            queue=QueueId(customer.type.id),
            arrived_ms=customer.arrived_ms,
            switch=SWITCH if customer.medium is Medium.VOICE else None,
            priority=customer.type.priority,
            identity=customer.identity if customer.type.again_s else None,
            attributes=NOBODY if customer.prefers is None else facts.Attributes(preferred_agents=(customer.prefers,)),
        )

    def _may_turn_away(self, customers: CustomerType) -> bool:
        return customers.balking is not None or customers.id in self._room_of

    def _somebody_is_free(self, customers: CustomerType) -> bool:
        """Whether the customer would be offered to somebody at once, so that neither waiting places nor a queue matter.

        The engine knows: agents may have room for one customer more beside others, and be kept for other work.
        """
        state, queue = self._world.engine.state, QueueId(customers.id)
        seats = state.seats
        seats.refresh()
        able = seats.mask_of(state.queue_settings[queue].requirement) | seats.lent_to(queue)
        closed = 0 if seats.blending is None else seats.blending.closed_to(queue)
        return bool(able & seats.open[NUMBER_OF[customers.medium]] & ~closed)

    def _no_place(self, name: str) -> bool:
        room = self._room_of.get(name)
        if room is None or room.places is None:
            return False
        return sum(self._waiting[each] for each in room.types) >= room.places

    def _no_line(self, name: str) -> bool:
        room = self._room_of.get(name)
        if room is None or room.lines is None:
            return False
        return sum(customer.type.id in room.types for customer in self.present.values()) >= room.lines

    def _balks_with(self, customers: CustomerType) -> float:
        balking = customers.balking
        if balking is None:
            return 0.0
        if balking.by_waiting is None:
            return balking.probability or 0.0
        return balking.by_waiting[min(self._waiting[customers.id], len(balking.by_waiting) - 1)]

    def _loses_patience(self, customer: Customer) -> None:
        super()._loses_patience(customer)
        retrial = customer.type.retrial
        self._perhaps_again(customer, retrial.after_abandon if retrial else 0.0)

    def _perhaps_again(self, customer: Customer, probability: float) -> None:
        retrial: Retrial | None = customer.type.retrial
        if retrial is None or customer.tries >= retrial.tries_max or customer.comes_again >= probability:
            return
        delay_ms = drawn_ms(retrial.delay, self._streams.of("retrial_delay", customer.type.id))
        self._world.after(delay_ms, self._comes_again, customer)

    def _comes_again(self, customer: Customer) -> None:
        if not self._closed:
            self._comes(self._drawn(customer.type, customer.tries + 1, customer.identity))
