"""The customers of a trace, and what its record tells of patience, service and answers.

Who comes, when they lose patience and how long serving them takes is as recorded; whatever the record does not tell is
drawn, for each customer from a stream of their own, so that two sets of rules meet the same people.
"""

from dataclasses import replace
from typing import Final

from history.core import routing as facts
from history.core.routing_settings import QueueSettings, RoutingSettings
from history.core.vocabulary import AgentId, IdentityId, InteractionId, Medium, QueueId
from router.core import inputs
from router.simulation.customers import Present, source_of
from router.simulation.errors import BadTrace
from router.simulation.habits import Chances
from router.simulation.observing import Observed
from router.simulation.patience import Patience, Seen
from router.simulation.people import Agent, Customer
from router.simulation.scenario import Arrivals, CustomerType
from router.simulation.streams import Streams
from router.simulation.trace import Contact, How, Met, Trace
from router.simulation.world import World

AWAY_MS: Final = 60_000
"""So long agents stay away whom the rules made not ready, where the record has none who came back."""
AT_ONCE: Final = Met(How.ACCEPTED, 0, 0)


class Laws:
    """What the record tells of all customers and agents together: patience, service and answers by queue or agent."""

    def __init__(self, trace: Trace) -> None:
        self._service: dict[QueueId | Medium | None, list[tuple[int, int]]] = {}
        seen: dict[QueueId, list[Seen]] = {}
        for contact in trace.contacts.values():
            arrival = contact.arrival
            if contact.handled:
                for key in (arrival.queue, arrival.medium, None):
                    self._service.setdefault(key, []).append((contact.active_ms, contact.wrap_up_ms))
            seen.setdefault(arrival.queue, []).append(_seen(contact, trace.end_ms))
        self._patience = {queue: Patience(each) for queue, each in seen.items()}
        away = sorted(trace.away_ms)
        self.away_ms = away[len(away) // 2] if away else AWAY_MS

    def patience_ms(self, contact: Contact, trace: Trace, streams: Streams) -> int | None:
        """Return how long the customer waits from their arrival: as recorded, or drawn beyond what is known."""
        seen = _seen(contact, trace.end_ms)
        if seen.left:
            return seen.until_ms
        chance = streams.of("patience", contact.arrival.interaction).random()
        return self._patience[contact.arrival.queue].draw(seen.until_ms, chance)

    def service_ms(self, contact: Contact, streams: Streams) -> tuple[int, int]:
        """Return the time with the customer and the wrap-up: as recorded, or one of the queue's, else of the medium's.

        Raises:
            BadTrace: nothing at all was handled in the stretch.
        """
        if contact.handled or contact.active_ms:
            return contact.active_ms, contact.wrap_up_ms
        arrival = contact.arrival
        found = next((law for key in (arrival.queue, arrival.medium, None) if (law := self._service.get(key))), None)
        if found is None:
            raise BadTrace(
                "Nothing was handled to its end in this stretch, so nobody knows how long work takes, and other rules "
                "would have it served; choose a longer stretch, or one in which agents worked."
            )
        return found[int(streams.of("service", arrival.interaction).random() * len(found))]


def _seen(contact: Contact, end_ms: int) -> Seen:
    since_ms = contact.arrival.arrived_ms
    until_ms = contact.left_ms or contact.seen_until_ms or max(end_ms, contact.came_ms)
    return Seen(max(0, contact.came_ms - since_ms), until_ms - since_ms, contact.left_ms is not None)


class Answers(Chances):
    """How agents meet offers: an offer that was really made is met as it was; any other as one of the agent's own."""

    def __init__(self, world: World, trace: Trace, streams: Streams) -> None:
        super().__init__(streams)
        self._trace = trace
        self._drawn = streams
        self._now: dict[InteractionId, Met] = {}
        self._times: dict[tuple[InteractionId, AgentId], int] = {}
        world.on(facts.OfferMade, self._offered)

    def _offered(self, fact: facts.OfferMade) -> None:
        key = (fact.interaction, fact.agent)
        times = self._times[key] = self._times.get(key, 0) + 1
        recorded = self._trace.met.get(key, ())
        met = recorded[times - 1] if times <= len(recorded) else self._draw(fact, times)
        if met.how is How.TAKEN_BACK:
            met = self._draw(fact, times, met)
        if met.pop_ms is None and fact.medium is not Medium.VOICE:
            met = replace(met, pop_ms=0)
        self._now[fact.interaction] = met

    def _draw(self, fact: facts.OfferMade, times: int, beyond: Met = AT_ONCE) -> Met:
        """Return one of the agent's own answers; one that took longer than is known of this offer."""
        known = self._trace.met_by.get((fact.agent, fact.medium), ())
        if beyond.after_ms:
            known = [met for met in known if met.after_ms > beyond.after_ms]
        if not known:
            return Met(How.ACCEPTED, beyond.pop_ms, beyond.after_ms + 1 if beyond.after_ms else 0)
        chance = self._drawn.of("met", f"{fact.interaction}/{fact.agent}/{times}").random()
        found = known[int(chance * len(known))]
        return replace(found, pop_ms=beyond.pop_ms) if beyond.after_ms else found

    def pop_ms(self, agent: Agent, interaction: InteractionId) -> int | None:
        return self._now[interaction].pop_ms

    def mood(self, agent: Agent, interaction: InteractionId) -> tuple[bool, bool]:
        how = self._now[interaction].how
        return how is How.MISSED, how is How.DECLINED

    def answer_ms(self, agent: Agent, interaction: InteractionId) -> int:
        return self._now[interaction].after_ms


class Came(Present):
    """The customers of the trace."""

    def __init__(self, world: World, observed: Observed, trace: Trace, laws: Laws, streams: Streams) -> None:
        super().__init__(world, observed)
        self._trace = trace
        self._laws = laws
        self._streams = streams
        self._types: dict[QueueId, CustomerType] = {}

    def define(self, settings: RoutingSettings) -> None:
        """From now on these rules hold; who came to a queue that is no more is of that queue still."""
        self._types |= {queue.queue: _type_of(queue) for queue in settings.queues}

    def comes(self, contact: Contact) -> None:
        """The customer arrives now."""
        arrival, now_ms = contact.arrival, self._world.now_ms
        patience_ms = self._laws.patience_ms(contact, self._trace, self._streams)
        customer = Customer(
            type=self._types[arrival.queue],
            interaction=arrival.interaction,
            identity=arrival.identity or IdentityId(arrival.interaction),
            arrived_ms=arrival.arrived_ms,
            tries=1,
            patience_ms=None if patience_ms is None else max(0, arrival.arrived_ms + patience_ms - now_ms),
            service_ms={},
            wrap_up_ms=None,
            turns_away=1.0,
            comes_again=1.0,
        )
        self._stays(customer)
        self._world.pass_on(source_of(arrival.medium), arrival)

    def answered(self, customer: Customer) -> None:
        """What serving takes is looked up when it is needed: who never is served needs no length."""
        active_ms, wrap_up_ms = self._laws.service_ms(self._trace.contacts[customer.interaction], self._streams)
        customer.service_ms[""] = active_ms
        customer.wrap_up_ms = wrap_up_ms
        super().answered(customer)

    def learnt(self, given: inputs.InteractionLearnt) -> None:
        """More is known of a customer, if they are still there."""
        customer = self.present.get(given.interaction)
        if customer is not None:
            self._world.pass_on(source_of(customer.medium), given)


def _type_of(queue: QueueSettings) -> CustomerType:
    """What people at desks have to know of a queue: how often a wrap-up may be put off, and by how much."""
    return CustomerType(
        id=queue.queue,
        medium=queue.medium,
        arrivals=Arrivals(instants_s=()),
        extension_s=queue.extension_ms / 1000,
        extensions_max=queue.extensions_max,
    )
