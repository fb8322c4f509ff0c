"""When waiting work goes on to another queue by rule: with its arrival and its wait, and never in circles."""

from typing import Any

import pytest

from history.core import routing as facts
from history.core.routing_settings import Overflow
from history.core.vocabulary import InteractionId, Medium, MovedBecause, Presence, QueueId
from tests.specs.center import Center, a_queue, an_agent

SERVICE = QueueId("service")


def a_center(*rules: Overflow, **more: Any) -> Center:
    queues = (
        a_queue("sales", Medium.VOICE, "french", overflow=rules),
        a_queue("service", Medium.VOICE, target_s=60, **more),
    )
    return Center(agents=(an_agent("ann", "french"), an_agent("ben", "french"), an_agent("cem")), queues=queues)


def queue_of(center: Center, interaction: InteractionId) -> str:
    return center.engine.state.interactions[interaction].queue


def moves(center: Center) -> list[tuple[str, str, str]]:
    return [
        (fact.queue, fact.to, fact.because.value) for _, fact in center.journal if isinstance(fact, facts.VisitMoved)
    ]


def test_who_has_waited_long_enough_goes_on_with_their_wait() -> None:
    center = a_center(Overflow(when=MovedBecause.WAITED, to=SERVICE, after_ms=30_000))
    center.signs_in("cem")
    caller = center.arrives("sales")
    arrived_ms = center.now_ms
    center.after(seconds=29.9)
    center.expect_no_offer("cem")
    center.after(seconds=0.1)
    center.expect_offer("cem", caller)
    record = center.engine.state.interactions[caller]
    assert (record.arrived_ms, record.queued_ms, record.due_ms) == (arrived_ms, arrived_ms, arrived_ms + 60_000)
    assert moves(center) == [("sales", "service", "waited")]
    center.takes("cem")
    answered = center.last(facts.VisitAnswered)
    assert isinstance(answered, facts.VisitAnswered)
    assert (answered.queue, answered.wait_ms) == ("service", 30_000)


def test_who_is_being_offered_stays_until_the_offer_has_ended() -> None:
    center = a_center(Overflow(when=MovedBecause.WAITED, to=SERVICE, after_ms=10_000))
    center.signs_in("ann")
    caller = center.arrives("sales")
    center.after(seconds=15)
    center.expect_offer("ann", caller)
    assert queue_of(center, caller) == "sales"
    center.after(seconds=10)
    assert queue_of(center, caller) == "service"


def test_a_queue_that_is_long_enough_sends_on_who_comes_and_not_who_waits() -> None:
    center = a_center(Overflow(when=MovedBecause.LENGTH, to=SERVICE, length=2))
    callers = [center.arrives("sales") for _ in range(4)]
    assert [queue_of(center, each) for each in callers] == ["sales", "sales", "service", "service"]


def test_where_nobody_is_signed_in_a_caller_goes_on_at_once_and_who_waits_when_the_last_one_leaves() -> None:
    center = a_center(Overflow(when=MovedBecause.NOBODY_SIGNED_IN, to=SERVICE))
    first = center.arrives("sales")
    assert queue_of(center, first) == "service"
    center.customer_leaves(first)
    center.signs_in("ann")
    center.signs_in("ben")
    for agent in ("ann", "ben"):
        center.chooses(agent, Presence.NOT_READY, "break")
    caller = center.arrives("sales")
    center.chooses("ann", Presence.SIGNED_OUT)
    assert queue_of(center, caller) == "sales"
    center.chooses("ben", Presence.SIGNED_OUT)
    assert queue_of(center, caller) == "service"


def test_where_all_are_paused_who_has_waited_a_while_goes_on() -> None:
    center = a_center(Overflow(when=MovedBecause.NOBODY_READY, to=SERVICE, after_ms=20_000))
    center.signs_in("ann")
    center.caller_arrives()
    center.takes("ann")
    first = center.arrives("sales")
    center.after(seconds=60)
    assert queue_of(center, first) == "sales", "ann talks, and is ready"
    center.chooses("ann", Presence.NOT_READY, "break")
    assert queue_of(center, first) == "service"
    second = center.arrives("sales")
    center.after(seconds=19)
    assert queue_of(center, second) == "sales"
    center.after(seconds=1)
    assert queue_of(center, second) == "service"


def test_only_agents_who_could_serve_it_count() -> None:
    center = a_center(Overflow(when=MovedBecause.NOBODY_SIGNED_IN, to=SERVICE))
    center.signs_in("cem")
    assert queue_of(center, center.arrives("sales")) == "service"


def test_the_first_rule_that_holds_counts() -> None:
    rules = (
        Overflow(when=MovedBecause.LENGTH, to=QueueId("nowhere"), length=1),
        Overflow(when=MovedBecause.LENGTH, to=SERVICE, length=1),
    )
    center = a_center(*rules)
    center.arrives("sales")
    assert queue_of(center, center.arrives("sales")) == "service"


def test_a_circle_ends() -> None:
    back = (Overflow(when=MovedBecause.NOBODY_SIGNED_IN, to=QueueId("sales")),)
    center = a_center(Overflow(when=MovedBecause.NOBODY_SIGNED_IN, to=SERVICE), overflow=back)
    caller = center.arrives("sales")
    assert len(moves(center)) == 5
    assert queue_of(center, caller) == "service"


@pytest.mark.parametrize("how", ["snapshot", "definition"])
def test_a_rule_holds_for_who_waits_already(how: str) -> None:
    rule = Overflow(when=MovedBecause.WAITED, to=SERVICE, after_ms=30_000)
    center = a_center() if how == "definition" else a_center(rule)
    caller = center.arrives("sales")
    center.after(seconds=10)
    if how == "definition":
        center.apply_definition(queues=a_center(rule).queues)
    else:
        center.engine = center.from_snapshot()
    center.after(seconds=19.9)
    assert queue_of(center, caller) == "sales"
    center.after(seconds=0.1)
    assert queue_of(center, caller) == "service"
