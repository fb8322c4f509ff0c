"""AMI messages to answers and signals. Pure; what is sent is in `actions.py`.

It knows the names in our dialplan fragment (`dialplan/switchroom.conf`) and Asterisk's own events, and no story:
`core/correlate.py` makes that. Text from strangers (a caller's name and number) is only ever read, never sent.
"""

from collections.abc import Iterable

from cti.asterisk.actions import FAR_HALF, LEG_CHANNEL_PREFIX
from cti.asterisk.packet import AmiPacket
from cti.core.commands import Answer, CallGone, Done, Refused
from cti.core.events import (
    AfterTalk,
    Apart,
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
    CallerNotSent,
    CallerSent,
    CallerServed,
    CallerTakenToFallback,
    CallFound,
    ChannelGone,
    CustomerStands,
    DeviceChanged,
    DialStatus,
    EmergencyDialled,
    HangUpAsked,
    LegAlerting,
    LegChannelMade,
    LegDialled,
    LegNotMade,
    LegPickedUp,
    LegReturned,
    LegTakenBack,
    PartyFound,
    PhoneHolds,
    PhoneStands,
    RingBegan,
    RingRefused,
    Signal,
    Snapshot,
)
from history.core.call_words import PartyAt
from history.core.vocabulary import PhoneName

PHONE_PREFIX = "PJSIP/"

_BUSY_STATES = frozenset({"INUSE", "BUSY", "RINGING", "RINGINUSE", "ONHOLD"})
_UNREACHABLE_STATES = frozenset({"UNAVAILABLE", "INVALID", "UNKNOWN"})
_CHANNEL_RINGING, _CHANNEL_UP = "5", "6"
_NORMAL_CAUSE = "16"
_PLACES = {at.value: at for at in PartyAt}


def answer_of(response: AmiPacket) -> Answer:
    """What the switch answered to a Redirect. Success means accepted, not done."""
    if response.succeeded:
        return Done()
    message = response.get("Message")
    if "hannel does not exist" in message or "No such channel" in message or "not active" in message:
        return CallGone()
    return Refused(f"the switch refused: {message or 'no reason given'}")


def switch_time_ms(pong: AmiPacket) -> int | None:
    """The switch's own clock out of the answer to a Ping, in its UTC milliseconds."""
    return _milliseconds(pong.get("Timestamp"))


def started_at(response: AmiPacket) -> str:
    """The instant the switch started, as it writes it; '' where it does not say."""
    return f"{response.get('CoreStartupDate')} {response.get('CoreStartupTime')}".strip()


def global_number(response: AmiPacket) -> int:
    """The number in a global variable, 0 where it is unset or no number."""
    value = response.get("Value")
    return int(value) if value.isascii() and value.isdigit() else 0


# -- what we hear ------------------------------------------------------------------------------------------------------


def signal_of(packet: AmiPacket, offset_ms: int) -> Signal | None:
    """What this event says, None where it says nothing to us. `offset_ms`: our clock less the switch's."""
    unique_id = packet.get("Uniqueid")
    match packet.get("Event"):
        case "UserEvent":
            return _user_event(packet, unique_id, offset_ms)
        case "DialBegin" if unique_id and packet.get("DestUniqueid"):
            return LegChannelMade(unique_id, packet.get("DestUniqueid"))
        case "Newstate" if unique_id and packet.get("ChannelState") == _CHANNEL_RINGING:
            return LegAlerting(unique_id)
        case "DialEnd" if unique_id and packet.get("DialStatus") == "ANSWER":
            return LegPickedUp(unique_id)
        case "Newchannel" if unique_id.startswith(LEG_CHANNEL_PREFIX) and not unique_id.endswith(FAR_HALF):
            return LegDialled(unique_id)
        case "OriginateResponse" if packet.get("Response") == "Failure":
            return LegNotMade(unique_id) if unique_id.startswith(LEG_CHANNEL_PREFIX) else None
        case "Hold" | "Unhold" as told if unique_id:
            return PhoneHolds(unique_id, told == "Hold")
        case "HangupRequest" if unique_id:
            return HangUpAsked(unique_id)
        case "Hangup" if unique_id:
            greeted = _caller(packet, packet.get("Exten"), "", offset_ms) if _was_greeted(packet) else None
            return ChannelGone(unique_id, _number(packet.get("Cause")) or 0, greeted)
        case "DeviceStateChange":
            seen = phone_seen(packet)
            return None if seen is None else DeviceChanged(seen)
        case _:
            return None


