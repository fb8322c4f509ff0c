"""AMI messages to signals, commands to actions."""

import pytest

from cti.asterisk import actions, translate
from cti.asterisk.packet import AmiPacket
from cti.core.commands import Answer, CallGone, Command, Done, HangUp, Refused, Ring, StopRinging
from cti.core.events import (
    AfterTalk,
    CallId,
    CallState,
    EndedBy,
    InFallback,
    LegEndedBy,
    LegKey,
    PhoneSeen,
    Ringing,
    Served,
    Talking,
    Waiting,
)
from cti.core.signals import (
    CallEnding,
    Caller,
    CallerEntered,
    CallerServed,
    CallerTakenToFallback,
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
)
from cti.errors import UnencodableError
from history.core.vocabulary import PhoneName

CALL, KEY, PHONE, U = CallId("main-17.1"), LegKey("k-1"), PhoneName("agent1"), "17.1"


def packet(**headers: str) -> AmiPacket:
    return AmiPacket(tuple(headers.items()))


@pytest.mark.parametrize(
    ("command", "context", "extension"),
    [
        (Ring(CALL, KEY, PHONE, 20_000), "switchroom-ring", "7*20000*agent1*k-1"),
        (StopRinging(CALL, KEY), "switchroom-back", "7*k-1"),
        (HangUp(CALL), "switchroom-end", "7*end"),
    ],
)
def test_a_command_is_one_redirect(command: Command, context: str, extension: str) -> None:
    made = actions.action_of(command, U, 7)
    assert made.name == "Redirect"
    assert dict(made.headers) == {"Channel": U, "Context": context, "Exten": extension, "Priority": "1"}


@pytest.mark.parametrize(
    ("command", "unique_id", "sentence"),
    [
        (Ring(CALL, KEY, PhoneName("a&PJSIP/b"), 1), U, "no phone's name"),
        (Ring(CALL, KEY, PhoneName("a*b"), 1), U, "no phone's name"),
        (Ring(CALL, LegKey("k,1"), PHONE, 1), U, "no leg key"),
        (StopRinging(CALL, LegKey("")), U, "no leg key"),
        (Ring(CALL, KEY, PHONE, 0), U, "rung for 1 to"),
        (Ring(CALL, KEY, PHONE, 600_001), U, "rung for 1 to"),
        (Ring(CALL, LegKey("k" * 70), PHONE, 1), U, "too long"),
        (HangUp(CALL), "/.*/", "no channel's id"),
    ],
)
def test_what_is_never_sent(command: Command, unique_id: str, sentence: str) -> None:
    with pytest.raises(UnencodableError, match=sentence):
        actions.action_of(command, unique_id, 7)


def test_the_other_actions() -> None:
    names = [made.name for made in (actions.ping(), actions.core_status(), actions.device_states())]
    assert names == ["Ping", "CoreStatus", "DeviceStateList"]
    assert dict(actions.login("u", "s").headers) == {"Username": "u", "Secret": "s", "Events": "on"}
    assert dict(actions.read_global("X").headers) == {"Variable": "X"}
    assert dict(actions.write_global("X", 5).headers) == {"Variable": "X", "Value": "5"}
    assert "SWITCHROOM_CALL" in dict(actions.status().headers)["Variables"]


@pytest.mark.parametrize(
    ("response", "answer"),
    [
        (packet(Response="Success"), Done()),
        (packet(Response="Error", Message="Channel does not exist."), CallGone()),
        (packet(Response="Error", Message="No such channel"), CallGone()),
        (packet(Response="Error", Message="Permission denied"), Refused("the switch refused: Permission denied")),
        (packet(Response="Error"), Refused("the switch refused: no reason given")),
    ],
)
def test_answers(response: AmiPacket, answer: Answer) -> None:
    assert translate.answer_of(response) == answer


def test_numbers_out_of_answers() -> None:
    assert translate.switch_time_ms(packet(Timestamp="17.123456")) == 17_123
    assert translate.switch_time_ms(packet(Timestamp="17")) == 17_000
    assert translate.switch_time_ms(packet(Timestamp="x.1")) is None
    assert translate.switch_time_ms(packet(Timestamp="17.x")) is None
    assert translate.global_number(packet(Value="12")) == 12
    assert translate.global_number(packet(Value="")) == translate.global_number(packet(Value="²")) == 0
    assert translate.started_at(packet(CoreStartupDate="d", CoreStartupTime="t")) == "d t"


def user(name: str, **headers: str) -> AmiPacket:
    return packet(Event="UserEvent", Uniqueid=U, CallerIDNum="49", CallerIDName="<unknown>", UserEvent=name, **headers)


CALLER = Caller(U, "100", "49", None, 18_500)
BUSY = PhoneSeen(PHONE, True, True)
LEG = {"Leg": "k-1", "Phone": "agent1"}


