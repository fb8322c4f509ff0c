"""A traced stretch played again under virtual time: the same people, under the recorded rules or under others."""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from history.core import routing as facts
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import AgentId, Outcome, OutcomeReason, Presence, PresenceBy, SourceId
from router.core import inputs
from router.core.inputs import AnyInput, Receipt
from router.simulation.customers import SWITCH_SOURCE
from router.simulation.desks import Desks
from router.simulation.observing import Collector, Observed
from router.simulation.people import Agent, Crew
from router.simulation.scenario import Group
from router.simulation.streams import Streams
from router.simulation.trace import UNTOLD, Trace
from router.simulation.traced_people import Answers, Came, Laws
from router.simulation.world import World

DEFINITION: Final = SourceId("definition")
SOON_MS: Final = 10 * 60_000
"""Who was made not ready comes back when the record has them choose within so long, or else after the usual time."""
AGAIN_MS: Final = 1_000
"""A definition that waits for work in hand is tried again after this."""


def playable(settings: RoutingSettings) -> RoutingSettings:
    """Return the rules as they are tried: nobody is asked for a disposition, and breaks are as recorded, whatever
    limits they have."""
    return replace(
        settings,
        queues=tuple(replace(queue, disposition_required=False) for queue in settings.queues),
        reason_limits=(),
    )


class Seated:
    """Agents who come, go and take breaks as they once did."""

    def __init__(self, world: World, trace: Trace, laws: Laws) -> None:
        names = {agent.agent for rules in rules_of(trace) for agent in rules.agents}
        self.by_id: Mapping[AgentId, Agent] = {name: _agent(name) for name in sorted(names)}
        self._world = world
        self._away_ms = laws.away_ms
        self._wishes: dict[AgentId, Presence] = {}
        """What each agent last chose."""
        self._choices: dict[AgentId, list[int]] = {}
        for at_ms, given in trace.events:
            if isinstance(given, inputs.AgentChosePresence | inputs.PresenceForced):
                self._choices.setdefault(given.agent, []).append(at_ms)
        world.on(facts.PresenceChanged, self._presence_changed)
        world.on(facts.WorkStarted, self._work_started)
        world.on(facts.WorkEnded, self._work_ended)

    def chooses(self, given: "inputs.AgentChosePresence | inputs.PresenceForced") -> None:
        """Presence, as the agent or a supervisor has set it then."""
        self._wishes[given.agent] = given.presence
        self._world.pass_on(self.by_id[given.agent].desk, given)

    def _presence_changed(self, fact: facts.PresenceChanged) -> None:
        self.by_id[fact.agent].presence = fact.presence
        if fact.by not in (PresenceBy.MISSED_OFFERS, PresenceBy.PHONE_PROBLEM):
            return
        choices, now_ms = self._choices.get(fact.agent, []), self._world.now_ms
        later = bisect_right(choices, now_ms)
        if later == len(choices) or choices[later] > now_ms + SOON_MS:
            self._world.after(self._away_ms, self._comes_back, fact.agent)

    def _comes_back(self, agent: AgentId) -> None:
        seated = self.by_id[agent]
        if seated.presence is Presence.NOT_READY and self._wishes.get(agent) is Presence.READY:
            self._world.tell(seated.desk, inputs.AgentChosePresence, agent=agent, presence=Presence.READY)

    def _work_started(self, fact: facts.WorkStarted) -> None:
        self.by_id[fact.agent].works.add(fact.work)

    def _work_ended(self, fact: facts.WorkEnded) -> None:
        self.by_id[fact.agent].works.discard(fact.work)

    def done_with_the_last(self, agent: Agent) -> None:
        """Who goes home, and when, is recorded."""

    def perhaps_sign_out(self, agent: Agent) -> None:
        """The engine signs out who planned it."""


def _agent(name: AgentId) -> Agent:
    return Agent(name, Crew(Group(id=name, agents=1)), SourceId(f"desk/{name}"))


