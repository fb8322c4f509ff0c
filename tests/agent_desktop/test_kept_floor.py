"""The floor comes back as it was kept: after any entry of any journal, and for whatever follows."""

import random
from collections import deque
from dataclasses import fields

import msgspec
import pytest

from agent_desktop.core.call_on_floor import CallOnFloor, LegOnFloor, TalksOnFloor
from agent_desktop.core.floor import Floor
from agent_desktop.core.kept_floor import FORM, kept, restored
from agent_desktop.core.on_floor import (
    HANDLED_MAX,
    HANDLED_MS,
    AgentOnFloor,
    EmergencyOnFloor,
    Handled,
    HandlingOnFloor,
    HeldOnFloor,
    InteractionOnFloor,
    LentOnFloor,
    OfferOnFloor,
    OpeningOnFloor,
    ReservationOnFloor,
    WaitOnFloor,
    WorkOnFloor,
)
from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import AgentId, Medium, PresenceBy
from tests.history.sample import ANN, life
from tests.router.test_walk import Walk
from tests.router.test_walk_of_calls import CallWalk

HOUR_MS = 3_600_000
SHAPES = {
    AgentOnFloor: (
        "presence reason by since_ms desktop_connected phone_reachable phone_busy backed_off_until_ms "
        "forced_by planned planned_reason overrun_since_ms lent"
    ),
    InteractionOnFloor: (
        "interaction medium queue arrived_ms due_ms waiting customer identity trust customer_gone "
        "priority parked_until_ms requirement step next_step_ms passing"
    ),
    OfferOnFloor: "offer interaction agent queue medium made_ms expires_at_ms ringing",
    HandlingOnFloor: (
        "handling interaction agent queue medium started_ms wrap_up_since_ms wrap_up_ends_at_ms ended_by "
        "timed frees extensions"
    ),
    LentOnFloor: "queue since_ms by only kept",
    WorkOnFloor: "work agent medium kind interaction since_ms",
    CallOnFloor: (
        "interaction customer legs confirmed failed held_since_ms held_by consult consult_since_ms consult_failed "
        "lost_since_ms lost_until_ms"
    ),
    LegOnFloor: "leg interaction purpose phase since_ms agent destination asked_by",
    TalksOnFloor: "calls legs",
    ReservationOnFloor: "reservation agent medium",
    WaitOnFloor: "p50_ms p90_ms",
    Handled: "medium completed_ms handle_ms",
    OpeningOnFloor: "opening until_ms",
    EmergencyOnFloor: "queue number until_ms by",
    HeldOnFloor: "interaction medium",
    Floor: (
        "settings agents interactions offers handlings works reservations handled openings emergencies waits held "
        "talks _glances _aside _offered"
    ),
}


def a_journal(seed: int, steps: int = 300) -> list[tuple[int, Fact]]:
    """What a random center decides in some days; now and then hours pass, or the definition is applied again."""
    walk = CallWalk(seed) if seed % 2 else Walk(seed)
    for _ in range(steps):
        walk.step()
        if walk.chance.random() < 0.03:
            walk.center.after(seconds=walk.chance.choice((1, 5, 20)) * HOUR_MS / 1000)
        if walk.chance.random() < 0.01:
            walk.center.apply_definition()
    return walk.center.journal


def order(floor: Floor) -> list[list[str]]:
    return [list(part) for part in (floor.agents, floor.interactions, floor.offers, floor.handlings, floor.handled)]


@pytest.mark.parametrize("seed", range(25))
def test_a_floor_kept_at_any_entry_goes_on_like_one_folded_from_the_first(seed: int) -> None:
    chance = random.Random(seed)
    whole, started = Floor(), Floor()
    for at_ms, fact in a_journal(seed):
        if chance.random() < 0.2:
            started = restored(kept(started))
        assert started.fold(fact, at_ms) == whole.fold(fact, at_ms)
        assert started == whole
    assert order(started) == order(whole), "screens list parts in the floor's order"
    assert started.waiting() == whole.waiting()


def test_the_journals_of_this_test_hold_what_a_routers_snapshot_lacks() -> None:
    """Else the test above would say little."""
    seen: set[str] = set()
    for seed in range(25):
        floor = Floor()
        for at_ms, fact in a_journal(seed):
            floor.fold(fact, at_ms)
            seen.add(type(fact).__name__)
            seen |= {f"by {agent.by}" for agent in floor.agents.values()}
            seen |= {"ended_by" for work in floor.handlings.values() if work.ended_by is not None}
            seen |= {"ringing" for offer in floor.offers.values() if offer.ringing}
            seen |= {f"handled {done.medium}" for dones in floor.handled.values() for done in dones}
            seen |= {"forced" for agent in floor.agents.values() if agent.forced_by is not None}
            seen |= {"planned" for agent in floor.agents.values() if agent.planned is not None}
            seen |= {"parked" for item in floor.interactions.values() if item.parked_until_ms is not None}
            seen |= {"priority" for item in floor.interactions.values() if item.priority}
            seen |= {"relaxed" for item in floor.interactions.values() if item.step}
            seen |= {f"wrap-up {work.timed} {work.frees}" for work in floor.handlings.values() if work.ended_by}
    assert {
        "ended_by",
        *("forced", "planned", "parked", "priority", "relaxed"),
        *("wrap-up False False", "wrap-up True False"),
        "ringing",
        f"by {PresenceBy.MISSED_OFFERS}",
        *(f"handled {medium}" for medium in Medium),
    } <= seen
    # An attribution is no input of a walk, and a rule that raises is a defect.
    assert {fact.__name__ for fact in facts.ROUTING_FACTS} - seen <= {"InteractionAttributed", "InputSetAside"}


def test_an_attribution_and_a_customer_come_back() -> None:
    floor = Floor()
    for fact in life("c-1")[:5]:
        floor.fold(fact, 5)
    known = facts.InteractionAttributed(interaction=next(iter(floor.interactions)), customer=None)
    floor.fold(known, 6)
    assert restored(kept(floor)) == floor
    assert restored(kept(Floor())) == Floor()


def test_what_an_agent_completed_is_remembered_for_longer_than_a_day_and_no_longer() -> None:
    floor = Floor()
    times = [0, 1_000, HANDLED_MS, HANDLED_MS + 1_000, HANDLED_MS + 1_001]
    for number, at_ms in enumerate(times):
        for fact in life(f"c-{number}"):
            floor.fold(fact, at_ms)
    assert [done.completed_ms for done in floor.handled[ANN]] == times[2:]
    again = restored(kept(floor)).handled[ANN]
    assert (again, again.maxlen) == (floor.handled[ANN], HANDLED_MAX)


def test_a_body_of_another_shape_is_refused() -> None:
    floor = Floor(handled={AgentId("ann"): deque([Handled(Medium.CHAT, 1, 2)])})
    broken = kept(floor).replace(b"chat", b"crow")
    for body in (b"", broken, msgspec.msgpack.encode({"settings": None})):
        with pytest.raises(msgspec.MsgspecError):
            restored(body)


def test_a_change_of_what_the_floor_holds_raises_its_form() -> None:
    """When this fails: raise the first number of `FORM`, and say here what the floor holds now."""
    assert {kind: " ".join(field.name for field in fields(kind)) for kind in SHAPES} == SHAPES
    assert FORM == "floor/7, settings/2"