@pytest.mark.parametrize(
    ("heard", "signal"),
    [
        (user("SwitchroomArrived", Dialled="100", Since="18.000"), CallerEntered(CALLER)),
        (user("SwitchroomFallback", Dialled="100", Since="18.000"), CallerTakenToFallback(CALLER)),
        (packet(Event="UserEvent", Uniqueid="17.9", UserEvent="SwitchroomServed", Call=U), CallerServed(U)),
        (packet(Event="UserEvent", Uniqueid="17.9", UserEvent="SwitchroomServed"), None),
        (user("SwitchroomRing", **LEG), RingBegan(U, KEY, PHONE)),
        (user("SwitchroomRefused", **LEG), RingRefused(U, KEY, PHONE)),
        (user("SwitchroomLegTakenBack", **LEG), LegTakenBack(U, KEY, PHONE)),
        (
            user("SwitchroomLegEnded", **LEG, Status="BUSY", Cause="17", Caller="1"),
            LegReturned(U, KEY, PHONE, DialStatus.BUSY, 17, True),
        ),
        (
            user("SwitchroomLegEnded", **LEG, Status="TORTURE", Cause="", Caller="0"),
            LegReturned(U, KEY, PHONE, DialStatus.OTHER, 0, False),
        ),
        (user("SwitchroomEnding", By="agent"), CallEnding(U, EndedBy.AGENT)),
        (user("SwitchroomEnding", By="engine"), CallEnding(U, EndedBy.ENGINE)),
        (user("SomebodyElses"), None),
        (packet(Event="UserEvent", UserEvent="SwitchroomRing"), None),
        (packet(Event="DialBegin", Uniqueid=U, DestUniqueid="17.2"), LegChannelMade(U, "17.2")),
        (packet(Event="DialBegin", DestUniqueid="17.2"), None),
        (packet(Event="Newstate", Uniqueid="17.2", ChannelState="5"), LegAlerting("17.2")),
        (packet(Event="Newstate", Uniqueid="17.2", ChannelState="6"), None),
        (packet(Event="DialEnd", Uniqueid=U, DialStatus="ANSWER"), LegPickedUp(U)),
        (packet(Event="DialEnd", Uniqueid=U, DialStatus="BUSY"), None),
        (packet(Event="HangupRequest", Uniqueid=U), HangUpAsked(U)),
        (packet(Event="Hangup", Uniqueid=U, Cause="16", Context="switchroom-wait"), ChannelGone(U, 16, None)),
        (
            packet(Event="Hangup", Uniqueid=U, Cause="x", Context="switchroom", Exten="100", CallerIDNum="49"),
            ChannelGone(U, 0, Caller(U, "100", "49", None, 17_500)),
        ),
        (packet(Event="DeviceStateChange", Device="PJSIP/agent1", State="INUSE"), DeviceChanged(BUSY)),
        (packet(Event="DeviceStateChange", Device="Queue:x", State="INUSE"), None),
        (packet(Event="FullyBooted"), None),
        (packet(Response="Success"), None),
    ],
)  # fmt: skip
def test_what_an_event_says(heard: AmiPacket, signal: Signal | None) -> None:
    assert translate.signal_of(heard, 500) == signal


@pytest.mark.parametrize(
    ("state", "reachable", "busy"),
    [
        ("NOT_INUSE", True, False),
        ("UNAVAILABLE", False, False),
        ("UNKNOWN", False, False),
        ("INVALID", False, False),
        ("RINGING", True, True),
        ("RINGINUSE", True, True),
        ("BUSY", True, True),
        ("ONHOLD", True, True),
    ],
)
def test_the_condition_of_a_phone(state: str, reachable: bool, busy: bool) -> None:
    seen = translate.phone_seen(packet(Device="PJSIP/agent1", State=state))
    assert seen == PhoneSeen(PHONE, reachable, busy)


def channel(unique_id: str, state: str, **variables: str) -> AmiPacket:
    pairs = tuple(("Variable", f"SWITCHROOM_{name}={value}") for name, value in variables.items())
    return AmiPacket((("Event", "Status"), ("Uniqueid", unique_id), ("ChannelState", state), *pairs))


@pytest.mark.parametrize(
    ("state", "leg_state", "cause", "found"),
    [
        ("waiting", None, "", Waiting()),
        ("fallback", None, "", InFallback()),
        ("served", None, "", Served()),
        ("ringing", None, "", Ringing(KEY, PHONE)),
        ("ringing", "5", "", Ringing(KEY, PHONE)),
        ("ringing", "6", "", Talking(KEY, PHONE)),
        ("after", None, "", Talking(KEY, PHONE)),
        ("after", None, "16", AfterTalk(KEY, PHONE, LegEndedBy.AGENT)),
        ("after", None, "44", AfterTalk(KEY, PHONE, LegEndedBy.LOST)),
    ],
)
def test_a_call_in_a_snapshot(state: str, leg_state: str | None, cause: str, found: CallState) -> None:
    ours = {"CALL": U, "LEG": "k-1", "PHONE": "agent1", "SINCE": "18.000", "DIALLED": "100", "CAUSE": cause}
    status = [packet(Response="Success"), channel(U, "6", STATE=state, **ours), channel("9.9", "6")]
    if leg_state is not None:
        status.append(channel("17.2", leg_state, CALL=U, LEG="k-1", TALK="19.000"))
    devices = [packet(Response="Success"), packet(Device="PJSIP/agent1", State="INUSE")]
    snapshot = translate.snapshot_of(status, devices, 500)
    (call,) = snapshot.calls
    assert call.state == found
    assert (call.caller.dialled, call.caller.since_ms) == ("100", 18_500)
    assert call.leg_unique_id == (None if leg_state is None else "17.2")
    assert call.talking_since_ms == (None if leg_state is None else 19_500)
    assert snapshot.phones == (PhoneSeen(PHONE, True, True),)


def test_a_caller_still_greeted_is_not_in_a_snapshot() -> None:
    assert translate.snapshot_of([channel(U, "6", CALL=U, STATE="greeting")], [], 0).calls == ()
