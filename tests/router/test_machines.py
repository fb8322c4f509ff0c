"""Every pair of every state machine: reachable, left, drawn; a missing pair is a defect that changes nothing."""

from enum import StrEnum
from typing import Any

import pytest

from deploy.documents import PAGE, page
from history.core.call_words import LegPhase
from history.core.vocabulary import HandlingPhase, InteractionPhase, OfferPhase, Presence
from router.core import handlings, legs, lifecycle, offers, presence
from router.core.machine import Ignore, Machine, Move
from router.errors import IllegalTransition

MACHINES: list[tuple[Machine[Any, Any], type[StrEnum], type[StrEnum], StrEnum, set[StrEnum]]] = [
    (presence.PRESENCE, Presence, presence.Trigger, Presence.SIGNED_OUT, set()),
    (
        lifecycle.LIFECYCLE,
        InteractionPhase,
        lifecycle.Trigger,
        InteractionPhase.WAITING,
        {InteractionPhase.CLOSED},
    ),
    (
        offers.OFFER,
        OfferPhase,
        offers.Trigger,
        OfferPhase.PENDING,
        {OfferPhase.ACCEPTED, OfferPhase.DECLINED, OfferPhase.EXPIRED, OfferPhase.FAILED, OfferPhase.WITHDRAWN},
    ),
    (legs.LEG, LegPhase, legs.Trigger, LegPhase.PENDING, {LegPhase.OVER}),
    (handlings.HANDLING, HandlingPhase, handlings.Trigger, HandlingPhase.ACTIVE, {HandlingPhase.COMPLETED}),
]
IDS = [machine[0].name for machine in MACHINES]


@pytest.mark.parametrize(("machine", "states", "triggers", "first", "finals"), MACHINES, ids=IDS)
def test_every_state_is_reached_and_every_one_but_the_last_is_left(
    machine: Machine[Any, Any], states: type[StrEnum], triggers: type[StrEnum], first: StrEnum, finals: set[StrEnum]
) -> None:
    reached, frontier = {first}, [first]
    while frontier:
        state = frontier.pop()
        for trigger in triggers:
            cell = machine.table.get((state, trigger))
            if isinstance(cell, Move) and cell.to not in reached:
                reached.add(cell.to)
                frontier.append(cell.to)
    assert reached == set(states)
    for state in states:
        leaves = any(
            isinstance(cell, Move) and cell.to is not state for (s, _), cell in machine.table.items() if s is state
        )
        assert leaves is (state not in finals), state


@pytest.mark.parametrize(("machine", "states", "triggers", "first", "finals"), MACHINES, ids=IDS)
def test_every_pair_moves_is_ignored_with_a_reason_or_is_a_defect(
    machine: Machine[Any, Any], states: type[StrEnum], triggers: type[StrEnum], first: StrEnum, finals: set[StrEnum]
) -> None:
    for state in states:
        for trigger in triggers:
            cell = machine.table.get((state, trigger))
            if cell is None:
                with pytest.raises(IllegalTransition):
                    machine.next_state(state, trigger)
            elif isinstance(cell, Ignore):
                assert machine.why_ignored(state, trigger) is cell.because
                with pytest.raises(IllegalTransition):
                    machine.next_state(state, trigger)
            else:
                assert machine.next_state(state, trigger) is cell.to
                assert machine.why_ignored(state, trigger) is None


def test_the_drawn_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run make docs"
