"""What becomes of customers when their queue is closed, closes, or sends them outside."""

from typing import Any

import pytest

from history.core import routing as facts
from history.core.routing_settings import Hours, OpenInterval, Overflow, Route
from history.core.vocabulary import (
    AnnouncementId,
    DestinationId,
    EndedBy,
    HoursId,
    InteractionId,
    InteractionPhase,
    LegFailure,
    Medium,
    MovedBecause,
    Opening,
    Outcome,
    OutcomeReason,
    QueueId,
    Standing,
    SwitchName,
)
from router.core import inputs
from router.core.effects import SendCustomer, StopRinging
from router.core.opening import standing_at
from tests.specs.center import Center, a_queue, an_agent, closed_as

NOON = 1_000_000
HOUR = 3_600_000
DAY = (OpenInterval(NOON, NOON + HOUR), OpenInterval(NOON + 3 * HOUR, NOON + 4 * HOUR))
HOURS = (Hours(hours=HoursId("office"), open=DAY),)
VOICEMAIL = Overflow(
    when=MovedBecause.CLOSED, destination=DestinationId("voicemail"), announcement=AnnouncementId("closed")
)
WORD = Overflow(when=MovedBecause.CLOSED, announcement=AnnouncementId("closed"))


def a_center(*rules: Overflow, medium: Medium = Medium.VOICE, **more: Any) -> Center:
    queues = (
        a_queue("sales", medium, overflow=rules, hours=HoursId("office"), **more),
        a_queue("night", medium),
    )
    return Center(agents=(an_agent("ann"),), queues=queues, hours=HOURS)


def later(center: Center, at_ms: int) -> None:
    center.after(seconds=(at_ms - center.now_ms) / 1000)


def phase_of(center: Center, interaction: InteractionId) -> InteractionPhase:
    return center.engine.state.interactions[interaction].phase


def openings(center: Center) -> list[tuple[int, str, int | None]]:
    return [
        (at_ms - NOON, fact.opening.value, None if fact.until_ms is None else fact.until_ms - NOON)
        for at_ms, fact in center.journal
        if isinstance(fact, facts.QueueOpeningChanged)
    ]


def test_who_comes_in_time_is_served_and_who_comes_too_late_is_sent_where_the_rule_says() -> None:
    center = a_center(VOICEMAIL)
    in_time = center.arrives("sales")
    later(center, NOON + HOUR)
    too_late = center.arrives("sales")
    assert phase_of(center, too_late) is InteractionPhase.SENDING
    assert center.effects_now(SendCustomer) == [
        SendCustomer(
            interaction=too_late, destination=DestinationId("voicemail"), announcement=AnnouncementId("closed")
        )
    ]
    flowed = center.last(facts.VisitFlowedOut)
    assert isinstance(flowed, facts.VisitFlowedOut)
    assert (flowed.because, flowed.destination, flowed.wait_ms) == (MovedBecause.CLOSED, "voicemail", 0)
    center.tell(inputs.CustomerSent, interaction=too_late)
    assert closed_as(center, too_late) == "sent_outside"
    center.signs_in("ann")
    center.expect_offer("ann", in_time)


def test_a_queue_tells_when_it_opens_and_closes_and_until_when() -> None:
    center = a_center(VOICEMAIL)
    later(center, NOON + 5 * HOUR)
    assert openings(center) == [
        (0, "open", HOUR),
        (HOUR, "closing", 3 * HOUR),
        (3 * HOUR, "open", 4 * HOUR),
        (4 * HOUR, "closing", None),
    ]


def test_with_an_end_to_closing_those_who_still_wait_then_go_by_the_rule() -> None:
    center = a_center(VOICEMAIL, closing_ms=600_000)
    center.signs_in("ann")
    served, still = center.arrives("sales"), center.arrives("sales")
    center.takes("ann")
    later(center, NOON + HOUR + 599_000)
    assert phase_of(center, still) is InteractionPhase.WAITING
    later(center, NOON + HOUR + 600_000)
    assert phase_of(center, still) is InteractionPhase.SENDING
    assert phase_of(center, served) is InteractionPhase.ACTIVE
    assert openings(center)[1:3] == [(HOUR, "closing", HOUR + 600_000), (HOUR + 600_000, "closed", 3 * HOUR)]


