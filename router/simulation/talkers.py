"""What agents do with their calls: hold, ask, swap, join, hand over, hang up in the middle; and whose phones are
lost."""

from random import Random
from typing import Any

from history.core import routing as facts
from history.core.call_words import CallAct
from history.core.vocabulary import DestinationId, HandlingId, LegId, Medium, QueueId
from router.core import inputs
from router.core.call_inputs import (
    CallHandedOver,
    CallSteered,
    ConsultAsked,
    PartyDropped,
    PhoneHeld,
    PhoneResumed,
)
from router.simulation.customers import SWITCH_SOURCE
from router.simulation.day import Day
from router.simulation.people import Agent, Talk

ACTS = 0.3
"""So many calls are not plain talks."""
OUTSIDE = DestinationId("bank")


class Talkers:
    """Agents act on what the engine decides, by their desks, until `stop`."""

    def __init__(self, day: Day, chance: Random) -> None:
        self._day = day
        self._world = day.world
        self._chance = chance
        self._stopped = False
        self._queues = [QueueId(each.id) for each in day.scenario.types if each.medium is Medium.VOICE]
        self._asked: dict[LegId, tuple[Agent, HandlingId]] = {}
        day.world.on(facts.HandlingStarted, self._started)
        day.world.on(facts.ConsultBegan, self._asks)
        day.world.on(facts.LegConnected, self._reached)
        day.world.on(facts.HandlingTransferred, self._transferred)
        day.world.on(facts.LegLost, self._lost)

    def stop(self) -> None:
        self._stopped = True

    def _plan(self, most_ms: int, agent: Agent, handling: HandlingId) -> None:
        self._world.after(self._chance.randint(100, most_ms), self._acts, agent, handling)

    def _started(self, fact: facts.HandlingStarted) -> None:
        if fact.medium is Medium.VOICE and not self._stopped and self._chance.random() < ACTS:
            self._plan(60_000, self._day.desks.by_id[fact.agent], fact.handling)

    def _acts(self, agent: Agent, handling: HandlingId) -> None:
        if handling not in agent.handlings or self._stopped:
            return
        drawn = self._chance.random()
        if drawn < 0.25:
            self._tell(agent, handling, CallSteered, act=CallAct.HOLD)
            self._world.after(self._chance.randint(500, 40_000), self._resumes, agent, handling)
        elif drawn < 0.35:
            self._by_key(agent)
        elif drawn < 0.6:
            self._tell(agent, handling, CallHandedOver, **self._target())
        else:
            self._tell(agent, handling, ConsultAsked, **self._target())

    def _tell(self, agent: Agent, handling: HandlingId, kind: Any, **what: Any) -> None:
        self._world.tell(agent.desk, kind, agent=agent.agent, handling=handling, **what)

    def _target(self) -> dict[str, Any]:
        drawn = self._chance.random()
        if drawn < 0.3:
            return {"to_queue": self._chance.choice(self._queues)}
        if drawn < 0.45:
            return {"to_destination": OUTSIDE}
        return {"to_agent": self._chance.choice(list(self._day.desks.by_id))}

    def _resumes(self, agent: Agent, handling: HandlingId) -> None:
        if handling in agent.handlings:
            self._tell(agent, handling, CallSteered, act=CallAct.RESUME)

    def _by_key(self, agent: Agent) -> None:
        """The phone's own key."""
        if agent.talk is not None:
            leg = LegId(agent.talk.offer)
            self._world.tell(SWITCH_SOURCE, PhoneHeld, leg=leg)
            self._world.after(self._chance.randint(500, 20_000), self._tells, PhoneResumed, {"leg": leg})

    def _asks(self, fact: facts.ConsultBegan) -> None:
        agent = self._day.desks.by_id[fact.agent]
        self._asked[fact.leg] = (agent, fact.handling)
        if self._chance.random() < 0.2:
            self._world.after(self._chance.randint(100, 4_000), self._goes_on, agent, fact.handling, fact.leg)

    def _reached(self, fact: facts.LegConnected) -> None:
        asked = self._asked.get(fact.leg)
        if asked is not None:
            self._world.after(self._chance.randint(200, 20_000), self._goes_on, *asked, fact.leg)

    def _goes_on(self, agent: Agent, handling: HandlingId, leg: LegId) -> None:
        """The owner does something with whom they have asked; some do one thing after the other."""
        if handling not in agent.handlings:
            return
        drawn = self._chance.random()
        if drawn < 0.15 and agent.talk is not None:
            self._day.desks.hangs_up(agent.talk)
            return
        if drawn < 0.25:
            self._tell(agent, handling, PartyDropped, leg=leg)
        elif drawn < 0.35:
            self._tell(agent, handling, ConsultAsked, **self._target())
        else:
            acts = (CallAct.SWAP, CallAct.JOIN, CallAct.JOIN, CallAct.COMPLETE, CallAct.END_CONSULT)
            self._tell(agent, handling, CallSteered, act=self._chance.choice(acts))
        if self._chance.random() < 0.7:
            self._world.after(self._chance.randint(200, 15_000), self._goes_on, agent, handling, leg)

    def _transferred(self, fact: facts.HandlingTransferred) -> None:
        """To send a caller outside the switch takes them away from their agent first."""
        customer = self._day.customers.present.get(fact.interaction)
        if fact.to_destination is not None and fact.leg is None and customer is not None and customer.talk is not None:
            self._world.after(0, self._is_taken, customer.talk)

    def _is_taken(self, talk: Talk) -> None:
        if talk.customer.talk is talk and not talk.customer.gone:
            self._day.desks.is_let_go(talk)

    def _lost(self, fact: facts.LegLost) -> None:
        """Some phones are out of reach for a while."""
        if self._chance.random() < 0.4:
            away_ms = self._chance.randint(500, 90_000)
            self._world.after(0, self._tells, inputs.PhoneUnreachable, {"agent": fact.agent})
            self._world.after(away_ms, self._tells, inputs.PhoneReachable, {"agent": fact.agent})

    def _tells(self, kind: Any, what: dict[str, Any]) -> None:
        self._world.tell(SWITCH_SOURCE, kind, **what)
