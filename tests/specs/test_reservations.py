"""Reservations: an agent is kept free for an outbound contact until a stated time, or the campaign is told why not."""

from typing import Any

import pytest

from history.core import routing as facts
from history.core.routing_blending import Reserve
from history.core.vocabulary import (
    AgentId,
    Medium,
    Outcome,
    OutcomeReason,
    Presence,
    QueueId,
    Requirement,
    ReservationEndedBecause,
    ReservationId,
    RuleId,
    WorkId,
)
from router.core import inputs
from router.core.explain import WhyNot, reasons_against
from router.core.inputs import Receipt
from router.core.snapshot import snapshot
from tests.specs.center import Center, an_agent


def a_center(**rules: Any) -> Center:
    center = Center(agents=(an_agent("ann", "french"), an_agent("ben")), rules=rules)
    center.signs_in("ben")
    center.after(seconds=1)
    center.signs_in("ann")
    center.after(seconds=1)
    return center


def asks(center: Center, name: str = "r1", agents: str = "anyone", seconds: float = 30, **more: Any) -> Receipt:
    given = {"medium": Medium.VOICE, **more}
    return center.tell(
        inputs.ReservationAsked,
        reservation=ReservationId(name),
        agents=Requirement(agents),
        until_ms=center.now_ms + round(seconds * 1000),
        **given,
    )


def reserved(center: Center) -> list[tuple[str, str]]:
    return [(record.reservation, record.agent) for record in center.engine.state.reservations.values()]


def ended(center: Center) -> list[ReservationEndedBecause]:
    return [fact.because for _, fact in center.journal if isinstance(fact, facts.ReservationEnded)]


def test_a_campaign_gets_who_is_idle_for_longest_and_nobody_else_is_offered_them() -> None:
    center = a_center()
    assert asks(center).outcome is Outcome.ACCEPTED
    assert reserved(center) == [("r1", "ben")]
    center.expect_offer("ann", center.caller_arrives())
    waits = center.caller_arrives()
    center.expect_no_offer("ben")
    state = center.engine.state
    against = reasons_against(state, state.seats.of[AgentId("ben")], state.interactions[waits])
    assert WhyNot.RESERVED in against


def test_it_ends_by_time_and_who_waits_is_served() -> None:
    center = a_center()
    asks(center, agents="not french")
    center.expect_offer("ann", center.caller_arrives())
    center.takes("ann")
    waits = center.caller_arrives()
    center.after(seconds=29)
    center.expect_no_offer("ben")
    center.after(seconds=1)
    assert ended(center) == [ReservationEndedBecause.EXPIRED]
    center.expect_offer("ben", waits)


def test_the_work_that_it_was_for_uses_it_up() -> None:
    center = a_center()
    asks(center)
    center.tell(
        inputs.WorkBegun,
        work=WorkId("w1"),
        agent=AgentId("ben"),
        medium=Medium.VOICE,
        reservation=ReservationId("r1"),
    )
    assert ended(center) == [ReservationEndedBecause.USED]
    assert center.engine.state.seats.of[AgentId("ben")].leases() == [Medium.VOICE]


def test_the_work_of_another_agent_uses_nothing_up() -> None:
    center = a_center()
    asks(center)
    center.tell(
        inputs.WorkBegun,
        work=WorkId("w1"),
        agent=AgentId("ann"),
        medium=Medium.VOICE,
        reservation=ReservationId("r1"),
    )
    assert reserved(center) == [("r1", "ben")]


def test_it_is_released_or_ends_with_an_agent_who_is_not_ready_any_more() -> None:
    center = a_center()
    asks(center, "r1")
    asks(center, "r2")
    assert reserved(center) == [("r1", "ben"), ("r2", "ann")]
    center.tell(inputs.ReservationReleased, reservation=ReservationId("r1"))
    center.chooses("ann", Presence.NOT_READY, "break")
    assert ended(center) == [ReservationEndedBecause.RELEASED, ReservationEndedBecause.AGENT_GONE]
    again = center.tell(inputs.ReservationReleased, reservation=ReservationId("r1"))
    assert (again.outcome, again.reason) == (Outcome.IGNORED, OutcomeReason.UNKNOWN_RESERVATION)


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"agents": "nobody"}, OutcomeReason.NOBODY_FREE),
        ({"agents": "french >="}, OutcomeReason.REQUIREMENT_UNREADABLE),
        ({"seconds": 0}, OutcomeReason.OUT_OF_RANGE),
        ({"seconds": 121}, OutcomeReason.OUT_OF_RANGE),
        ({"queue": QueueId("none")}, OutcomeReason.UNKNOWN_QUEUE),
    ],
)
def test_what_cannot_be_reserved_is_refused_with_the_reason(what: dict[str, Any], reason: OutcomeReason) -> None:
    center = a_center()
    told = asks(center, **what)
    assert (told.outcome, told.reason) == (Outcome.REFUSED, reason)
    assert reserved(center) == []


def test_a_reserve_says_no_unless_the_contact_is_for_what_it_is_kept_for() -> None:
    kept = Reserve(rule=RuleId("calm"), agents=Requirement("anyone"), queues=(QueueId("sales"),), keep=1)
    center = a_center(reserves=(kept,))
    assert asks(center, "r1").outcome is Outcome.ACCEPTED
    told = asks(center, "r2")
    assert (told.outcome, told.reason) == (Outcome.REFUSED, OutcomeReason.KEPT_FOR_OTHERS)
    assert asks(center, "r3", queue=QueueId("sales")).outcome is Outcome.ACCEPTED


def test_a_recovered_center_knows_its_reservations() -> None:
    center = a_center()
    asks(center)
    for engine in (center.recovered(), center.from_snapshot()):
        assert snapshot(engine.state) == snapshot(center.engine.state)
        center.engine = engine
    center.after(seconds=31)
    assert ended(center) == [ReservationEndedBecause.EXPIRED]