def rules_of(trace: Trace) -> list[RoutingSettings]:
    """Return all rules that held in the stretch, the first first."""
    later = [given.settings for _, given in trace.events if isinstance(given, inputs.DefinitionApplied)]
    return [trace.settings, *later]


class TracedDay:
    """One run by seed. Without `other` the recorded rules hold, each from when it was applied."""

    def __init__(
        self, trace: Trace, laws: Laws, seed: int, collect: Collector, other: RoutingSettings | None = None
    ) -> None:
        self._trace = trace
        self._other = other
        self.world = World(collect)
        self.world.now_ms = min([trace.from_ms, *(at_ms for at_ms, _ in trace.events[:1])]) - 1
        seats = Seated(self.world, trace, laws)
        rules = [*rules_of(trace), *([] if other is None else [other])]
        self._reasons = tuple(dict.fromkeys([UNTOLD, *(reason for each in rules for reason in each.reasons)]))
        queues = dict.fromkeys(queue.queue for each in rules for queue in each.queues)
        observed = Observed(self.world.now_ms, [], list(queues), list(seats.by_id))
        streams = Streams(seed)
        self._seats = seats
        self._came = Came(self.world, observed, trace, laws, streams)
        for each in reversed(rules):
            self._came.define(each)
        Desks(self.world, Answers(self.world, trace, streams), observed, self._came, seats)
        self._staff: frozenset[AgentId] = frozenset()

    def run(self) -> None:
        """Play it to the trace's end.

        Raises:
            BadTrace: what serving takes is needed, and nothing was served in the stretch.
        """
        self._define(self._trace.settings if self._other is None else self._other)
        for at_ms, given in self._trace.events:
            self.world.at(at_ms, self._happens, given)
        self.world.run_until(self._trace.end_ms)

    def _define(self, settings: RoutingSettings) -> None:
        wanted = replace(playable(settings), reasons=self._reasons)

        def receipted(receipt: Receipt) -> None:
            if receipt.outcome is Outcome.REFUSED and receipt.reason is OutcomeReason.WORK_IN_HAND:
                self.world.after(AGAIN_MS, self._define, settings)
            else:
                self._came.define(settings)
                self._staff = frozenset(agent.agent for agent in settings.agents)

        given = inputs.DefinitionApplied(source=DEFINITION, source_epoch=1, source_number=1, settings=wanted)
        self.world.pass_on(DEFINITION, given, receipted)

    def _happens(self, given: AnyInput) -> None:
        match given:
            case inputs.InteractionArrived():
                self._came.comes(self._trace.contacts[given.interaction])
            case inputs.InteractionLearnt():
                self._came.learnt(given)
            case inputs.DefinitionApplied():
                if self._other is None:
                    self._define(given.settings)
            case inputs.WorkFinished() | inputs.EmergencyDeclared() | inputs.EmergencyLifted():
                self.world.pass_on(SWITCH_SOURCE, given)
            case inputs.AgentChosePresence() | inputs.PresenceForced():
                if given.agent in self._staff:
                    self._seats.chooses(given)
            case _:
                self._of_agent(given)

    def _of_agent(self, given: AnyInput) -> None:
        """Devices, and work that was not offered, of agents whom the rules know."""
        name: AgentId | None = getattr(given, "agent", None)
        if name not in self._staff or name is None:
            return
        agent = self._seats.by_id[name]
        if isinstance(given, inputs.PhoneBusy | inputs.PhoneFree):
            agent.outside = isinstance(given, inputs.PhoneBusy)
        of_phone = isinstance(
            given, inputs.PhoneBusy | inputs.PhoneFree | inputs.PhoneReachable | inputs.PhoneUnreachable
        )
        self.world.pass_on(SWITCH_SOURCE if of_phone or isinstance(given, inputs.WorkBegun) else agent.desk, given)
