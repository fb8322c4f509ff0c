"""What the chat protocol reads, refuses and cleans; and that the widget's types say the same."""

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import channels
from channels.core import chat_protocol
from channels.core.chat_protocol import (
    FRAME_BYTES_MAX,
    LINE_CHARACTERS_MAX,
    Ask,
    FromServer,
    FromWidget,
    Heartbeat,
    Hello,
    Leave,
    Line,
    RefusalReason,
    Refused,
    Typing,
    cleaned,
    encode,
    line_refusal,
    read_from_server,
    read_from_widget,
)

WIDGET_TYPES = Path(channels.__file__).parent / "webchat" / "widget" / "src" / "app" / "protocol.ts"


@pytest.mark.parametrize(
    "message",
    [
        Hello(version=1, token="t", last_seq=3),
        Line(client_id="client-01", text="Hello"),
        Ask(last_seq=2),
        Typing(),
        Leave(),
        Heartbeat(),
    ],
)
def test_what_the_widget_says_is_read_as_it_was_written(message: FromWidget) -> None:
    assert read_from_widget(encode(message)) == message


def test_the_longest_line_of_the_widest_characters_fits_a_frame() -> None:
    line = Line(client_id="c" * 64, text="🚲" * LINE_CHARACTERS_MAX)
    escaped = '{"type":"line","client_id":"' + "c" * 64 + '","text":"' + "\\ud83d\\udeb2" * LINE_CHARACTERS_MAX + '"}'
    assert len(escaped) <= FRAME_BYTES_MAX
    assert read_from_widget(escaped) == line


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("x" * (FRAME_BYTES_MAX + 1), RefusalReason.TOO_LARGE),
        (b"\xff", RefusalReason.UNREADABLE),
        ("[" * 40_000, RefusalReason.UNREADABLE),
        ('{"type":"ack","client_id":"x","conversation":"c","seq":1}', RefusalReason.UNREADABLE),
        ('{"type":"line","client_id":"short","text":"x"}', RefusalReason.CLIENT_ID),
        ('{"type":"line","client_id":"client-01","text":"\\u0000 \\n"}', RefusalReason.LINE_EMPTY),
        ('{"type":"hello","version":2}', RefusalReason.OTHER_VERSION),
    ],
)
def test_what_is_wrong_is_refused_with_its_reason(frame: str | bytes, reason: RefusalReason) -> None:
    refused = read_from_widget(frame)
    assert isinstance(refused, Refused) and refused.reason is reason and refused.sentence.endswith(".")


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_no_frame_raises(frame: str | bytes) -> None:
    assert isinstance(read_from_widget(frame), msgspec.Struct)


def test_cleaning_keeps_emoji_marks_of_direction_and_line_breaks() -> None:
    assert cleaned(" a\r\nb\rc\td\x00\x07\x9b \u200f\u05d0 👩‍👩‍👧 \n") == "a\nb\nc\td \u200f\u05d0 👩‍👩‍👧"
    assert line_refusal("client-01", "x" * LINE_CHARACTERS_MAX) is None
    too_long = line_refusal("client-01", "x" * (LINE_CHARACTERS_MAX + 1))
    assert too_long is not None and (too_long.reason, too_long.client_id) == (RefusalReason.LINE_TOO_LONG, "client-01")


def test_what_the_server_says_is_read_by_clients() -> None:
    assert read_from_server(encode(Heartbeat(last_seq=4))) == Heartbeat(last_seq=4)
    with pytest.raises(msgspec.DecodeError):
        read_from_server('{"type":"hello","version":1}')


def test_the_widgets_types_name_the_same_messages_fields_and_version() -> None:
    source = WIDGET_TYPES.read_text(encoding="utf-8")
    assert f"CHAT_PROTOCOL_VERSION = {chat_protocol.CHAT_PROTOCOL_VERSION};" in source
    assert f"LINE_CHARACTERS_MAX = {LINE_CHARACTERS_MAX};" in source
    for union in (FromWidget, FromServer):
        for message in union.__args__:
            tag = message.__struct_config__.tag
            [first, *others] = re.findall(r'\{\s*type: "' + str(tag) + r'";?([^}]*)\}', source)
            fields = {name for part in (first, *others) for name in re.findall(r"(\w+)\??:", part)}
            assert fields == set(message.__struct_fields__), tag
