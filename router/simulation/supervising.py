"""Supervisors who meddle, and agents who telephone without being asked by any queue.

Waiting work gets another priority or queue, is put aside, and is handed to somebody out of turn.
"""

from collections.abc import Callable
from random import Random

from history.core.vocabulary import Medium, Presence, QueueId, Requirement, ReservationId, WorkId
from router.core import inputs
from router.simulation.center import LEAVING
from router.simulation.customers import SWITCH_SOURCE
from router.simulation.day import Day
from router.simulation.desks import SUPERVISING, SUPERVISOR
from router.simulation.people import Agent, Customer

BETWEEN_MS = 25_000
"""Mean time from one act to the next."""
OUTSIDE_MS = 90_000
"""Mean length of a call that no queue knows of."""


class Supervisors:
    """What happens to waiting work besides routing, until `stop`."""

    def __init__(self, day: Day, chance: Random) -> None:
        self._day = day
        self._world = day.world
        self._chance = chance
        self._agents = list(day.desks.by_id.values())
        self._works = 0
        self._stopped = False
        self._plan()

    def stop(self) -> None:
        self._stopped = True

    def _plan(self) -> None:
        self._world.after(max(1, round(self._chance.expovariate(1 / BETWEEN_MS))), self._act)

    def _act(self) -> None:
        if self._stopped:
            return
        self._plan()
        acts: tuple[Callable[[Customer], None], ...] = (
            self._prioritise,
            self._move,
            self._park,
            self._resume,
            *((self._give,) if self._agents else ()),
        )
        drawn = self._chance.random()
        if 0.38 <= drawn < 0.41:
            self._emergency()
            return
        if 0.32 <= drawn < 0.38 and self._agents:
            self._reserve()
            return
        if drawn < 0.32 and self._agents:
            act = self._telephone if drawn < 0.2 else self._force if drawn < 0.25 else self._lend
            act(self._chance.choice(self._agents))
            return
        waiting = [customer for customer in self._day.customers.present.values() if customer.waits]
        if waiting:
            self._chance.choice(acts)(self._chance.choice(waiting))

    def _emergency(self) -> None:
        """Declared for some minutes, or ended before its time."""
        queues = [QueueId(each.id) for each in self._day.scenario.types if each.emergency]
        if not queues:
            return
        queue = self._chance.choice(queues)
        until_ms = self._world.now_ms + self._chance.randint(10_000, 240_000)
        if self._chance.random() < 0.7:
            self._world.tell(SUPERVISOR, inputs.EmergencyDeclared, queue=queue, until_ms=until_ms, by=SUPERVISING)
        else:
            self._world.tell(SUPERVISOR, inputs.EmergencyLifted, queue=queue, by=SUPERVISING)

    def _prioritise(self, customer: Customer) -> None:
        priority = self._chance.randint(-3, 5)
        self._world.tell(SUPERVISOR, inputs.WorkPrioritised, interaction=customer.interaction, priority=priority)

    def _move(self, customer: Customer) -> None:
        queues = [QueueId(each.id) for each in self._day.scenario.types if each.medium is customer.medium]
        to = self._chance.choice(queues)
        self._world.tell(SUPERVISOR, inputs.WorkMoved, interaction=customer.interaction, to=to)

    def _park(self, customer: Customer) -> None:
        until_ms = self._world.now_ms + self._chance.randint(1_000, 200_000)
        self._world.tell(SUPERVISOR, inputs.WorkParked, interaction=customer.interaction, until_ms=until_ms)

    def _resume(self, customer: Customer) -> None:
        self._world.tell(SUPERVISOR, inputs.WorkResumed, interaction=customer.interaction)

    def _give(self, customer: Customer) -> None:
        agent = self._chance.choice(self._agents).agent
        self._world.tell(SUPERVISOR, inputs.WorkPulled, interaction=customer.interaction, agent=agent)

    def _force(self, agent: Agent) -> None:
        if agent.here:
            presence = self._chance.choice(tuple(Presence))
            reason = LEAVING if presence is Presence.NOT_READY else None
            self._world.tell(
                SUPERVISOR,
                inputs.PresenceForced,
                agent=agent.agent,
                presence=presence,
                reason=reason,
                by=SUPERVISING,
            )

    def _lend(self, agent: Agent) -> None:
        drawn = self._chance.random()
        if drawn < 0.5:
            to = QueueId(self._chance.choice(self._day.scenario.types).id)
            only = self._chance.random() < 0.3
            self._world.tell(SUPERVISOR, inputs.AgentLentOut, agent=agent.agent, to=to, only=only, by=SUPERVISING)
        elif drawn < 0.8:
            self._world.tell(SUPERVISOR, inputs.AgentCalledBack, agent=agent.agent, by=SUPERVISING)
        else:
            self._world.tell(SUPERVISOR, inputs.LoanKept, agent=agent.agent, kept=True, by=SUPERVISING)

    def _reserve(self) -> None:
        """A campaign keeps somebody free for a call and then thinks better of it, or forgets them."""
        self._works += 1
        reservation = ReservationId(f"r{self._works}")
        until_ms = self._world.now_ms + self._chance.randint(1_000, 90_000)
        medium = self._chance.choice((Medium.VOICE, Medium.CHAT))
        self._world.tell(
            SUPERVISOR,
            inputs.ReservationAsked,
            reservation=reservation,
            agents=Requirement("anyone"),
            medium=medium,
            until_ms=until_ms,
        )
        if self._chance.random() < 0.5:
            self._world.after(self._chance.randint(1, 60_000), self._releases, reservation)

    def _releases(self, reservation: ReservationId) -> None:
        self._world.tell(SUPERVISOR, inputs.ReservationReleased, reservation=reservation)

    def _telephone(self, agent: Agent) -> None:
        if not agent.here or agent.phone_busy:
            return
        self._works += 1
        work = WorkId(f"w{self._works}")
        agent.outside = True
        self._world.tell(SWITCH_SOURCE, inputs.PhoneBusy, agent=agent.agent)
        self._world.tell(SUPERVISOR, inputs.WorkBegun, work=work, agent=agent.agent, medium=Medium.VOICE)
        self._world.after(max(1, round(self._chance.expovariate(1 / OUTSIDE_MS))), self._hangs_up, agent, work)

    def _hangs_up(self, agent: Agent, work: WorkId) -> None:
        agent.outside = False
        self._world.tell(SWITCH_SOURCE, inputs.PhoneFree, agent=agent.agent)
        self._world.tell(SUPERVISOR, inputs.WorkFinished, work=work)
