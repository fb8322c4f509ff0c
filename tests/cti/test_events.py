"""Events and commands are values that can be written down and read again."""

import msgspec
import pytest

from cti.core.commands import Answer, CallGone, Command, Done, HangUp, OutcomeUnknown, Refused, Ring, StopRinging
from cti.core.events import (
    AfterTalk,
    CallArrived,
    CallEnded,
    CallFellBack,
    CallId,
    CallSeen,
    EndedBy,
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
    SwitchEvent,
    SwitchLost,
    SwitchResynchronised,
    call_id_of,
)
from history.core.vocabulary import PhoneName, SwitchName

CALL, KEY, PHONE = CallId("main-1.1"), LegKey("k"), PhoneName("agent1")
SEEN = CallSeen(CALL, "100", None, "Zoë", 5, AfterTalk(KEY, PHONE, LegEndedBy.LOST))
EVENTS: list[SwitchEvent] = [
    CallArrived(1, CALL, "100", "49", None, 1),
    CallEnded(1, CALL, EndedBy.CALLER, 16),
    CallFellBack(1, CALL),
    LegRang(1, CALL, KEY, PHONE),
    LegAnswered(1, CALL, KEY, PHONE),
    LegFailed(1, CALL, KEY, PHONE, LegFailure.BUSY),
    LegEnded(1, CALL, KEY, PHONE, LegEndedBy.AGENT, 7),
    PhoneBusy(1, PHONE),
    PhoneFree(1, PHONE),
    PhoneReachable(1, PHONE),
    PhoneUnreachable(1, PHONE),
    SwitchLost(1, "why"),
    SwitchResynchronised(1, 2, (SEEN,), (PhoneSeen(PHONE, True, False),), False),
]
COMMANDS: list[Command] = [Ring(CALL, KEY, PHONE, 1), StopRinging(CALL, KEY), HangUp(CALL)]
ANSWERS: list[Answer] = [Done(), CallGone(), Refused("why"), OutcomeUnknown()]


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_can_be_read_again(event: SwitchEvent) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=SwitchEvent) == event


@pytest.mark.parametrize("value", COMMANDS)
def test_a_command_can_be_read_again(value: Command) -> None:
    assert msgspec.json.decode(msgspec.json.encode(value), type=Command) == value


@pytest.mark.parametrize("value", ANSWERS)
def test_an_answer_can_be_read_again(value: Answer) -> None:
    assert msgspec.json.decode(msgspec.json.encode(value), type=Answer) == value


@pytest.mark.parametrize(
    ("unique_id", "call_id"),
    [("1795.7", "main-1795.7"), ("pbx_1-1795.7", "main-pbx-1-1795.7"), ("a b/c", "main-a-b-c")],
)
def test_a_call_id_holds_only_letters_digits_dots_and_hyphens(unique_id: str, call_id: str) -> None:
    assert call_id_of(SwitchName("main"), unique_id) == call_id
