"""Random centres, people and late news: after each step the invariants hold, and recovery gives the same state.

A small forerunner of the simulation; a failing seed is printed by pytest as the parameter of its case.
"""

import os
import random

import msgspec
import pytest

from history.core import routing as facts
from history.core.call_words import WorkKind
from history.core.routing_settings import (
    AgentSettings,
)
from history.core.vocabulary import (
    AgentId,
    EndedBy,
    HandlingPhase,
    InteractionPhase,
    LegFailure,
    Medium,
    OfferPhase,
    Presence,
    QueueId,
    ReasonCode,
    Requirement,
    ReservationId,
    Standing,
    Takes,
    UserId,
    WorkId,
)
from router.core import inputs
from router.core.snapshot import snapshot
from tests.router import walk_calls
from tests.router.walk_center import FLOORS, HOTLINE, HOURS, LENDING, LIMITS, NUMBERS, QUEUES, RESERVES, SHARES
from tests.specs.center import Center, an_agent

__all__ = ["QUEUES", "SEEDS", "Walk"]

FIRST_SEED = int(os.environ.get("FIRST_SEED", "0"))
SEEDS = range(FIRST_SEED, FIRST_SEED + int(os.environ.get("SEEDS", "60")))
STEPS = 250


class Walk:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.names = [f"agent{n}" for n in range(1, 6)]
        agents = tuple(self.agent(name) for name in self.names)
        self.center = Center(agents=agents, queues=QUEUES, hours=(HOURS,), numbers=NUMBERS)
        settings = msgspec.structs.replace(self.center.engine.state.settings, reason_limits=LIMITS)
        if self.chance.random() < 0.7:
            settings = msgspec.structs.replace(settings, reserves=RESERVES, lending=LENDING)
        if self.chance.random() < 0.5:
            settings = msgspec.structs.replace(settings, shares=SHARES, floors=FLOORS)
        self.center.tell(inputs.DefinitionApplied, settings=settings)
        for name in self.names:
            self.center.signs_in(name)

    def agent(self, name: str) -> AgentSettings:
        skills = [skill for skill in ("repairs", f"french {self.chance.randint(1, 9)}") if self.chance.random() < 0.5]
        teams = ("night",) if self.chance.random() < 0.3 else ()
        takes = Takes.BEST_SKILL_FIRST if self.chance.random() < 0.2 else Takes.MOST_URGENT
        return an_agent(name, *skills, teams=teams, takes=takes)

    def step(self) -> None:
        actions = [
            self.arrive,
            self.leave,
            self.choose,
            self.offer_news,
            self.offer_news,
            self.handling_news,
            self.handling_news,
            self.everyone_back,
            self.wrap_up,
            self.wrap_up,
            self.device,
            self.late_news,
            self.gap,
            self.repeat,
            self.steer,
            self.supervise,
            self.emergency,
            self.sending_news,
            self.work_of_their_own,
            self.lend,
            self.reserve,
            self.steer_calls,
            self.steer_calls,
            self.leg_news,
            self.leg_news,
            self.arranging,
            self.arranging,
        ]
        self.chance.choice(actions)()
        self.center.after(seconds=self.chance.choice((0, 0, 0.1, 1, 7, 30)))

    def steer_calls(self) -> None:
        walk_calls.steer_calls(self.center, self.chance, self.names)

    def leg_news(self) -> None:
        walk_calls.leg_news(self.center, self.chance)
        walk_calls.hang_up_first_legs(self.center, self.chance)

    def arranging(self) -> None:
        walk_calls.arranging(self.center, self.chance)

    def arrive(self) -> None:
        preferred = tuple(AgentId(name) for name in self.chance.sample(self.names, self.chance.choice((0, 0, 1, 2))))
        self.center.arrives(
            self.chance.choice(QUEUES).queue,
            preferred=preferred,
            priority=self.chance.choice((0, 0, 5, -5)),
            identity=self.chance.choice((None, "maria", "otto")),
            called=self.chance.choice((None, None, HOTLINE)),
        )

    def leave(self) -> None:
        live = [record.interaction for record in self.center.engine.state.interactions.values()]
        if live:
            self.center.customer_leaves(self.chance.choice(live))

    def choose(self) -> None:
        presence = self.chance.choice((*[Presence.READY] * 5, Presence.NOT_READY, Presence.SIGNED_OUT))
        self.center.chooses(
            self.chance.choice(self.names), presence, "break" if presence is Presence.NOT_READY else None
        )

    def everyone_back(self) -> None:
        for name in self.names:
            self.center.tell(inputs.PhoneFree, agent=AgentId(name))
            if self.chance.random() < 0.7:
                self.center.chooses(name, Presence.READY)

    def device(self) -> None:
        kind = self.chance.choice(
            (
                *[inputs.DesktopAttached] * 4,
                inputs.DesktopLost,
                *[inputs.PhoneReachable] * 4,
                inputs.PhoneUnreachable,
                inputs.PhoneBusy,
                inputs.PhoneFree,
                inputs.PhoneFree,
            )
        )
        self.center.tell(kind, agent=AgentId(self.chance.choice(self.names)))

    def offer_news(self) -> None:
        live = list(self.center.engine.state.offers.values())
        if not live:
            return
        offer = self.chance.choice(live)
        if offer.medium is not Medium.VOICE:
            kind = self.chance.choice((inputs.AgentAcceptedOffer, inputs.AgentDeclinedOffer, inputs.PopShown))
            self.center.tell(kind, agent=offer.agent, offer=offer.offer)
        elif offer.phase is OfferPhase.PENDING:
            self.center.tell(inputs.PopShown, agent=offer.agent, offer=offer.offer)
        else:
            news = self.chance.randrange(4)
            if news == 0:
                self.center.tell(inputs.AgentLegFailed, offer=offer.offer, cause=self.chance.choice(list(LegFailure)))
            elif news == 1:
                self.center.tell(inputs.AgentRang, offer=offer.offer)
            else:
                self.center.answers(offer.agent, offer.offer)

    def handling_news(self) -> None:
        live = list(self.center.engine.state.handlings.values())
        if not live:
            return
        handling = self.chance.choice(live)
        if handling.medium is Medium.VOICE and self.chance.random() < 0.5:
            by = self.chance.choice((EndedBy.AGENT, EndedBy.CUSTOMER, EndedBy.LOST))
            self.center.tell(inputs.LegEnded, offer=handling.offer, by=by)
        else:
            self.center.ends(handling.agent, handling.handling)

    def wrap_up(self) -> None:
        for handling in list(self.center.engine.state.handlings.values()):
            if handling.phase is HandlingPhase.WRAP_UP and self.chance.random() < 0.6:
                self.center.tell(inputs.AgentExtendedWrapUp, agent=handling.agent, handling=handling.handling)
            if handling.phase is HandlingPhase.WRAP_UP and self.chance.random() < 0.7:
                self.center.wraps_up(handling.agent, handling.handling)

    def late_news(self) -> None:
        offer = f"o{self.chance.randrange(1, self.center.engine.state.offers_made + 3)}"
        cause = self.chance.choice(list(LegFailure))
        if offer not in self.center.engine.state.offers:
            self.center.tell(inputs.AgentLegFailed, offer=offer, cause=cause)
        calls = [
            fact for _, fact in self.center.journal if isinstance(fact, facts.OfferMade) and fact.medium == "voice"
        ]
        if calls:
            self.center.answers_late(self.chance.choice(calls[-5:]))

    def steer(self) -> None:
        """A supervisor takes a hand in what waits, or in what does not."""
        live = [record.interaction for record in self.center.engine.state.interactions.values()]
        if not live:
            return
        interaction = self.chance.choice(live)
        match self.chance.randrange(5):
            case 0:
                priority = self.chance.randint(-11, 11)
                self.center.tell(inputs.WorkPrioritised, interaction=interaction, priority=priority)
            case 1:
                self.center.tell(inputs.WorkMoved, interaction=interaction, to=self.chance.choice(QUEUES).queue)
            case 2:
                until_ms = self.center.now_ms + self.chance.choice((-1, 500, 20_000))
                self.center.tell(inputs.WorkParked, interaction=interaction, until_ms=until_ms)
            case 3:
                self.center.tell(inputs.WorkResumed, interaction=interaction)
            case _:
                agent = AgentId(self.chance.choice(self.names))
                self.center.tell(inputs.WorkPulled, interaction=interaction, agent=agent)

    def emergency(self) -> None:
        """Declared now and then, lifted sooner or over by itself."""
        queue, number = self.chance.choice(
            ((QueueId("office"), None), (QueueId("chat"), None), (QueueId("sales"), None), (None, HOTLINE))
        )
        if self.chance.random() < 0.5:
            until_ms = self.center.now_ms + self.chance.choice((-1, 5_000, 60_000))
            self.center.tell(inputs.EmergencyDeclared, queue=queue, number=number, until_ms=until_ms)
        else:
            self.center.tell(inputs.EmergencyLifted, queue=queue, number=number)

    def sending_news(self) -> None:
        """Mostly the switch says that it has sent them; sometimes it cannot, or says what nobody asked for."""
        live = list(self.center.engine.state.interactions.values())
        for record in live:
            if record.phase is InteractionPhase.SENDING and self.chance.random() < 0.7:
                kind = self.chance.choice((inputs.CustomerSent, inputs.CustomerSent, inputs.CustomerNotSent))
                self.center.tell(kind, interaction=record.interaction)
        if live and self.chance.random() < 0.1:
            record = self.chance.choice(live)
            if record.medium is Medium.VOICE:
                self.center.tell(inputs.CustomerSent, interaction=record.interaction)

    def supervise(self) -> None:
        """Plans for after work, forced presences, wrap-ups extended and closed."""
        agent = AgentId(self.chance.choice(self.names))
        presence = self.chance.choice(list(Presence))
        reason = ReasonCode("break") if presence is Presence.NOT_READY else None
        handlings = list(self.center.engine.state.handlings.values())
        match self.chance.randrange(4):
            case 0:
                self.center.tell(
                    inputs.AgentChosePresence, agent=agent, presence=presence, reason=reason, after_work=True
                )
            case 1:
                self.center.tell(inputs.PresenceForced, agent=agent, presence=presence, reason=reason, by=UserId("max"))
            case 2 if handlings:
                for handling in handlings:
                    self.center.tell(inputs.AgentExtendedWrapUp, agent=handling.agent, handling=handling.handling)
            case _ if handlings:
                handling = self.chance.choice(handlings)
                self.center.tell(inputs.WrapUpClosed, handling=handling.handling, by=UserId("max"))

    def lend(self) -> None:
        """A supervisor lends, calls back, and keeps who is lent from being called back."""
        agent, by = AgentId(self.chance.choice(self.names)), UserId("max")
        for each in list(self.center.engine.state.lent):
            self.center.tell(inputs.LoanKept, agent=each, kept=self.chance.random() < 0.7, by=by)
        match self.chance.randrange(3):
            case 0:
                to, only = self.chance.choice(QUEUES).queue, self.chance.random() < 0.5
                self.center.tell(inputs.AgentLentOut, agent=agent, to=to, only=only, by=by)
            case 1:
                self.center.tell(inputs.AgentCalledBack, agent=agent, by=by)
            case _:
                self.center.tell(inputs.LoanKept, agent=agent, kept=True, by=by)

    def reserve(self) -> None:
        """A campaign asks for somebody, and calls with them or lets them go."""
        chance = self.chance
        for record in list(self.center.engine.state.reservations.values()):
            match chance.randrange(3):
                case 0:
                    self.center.tell(inputs.ReservationReleased, reservation=record.reservation)
                case 1:
                    work = WorkId(f"w{chance.randrange(9)}")
                    self.center.tell(
                        inputs.WorkBegun,
                        work=work,
                        agent=record.agent,
                        medium=record.medium,
                        reservation=record.reservation,
                    )
                case _:
                    pass
        self.center.tell(
            inputs.ReservationAsked,
            reservation=ReservationId(f"r{chance.randrange(9)}"),
            agents=Requirement(chance.choice(("anyone", "french >= 2", "french >="))),
            medium=chance.choice(list(Medium)),
            until_ms=self.center.now_ms + chance.choice((-1, 2_000, 20_000, 500_000)),
            queue=chance.choice((None, QueueId("sales"), QueueId("none"))),
        )

    def work_of_their_own(self) -> None:
        for work in list(self.center.engine.state.works):
            self.center.tell(inputs.WorkFinished, work=work)
        if self.chance.random() < 0.6:
            return
        agent, medium = AgentId(self.chance.choice(self.names)), self.chance.choice(list(Medium))
        self.center.tell(inputs.WorkBegun, work=WorkId(f"w{self.chance.randrange(9)}"), agent=agent, medium=medium)

    def gap(self) -> None:
        """The switch is read anew: it has a caller as the dialplan left them, known to the engine or not."""
        calls = [record for record in self.center.engine.state.interactions.values() if record.medium is Medium.VOICE]
        known = self.chance.choice(calls).interaction if calls and self.chance.random() < 0.8 else None
        self.center.finds(known, self.chance.choice(list(Standing)))

    def repeat(self) -> None:
        before = len(self.center.journal)
        self.center.sent -= 1
        self.center.tell(inputs.PhoneBusy, agent=AgentId(self.names[0]))
        assert len(self.center.journal) == before


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_day_breaks_nothing(seed: int) -> None:
    walk = Walk(seed)
    for _ in range(STEPS):
        walk.step()
    state = walk.center.engine.state
    assert snapshot(walk.center.recovered().state) == snapshot(state)
    assert snapshot(walk.center.from_snapshot().state) == snapshot(state)


