"""AMI messages to neutral signals about any channel, from Asterisk 1.4 to 22. Pure.

It knows the events of chan_sip, PJSIP, IAX2 and whatever else makes channels, in the words of each age: `Dial` with a
SubEvent before 12, DialBegin after; `Bridge` and `Link` before 12, BridgeEnter after. What they mean together,
`core/stories.py` says. It reads text from strangers and sends nothing.
"""

from collections.abc import Callable, Iterable

from cti.asterisk.packet import AmiPacket
from cti.core.channels import (
    BlindTransferred,
    BridgeEntered,
    BridgeGone,
    BridgeKind,
    BridgeLeft,
    ChannelChanged,
    ChannelFound,
    ChannelGone,
    ChannelMade,
    ChannelRenamed,
    ChannelSeen,
    ChannelSignal,
    ChannelState,
    ConsultTransferred,
    DialAlerting,
    DialBegan,
    DialEnded,
    DialStatus,
    DigitSent,
    Found,
    HangUpAsked,
    Held,
    Masqueraded,
    OriginateFailed,
    PickedUp,
    QueueJoined,
    QueueLeft,
    Resumed,
    When,
)

_STATES = {
    "0": ChannelState.DOWN,
    "1": ChannelState.DOWN,
    "down": ChannelState.DOWN,
    "rsrvd": ChannelState.DOWN,
    "3": ChannelState.DOWN,
    "dialing": ChannelState.DOWN,
    "4": ChannelState.CALLING,
    "ring": ChannelState.CALLING,
    "5": ChannelState.RINGING,
    "ringing": ChannelState.RINGING,
    "6": ChannelState.UP,
    "up": ChannelState.UP,
}
_DIAL_STATUSES = {
    "ANSWER": DialStatus.ANSWER,
    "BUSY": DialStatus.BUSY,
    "NOANSWER": DialStatus.NO_ANSWER,
    "CANCEL": DialStatus.CANCEL,
    "CONGESTION": DialStatus.CONGESTION,
    "CHANUNAVAIL": DialStatus.UNAVAILABLE,
}
_ALERTING = ("RINGING", "PROGRESS", "PROCEEDING_WITH_PROGRESS")
_NOBODY = ("", "<unknown>", "<null>", "(null)", "unknown", "<none>", "none")
_NO_NUMBER = (*_NOBODY, "s", "h", "t", "i", "failed")
"""Extensions that a dialplan gives itself: nobody dials them."""


def signals_of(packet: AmiPacket, heard: When, offset_ms: int = 0) -> tuple[ChannelSignal, ...]:
    """What this event says of channels; empty where it says nothing of them. `heard` is believed where the switch
    does not stamp its events; `offset_ms` is our clock less the switch's."""
    read = _READ.get(packet.get("Event").lower())
    return () if read is None else read(packet, stamp_of(packet, heard, offset_ms))


