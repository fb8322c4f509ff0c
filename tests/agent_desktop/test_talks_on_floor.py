"""What the floor knows of calls with more than two parties: what each agent does, with whom and since when."""

import pytest

from agent_desktop.core.call_on_floor import Talking
from agent_desktop.core.floor import Floor
from agent_desktop.core.kept_floor import kept, restored
from history.core.call_words import CallAct, LegFor, LegPhase, PartyAt, WorkKind
from history.core.vocabulary import AgentId, EndedBy, InteractionId, LegFailure
from tests.specs.talks import Talks, a_floor


@pytest.fixture
def center() -> Talks:
    return a_floor()


def floor_of(center: Talks) -> Floor:
    floor = Floor()
    for at_ms, fact in center.journal:
        floor.fold(fact, at_ms)
    assert restored(kept(floor)) == floor
    return floor


def doing(center: Talks, caller: InteractionId) -> list[Talking | None]:
    floor = floor_of(center)
    return [floor.doing(AgentId(name), caller) for name in ("ann", "ben")]


def test_talking_on_hold_and_back(center: Talks) -> None:
    caller, _ = center.talks("ann")
    assert doing(center, caller) == [Talking.TALKING, None]
    center.steers("ann", CallAct.HOLD)
    assert doing(center, caller) == [Talking.ON_HOLD, None]
    assert floor_of(center).talks.calls[caller].held_since_ms == center.now_ms
    center.steers("ann", CallAct.RESUME)
    assert doing(center, caller) == [Talking.TALKING, None]


def test_asking_and_being_asked(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.after(seconds=3)
    center.asks("ann", to_agent="ben")
    assert doing(center, caller) == [Talking.CONSULTING, Talking.RINGING]
    began_ms = center.now_ms
    center.sees("ben")
    center.after(seconds=2)
    leg = center.picks_up("ben")
    assert doing(center, caller) == [Talking.CONSULTING, Talking.CONSULTED]
    floor = floor_of(center)
    known = floor.talks.legs[leg]
    assert (known.asked_by, known.purpose, known.phase) == ("ann", LegFor.CONSULT, LegPhase.CONNECTED)
    assert (known.since_ms, floor.talks.calls[caller].consult_since_ms) == (center.now_ms, began_ms)
    (work,) = floor.works.values()
    assert (work.agent, work.kind, work.interaction, work.since_ms) == ("ben", WorkKind.CONSULT, caller, began_ms)


def test_who_was_asked_in_vain_is_told(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.asks("ann", to_agent="ben")
    center.sees("ben")
    center.fails("ben", LegFailure.DECLINED)
    assert doing(center, caller) == [Talking.TALKING, None]
    assert floor_of(center).talks.calls[caller].consult_failed is LegFailure.DECLINED


def test_a_conference_and_its_next_owner(center: Talks) -> None:
    caller, handling = center.talks("ann")
    leg = center.asks_and_reaches("ann", "ben")
    center.steers("ann", CallAct.JOIN)
    assert doing(center, caller) == [Talking.TALKING, Talking.CONSULTED]
    assert floor_of(center).talks.calls[caller].customer is PartyAt.TALK
    center.ends("ann", handling)
    assert doing(center, caller) == [None, Talking.TALKING]
    assert floor_of(center).talks.legs[leg].purpose is LegFor.OWNER


def test_reconnecting(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.leg_ends(handling, EndedBy.LOST)
    assert doing(center, caller) == [Talking.RECONNECTING, None]
    assert floor_of(center).talks.calls[caller].lost_until_ms == center.now_ms + 30_000
    center.picks_up("ann")
    assert doing(center, caller) == [Talking.TALKING, None]


def test_an_arrangement_that_is_not_confirmed_and_one_that_failed(center: Talks) -> None:
    caller, _ = center.talks("ann")
    center.steers("ann", CallAct.HOLD)
    assert not floor_of(center).talks.calls[caller].confirmed
    center.cannot_arrange(caller)
    call = floor_of(center).talks.calls[caller]
    assert call.confirmed and call.failed


def test_a_closed_call_leaves_nothing(center: Talks) -> None:
    caller, handling = center.talks("ann")
    center.asks_and_reaches("ann", "ben")
    center.steers("ann", CallAct.END_CONSULT)
    center.ends("ann", handling)
    center.wraps_up("ann", handling)
    center.customer_leaves(caller)
    floor = floor_of(center)
    assert not floor.talks.calls and not floor.talks.legs and not floor.works
