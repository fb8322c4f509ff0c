"""Desks: pages paint, agents accept, talk and write, wrap up.

They act on what the engine decides and report as desktops do. An answer on the phone is true at the switch before the
engine hears of it; an accepted chat or mail is true once the engine has said so.
"""

from collections.abc import Mapping

from history.core import routing as facts
from history.core.vocabulary import AgentId, EndedBy, HandlingId, InteractionId, Medium, OfferId, SourceId, UserId
from router.core import effects, inputs, leg_inputs
from router.simulation.customers import SWITCH_SOURCE, Present
from router.simulation.habits import Chances
from router.simulation.observing import Observed
from router.simulation.people import Agent, AtWork, Customer, Ring, Talk
from router.simulation.phones import Phones
from router.simulation.world import World

SUPERVISOR = SourceId("desk/supervisor")
SUPERVISING = UserId("supervisor")
FORGOTTEN_MS = 180_000
"""A wrap-up that an agent has forgotten is closed by a supervisor after this."""


class Desks:
    """What agents do at their desks and with their customers."""

    def __init__(
        self, world: World, chances: Chances, observed: Observed, customers: Present, attendance: AtWork
    ) -> None:
        self.by_id: Mapping[AgentId, Agent] = attendance.by_id
        self._world = world
        self._chances = chances
        self._observed = observed
        self._customers = customers
        self._attendance = attendance
        self.phones = Phones(world, chances, customers, self.by_id, self._answered)
        world.on(facts.OfferMade, self._offered)
        for kind in (
            facts.OfferAccepted,
            facts.OfferDeclined,
            facts.OfferExpired,
            facts.OfferFailed,
            facts.OfferWithdrawn,
        ):
            world.on(kind, self._offer_ended)
        world.on(facts.HandlingStarted, self._handling_started)
        world.on(facts.WrapUpStarted, self._wrap_up_started)
        world.on(facts.WrapUpCompleted, self._wrap_up_completed)
        world.on(effects.ShowScreenPop, self._show_pop)
        world.on(effects.HangUpCustomer, self._hang_up)

    def _offered(self, fact: facts.OfferMade) -> None:
        self.by_id[fact.agent].offers.add(fact.offer)

    def _offer_ended(
        self,
        fact: "facts.OfferAccepted | facts.OfferDeclined | facts.OfferExpired | facts.OfferFailed | "
        "facts.OfferWithdrawn",
    ) -> None:
        agent = self.by_id[fact.agent]
        agent.offers.discard(fact.offer)
        self._attendance.perhaps_sign_out(agent)

    def _show_pop(self, effect: effects.ShowScreenPop) -> None:
        agent = self.by_id[effect.agent]
        delay_ms = self._chances.pop_ms(agent, effect.interaction)
        if delay_ms is not None:
            self._world.after(delay_ms, self._paint, agent, effect.offer, effect.medium, effect.interaction)

    def _paint(self, agent: Agent, offer: OfferId, medium: Medium, interaction: InteractionId) -> None:
        if offer not in agent.offers:
            return
        self._world.tell(agent.desk, inputs.PopShown, agent=agent.agent, offer=offer)
        if medium is not Medium.VOICE:
            self._decide(agent, offer, interaction)

    def _decide(self, agent: Agent, offer: OfferId, interaction: InteractionId) -> None:
        """Accept on the desktop, or decline, or look elsewhere."""
        misses, declines = self._chances.mood(agent, interaction)
        if misses:
            return
        kind = inputs.AgentDeclinedOffer if declines else inputs.AgentAcceptedOffer
        delay_ms = self._chances.answer_ms(agent, interaction)
        self._world.after(delay_ms, self._press, agent, offer, kind)

    def _press(self, agent: Agent, offer: OfferId, kind: type) -> None:
        if offer in agent.offers:
            self._world.tell(agent.desk, kind, agent=agent.agent, offer=offer)

    def _answered(self, ring: Ring) -> None:
        ring.agent.talk = self._begin_talk(ring.offer, ring.customer, ring.agent)

    def _begin_talk(self, offer: OfferId, customer: Customer, agent: Agent) -> Talk:
        self._customers.answered(customer)
        talk = customer.talk = Talk(offer, customer, agent)
        group = agent.crew.group
        service_ms = customer.service_ms.get(group.id, customer.service_ms[""])
        self._world.after(max(1, round(service_ms / group.speed)), self._end_talk, talk)
        return talk

    def goes_on(self, offer: OfferId, customer: Customer, agent: Agent) -> None:
        """Somebody who is in the call already has the customer from here on."""
        if customer.talk is None:
            self._customers.answered(customer)
        talk = customer.talk = agent.talk = Talk(offer, customer, agent)
        customer.left_by_agent = None
        group = agent.crew.group
        service_ms = customer.service_ms.get(group.id, customer.service_ms[""])
        self._world.after(max(1, round(service_ms / group.speed / 2)), self._end_talk, talk)

    def is_let_go(self, talk: Talk) -> None:
        """The switch takes the agent out; the customer hears music."""
        if not talk.over:
            self.over(talk)
            self._leg_ended(talk, EndedBy.SYSTEM)
        talk.customer.talk = talk.customer.left_by_agent = None
        self._customers.back_in_queue(talk.customer)

    def hangs_up(self, talk: Talk) -> None:
        """The agent puts the phone down, whoever else is in the call."""
        if not talk.over:
            self._agent_ends(talk)

    def _handling_started(self, fact: facts.HandlingStarted) -> None:
        agent = self.by_id[fact.agent]
        if not agent.handlings:
            self._observed.busy[agent.crew.group.id].add(1, self._world.now_ms)
        customer = self._customers.present.get(fact.interaction)
        agent.handlings[fact.handling] = customer
        if customer is None:
            return
        if customer.talk is None and customer.medium is not Medium.VOICE:
            self._begin_talk(fact.offer, customer, agent)
        if customer.talk is not None and customer.talk.offer == fact.offer:
            customer.talk.handling = fact.handling

    def _end_talk(self, talk: Talk) -> None:
        """The talk has lasted its time: whose doing the end is, chance says."""
        if talk.over:
            return
        habits = talk.agent.crew.group.habits
        drawn = self._chances.of("ends", talk.agent).random() if habits.hangs_up or habits.loses_leg else 1.0
        customer = talk.customer
        if customer.medium is Medium.VOICE and drawn < habits.loses_leg:
            self.over(talk)
            customer.talk = None
            self._customers.back_in_queue(customer)
            self._leg_ended(talk, EndedBy.LOST)
        elif customer.medium in (Medium.MAIL, Medium.TASK) or drawn < habits.loses_leg + habits.hangs_up:
            self._agent_ends(talk)
        else:
            self._customers.leaves(customer)
            self.over(talk)
            if self._world.thorough and customer.medium is Medium.VOICE:
                self._leg_ended(talk, EndedBy.CUSTOMER)

    def _agent_ends(self, talk: Talk) -> None:
        if talk.customer.medium is Medium.VOICE:
            talk.customer.left_by_agent = talk
            self.over(talk)
            self._leg_ended(talk, EndedBy.AGENT)
        elif talk.handling is not None:
            talk.over = True
            agent = talk.agent
            self._world.tell(agent.desk, inputs.AgentEndedHandling, agent=agent.agent, handling=talk.handling)

    def _leg_ended(self, talk: Talk, by: EndedBy) -> None:
        kind, what = leg_inputs.ended(talk.offer, by)
        self._world.tell(SWITCH_SOURCE, kind, **what)

    def over(self, talk: Talk) -> None:
        """The agent's leg has ended."""
        talk.over = True
        if talk.agent.talk is talk:
            talk.agent.talk = None
            self.phones.is_free(talk.agent)

    def _hang_up(self, effect: effects.HangUpCustomer) -> None:
        self._world.after(self._hang_up_takes(), self._hangs_up, effect)

    def _hang_up_takes(self) -> int:
        """A switch takes a moment, in which a wrap-up may already be over."""
        return self._chances.at_switch_ms() if self._world.thorough else 0

    def _hangs_up(self, effect: effects.HangUpCustomer) -> None:
        customer = self._customers.present.get(effect.interaction)
        if customer is not None:
            self._customers.leaves(customer)
            if customer.talk is not None:
                self.over(customer.talk)

    def _wrap_up_started(self, fact: facts.WrapUpStarted) -> None:
        agent = self.by_id[fact.agent]
        customer = agent.handlings[fact.handling]
        forgets = agent.crew.group.habits.forgets
        if forgets and self._chances.of("forgets", agent).random() < forgets:
            self._world.after(FORGOTTEN_MS, self._is_closed, agent, fact.handling)
            return
        if customer is not None and customer.wrap_up_ms is not None:
            delay_ms = customer.wrap_up_ms
        else:
            delay_ms = self._chances.length_ms(agent.crew.group.wrap_up, "wrap_up", agent)
        self._world.after(delay_ms, self._wraps_up, agent, fact.handling)
        if customer is not None and fact.timed and fact.ends_at_ms is not None:
            ends_ms = self._world.now_ms + delay_ms
            self._plan_extension(agent, fact.handling, fact.ends_at_ms, ends_ms, customer.type.extensions_max)

    def _plan_extension(self, agent: Agent, handling: HandlingId, ends_at_ms: int, needs_ms: int, left: int) -> None:
        if left and needs_ms > ends_at_ms:
            self._world.at(max(self._world.now_ms, ends_at_ms - 500), self._extends, agent, handling, needs_ms, left)

    def _extends(self, agent: Agent, handling: HandlingId, needs_ms: int, left: int) -> None:
        customer = agent.handlings.get(handling)
        if customer is None:
            return
        self._world.tell(agent.desk, inputs.AgentExtendedWrapUp, agent=agent.agent, handling=handling)
        ends_at_ms = self._world.now_ms + 500 + round(customer.type.extension_s * 1000)
        self._plan_extension(agent, handling, ends_at_ms, needs_ms, left - 1)

    def _is_closed(self, agent: Agent, handling: HandlingId) -> None:
        if handling in agent.handlings:
            self._world.tell(SUPERVISOR, inputs.WrapUpClosed, handling=handling, by=SUPERVISING)

    def _wraps_up(self, agent: Agent, handling: HandlingId) -> None:
        if handling not in agent.handlings:
            return
        self._attendance.done_with_the_last(agent)
        self._world.tell(agent.desk, inputs.AgentCompletedWrapUp, agent=agent.agent, handling=handling)

    def _wrap_up_completed(self, fact: facts.WrapUpCompleted) -> None:
        agent = self.by_id[fact.agent]
        agent.handlings.pop(fact.handling, None)
        if not agent.handlings:
            self._observed.busy[agent.crew.group.id].add(-1, self._world.now_ms)
        self._attendance.perhaps_sign_out(agent)