def test_who_is_rung_for_at_the_end_of_closing_goes_when_the_ring_has_ended_in_vain() -> None:
    center = a_center(VOICEMAIL, closing_ms=0)
    later(center, NOON + HOUR - 3_000)
    center.signs_in("ann")
    caller = center.arrives("sales")
    center.pop_is_shown("ann")
    later(center, NOON + HOUR + 1_000)
    assert phase_of(center, caller) is InteractionPhase.OFFERED
    center.phone_fails("ann", LegFailure.NO_ANSWER)
    assert phase_of(center, caller) is InteractionPhase.SENDING


def test_who_loses_their_agent_after_closing_came_in_time() -> None:
    center = a_center(VOICEMAIL)
    center.signs_in("ann")
    caller = center.arrives("sales")
    handling = center.takes("ann")
    later(center, NOON + HOUR + 60_000)
    center.leg_ends(handling, EndedBy.LOST)
    center.after(seconds=30)
    record = center.engine.state.interactions[caller]
    assert record.phase in (InteractionPhase.WAITING, InteractionPhase.OFFERED)


def test_without_a_rule_those_who_come_too_late_wait_for_the_opening() -> None:
    center = a_center()
    later(center, NOON + 2 * HOUR)
    caller = center.arrives("sales")
    assert phase_of(center, caller) is InteractionPhase.WAITING


def test_a_chat_that_comes_too_late_is_told_so_and_has_ended() -> None:
    center = a_center(WORD, medium=Medium.CHAT)
    later(center, NOON + 2 * HOUR)
    chat = center.arrives("sales")
    assert closed_as(center, chat) == "turned_away"
    flowed = center.last(facts.VisitFlowedOut)
    assert isinstance(flowed, facts.VisitFlowedOut) and flowed.announcement == "closed"
    assert not center.effects_now(SendCustomer)


def test_mail_is_never_sent_outside_and_waits() -> None:
    center = a_center(VOICEMAIL, medium=Medium.MAIL)
    later(center, NOON + 2 * HOUR)
    assert phase_of(center, center.arrives("sales")) is InteractionPhase.WAITING


def test_a_closed_queue_may_lead_to_another_one_in_which_the_wait_goes_on() -> None:
    center = a_center(Overflow(when=MovedBecause.CLOSED, to=QueueId("night")))
    later(center, NOON + 2 * HOUR)
    caller = center.arrives("sales")
    assert center.engine.state.interactions[caller].queue == "night"


def test_a_caller_who_is_moved_to_a_closed_queue_goes_by_its_rule() -> None:
    center = a_center(VOICEMAIL)
    later(center, NOON + 2 * HOUR)
    caller = center.arrives("night")
    center.tell(inputs.WorkMoved, interaction=caller, to=QueueId("sales"))
    assert phase_of(center, caller) is InteractionPhase.SENDING


def test_a_full_queue_refuses_with_a_word() -> None:
    rule = Overflow(when=MovedBecause.LENGTH, length=1, announcement=AnnouncementId("busy"))
    center = a_center(rule)
    center.arrives("sales")
    refused = center.arrives("sales")
    assert phase_of(center, refused) is InteractionPhase.SENDING
    center.tell(inputs.CustomerSent, interaction=refused)
    assert closed_as(center, refused) == "turned_away"


def test_whom_the_switch_cannot_send_waits_again_with_their_wait_and_is_not_sent_a_second_time() -> None:
    center = a_center(VOICEMAIL)
    later(center, NOON + 2 * HOUR)
    came_ms = center.now_ms
    caller = center.arrives("sales")
    center.after(seconds=2)
    center.tell(inputs.CustomerNotSent, interaction=caller)
    record = center.engine.state.interactions[caller]
    assert (record.phase, record.queued_ms, record.due_ms) == (InteractionPhase.WAITING, came_ms, came_ms + 20_000)
    center.signs_in("ann")
    center.expect_offer("ann", caller)


def test_a_switch_that_says_nothing_has_not_sent_and_what_it_says_later_still_counts() -> None:
    center = a_center(VOICEMAIL)
    later(center, NOON + 2 * HOUR)
    caller = center.arrives("sales")
    center.after(seconds=29.9)
    assert phase_of(center, caller) is InteractionPhase.SENDING
    center.after(seconds=0.1)
    assert phase_of(center, caller) is InteractionPhase.WAITING
    center.tell(inputs.CustomerSent, interaction=caller)
    assert closed_as(center, caller) == "served_by_fallback"
    again = center.tell(inputs.CustomerSent, interaction=caller)
    assert (again.outcome, again.reason) == (Outcome.IGNORED, OutcomeReason.INTERACTION_CLOSED)


