"""Emergency mode: by one press a queue's or a number's customers go another way, those who wait already as well."""

import pytest

from history.core import routing as facts
from history.core.routing_settings import NumberSettings, Overflow, Route
from history.core.vocabulary import (
    AnnouncementId,
    DestinationId,
    InteractionId,
    InteractionPhase,
    Medium,
    MovedBecause,
    NumberId,
    Outcome,
    OutcomeReason,
    QueueId,
    UserId,
)
from router.core import inputs
from router.core.effects import SendCustomer
from router.core.inputs import Receipt
from tests.specs.center import Center, a_queue, an_agent, closed_as

ALARM = Route(destination=DestinationId("alarm"), announcement=AnnouncementId("evacuated"))
SALES, NIGHT = QueueId("sales"), QueueId("night")
HOTLINE = NumberId("hotline")


def a_center() -> Center:
    queues = (
        a_queue("sales", Medium.VOICE, emergency=ALARM),
        a_queue("service", Medium.VOICE, emergency=Route(to=NIGHT)),
        a_queue("night", Medium.VOICE, overflow=(Overflow(when=MovedBecause.LENGTH, to=SALES, length=50),)),
        a_queue("chat", Medium.CHAT, emergency=Route(announcement=AnnouncementId("evacuated"))),
    )
    numbers = (NumberSettings(number=HOTLINE, emergency=Route(destination=DestinationId("mobile"))),)
    return Center(agents=(an_agent("ann"), an_agent("ben")), queues=queues, numbers=numbers)


def declares(center: Center, queue: str | None = None, number: str | None = None, minutes: float = 60) -> Receipt:
    return center.tell(
        inputs.EmergencyDeclared,
        queue=queue,
        number=number,
        until_ms=center.now_ms + round(minutes * 60_000),
        by=UserId("max"),
    )


def phases(center: Center, *interactions: InteractionId) -> list[str]:
    return [center.engine.state.interactions[each].phase.value for each in interactions]


def test_who_waits_who_is_rung_for_and_who_comes_go_the_emergency_route_and_who_talks_stays() -> None:
    center = a_center()
    center.signs_in("ann")
    talking = center.arrives("sales")
    center.takes("ann")
    center.signs_in("ben")
    offered, waiting, elsewhere = center.arrives("sales"), center.arrives("sales"), center.arrives("night")
    center.expect_offer("ben", offered)
    assert declares(center, "sales").outcome is Outcome.ACCEPTED
    later = center.arrives("sales")
    assert phases(center, talking, offered, waiting, later) == ["active", "sending", "sending", "sending"]
    sent = [each for each in center.effects_now(SendCustomer) if isinstance(each, SendCustomer)]
    assert [each.interaction for each in sent] == [offered, waiting, later]
    assert {(each.destination, each.announcement) for each in sent} == {("alarm", "evacuated")}
    center.expect_offer("ben", elsewhere)
    assert [fact.because for fact in center.found(facts.VisitFlowedOut) if isinstance(fact, facts.VisitFlowedOut)] == [
        MovedBecause.EMERGENCY
    ] * 3


def test_it_ends_at_its_time_or_when_it_is_lifted() -> None:
    center = a_center()
    declares(center, "sales", minutes=5)
    center.after(seconds=299)
    assert phases(center, center.arrives("sales")) == ["sending"]
    center.after(seconds=1)
    assert phases(center, center.arrives("sales")) == ["waiting"]
    ended = center.last(facts.EmergencyEnded)
    assert isinstance(ended, facts.EmergencyEnded) and ended.by is None
    declares(center, "sales")
    center.tell(inputs.EmergencyLifted, queue=SALES, by=UserId("max"))
    assert phases(center, center.arrives("sales")) == ["waiting"]
    ended = center.last(facts.EmergencyEnded)
    assert isinstance(ended, facts.EmergencyEnded) and ended.by == "max"


def test_said_again_the_later_time_counts() -> None:
    center = a_center()
    declares(center, "sales", minutes=5)
    declares(center, "sales", minutes=30)
    center.after(seconds=10 * 60)
    assert phases(center, center.arrives("sales")) == ["sending"]
    assert len(center.found(facts.EmergencyBegan)) == 2