def _was_greeted(packet: AmiPacket) -> bool:
    return packet.get("Context") == "switchroom" and bool(packet.get("Exten"))


def _user_event(packet: AmiPacket, unique_id: str, offset_ms: int) -> Signal | None:
    if packet.get("UserEvent") == "SwitchroomServed":  # told by the answering phone's channel, of the caller's
        caller = packet.last("Call")
        return CallerServed(caller) if caller else None
    leg_key, phone = LegKey(packet.last("Leg")), PhoneName(packet.last("Phone"))
    if not unique_id:
        return None
    match packet.get("UserEvent"):
        case "SwitchroomArrived":
            return CallerEntered(_caller(packet, packet.last("Dialled"), packet.last("Since"), offset_ms))
        case "SwitchroomFallback":
            return CallerTakenToFallback(_caller(packet, packet.last("Dialled"), packet.last("Since"), offset_ms))
        case "SwitchroomEmergency":
            return EmergencyDialled(unique_id, packet.last("Pin"), packet.last("Code"), packet.last("Key"))
        case "SwitchroomStands" if packet.last("At") in _PLACES:
            return _stands(packet, unique_id)
        case "SwitchroomSent" | "SwitchroomNotSent" as told:
            return CallerSent(unique_id) if told == "SwitchroomSent" else CallerNotSent(unique_id)
        case "SwitchroomRing":
            return RingBegan(unique_id, leg_key, phone)
        case "SwitchroomRefused":
            return RingRefused(unique_id, leg_key, phone)
        case "SwitchroomLegTakenBack":
            return LegTakenBack(unique_id, leg_key, phone)
        case "SwitchroomLegEnded":
            cause, status = _number(packet.last("Cause")) or 0, _dial_status(packet.last("Status"))
            return LegReturned(unique_id, leg_key, phone, status, cause, packet.last("Caller") == "1")
        case "SwitchroomEnding":
            return CallEnding(unique_id, EndedBy.AGENT if packet.last("By") == "agent" else EndedBy.ENGINE)
        case _:
            return None


def _stands(packet: AmiPacket, unique_id: str) -> Signal:
    call, at = packet.last("Call"), _PLACES[packet.last("At")]
    if call == unique_id:
        return CustomerStands(unique_id, at)
    return PhoneStands(call, unique_id, LegKey(packet.last("Leg")), PhoneName(packet.last("Phone")), at)


def _dial_status(text: str) -> DialStatus:
    try:
        return DialStatus(text)
    except ValueError:
        return DialStatus.OTHER


def _caller(packet: AmiPacket, dialled: str, since: str, offset_ms: int) -> Caller:
    unique_id = packet.get("Uniqueid")
    since_ms = _milliseconds(since)
    if since_ms is None:
        # A Uniqueid is [<system>-]<seconds>.<counter>.
        since_ms = (_number(unique_id.rpartition(".")[0].rpartition("-")[2]) or 0) * 1000
    return Caller(
        unique_id=unique_id,
        dialled=dialled,
        number=_said(packet.get("CallerIDNum")),
        name=_said(packet.get("CallerIDName")),
        since_ms=since_ms + offset_ms,
        channel=packet.get("Channel"),
    )


def _said(text: str) -> str | None:
    return None if text in ("", "<unknown>") else text


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _milliseconds(text: str) -> int | None:
    whole, _, part = text.partition(".")
    seconds, fraction = _number(whole), _number(part[:3].ljust(3, "0"))
    return None if seconds is None or fraction is None else seconds * 1000 + fraction


def phone_seen(packet: AmiPacket) -> PhoneSeen | None:
    """A phone's condition out of a DeviceStateChange; None for devices that are no phones."""
    device, state = packet.get("Device"), packet.get("State").upper()
    if not device.startswith(PHONE_PREFIX) or not state:
        return None
    name = device.removeprefix(PHONE_PREFIX)
    return PhoneSeen(PhoneName(name), reachable=state not in _UNREACHABLE_STATES, busy=state in _BUSY_STATES)


# -- what we find ------------------------------------------------------------------------------------------------------