def stamp_of(packet: AmiPacket, heard: When, offset_ms: int = 0) -> When:
    """When the switch said this (its stamps have microseconds), or when it was heard."""
    whole, _, part = packet.get("Timestamp").partition(".")
    if not (_is_number(whole) and _is_number(part or "0")):
        return heard
    micro = int(whole) * 1_000_000 + int(part[:6].ljust(6, "0"))
    return (micro // 1000 + offset_ms, micro % 1000)


def made_at_ms(unique_id: str) -> int | None:
    """When a channel was made, to the second, in a Uniqueid that Asterisk chose: [<system>-]<seconds>.<counter>."""
    seconds = unique_id.rpartition(".")[0].rpartition("-")[2]
    return int(seconds) * 1000 if _is_number(seconds) and len(seconds) == 10 else None


def found_of(status: Iterable[AmiPacket], bridges: Iterable[AmiPacket], at_ms: int) -> Found:
    """All channels, out of the answers to Status and BridgeList taken at `at_ms`."""
    channels = []
    for packet in status:
        seen = _channel(packet)
        if packet.get("Event") != "Status" or seen is None:
            continue
        seconds = packet.get("Seconds")
        since_ms = at_ms - int(seconds) * 1000 if _is_number(seconds) else made_at_ms(seen.unique_id) or at_ms
        dialled_out = packet.get("Application") in ("AppDial", "AppDial2", "AppQueue")
        channels.append(ChannelFound(seen, since_ms, packet.get("BridgeID") or None, dialled_out))
    kinds = {
        packet.get("BridgeUniqueid"): _kind(packet) for packet in bridges if packet.get("Event") == "BridgeListItem"
    }
    return Found(tuple(channels), kinds)


# -- parts of a message ------------------------------------------------------------------------------------------------


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def _said(text: str, nothing: tuple[str, ...] = _NOBODY) -> str | None:
    return None if text.lower() in nothing else text


def _cause(packet: AmiPacket) -> int:
    text = packet.get("Cause")
    return int(text) if _is_number(text) else 0


def _channel(packet: AmiPacket, prefix: str = "") -> ChannelSeen | None:
    """The channel whose fields begin with `prefix`; None where the message has none."""
    unique_id = packet.get(f"{prefix}Uniqueid")
    if unique_id.lower() in _NOBODY:
        return None
    name = packet.get(f"{prefix}Channel")
    state = packet.get(f"{prefix}ChannelState") or packet.get(f"{prefix}ChannelStateDesc") or packet.get("State")
    number = packet.get(f"{prefix}CallerIDNum") or (packet.get("CallerID") if not prefix else "")
    return ChannelSeen(
        unique_id=unique_id,
        name="" if name.lower() in _NOBODY else name,
        linked_id=_said(packet.get(f"{prefix}Linkedid")) or "",
        number=_said(number),
        caller_name=_said(packet.get(f"{prefix}CallerIDName")),
        dialled=_said(packet.get(f"{prefix}Exten"), _NO_NUMBER),
        state=_STATES.get(state.lower()),
    )


def _named(unique_id: str, name: str) -> ChannelSeen | None:
    return None if unique_id.lower() in _NOBODY else ChannelSeen(unique_id, name=name)


def _kind(packet: AmiPacket) -> BridgeKind:
    if packet.get("BridgeTechnology") == "holding_bridge" or packet.get("BridgeType") == "parking":
        return BridgeKind.HOLDING
    if packet.get("BridgeCreator").lower() in ("confbridge", "meetme"):
        return BridgeKind.CONFERENCE
    return BridgeKind.TALK


# -- one reader an event -----------------------------------------------------------------------------------------------

_Signals = tuple[ChannelSignal, ...]


def _new_channel(packet: AmiPacket, when: When) -> _Signals:
    seen = _channel(packet)
    return () if seen is None else (ChannelMade(at_ms=when[0], order=when[1], channel=seen),)


def _changed(packet: AmiPacket, when: When) -> _Signals:
    seen = _channel(packet)
    return () if seen is None else (ChannelChanged(at_ms=when[0], order=when[1], channel=seen),)


def _hangup(packet: AmiPacket, when: When) -> _Signals:
    seen = _channel(packet)
    return () if seen is None else (ChannelGone(at_ms=when[0], order=when[1], channel=seen, cause=_cause(packet)),)


def _hangup_request(packet: AmiPacket, when: When) -> _Signals:
    seen = _channel(packet)
    return () if seen is None else (HangUpAsked(at_ms=when[0], order=when[1], channel=seen, cause=_cause(packet)),)


def _rename(packet: AmiPacket, when: When) -> _Signals:
    unique_id, name = packet.get("Uniqueid"), packet.get("Newname")
    if not unique_id or not name:
        return ()
    return (ChannelRenamed(at_ms=when[0], order=when[1], unique_id=unique_id, name=name),)


def _masquerade(packet: AmiPacket, when: When) -> _Signals:
    clone, original = packet.get("Clone"), packet.get("Original")
    if not clone or not original:
        return ()
    return (Masqueraded(at_ms=when[0], order=when[1], clone=clone, original=original),)


def _dial_begin(packet: AmiPacket, when: When) -> _Signals:
    target = _channel(packet, "Dest")
    if target is None:
        return ()
    return (DialBegan(at_ms=when[0], order=when[1], source=_channel(packet), target=target),)


def _dial_state(packet: AmiPacket, when: When) -> _Signals:
    target = _channel(packet, "Dest")
    if target is None or packet.get("DialStatus").upper() not in _ALERTING:
        return ()
    return (DialAlerting(at_ms=when[0], order=when[1], target=target),)


def _dial_end(packet: AmiPacket, when: When) -> _Signals:
    source, target = _channel(packet), _channel(packet, "Dest")
    if source is None and target is None:
        return ()
    status = _DIAL_STATUSES.get(packet.get("DialStatus").upper(), DialStatus.OTHER)
    forwarded_to = packet.get("Forward") or None
    return (
        DialEnded(at_ms=when[0], order=when[1], source=source, target=target, status=status, forwarded_to=forwarded_to),
    )


def _old_dial(packet: AmiPacket, when: When) -> _Signals:
    """`Dial` before 12: with SubEvent Begin and End from 1.6 on, in 1.4 only the beginning."""
    source = _channel(packet) or _named(packet.get("SrcUniqueID"), packet.get("Source"))
    if packet.get("SubEvent").lower() == "end":
        return _dial_end(packet, when)
    target = _named(packet.get("DestUniqueID"), packet.get("Destination"))
    if target is None:
        return ()
    return (DialBegan(at_ms=when[0], order=when[1], source=source, target=target),)


def _agent_called(packet: AmiPacket, when: When) -> _Signals:
    """Before 12 app_queue tells of a dial in this way alone, and names the channel without its id."""
    source, name = _channel(packet), packet.get("DestinationChannel")
    if source is None or not name or packet.get("DestUniqueid"):
        return ()
    source = ChannelSeen(source.unique_id, name=packet.get("ChannelCalling"))
    return (DialBegan(at_ms=when[0], order=when[1], source=source, target=ChannelSeen("", name=name)),)


def _originate_response(packet: AmiPacket, when: When) -> _Signals:
    seen = _channel(packet)
    if seen is None or packet.get("Response").lower() != "failure":
        return ()
    return (OriginateFailed(at_ms=when[0], order=when[1], channel=seen),)


def _bridge_enter(packet: AmiPacket, when: When) -> _Signals:
    seen, bridge_id = _channel(packet), packet.get("BridgeUniqueid")
    if seen is None or not bridge_id:
        return ()
    return (BridgeEntered(at_ms=when[0], order=when[1], bridge_id=bridge_id, kind=_kind(packet), channel=seen),)


def _bridge_leave(packet: AmiPacket, when: When) -> _Signals:
    seen, bridge_id = _channel(packet), packet.get("BridgeUniqueid")
    if seen is None or not bridge_id:
        return ()
    return (BridgeLeft(at_ms=when[0], order=when[1], bridge_id=bridge_id, channel=seen),)


def _bridge_destroy(packet: AmiPacket, when: When) -> _Signals:
    bridge_id = packet.get("BridgeUniqueid")
    return (BridgeGone(at_ms=when[0], order=when[1], bridge_id=bridge_id),) if bridge_id else ()


def _old_bridge(packet: AmiPacket, when: When) -> _Signals:
    """`Bridge`, `Link` and `Unlink` before 12: two channels at once, and a bridge without an id of its own."""
    both = [
        ChannelSeen(packet.get(f"Uniqueid{side}"), name=packet.get(f"Channel{side}"), state=ChannelState.UP)
        for side in (1, 2)
        if packet.get(f"Uniqueid{side}")
    ]
    if len(both) < 2:
        return ()
    bridge_id = "+".join(sorted(seen.unique_id for seen in both))
    over = packet.get("Event").lower() == "unlink" or packet.get("Bridgestate").lower() == "unlink"
    if over:
        return tuple(BridgeLeft(at_ms=when[0], order=when[1], bridge_id=bridge_id, channel=each) for each in both)
    return tuple(
        BridgeEntered(at_ms=when[0], order=when[1], bridge_id=bridge_id, kind=BridgeKind.TALK, channel=each)
        for each in both
    )


def _conference(packet: AmiPacket, when: When) -> _Signals:
    """A conference by name. From 12 on ConfBridge's bridge is told by BridgeEnter as well, with an id."""
    seen = _channel(packet)
    bridge_id = packet.get("BridgeUniqueid") or f"conference {packet.get('Conference') or packet.get('Meetme')}"
    if seen is None:
        return ()
    if packet.get("Event").lower().endswith("leave"):
        return (BridgeLeft(at_ms=when[0], order=when[1], bridge_id=bridge_id, channel=seen),)
    kind = BridgeKind.CONFERENCE
    return (BridgeEntered(at_ms=when[0], order=when[1], bridge_id=bridge_id, kind=kind, channel=seen),)


def _hold(packet: AmiPacket, when: When) -> _Signals:
    """Before 12 `Hold` has a Status, On or Off."""
    seen = _channel(packet)
    if seen is None:
        return ()
    if packet.get("Event").lower() == "unhold" or packet.get("Status").lower() == "off":
        return (Resumed(at_ms=when[0], order=when[1], channel=seen),)
    return (Held(at_ms=when[0], order=when[1], channel=seen),)


def _digit(packet: AmiPacket, when: When) -> _Signals:
    """A digit that a phone sent is counted at its end; before 12 `DTMF` tells both its ends."""
    seen = _channel(packet)
    ended = packet.get("Event").lower() == "dtmfend" or packet.get("End").lower() == "yes"
    if seen is None or not ended or packet.get("Direction").lower() != "received":
        return ()
    return (DigitSent(at_ms=when[0], order=when[1], channel=seen),)


def _blind_transfer(packet: AmiPacket, when: When) -> _Signals:
    by = _channel(packet, "Transferer")
    if by is None:
        return ()
    return (
        BlindTransferred(
            at_ms=when[0],
            order=when[1],
            by=by,
            transferee=_channel(packet, "Transferee"),
            to=packet.get("Extension"),
            succeeded=packet.get("Result").lower() == "success",
        ),
    )


def _attended_transfer(packet: AmiPacket, when: When) -> _Signals:
    first, second = _channel(packet, "OrigTransferer"), _channel(packet, "SecondTransferer")
    if first is None or second is None:
        return ()
    return (
        ConsultTransferred(
            at_ms=when[0],
            order=when[1],
            first=first,
            second=second,
            transferee=_channel(packet, "Transferee"),
            target=_channel(packet, "TransferTarget"),
            succeeded=packet.get("Result").lower() == "success",
        ),
    )


def _old_transfer(packet: AmiPacket, when: When) -> _Signals:
    """`Transfer` of chan_sip before 12. Attended, the target is the transferer's own second channel; blind, it is the
    one who is sent away."""
    by, other = _channel(packet), _named(packet.get("TargetUniqueid"), packet.get("TargetChannel"))
    if by is None:
        return ()
    if packet.get("TransferType").lower() != "attended":
        to = packet.get("TransferExten")
        return (BlindTransferred(at_ms=when[0], order=when[1], by=by, transferee=other, to=to, succeeded=True),)
    if other is None:
        return ()
    return (
        ConsultTransferred(
            at_ms=when[0], order=when[1], first=by, second=other, transferee=None, target=None, succeeded=True
        ),
    )


def _pickup(packet: AmiPacket, when: When) -> _Signals:
    by = _channel(packet)
    target = _channel(packet, "Target") or _named(packet.get("TargetUniqueid"), packet.get("TargetChannel"))
    if by is None or target is None:
        return ()
    return (PickedUp(at_ms=when[0], order=when[1], by=by, target=target),)


def _queue_join(packet: AmiPacket, when: When) -> _Signals:
    seen = _channel(packet)
    if seen is None:
        return ()
    return (QueueJoined(at_ms=when[0], order=when[1], channel=seen, queue=packet.get("Queue")),)


def _queue_leave(packet: AmiPacket, when: When) -> _Signals:
    seen = _channel(packet)
    if seen is None:
        return ()
    abandoned = packet.get("Event").lower() == "queuecallerabandon"
    queue = packet.get("Queue")
    return (QueueLeft(at_ms=when[0], order=when[1], channel=seen, queue=queue, abandoned=abandoned),)


_READ: dict[str, Callable[[AmiPacket, When], _Signals]] = {
    "newchannel": _new_channel,
    "newstate": _changed,
    "newcallerid": _changed,
    "hangup": _hangup,
    "hanguprequest": _hangup_request,
    "rename": _rename,
    "masquerade": _masquerade,
    "dialbegin": _dial_begin,
    "dialstate": _dial_state,
    "dialend": _dial_end,
    "dial": _old_dial,
    "agentcalled": _agent_called,
    "originateresponse": _originate_response,
    "bridgeenter": _bridge_enter,
    "bridgeleave": _bridge_leave,
    "bridgedestroy": _bridge_destroy,
    "bridge": _old_bridge,
    "link": _old_bridge,
    "unlink": _old_bridge,
    "confbridgejoin": _conference,
    "confbridgeleave": _conference,
    "meetmejoin": _conference,
    "meetmeleave": _conference,
    "hold": _hold,
    "unhold": _hold,
    "dtmfend": _digit,
    "dtmf": _digit,
    "blindtransfer": _blind_transfer,
    "attendedtransfer": _attended_transfer,
    "transfer": _old_transfer,
    "pickup": _pickup,
    "queuecallerjoin": _queue_join,
    "join": _queue_join,
    "queuecallerleave": _queue_leave,
    "leave": _queue_leave,
    "queuecallerabandon": _queue_leave,
}
