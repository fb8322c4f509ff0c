"""Random centres, people and late news: after each step the invariants hold, and recovery gives the same state.

A small forerunner of the simulation; a failing seed is printed by pytest as the parameter of its case.
"""

import os
import random

import pytest

from history.core import routing as facts
from history.core.vocabulary import AgentId, EndedBy, HandlingPhase, LegFailure, Medium, OfferPhase, Presence, Standing
from router.core import inputs
from router.core.snapshot import snapshot
from tests.specs.center import DEFAULT_QUEUES, Center, an_agent

FIRST_SEED = int(os.environ.get("FIRST_SEED", "0"))
SEEDS = range(FIRST_SEED, FIRST_SEED + int(os.environ.get("SEEDS", "60")))
STEPS = 250


class Walk:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        agents = tuple(an_agent(f"agent{n}", *(["repairs"] if self.chance.random() < 0.5 else [])) for n in range(1, 6))
        self.center = Center(agents=agents)
        self.names = [agent.agent for agent in agents]

    def step(self) -> None:
        actions = [
            self.arrive,
            self.leave,
            self.choose,
            self.offer_news,
            self.offer_news,
            self.handling_news,
            self.handling_news,
            self.wrap_up,
            self.wrap_up,
            self.device,
            self.late_news,
            self.gap,
            self.repeat,
        ]
        self.chance.choice(actions)()
        self.center.after(seconds=self.chance.choice((0, 0, 0.1, 1, 7, 30)))

    def arrive(self) -> None:
        self.center.arrives(self.chance.choice(DEFAULT_QUEUES).queue)

    def leave(self) -> None:
        live = [record.interaction for record in self.center.engine.state.interactions.values()]
        if live:
            self.center.customer_leaves(self.chance.choice(live))

    def choose(self) -> None:
        presence = self.chance.choice((Presence.READY, Presence.READY, Presence.NOT_READY, Presence.SIGNED_OUT))
        self.center.chooses(
            self.chance.choice(self.names), presence, "break" if presence is Presence.NOT_READY else None
        )

    def device(self) -> None:
        kind = self.chance.choice(
            (
                inputs.DesktopAttached,
                inputs.DesktopAttached,
                inputs.DesktopLost,
                inputs.PhoneReachable,
                inputs.PhoneReachable,
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
    center.apply_definition(agents=tuple(an_agent(name, "repairs") for name in walk.names))
    for _ in range(2_000):
        if not center.engine.state.interactions:
            break
        for name in walk.names:
            center.chooses(name, Presence.READY)
            if center.offers_of(name):
                center.takes(name)
        for handling in list(center.engine.state.handlings.values()):
            if handling.phase is HandlingPhase.ACTIVE:
                center.ends(handling.agent, handling.handling)
            center.wraps_up(handling.agent, handling.handling)
        center.after(seconds=5)
    assert not center.engine.state.interactions