def test_a_number_in_emergency_takes_those_who_dialled_it_out_of_every_queue() -> None:
    center = a_center()
    mine, other = center.arrives("night", called=HOTLINE), center.arrives("night")
    declares(center, number="hotline")
    later = center.arrives("sales", called=HOTLINE)
    assert phases(center, mine, other, later) == ["sending", "waiting", "sending"]


def test_an_emergency_may_lead_to_another_queue_in_which_the_wait_goes_on() -> None:
    center = a_center()
    caller = center.arrives("service")
    came_ms = center.now_ms
    center.after(seconds=7)
    declares(center, "service")
    record = center.engine.state.interactions[caller]
    assert (record.queue, record.queued_ms) == ("night", came_ms)


def test_parked_callers_go_too_and_chats_are_told() -> None:
    center = a_center()
    parked, chat = center.arrives("sales"), center.arrives("chat")
    center.tell(inputs.WorkParked, interaction=parked, until_ms=center.now_ms + 60_000)
    declares(center, "sales")
    declares(center, "chat")
    assert phases(center, parked) == ["sending"]
    assert closed_as(center, chat) == "turned_away"
    center.after(seconds=61)


def test_a_caller_whom_the_switch_could_not_send_waits_and_is_not_sent_round_and_round() -> None:
    center = a_center()
    caller = center.arrives("sales")
    declares(center, "sales")
    center.tell(inputs.CustomerNotSent, interaction=caller)
    assert phases(center, caller) == ["waiting"]
    assert len(center.effects_now(SendCustomer)) == 1


def test_a_new_press_tries_once_more_whom_the_switch_could_not_send() -> None:
    center = a_center()
    caller = center.arrives("sales")
    declares(center, "sales")
    center.tell(inputs.CustomerNotSent, interaction=caller)
    center.tell(inputs.EmergencyLifted, queue=SALES)
    declares(center, "sales")
    assert phases(center, caller) == ["sending"]


@pytest.mark.parametrize(
    ("queue", "number", "minutes", "reason"),
    [
        ("nowhere", None, 5, OutcomeReason.UNKNOWN_QUEUE),
        (None, None, 5, OutcomeReason.UNKNOWN_QUEUE),
        ("sales", "hotline", 5, OutcomeReason.UNKNOWN_QUEUE),
        (None, "nobodys", 5, OutcomeReason.UNKNOWN_NUMBER),
        ("night", None, 5, OutcomeReason.NO_EMERGENCY_ROUTE),
        ("sales", None, 0, OutcomeReason.OUT_OF_RANGE),
        ("sales", None, 7 * 24 * 60 + 1, OutcomeReason.OUT_OF_RANGE),
    ],
)
def test_what_cannot_be_declared_is_refused(
    queue: str | None, number: str | None, minutes: float, reason: OutcomeReason
) -> None:
    center = a_center()
    receipt = declares(center, queue, number, minutes)
    assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, reason)
    assert not center.engine.state.emergencies


def test_what_is_said_twice_changes_nothing() -> None:
    center = a_center()
    declares(center, "sales")
    assert declares(center, "sales").reason is OutcomeReason.NO_CHANGE
    center.tell(inputs.EmergencyLifted, queue=SALES)
    assert center.tell(inputs.EmergencyLifted, queue=SALES).reason is OutcomeReason.NO_CHANGE
    assert center.tell(inputs.EmergencyLifted, queue=QueueId("nowhere")).reason is OutcomeReason.UNKNOWN_QUEUE


def test_it_outlives_a_recovery_and_a_snapshot() -> None:
    center = a_center()
    declares(center, "sales")
    declares(center, number="hotline")
    for engine in (center.recovered(), center.from_snapshot()):
        assert engine.state.emergencies == center.engine.state.emergencies
        assert engine.next_deadline_ms() == center.engine.next_deadline_ms()


def test_an_emergency_without_a_route_any_more_is_over() -> None:
    center = a_center()
    declares(center, "sales")
    center.queues = tuple(a_queue(each.queue, each.medium) for each in center.queues)
    center.apply_definition()
    assert not center.engine.state.emergencies
    caller = center.arrives("sales")
    assert center.engine.state.interactions[caller].phase is InteractionPhase.WAITING
