"""One story a call, whatever order the switch's signals come in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.core import correlate
from cti.core.correlate import Correlator
from cti.core.events import (
    AfterTalk,
    CallArrived,
    CallEnded,
    CallFellBack,
    CallId,
    CallServed,
    EndedBy,
    InFallback,
    LegAnswered,
    LegEnded,
    LegEndedBy,
    LegFailed,
    LegFailure,
    LegKey,
    LegRang,
    PhoneBusy,
    PhoneFree,
    PhoneReachable,
    PhoneSeen,
    PhoneUnreachable,
    Ringing,
    Served,
    SwitchEvent,
    Talking,
    Waiting,
)
from cti.core.gatherings import UNTOLD_RING_MS
from cti.core.signals import (
    CallEnding,
    Caller,
    CallerEntered,
    CallerServed,
    CallerTakenToFallback,
    CallFound,
    ChannelGone,
    DeviceChanged,
    DialStatus,
    HangUpAsked,
    LegAlerting,
    LegChannelMade,
    LegPickedUp,
    LegReturned,
    LegTakenBack,
    RingBegan,
    RingRefused,
    Signal,
    Snapshot,
)
from history.core.vocabulary import PhoneName, SwitchName

U, LEG = "17.1", "17.2"
CALL = CallId("main-17.1")
KEY, KEY2, PHONE = LegKey("k1"), LegKey("k2"), PhoneName("agent1")
CALLER = Caller(U, "100", "4930", "Ann", 900)
ENTERED, BEGAN, MADE = CallerEntered(CALLER), RingBegan(U, KEY, PHONE), LegChannelMade(U, LEG)
ALERTS, PICKED = LegAlerting(LEG), LegPickedUp(U)
RINGS: list[Signal] = [ENTERED, BEGAN, MADE, ALERTS]
TALKS: list[Signal] = [*RINGS, PICKED]
ARRIVED = CallArrived(1_000, CALL, "100", "4930", "Ann", 900)
RANG, ANSWERED = LegRang(1_000, CALL, KEY, PHONE), LegAnswered(1_000, CALL, KEY, PHONE)


def correlator(*signals: Signal) -> Correlator:
    made = Correlator(SwitchName("main"))
    for signal in signals:
        made.apply(signal, 1_000)
    return made


def told(*signals: Signal, at_ms: int = 1_000) -> list[SwitchEvent]:
    made, events = Correlator(SwitchName("main")), []
    for signal in signals:
        events += made.apply(signal, at_ms)
    return events


def returned(
    status: DialStatus = DialStatus.ANSWER, cause: int = 16, there: bool = True, key: LegKey = KEY
) -> LegReturned:
    return LegReturned(U, key, PHONE, status, cause, there)


def ended(by: LegEndedBy, talk_ms: int = 500) -> LegEnded:
    return LegEnded(1_500, CALL, KEY, PHONE, by, talk_ms)


def failed(cause: LegFailure, at_ms: int = 1_500) -> LegFailed:
    return LegFailed(at_ms, CALL, KEY, PHONE, cause)


def test_a_ring_and_an_answer() -> None:
    assert told(*TALKS) == [ARRIVED, RANG, ANSWERED]


def test_signals_that_come_twice_are_told_once() -> None:
    assert told(*(signal for signal in TALKS for _ in range(2))) == [ARRIVED, RANG, ANSWERED]


def test_a_phone_that_answers_without_ringing_rang() -> None:
    assert told(ENTERED, BEGAN, MADE, PICKED) == [ARRIVED, RANG, ANSWERED]


def test_a_ring_told_before_the_leg_is_known_counts() -> None:
    assert told(ENTERED, BEGAN, ALERTS, MADE) == [ARRIVED, RANG]


def test_early_rings_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correlate, "EARLY_RINGS_KEPT", 1)
    assert told(ENTERED, BEGAN, ALERTS, LegAlerting("17.9"), MADE) == [ARRIVED]


@pytest.mark.parametrize(
    ("signal", "by"),
    [
        (returned(), LegEndedBy.AGENT),
        (returned(cause=44), LegEndedBy.LOST),
        (returned(there=False), LegEndedBy.CALLER),
        (LegTakenBack(U, KEY, PHONE), LegEndedBy.ENGINE),
    ],
)
def test_who_ended_a_talk(signal: Signal, by: LegEndedBy) -> None:
    made = correlator(*TALKS)
    assert made.apply(signal, 1_500) == [ended(by)]
    assert made.apply(signal, 1_600) == []
    state = made.calls()[0].state
    waits = by in (LegEndedBy.AGENT, LegEndedBy.LOST)
    assert state == (AfterTalk(KEY, PHONE, by) if waits else Waiting())


def test_an_engine_that_ends_the_call_ends_the_talk() -> None:
    made = correlator(*TALKS, CallEnding(U, EndedBy.ENGINE))
    assert made.apply(returned(there=False), 1_500) == [ended(LegEndedBy.ENGINE)]


def test_an_answer_first_heard_of_at_its_end() -> None:
    made = correlator(ENTERED, BEGAN, MADE)
    rang, answered = LegRang(1_500, CALL, KEY, PHONE), LegAnswered(1_500, CALL, KEY, PHONE)
    assert made.apply(returned(), 1_500) == [rang, answered, ended(LegEndedBy.AGENT, 0)]


@pytest.mark.parametrize(
    ("signal", "cause"),
    [
        (returned(DialStatus.BUSY, 17), LegFailure.BUSY),
        (returned(DialStatus.NO_ANSWER, 21), LegFailure.DECLINED),
        (returned(DialStatus.NO_ANSWER, 0), LegFailure.NO_ANSWER),
        (returned(DialStatus.UNAVAILABLE, 20), LegFailure.UNREACHABLE),
        (returned(DialStatus.CANCEL, 0, there=False), LegFailure.CALLER_GONE),
        (LegTakenBack(U, KEY, PHONE), LegFailure.WITHDRAWN),
        (RingRefused(U, KEY, PHONE), LegFailure.REFUSED),
    ],
)
def test_why_a_ring_ended(signal: Signal, cause: LegFailure) -> None:
    made = correlator(*RINGS)
    assert made.apply(signal, 1_500) == [failed(cause)]
    assert made.apply(signal, 1_500) == []
    assert made.apply(BEGAN, 1_600) == []


def test_a_ring_begins_anew_with_another_key() -> None:
    made = correlator(*RINGS)
    assert made.apply(RingBegan(U, KEY2, PHONE), 1_500) == [failed(LegFailure.WITHDRAWN)]
    assert made.calls()[0].state == Ringing(KEY2, PHONE)
    talking = correlator(*TALKS)
    assert talking.apply(RingBegan(U, KEY2, PHONE), 1_500) == [ended(LegEndedBy.ENGINE)]


@pytest.mark.parametrize(
    "signal",
    [BEGAN, MADE, PICKED, ALERTS, returned(), RingRefused(U, KEY, PHONE), HangUpAsked(U), ChannelGone(U, 16, None)],
)
def test_what_fits_no_call_changes_nothing(signal: Signal) -> None:
    made = correlator()
    assert made.apply(signal, 1_000) == []
    assert made.calls() == ()


@pytest.mark.parametrize("signal", [PICKED, MADE, returned(key=KEY2), LegTakenBack(U, KEY2, PHONE)])
def test_what_fits_no_leg_changes_nothing(signal: Signal) -> None:
    made = correlator(ENTERED)
    assert made.apply(signal, 1_000) == []
    assert made.calls()[0].state == Waiting()


@pytest.mark.parametrize(
    ("before", "by"),
    [
        ([HangUpAsked(U)], EndedBy.CALLER),
        ([CallEnding(U, EndedBy.ENGINE)], EndedBy.ENGINE),
        ([HangUpAsked(U), CallEnding(U, EndedBy.AGENT)], EndedBy.AGENT),
        ([], EndedBy.SWITCH),
    ],
)
def test_who_ended_a_call(before: list[Signal], by: EndedBy) -> None:
    made = correlator(ENTERED, *before)
    assert made.apply(ChannelGone(U, 16, None), 1_500) == [CallEnded(1_500, CALL, by, 16)]
    assert made.apply(ENTERED, 1_600) == []
    assert made.call(CALL) is None


def test_a_call_that_vanishes_takes_its_leg_along() -> None:
    gone, over = ChannelGone(U, 16, None), CallEnded(1_500, CALL, EndedBy.SWITCH, 16)
    assert correlator(*RINGS).apply(gone, 1_500) == [failed(LegFailure.CALLER_GONE), over]
    assert correlator(*TALKS).apply(gone, 1_500) == [ended(LegEndedBy.CALLER), over]
    made = correlator(*TALKS, CallEnding(U, EndedBy.ENGINE))
    assert made.apply(gone, 1_500) == [ended(LegEndedBy.ENGINE), CallEnded(1_500, CALL, EndedBy.ENGINE, 16)]


def test_a_caller_who_leaves_during_the_greeting_came_and_went() -> None:
    assert told(ChannelGone(U, 16, CALLER)) == [ARRIVED, CallEnded(1_000, CALL, EndedBy.CALLER, 16)]


def test_ended_calls_are_forgotten_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correlate, "ENDED_CALLS_KEPT", 1)
    other = Caller("17.9", "100", None, None, 900)
    made = correlator(ENTERED, ChannelGone(U, 16, None), CallerEntered(other), ChannelGone("17.9", 16, None))
    assert made.apply(CallerEntered(other), 1_000) == []
    assert made.apply(ENTERED, 1_000) == [ARRIVED]


def test_the_phones_own_channel_tells_how_a_talk_has_ended() -> None:
    for cause, by in ((16, LegEndedBy.AGENT), (44, LegEndedBy.LOST)):
        made = correlator(*TALKS)
        assert made.apply(ChannelGone(LEG, cause, None), 1_500) == [LegEnded(1_500, CALL, KEY, PHONE, by, 500)]
        assert made.apply(returned(), 1_510) == []
        assert made.advance(99_000) == []


def test_of_a_caller_who_hangs_up_the_dialplan_tells() -> None:
    made = correlator(*TALKS, HangUpAsked(U), ChannelGone(LEG, 16, None))
    assert made.apply(returned(there=False), 1_500) == [ended(LegEndedBy.CALLER)]


def test_a_leg_whose_end_is_never_told_is_closed() -> None:
    late = 1_000 + correlate.UNTOLD_END_MS
    made = correlator(*TALKS, HangUpAsked(U), ChannelGone(LEG, 16, None))
    assert made.advance(late - 1) == []
    assert made.advance(late) == [LegEnded(late, CALL, KEY, PHONE, LegEndedBy.LOST, 0)]
    made = correlator(*RINGS, ChannelGone(LEG, 16, None), ChannelGone(LEG, 16, None))
    assert made.advance(late) == [failed(LegFailure.UNREACHABLE, late)]
    assert made.advance(late) == []


def test_a_gone_leg_of_an_earlier_ring_means_nothing() -> None:
    made = correlator(*RINGS, LegChannelMade(U, "17.5"), ChannelGone(LEG, 16, None))
    assert made.advance(99_000) == []


def test_a_ring_that_was_asked_for_and_never_began_fails() -> None:
    made = correlator(ENTERED)
    made.ring_asked(CALL, KEY, PHONE, 1_000)
    assert made.calls()[0].state == Ringing(KEY, PHONE)
    assert made.advance(1_000 + UNTOLD_RING_MS - 1) == []
    late = 1_000 + UNTOLD_RING_MS
    assert made.advance(late) == [failed(LegFailure.SWITCH_DOWN, late)]


def test_a_ring_that_was_not_sent_may_be_asked_for_again() -> None:
    made = correlator(ENTERED)
    made.ring_asked(CALL, KEY, PHONE, 1_000)
    made.ring_not_sent(CALL, KEY2)
    assert made.calls()[0].state == Ringing(KEY, PHONE)
    made.ring_not_sent(CALL, KEY)
    assert made.calls()[0].state == Waiting()
    made.ring_not_sent(CallId("main-none"), KEY)
    made.ring_asked(CALL, KEY, PHONE, 1_000)
    assert made.apply(BEGAN, 1_000) == []
    made.ring_not_sent(CALL, KEY)
    assert made.calls()[0].state == Ringing(KEY, PHONE)


def test_the_fallback_takes_a_caller_and_may_be_rung_out_of() -> None:
    falls = CallerTakenToFallback(CALLER)
    fell = CallFellBack(1_000, CALL)
    assert told(falls) == [ARRIVED, fell]
    assert told(ENTERED, falls, falls) == [ARRIVED, fell]
    assert told(ENTERED, ChannelGone(U, 16, None), falls)[2:] == []
    made = correlator(falls)
    assert made.calls()[0].state == InFallback()
    assert made.apply(PICKED, 1_000) == []
    made.apply(BEGAN, 1_000)
    assert made.calls()[0].state == Ringing(KEY, PHONE)


def test_a_caller_whom_the_fallback_served_is_told_once_and_stays_so() -> None:
    falls, serves = CallerTakenToFallback(CALLER), CallerServed(U)
    assert told(serves) == [], "nobody knows this caller yet; the next snapshot does"
    made = correlator(falls)
    [event] = made.apply(serves, 2_000)
    assert event == CallServed(2_000, made.calls()[0]) and made.calls()[0].state == Served()
    assert made.apply(serves, 2_000) == made.apply(falls, 2_000) == []
    assert made.calls()[0].state == Served()
    made.adopt(Snapshot((CallFound(CALLER, Served(), None),), ()), 3_000)
    assert made.calls()[0].state == Served() and made.apply(serves, 3_000) == []
    assert [type(event) for event in made.apply(ChannelGone(U, 16, None), 3_000)] == [CallEnded]


def test_phones_tell_changes_only() -> None:
    made = correlator()

    def now(reachable: bool, busy: bool) -> list[SwitchEvent]:
        return made.apply(DeviceChanged(PhoneSeen(PHONE, reachable, busy)), 5)

    assert now(True, False) == [PhoneReachable(5, PHONE)]
    assert now(True, True) == [PhoneBusy(5, PHONE)]
    assert now(True, True) == []
    assert now(False, False) == [PhoneUnreachable(5, PHONE), PhoneFree(5, PHONE)]
    assert made.phones() == (PhoneSeen(PHONE, False, False),)


def test_a_snapshot_replaces_everything_but_ended_legs() -> None:
    made = correlator(*RINGS, returned(DialStatus.NO_ANSWER, 0), CallerEntered(Caller("17.8", "1", None, None, 1)))
    found = [
        CallFound(CALLER, Waiting(), None),
        CallFound(Caller("18.1", "100", None, None, 5), Ringing(KEY, PHONE), "18.2"),
        CallFound(Caller("18.3", "100", None, None, 4), Talking(KEY, PHONE), "18.4", 1_200),
        CallFound(Caller("18.5", "100", None, None, 3), Talking(KEY, PHONE), None),
        CallFound(Caller("18.6", "100", None, None, 2), InFallback(), None),
        CallFound(Caller("18.7", "100", None, None, 1), AfterTalk(KEY, PHONE, LegEndedBy.AGENT), None),
    ]
    made.adopt(Snapshot(tuple(found), (PhoneSeen(PHONE, True, True),)), 2_000)
    seen = made.calls()
    assert [call.state for call in seen] == [one.state for one in reversed(found[1:])] + [Waiting()]
    assert made.phones() == (PhoneSeen(PHONE, True, True),)
    known = made.call(CALL)
    assert known is not None
    assert known.knows_ended(KEY)
    # The call that was not found has ended; a late word of it brings nothing back.
    assert made.apply(CallerEntered(Caller("17.8", "1", None, None, 1)), 2_000) == []
    # A leg that was found goes on, with the talk counted from its real beginning.
    assert made.apply(LegAlerting("18.2"), 2_000) == [LegRang(2_000, CallId("main-18.1"), KEY, PHONE)]
    (over,) = made.apply(LegReturned("18.3", KEY, PHONE, DialStatus.ANSWER, 16, True), 2_200)
    assert isinstance(over, LegEnded)
    assert over.talk_ms == 1_000
    (over,) = made.apply(LegReturned("18.5", KEY, PHONE, DialStatus.ANSWER, 16, True), 2_200)
    assert isinstance(over, LegEnded)
    assert over.talk_ms == 200


def test_a_leg_that_is_seen_has_not_ended_whatever_was_believed() -> None:
    made = correlator(ENTERED)
    made.ring_asked(CALL, KEY, PHONE, 1_000)
    made.advance(1_000 + UNTOLD_RING_MS)
    made.adopt(Snapshot((CallFound(CALLER, Ringing(KEY, PHONE), LEG),), ()), 20_000)
    assert made.apply(returned(DialStatus.BUSY, 17), 1_500) == [failed(LegFailure.BUSY)]


ANY_SIGNAL = st.sampled_from(
    [
        ENTERED,
        BEGAN,
        RingBegan(U, KEY2, PHONE),
        MADE,
        ALERTS,
        PICKED,
        returned(),
        returned(DialStatus.NO_ANSWER, 0),
        returned(cause=44, key=KEY2),
        LegTakenBack(U, KEY, PHONE),
        RingRefused(U, KEY2, PHONE),
        HangUpAsked(U),
        CallEnding(U, EndedBy.AGENT),
        CallerTakenToFallback(CALLER),
        ChannelGone(LEG, 16, None),
        ChannelGone(U, 16, None),
    ]
)


@given(st.lists(ANY_SIGNAL, max_size=40))
def test_any_order_gives_one_story(signals: list[Signal]) -> None:
    """A call arrives once and ends once; each leg rings, answers and ends at most once, in that order."""
    made, events = Correlator(SwitchName("main")), []
    for at_ms, signal in enumerate(signals):
        events += made.apply(signal, at_ms * 700)
        events += made.advance(at_ms * 700)
    steps = {CallArrived: 0, LegRang: 1, LegAnswered: 2, LegFailed: 3, LegEnded: 3, CallEnded: 9}
    whole = [event for event in events if isinstance(event, CallArrived | CallEnded)]
    assert [type(event) for event in whole] in ([], [CallArrived], [CallArrived, CallEnded])
    for key in (KEY, KEY2):
        leg = [steps[type(event)] for event in events if getattr(event, "leg_key", None) == key]
        assert leg == sorted(set(leg))
    if any(isinstance(event, CallEnded) for event in events):
        assert isinstance(events[-1], CallEnded)
