"""Who dropped out of the queue and calls again within the queue's time has their old place back."""

import pytest

from history.core import routing as facts
from history.core.vocabulary import Medium
from tests.specs.center import Center, a_queue, an_agent

QUEUES = (a_queue("sales", Medium.VOICE, again_ms=600_000), a_queue("service", Medium.VOICE))


@pytest.fixture
def center() -> Center:
    return Center(agents=(an_agent("ann"),), queues=QUEUES)


def queued(center: Center) -> facts.InteractionQueued:
    found = center.last(facts.InteractionQueued)
    assert isinstance(found, facts.InteractionQueued)
    return found


def test_the_old_place_and_a_wait_of_its_own(center: Center) -> None:
    dropped = center.arrives("sales", identity="maria")
    center.after(seconds=30)
    patient = center.arrives("sales", identity="otto")
    center.customer_leaves(dropped)
    center.after(seconds=60)
    again = center.arrives("sales", identity="maria")
    assert queued(center).again
    center.signs_in("ann")
    center.expect_offer("ann", again)
    assert center.engine.state.interactions[patient].due_ms > center.engine.state.interactions[again].due_ms
    made = center.last(facts.OfferMade)
    assert isinstance(made, facts.OfferMade)
    assert made.waited_ms == 0, "the wait that is reported is that of the new call"


@pytest.mark.parametrize(
    ("queue", "identity", "seconds"),
    [("sales", "maria", 600), ("sales", "otto", 5), ("sales", None, 5), ("service", "maria", 5)],
)
def test_too_late_somebody_else_or_another_queue(
    center: Center, queue: str, identity: str | None, seconds: float
) -> None:
    center.customer_leaves(center.arrives("sales", identity="maria"))
    center.after(seconds=seconds)
    center.arrives(queue, identity=identity)
    assert not queued(center).again
    assert queued(center).due_ms == center.now_ms + 20_000


def test_a_place_is_given_back_once_and_also_after_a_restart(center: Center) -> None:
    center.customer_leaves(center.arrives("sales", identity="maria"))
    center.engine = center.from_snapshot()
    center.after(seconds=5)
    center.arrives("sales", identity="maria")
    assert queued(center).again
    center.arrives("sales", identity="maria")
    assert not queued(center).again


def test_who_was_answered_has_no_place_to_come_back_to(center: Center) -> None:
    center.signs_in("ann")
    caller = center.arrives("sales", identity="maria")
    center.takes("ann")
    center.customer_leaves(caller)
    center.arrives("sales", identity="maria")
    assert not queued(center).again


def test_places_that_nobody_came_back_for_are_forgotten(center: Center) -> None:
    center.customer_leaves(center.arrives("sales", identity="maria"))
    center.after(seconds=601)
    center.customer_leaves(center.arrives("sales", identity="otto"))
    assert [place.identity for place in center.engine.state.places_kept.values()] == ["otto"]
