"""The values of a call: what others see of it, and why a ring failed."""

import pytest

from cti.core.call import ENDED_LEGS_KEPT, Call, Leg, LegStage, failure_of, with_ended
from cti.core.events import (
    AfterTalk,
    CallId,
    CallState,
    InFallback,
    LegEndedBy,
    LegFailure,
    LegKey,
    Ringing,
    Served,
    Talking,
    Waiting,
)
from cti.core.signals import Caller, DialStatus
from history.core.vocabulary import PhoneName

CALLER = Caller("17.1", "100", "4930", "Ann", 1_000)
KEY, PHONE = LegKey("k"), PhoneName("agent1")
AFTER = AfterTalk(KEY, PHONE, LegEndedBy.LOST)


@pytest.mark.parametrize(
    ("call", "state"),
    [
        (Call(CallId("main-17.1"), CALLER), Waiting()),
        (Call(CallId("main-17.1"), CALLER, fallback=InFallback()), InFallback()),
        (Call(CallId("main-17.1"), CALLER, fallback=Served()), Served()),
        (Call(CallId("main-17.1"), CALLER, after=AFTER), AFTER),
        (Call(CallId("main-17.1"), CALLER, leg=Leg(KEY, PHONE, LegStage.ASKED, 0)), Ringing(KEY, PHONE)),
        (Call(CallId("main-17.1"), CALLER, leg=Leg(KEY, PHONE, LegStage.DIALLING, 0)), Ringing(KEY, PHONE)),
        (Call(CallId("main-17.1"), CALLER, leg=Leg(KEY, PHONE, LegStage.ALERTING, 0)), Ringing(KEY, PHONE)),
        (Call(CallId("main-17.1"), CALLER, leg=Leg(KEY, PHONE, LegStage.TALKING, 0)), Talking(KEY, PHONE)),
    ],
)
def test_a_call_is_seen_in_one_state(call: Call, state: CallState) -> None:
    seen = call.seen(None)
    assert seen.state == state
    assert (seen.call_id, seen.dialled, seen.caller_number, seen.caller_name) == ("main-17.1", "100", "4930", "Ann")
    assert seen.waiting_since_ms == 1_000


@pytest.mark.parametrize(
    ("status", "cause", "alerted", "failure"),
    [
        (DialStatus.BUSY, 17, True, LegFailure.BUSY),
        (DialStatus.NO_ANSWER, 17, False, LegFailure.BUSY),
        (DialStatus.BUSY, 0, False, LegFailure.BUSY),
        (DialStatus.NO_ANSWER, 21, True, LegFailure.DECLINED),
        (DialStatus.NO_ANSWER, 0, True, LegFailure.NO_ANSWER),
        (DialStatus.NO_ANSWER, 19, False, LegFailure.UNREACHABLE),
        (DialStatus.UNAVAILABLE, 20, False, LegFailure.UNREACHABLE),
        (DialStatus.CONGESTION, 34, True, LegFailure.UNREACHABLE),
        (DialStatus.OTHER, 0, True, LegFailure.UNREACHABLE),
    ],
)
def test_why_a_ring_failed(status: DialStatus, cause: int, alerted: bool, failure: LegFailure) -> None:
    assert failure_of(status, cause, alerted) is failure


def test_the_oldest_ended_leg_is_forgotten() -> None:
    ended: tuple[LegKey, ...] = ()
    for number in range(ENDED_LEGS_KEPT + 1):
        ended = with_ended(ended, LegKey(str(number)))
    assert len(ended) == ENDED_LEGS_KEPT
    call = Call(CallId("c"), CALLER, ended_legs=ended)
    assert not call.knows_ended(LegKey("0"))
    assert call.knows_ended(LegKey(str(ENDED_LEGS_KEPT)))
