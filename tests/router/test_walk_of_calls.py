"""A random walk among calls with more than two parties: everybody is there, talks, asks, joins, hands on and is lost.

The invariants are checked after every step, and a recovered engine stands where the one that walked stands.
"""

import os

import pytest

from history.core import routing as facts
from history.core.vocabulary import AgentId, HandlingPhase, Medium, OfferPhase, Presence, SwitchName
from router.core import inputs
from router.core.snapshot import snapshot
from tests.router import walk_calls
from tests.router.test_walk import Walk

FIRST_SEED = int(os.environ.get("FIRST_SEED", "0"))
SEEDS = range(FIRST_SEED, FIRST_SEED + int(os.environ.get("SEEDS", "60")))
STEPS = 250
KINDS = (
    facts.ArrangementMade,
    facts.ArrangementFailed,
    facts.HoldEnded,
    facts.LegConnected,
    facts.LegAwaited,
    facts.LegFound,
    facts.ConsultEnded,
    facts.HandlingTransferred,
)


class CallWalk(Walk):
    """As the other one, but mostly about what is done with calls."""

    def step(self) -> None:
        often = [self.arrive, self.talk, self.talk, self.come_back, self.wrap_up]
        often += [self.steer_calls, self.leg_news, self.leg_news, self.arranging, self.arranging] * 3
        seldom = [self.leave, self.choose, self.supervise, self.handling_news, self.gap, self.device]
        seldom += [self.late_news, self.steer, self.sending_news, self.switch_is_read]
        self.chance.choice(often if self.chance.random() < 0.93 else seldom)()
        self.center.after(seconds=self.chance.choice((0, 0, 0, 0.1, 0.1, 0.4, 1, 5)))

    def arrive(self) -> None:
        if len(self.center.engine.state.interactions) < 8:
            self.center.arrives(self.chance.choice(("sales", "sales", "sales", "chat")))

    def talk(self) -> None:
        for offer in list(self.center.engine.state.offers.values()):
            if offer.medium is not Medium.VOICE:
                self.center.answers(offer.agent, offer.offer)
            elif offer.phase is OfferPhase.PENDING:
                self.center.tell(inputs.PopShown, agent=offer.agent, offer=offer.offer)
            else:
                self.center.answers(offer.agent, offer.offer)

    def come_back(self) -> None:
        for name in self.names:
            agent = AgentId(name)
            for kind in (inputs.PhoneFree, inputs.PhoneReachable, inputs.DesktopAttached):
                if self.chance.random() < 0.8:
                    self.center.tell(kind, agent=agent)
            self.center.chooses(name, Presence.READY)

    def wrap_up(self) -> None:
        for handling in list(self.center.engine.state.handlings.values()):
            if handling.phase is HandlingPhase.WRAP_UP and self.chance.random() < 0.7:
                self.center.wraps_up(handling.agent, handling.handling)

    def switch_is_read(self) -> None:
        calls = [each.interaction for each in self.center.engine.state.interactions.values() if each.switch]
        seen = tuple(call for call in calls if self.chance.random() < 0.7)
        restarted = self.chance.random() < 0.2
        self.center.tell(
            inputs.SwitchSeen,
            switch=SwitchName("s1"),
            interactions=() if restarted else seen,
            restarted=restarted,
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_calls_of_many_break_nothing(seed: int) -> None:
    walk = CallWalk(seed)
    for _ in range(STEPS):
        walk.step()
    state = walk.center.engine.state
    recovered = walk.center.recovered()
    assert snapshot(recovered.state) == snapshot(state)
    assert recovered.outstanding() == walk.center.engine.outstanding()
    from_snapshot = walk.center.from_snapshot()
    assert snapshot(from_snapshot.state) == snapshot(state)
    assert from_snapshot.outstanding() == walk.center.engine.outstanding()


def test_the_walks_go_everywhere() -> None:
    """What never happens proves nothing."""
    walks = [CallWalk(seed) for seed in range(10)]
    seen: set[type] = set()
    for walk in walks:
        for _ in range(STEPS):
            walk.step()
        seen |= {type(fact) for _, fact in walk.center.journal}
    assert set(KINDS) <= seen


@pytest.mark.parametrize("seed", range(10))
def test_when_the_switch_is_read_without_any_call_nothing_is_left_of_them(seed: int) -> None:
    walk = CallWalk(seed)
    for _ in range(150):
        walk.step()
    walk.center.tell(inputs.SwitchSeen, switch=SwitchName("s1"), interactions=(), restarted=True)
    state = walk.center.engine.state
    assert not state.legs and not state.works and not state.lost
    walk.center.after(seconds=30)
    assert all(call.ordered is None for call in state.calls.values())


def test_everybody_is_let_go_in_the_end() -> None:
    walk = CallWalk(3)
    for _ in range(150):
        walk.step()
    center = walk.center
    for _ in range(200):
        walk.come_back()
        walk.talk()
        walk_calls.everybody_finishes(center)
        for handling in list(center.engine.state.handlings.values()):
            if handling.phase is HandlingPhase.ACTIVE:
                center.ends(handling.agent, handling.handling)
            center.wraps_up(handling.agent, handling.handling)
        for record in list(center.engine.state.interactions.values()):
            center.customer_leaves(record.interaction)
        center.after(seconds=5)
    assert not center.engine.state.interactions and not center.engine.state.legs and not center.engine.state.works
