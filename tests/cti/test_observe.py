"""AMI messages to neutral signals: the words of each age of Asterisk, and messages that say too little."""

import pytest

from cti.asterisk.observe import made_at_ms, signals_of
from cti.asterisk.packet import AmiPacket
from cti.core.channels import BridgeEntered, BridgeKind, ChannelMade, DialBegan, DialEnded, DialStatus

EVENTS = [
    "Newchannel",
    "Newstate",
    "NewCallerid",
    "Hangup",
    "HangupRequest",
    "Rename",
    "Masquerade",
    "DialBegin",
    "DialState",
    "DialEnd",
    "Dial",
    "AgentCalled",
    "OriginateResponse",
    "BridgeEnter",
    "BridgeLeave",
    "BridgeDestroy",
    "Bridge",
    "Link",
    "Unlink",
    "ConfbridgeJoin",
    "ConfbridgeLeave",
    "MeetmeJoin",
    "MeetmeLeave",
    "Hold",
    "Unhold",
    "DTMFEnd",
    "DTMF",
    "BlindTransfer",
    "AttendedTransfer",
    "Transfer",
    "Pickup",
    "QueueCallerJoin",
    "Join",
    "QueueCallerLeave",
    "Leave",
    "QueueCallerAbandon",
    "VarSet",
    "Unheard",
]


def packet(event: str, **fields: str) -> AmiPacket:
    return AmiPacket((("Event", event), *fields.items()))


@pytest.mark.parametrize("event", EVENTS)
def test_a_message_that_says_too_little_says_nothing(event: str) -> None:
    assert signals_of(packet(event), (1, 2)) == ()
    assert signals_of(packet(event, Uniqueid="<null>", BridgeUniqueid="", Channel="<unknown>"), (1, 2)) == ()


def test_the_switchs_own_stamp_is_believed_to_the_microsecond() -> None:
    (signal,) = signals_of(packet("Newchannel", Uniqueid="1.1", Timestamp="1700000001.123456"), (5, 5), offset_ms=10)
    assert signal.when == (1_700_000_001_133, 456)
    (signal,) = signals_of(packet("Newchannel", Uniqueid="1.1", Timestamp="soon"), (5, 7))
    assert signal.when == (5, 7)


def test_an_extension_that_nobody_dials_and_an_unknown_number_are_none() -> None:
    (signal,) = signals_of(packet("Newchannel", Uniqueid="1.1", Exten="s", CallerIDNum="<unknown>"), (0, 0))
    assert isinstance(signal, ChannelMade)
    assert (signal.channel.dialled, signal.channel.number) == (None, None)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"BridgeTechnology": "holding_bridge"}, BridgeKind.HOLDING),
        ({"BridgeTechnology": "softmix", "BridgeCreator": "ConfBridge"}, BridgeKind.CONFERENCE),
        ({"BridgeTechnology": "native_rtp", "BridgeCreator": "<unknown>"}, BridgeKind.TALK),
    ],
)
def test_what_a_bridge_is_for(fields: dict[str, str], kind: BridgeKind) -> None:
    (signal,) = signals_of(packet("BridgeEnter", Uniqueid="1.1", BridgeUniqueid="b", **fields), (0, 0))
    assert isinstance(signal, BridgeEntered)
    assert signal.kind is kind


def test_an_old_dial_has_two_ends_and_an_old_queue_names_its_agent() -> None:
    (began,) = signals_of(packet("Dial", SubEvent="Begin", UniqueID="1.1", DestUniqueID="1.2"), (0, 0))
    (ended,) = signals_of(packet("Dial", SubEvent="End", UniqueID="1.1", DialStatus="BUSY"), (0, 0))
    assert isinstance(began, DialBegan) and isinstance(ended, DialEnded)
    assert (began.target.unique_id, ended.target, ended.status) == ("1.2", None, DialStatus.BUSY)
    (called,) = signals_of(packet("AgentCalled", Uniqueid="1.1", DestinationChannel="SIP/b-00000002"), (0, 0))
    assert isinstance(called, DialBegan)
    assert (called.target.unique_id, called.target.name) == ("", "SIP/b-00000002")


def test_when_a_channel_was_made_is_in_the_id_that_asterisk_gives() -> None:
    assert made_at_ms("1700000001.7") == 1_700_000_001_000
    assert made_at_ms("pbx-north-1700000001.7") == 1_700_000_001_000
    assert made_at_ms("leg-agent1") is None