@pytest.mark.parametrize("seed", range(5))
def test_when_everybody_works_on_every_queue_drains(seed: int) -> None:
    walk = Walk(seed)
    center = walk.center
    for _ in range(100):
        walk.step()
    for name in walk.names:
        for kind in (inputs.PhoneFree, inputs.PhoneReachable, inputs.DesktopAttached):
            center.tell(kind, agent=AgentId(name))
    center.apply_definition(agents=tuple(an_agent(name, "repairs", "french 9") for name in walk.names))
    for work in list(center.engine.state.works.values()):
        if work.kind is not WorkKind.CONSULT:
            center.tell(inputs.WorkFinished, work=work.work)
    for _ in range(2_000):
        if not center.engine.state.interactions:
            break
        for name in walk.names:
            center.chooses(name, Presence.READY)
            for offer in center.offers_of(name):
                center.takes(name, offer)
        for handling in list(center.engine.state.handlings.values()):
            if handling.phase is HandlingPhase.ACTIVE:
                center.ends(handling.agent, handling.handling)
            center.wraps_up(handling.agent, handling.handling)
        walk_calls.everybody_finishes(center)
        for record in list(center.engine.state.interactions.values()):
            if record.phase is InteractionPhase.WRAP_UP:  # the switch tells that the customer's leg has ended too
                center.customer_leaves(record.interaction)
        center.after(seconds=5)
    assert not center.engine.state.interactions
