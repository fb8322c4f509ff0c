"""Attendance: agents come to work and go home as the periods ask, take breaks, and come back after they were missed."""

from collections.abc import Mapping

from history.core import routing as facts
from history.core.vocabulary import AgentId, Presence, PresenceBy
from router.core import inputs
from router.simulation.center import BREAK, LEAVING, sizes
from router.simulation.customers import SWITCH_SOURCE
from router.simulation.laws import drawn_ms
from router.simulation.observing import Observed
from router.simulation.people import Agent, Crew
from router.simulation.scenario import Scenario
from router.simulation.streams import Streams
from router.simulation.world import World


class Attendance:
    """Who is at work. Who is to leave chooses not ready, finishes what they have, and signs out."""

    def __init__(
        self, world: World, scenario: Scenario, streams: Streams, observed: Observed, crews: Mapping[str, Crew]
    ) -> None:
        self.by_id: dict[AgentId, Agent] = {agent.agent: agent for crew in crews.values() for agent in crew.agents}
        self._world = world
        self._scenario = scenario
        self._streams = streams
        self._observed = observed
        self._crews = crews
        world.on(facts.PresenceChanged, self._presence_changed)
        world.on(facts.WorkStarted, self._work_started)
        world.on(facts.WorkEnded, self._work_ended)

    def period_begins(self, period: int) -> None:
        """Let each group have as many agents as the period asks for."""
        for crew in self._crews.values():
            wanted = sizes(crew.group, self._scenario.periods)[period]
            here = sum(agent.here for agent in crew.agents)
            crew.leaving = 0
            if wanted > here:
                for agent in [agent for agent in crew.agents if not agent.here][: wanted - here]:
                    self._comes(agent)
            else:
                self._let_go(crew, here - wanted)

    def _let_go(self, crew: Crew, too_many: int) -> None:
        """Who is free leaves at once; of the others those who are done first, or, where agents serve several customers
        at a time and may never be done, those who have the fewest."""
        here = [agent for agent in crew.agents if agent.here]
        ranked = sorted(here, key=lambda agent: agent.in_hand)
        one_at_a_time = all(each.limit == 1 for each in crew.group.capacity.values())
        for agent in ranked[:too_many]:
            if agent.free or not one_at_a_time:
                self._leaves(agent)
            else:
                crew.leaving += 1

    def _comes(self, agent: Agent) -> None:
        agent.here = True
        if agent.presence is Presence.SIGNED_OUT:
            self._world.tell(agent.desk, inputs.DesktopAttached, agent=agent.agent)
            self._world.tell(SWITCH_SOURCE, inputs.PhoneReachable, agent=agent.agent)
        self._back_to_work(agent)
        self._plan_break(agent)

    def _leaves(self, agent: Agent) -> None:
        agent.here = False
        self._choose(agent, Presence.NOT_READY)

    def _back_to_work(self, agent: Agent) -> None:
        agent.on_break = False
        if agent.here:
            self._choose(agent, Presence.READY)

    def _choose(self, agent: Agent, presence: Presence, *, after_work: bool = False) -> None:
        reason = BREAK if agent.on_break else LEAVING
        self._world.tell(
            agent.desk,
            inputs.AgentChosePresence,
            agent=agent.agent,
            presence=presence,
            reason=reason if presence is Presence.NOT_READY else None,
            after_work=after_work,
        )

    def _plan_break(self, agent: Agent) -> None:
        between = agent.crew.group.habits.between_breaks
        if between is not None:
            self._world.after(drawn_ms(between, self._streams.of("breaks", agent.agent)), self._take_break, agent)

    def _take_break(self, agent: Agent) -> None:
        if not agent.here:
            return
        agent.on_break = True
        after_work = self._streams.of("after_work", agent.agent).random() < 0.5
        self._choose(agent, Presence.NOT_READY, after_work=after_work)
        length_ms = drawn_ms(agent.crew.group.habits.break_length, self._streams.of("breaks", agent.agent))
        self._world.after(length_ms, self._back_to_work, agent)
        self._world.after(length_ms + 1, self._plan_break, agent)

    def _presence_changed(self, fact: facts.PresenceChanged) -> None:
        agent = self.by_id[fact.agent]
        step = (fact.presence is not Presence.SIGNED_OUT) - (agent.presence is not Presence.SIGNED_OUT)
        self._observed.signed_in[agent.crew.group.id].add(step, self._world.now_ms)
        agent.presence = fact.presence
        if fact.by is not PresenceBy.AGENT:
            back_ms = round(agent.crew.group.habits.back_after_s * 1000)
            self._world.after(back_ms, self._back_to_work, agent)
        self.perhaps_sign_out(agent)

    def done_with_the_last(self, agent: Agent) -> None:
        """The agent is about to finish: the first of a group that has too many goes before anything else is offered."""
        if agent.crew.leaving and agent.here and len(agent.handlings) == 1 == agent.in_hand:
            agent.crew.leaving -= 1
            self._leaves(agent)

    def perhaps_sign_out(self, agent: Agent) -> None:
        """Who is to go home does so once they have nothing in hand."""
        if agent.presence is Presence.NOT_READY and not agent.here and not agent.in_hand:
            self._world.after(0, self._sign_out, agent)

    def _sign_out(self, agent: Agent) -> None:
        if not agent.here:
            self._choose(agent, Presence.SIGNED_OUT)

    def _work_started(self, fact: facts.WorkStarted) -> None:
        self.by_id[fact.agent].works.add(fact.work)

    def _work_ended(self, fact: facts.WorkEnded) -> None:
        agent = self.by_id[fact.agent]
        agent.works.discard(fact.work)
        self.perhaps_sign_out(agent)
