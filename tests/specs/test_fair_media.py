"""Voice, chat and mail do not starve one another: turns and holds, each with its bound."""

import random

import pytest

from history.core import routing as facts
from history.core.vocabulary import AgentId, HandlingId, HandlingPhase, Medium, OfferedBecause, Presence
from router.core.dispatch import PASSED_BOUND, PASSED_MAX
from router.core.engine import Engine
from router.core.requirements import is_met, parse
from tests.specs.center import CAPACITIES, Center, a_queue, an_agent

QUEUES = (
    a_queue("calls", Medium.VOICE, target_s=5, age_percent=1000, age_max_ms=10_000_000),
    a_queue("chat", Medium.CHAT, target_s=10),
    a_queue("mail", Medium.MAIL, target_s=30),
    a_queue("tasks", Medium.TASK, target_s=30, requires="billing"),
)


def test_a_call_behind_an_endless_stream_of_chats_gets_the_agent_when_what_is_in_hand_is_done() -> None:
    center = Center(agents=(an_agent("ann"),), queues=QUEUES)
    center.signs_in("ann")
    for _ in range(20):
        center.arrives("chat")
    in_hand = [center.takes("ann"), center.takes("ann")]
    call = center.arrives("calls")
    center.after(seconds=30)
    for handling in in_hand:
        center.after(seconds=30)
        center.expect_no_offer("ann")
        center.ends("ann", handling)
        center.wraps_up("ann", handling)
    center.expect_offer("ann", call)
    (held,) = center.found(facts.AgentHeld)
    assert held == facts.AgentHeld(agent=AgentId("ann"), interaction=call, medium=Medium.VOICE)


def test_only_one_agent_is_held_for_a_class_at_a_time() -> None:
    center = Center(agents=tuple(an_agent(name) for name in ("ann", "ben", "cem")), queues=QUEUES)
    for _ in range(30):
        center.arrives("chat")
    work: dict[str, list[HandlingId]] = {}
    for name in ("ann", "ben", "cem"):
        center.signs_in(name)
        work[name] = [center.takes(name), center.takes(name)]
    center.arrives("calls")
    center.arrives("calls")
    center.after(seconds=30)
    for name in ("ann", "ben", "cem"):
        center.ends(name, work[name][0])
        center.wraps_up(name, work[name][0])
    assert len(center.found(facts.AgentHeld)) == 1
    center.expect_no_offer("ann")
    assert center.offers_of("ben")
    assert center.offers_of("cem")


@pytest.mark.parametrize("ends", ["customer", "not ready", "phone", "definition"])
def test_a_hold_ends_with_what_it_was_for(ends: str) -> None:
    center = Center(agents=(an_agent("ann"),), queues=QUEUES)
    center.signs_in("ann")
    for _ in range(9):
        center.arrives("chat")
    first, _ = center.takes("ann"), center.takes("ann")
    call = center.arrives("calls")
    center.after(seconds=30)
    center.ends("ann", first)
    center.wraps_up("ann", first)
    center.expect_no_offer("ann")
    match ends:
        case "customer":
            center.customer_leaves(call)
        case "not ready":
            center.chooses("ann", Presence.NOT_READY, "break")
            center.chooses("ann", Presence.READY)
        case "phone":
            center.phone_is_gone("ann")
        case _:
            center.apply_definition(agents=(an_agent("ann", capacities=CAPACITIES[1:]),))
    record = center.engine.state.agents[AgentId("ann")]
    assert (record.held_for is None) is (ends != "not ready")
    assert bool(center.offers_of("ann")) is (ends != "not ready")


class Flood:
    """Two agents, and of every medium more than they can do."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        agents = (an_agent("ann", "billing"), an_agent("ben"))
        self.center = Center(agents=agents, queues=QUEUES)
        for agent in agents:
            self.center.signs_in(agent.agent)
        for queue in QUEUES:
            for _ in range(self.chance.choice((0, 5, 40))):
                self.center.arrives(queue.queue)

    def step(self) -> None:
        center = self.center
        if self.chance.random() < 0.6:
            center.arrives(self.chance.choice(QUEUES).queue)
        for name in ("ann", "ben"):
            for offer in center.offers_of(name):
                center.takes(name, offer)
            for handling in list(center.engine.state.seats.of[AgentId(name)].handlings.values()):
                if self.chance.random() < 0.3 and handling.phase is HandlingPhase.ACTIVE:
                    center.ends(name, handling.handling)
                    center.wraps_up(name, handling.handling)
        center.after(seconds=self.chance.choice((1, 5, 20)))


def could_take(engine: Engine, agent: AgentId, at_ms: int) -> set[Medium]:
    """The media of which overdue work waits that fits the agent, reckoned without the indexes."""
    state = engine.state
    seat = state.seats.of[agent]
    weights = {each.medium: each for each in CAPACITIES}
    held = [*(each.medium for each in seat.handlings.values()), *(each.medium for each in seat.offers.values())]
    found = set()
    for record in state.interactions.values():
        wanted = weights[record.medium]
        counted = [each for each in held if wanted.interruptible or not weights[each].interruptible]
        load = wanted.weight + sum(weights[each].weight for each in counted)
        fits = load <= 100 and held.count(record.medium) < wanted.limit
        asked = any(wanted.interruptible or not weights[offer.medium].interruptible for offer in seat.offers.values())
        able = is_met(parse(record.requirement), seat.settings)
        if record.phase == "waiting" and record.due_ms < at_ms and fits and able and not asked:
            found.add(record.medium)
    return found


@pytest.mark.parametrize("seed", range(20))
def test_no_medium_is_passed_over_more_often_than_the_bound_says(seed: int) -> None:
    flood = Flood(seed)
    for _ in range(150):
        flood.step()
    again = Engine()
    passed: dict[tuple[AgentId, Medium], int] = {}
    most = 0
    for at_ms, fact in flood.center.journal:
        if isinstance(fact, facts.OfferMade):
            could = could_take(again, fact.agent, at_ms)
            for medium in Medium:
                passes = medium in could and medium is not fact.medium
                passed[fact.agent, medium] = passed.get((fact.agent, medium), 0) + 1 if passes else 0
                most = max(most, passed[fact.agent, medium])
        again.fold(fact, at_ms)
    assert most <= PASSED_BOUND
    because = [fact.because for _, fact in flood.center.journal if isinstance(fact, facts.OfferMade)]
    assert OfferedBecause.TURN in because or most < PASSED_MAX