@pytest.mark.parametrize("how", ["hangs up", "is not there any more"])
def test_who_leaves_while_being_sent_is_closed_as_sent(how: str) -> None:
    center = a_center(VOICEMAIL)
    later(center, NOON + 2 * HOUR)
    caller = center.arrives("sales")
    if how == "hangs up":
        center.customer_leaves(caller)
    else:
        center.tell(inputs.SwitchSeen, switch=SwitchName("s1"), interactions=())
    assert closed_as(center, caller) == "sent_outside"


def test_an_effect_that_nobody_has_answered_is_due_again_after_a_recovery() -> None:
    center = a_center(VOICEMAIL)
    later(center, NOON + 2 * HOUR)
    caller = center.arrives("sales")
    center.finds(caller, Standing.WAITING)
    for engine in (center.recovered(), center.from_snapshot()):
        assert [each.interaction for each in engine.outstanding() if isinstance(each, SendCustomer)] == [caller]
        assert engine.state.openings == center.engine.state.openings
    center.tell(inputs.CustomerSent, interaction=caller)
    assert not center.engine.outstanding()


def test_new_hours_count_from_the_moment_of_the_definition() -> None:
    center = a_center(VOICEMAIL)
    later(center, NOON + 2 * HOUR)
    center.hours = (Hours(hours=HoursId("office"), open=(OpenInterval(NOON, NOON + 9 * HOUR),)),)
    assert center.apply_definition().outcome is Outcome.ACCEPTED
    assert openings(center)[-1] == (2 * HOUR, "open", 9 * HOUR)
    assert phase_of(center, center.arrives("sales")) is InteractionPhase.WAITING
    center.queues = (a_queue("sales", Medium.VOICE), a_queue("night", Medium.VOICE))
    center.hours = ()
    center.apply_definition()
    assert openings(center)[-1] == (2 * HOUR, "open", None)


def test_a_queue_that_names_unknown_hours_is_refused() -> None:
    center = a_center(VOICEMAIL)
    center.hours = ()
    receipt = center.apply_definition()
    assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, OutcomeReason.UNKNOWN_HOURS)
    assert center.engine.state.hours


def test_a_ring_that_still_has_to_stop_is_stopped_before_the_caller_is_sent() -> None:
    route = Route(destination=DestinationId("mobile"))
    queues = (a_queue("sales", Medium.VOICE, emergency=route),)
    center = Center(agents=(an_agent("ann"),), queues=queues)
    center.signs_in("ann")
    caller = center.arrives("sales")
    center.pop_is_shown("ann")
    center.phone_rings("ann")
    center.effects.clear()
    center.tell(inputs.EmergencyDeclared, queue=QueueId("sales"), until_ms=center.now_ms + 60_000)
    assert [type(each) for each in center.effects] == [StopRinging, SendCustomer]
    assert phase_of(center, caller) is InteractionPhase.SENDING


@pytest.mark.parametrize(
    ("at_ms", "closing_ms", "expected"),
    [
        (NOON - 1, None, (Opening.CLOSED, NOON)),
        (NOON, None, (Opening.OPEN, NOON + HOUR)),
        (NOON + HOUR - 1, 0, (Opening.OPEN, NOON + HOUR)),
        (NOON + HOUR, 0, (Opening.CLOSED, NOON + 3 * HOUR)),
        (NOON + HOUR, 5, (Opening.CLOSING, NOON + HOUR + 5)),
        (NOON + HOUR + 5, 5, (Opening.CLOSED, NOON + 3 * HOUR)),
        (NOON + HOUR, 9 * HOUR, (Opening.CLOSING, NOON + 3 * HOUR)),
        (NOON + HOUR, None, (Opening.CLOSING, NOON + 3 * HOUR)),
        (NOON + 9 * HOUR, None, (Opening.CLOSING, None)),
        (NOON + 9 * HOUR, 5, (Opening.CLOSED, None)),
    ],
)
def test_how_a_queue_stands_at_each_border(
    at_ms: int, closing_ms: int | None, expected: tuple[Opening, int | None]
) -> None:
    assert standing_at(DAY, closing_ms, at_ms) == expected


def test_without_any_hours_left_a_queue_is_closed() -> None:
    assert standing_at((), None, NOON) == (Opening.CLOSED, None)