def snapshot_of(status: Iterable[AmiPacket], devices: Iterable[AmiPacket], offset_ms: int) -> Snapshot:
    """All calls of ours and all phones, out of the answers to `status()` and `device_states()`."""
    channels = [(packet, _variables(packet)) for packet in status if packet.get("Event") == "Status"]
    legs: dict[tuple[str, str], tuple[AmiPacket, dict[str, str]]] = {}
    for packet, variables in channels:
        call, leg = variables.get("SWITCHROOM_CALL", ""), variables.get("SWITCHROOM_LEG", "")
        if call and leg and call != packet.get("Uniqueid"):
            legs[call, leg] = (packet, variables)
    calls = []
    for packet, variables in channels:
        found = _call_found(packet, variables, legs, offset_ms)
        if found is not None:
            calls.append(found)
    phones = {seen.phone: seen for packet in devices if (seen := phone_seen(packet)) is not None}
    return Snapshot(tuple(calls), tuple(phones[name] for name in sorted(phones)))


def _variables(packet: AmiPacket) -> dict[str, str]:
    pairs = (value.partition("=") for value in packet.all("Variable"))
    return {name: value for name, _, value in pairs}


def _call_found(
    packet: AmiPacket,
    variables: dict[str, str],
    legs: dict[tuple[str, str], tuple[AmiPacket, dict[str, str]]],
    offset_ms: int,
) -> CallFound | None:
    unique_id, state = packet.get("Uniqueid"), variables.get("SWITCHROOM_STATE", "")
    if not unique_id or variables.get("SWITCHROOM_CALL") != unique_id or state not in _STATES_OF_CALLS:
        return None
    caller = _caller(packet, variables.get("SWITCHROOM_DIALLED", ""), variables.get("SWITCHROOM_SINCE", ""), offset_ms)
    leg = LegKey(variables.get("SWITCHROOM_LEG", ""))
    phone = PhoneName(variables.get("SWITCHROOM_PHONE", ""))
    leg_channel, leg_variables = legs.get((unique_id, leg), (None, {}))
    found: CallState
    simply = leg if state == "ringing" else ""
    of_call = {key: of for (call, key), of in legs.items() if call == unique_id and key != simply}
    if state in _APART:
        found = Apart(_PLACES[state], ())
        leg_channel, leg_variables = None, {}
    elif state == "ringing":
        up = leg_channel is not None and leg_channel.get("ChannelState") == _CHANNEL_UP
        found = Talking(leg, phone) if up else Ringing(leg, phone)
    elif state == "after":
        found = _after_talk(leg, phone, variables.get("SWITCHROOM_CAUSE", ""))
    else:
        found = _STATES_WITHOUT_A_LEG[state]
    talk_ms = _milliseconds(leg_variables.get("SWITCHROOM_TALK", ""))
    return CallFound(
        caller,
        found,
        leg_unique_id=leg_channel.get("Uniqueid") if leg_channel is not None else None,
        talking_since_ms=None if talk_ms is None else talk_ms + offset_ms,
        parties=tuple(_party(key, *of, offset_ms) for key, of in of_call.items()),
    )


def _party(leg: str, packet: AmiPacket, variables: dict[str, str], offset_ms: int) -> PartyFound:
    talk_ms = _milliseconds(variables.get("SWITCHROOM_TALK", ""))
    answered = packet.get("ChannelState") == _CHANNEL_UP
    # One that was split from the caller this moment has not come to its place; it talked until now.
    place = variables.get("SWITCHROOM_STATE", "") if answered else variables.get("SWITCHROOM_AT", "")
    return PartyFound(
        leg_key=LegKey(leg),
        phone=PhoneName(variables.get("SWITCHROOM_PHONE", "")),
        leg_unique_id=packet.get("Uniqueid"),
        at=_PLACES.get(place, PartyAt.TALK),
        answered=answered,
        talking_since_ms=None if talk_ms is None else talk_ms + offset_ms,
    )


def _after_talk(leg: LegKey, phone: PhoneName, cause: str) -> CallState:
    """How the talk ended; while the dialplan still waits for the leg's cause, its end is yet to be told."""
    if not cause:
        return Talking(leg, phone)
    return AfterTalk(leg, phone, LegEndedBy.AGENT if cause == _NORMAL_CAUSE else LegEndedBy.LOST)


_STATES_WITHOUT_A_LEG: dict[str, CallState] = {
    "waiting": Waiting(),
    "queue": Waiting(),
    "fallback": InFallback(),
    "served": Served(),
}
_APART = frozenset({PartyAt.TALK, PartyAt.CONSULT, PartyAt.HOLD})
_STATES_OF_CALLS = frozenset({"ringing", "after", *_STATES_WITHOUT_A_LEG, *_APART})
