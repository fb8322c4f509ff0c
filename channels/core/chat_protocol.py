"""What the chat widget and the server say to each other: JSON text frames, one message each, `type` first.

A line's `seq` is its count in the conversation, from 1 and without gaps, given in the transaction that commits it. The
widget applies only the line after the last one it has and asks for the rest otherwise; nothing is resumed by time. A
line counts once by its `client_id`, however often it is sent. What travels without a number (typing, standing,
heartbeat) may be lost: the next heartbeat or hello says how things stand.

Leaves to others: what a line means (`channels/webchat/service.py`) and who may open a socket (`endpoint.py`).
"""

import re
import unicodedata
from enum import StrEnum

import msgspec

CHAT_PROTOCOL_VERSION = 1
LINE_CHARACTERS_MAX = 4_000
FRAME_BYTES_MAX = 52_000  # a line of the longest kind, each character escaped as a pair of \uXXXX, and its frame
LINES_PER_FRAME_MAX = 50
_CLIENT_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")


class Phase(StrEnum):
    """How a visitor's conversation stands, as far as the visitor is told."""

    NONE = "none"  # nothing written yet
    WAITING = "waiting"  # in the queue; offers made and missed are not the visitor's business
    TALKING = "talking"
    ENDED = "ended"


class Ended(StrEnum):
    """Who ended the conversation."""

    BY_AGENT = "agent"
    BY_VISITOR = "visitor"
    AWAY = "away"  # all of the visitor's pages were gone for longer than the site allows
    BY_SYSTEM = "system"


class RefusalReason(StrEnum):
    FOREIGN_ORIGIN = "foreign_origin"
    UNKNOWN_SITE = "unknown_site"
    FORGED_TOKEN = "forged_token"
    VISITOR_REFUSED = "visitor_refused"
    OTHER_VERSION = "other_version"
    HELLO_MISSING = "hello_missing"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    LINE_TOO_LONG = "line_too_long"
    LINE_EMPTY = "line_empty"
    CLIENT_ID = "client_id"
    TOO_FAST = "too_fast"
    TOO_MANY = "too_many"
    NOT_YOURS = "not_yours"
    CONVERSATION_ENDED = "conversation_ended"
    UNKNOWN_CONVERSATION = "unknown_conversation"
    UNAVAILABLE = "unavailable"


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag=str.lower):
    """Base of all messages; the tag is the class name in lower case."""


# --- from the widget


class Hello(Message, frozen=True, kw_only=True, omit_defaults=True):
    """First message of a socket. `token` is the one an earlier welcome gave, `visitor` the shop's signed statement."""

    version: int
    token: str | None = None
    visitor: str | None = None
    conversation: str | None = None
    last_seq: int = 0
    """The last line that this page has of `conversation`."""


class Line(Message, frozen=True, kw_only=True):
    """A line to be committed. Sent again with the same `client_id` until its ack or refusal comes."""

    client_id: str
    text: str


class Ask(Message, frozen=True, kw_only=True):
    """Send again the lines after `last_seq` of the conversation."""

    last_seq: int


class Typing(Message, frozen=True, kw_only=True):
    """Somebody on the other side is writing; to be shown for 6 s at most. Both ways, never stored."""


class Leave(Message, frozen=True, kw_only=True):
    """The visitor ends the conversation."""


class Heartbeat(Message, frozen=True, kw_only=True, omit_defaults=True):
    """Sent every 15 s by both sides; 30 s without one is a dead link. The server's says where it stands."""

    last_seq: int | None = None


# --- from the server


class Welcome(Message, frozen=True, kw_only=True, omit_defaults=True):
    """Answer to hello: who you are from now on, and which conversation the numbers belong to."""

    token: str
    site: str
    title: str
    greeting: str
    known: bool = False
    """The shop has signed who this is."""
    conversation: str | None = None
    last_seq: int = 0


class Ack(Message, frozen=True, kw_only=True):
    """The line is committed under this number of this conversation."""

    client_id: str
    conversation: str
    seq: int


class LineShown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    seq: int
    at_ms: int
    author: str
    """`visitor`, `agent` or `system`."""
    text: str
    client_id: str | None = None
    """The visitor's own, so that a page knows its line again."""
    name: str | None = None
    """The agent's, as shown to visitors."""


class Lines(Message, frozen=True, kw_only=True):
    """Committed lines in order, without a gap between them."""

    conversation: str
    lines: tuple[LineShown, ...]


class Standing(Message, frozen=True, kw_only=True, omit_defaults=True):
    """How the conversation stands now. Sent at each hello and at each change; the last one holds."""

    phase: Phase
    agent: str | None = None
    ended: Ended | None = None


class Refused(Message, frozen=True, kw_only=True, omit_defaults=True):
    """Something was not accepted, and what to do. `again_ms`: the same may be sent after this time."""

    reason: RefusalReason
    sentence: str
    client_id: str | None = None
    again_ms: int | None = None


FromWidget = Hello | Line | Ask | Typing | Leave | Heartbeat
FromServer = Welcome | Ack | Lines | Standing | Typing | Heartbeat | Refused

_widget_decoder: msgspec.json.Decoder[FromWidget] = msgspec.json.Decoder(FromWidget)
_server_decoder: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)


def encode(message: FromWidget | FromServer) -> str:
    return msgspec.json.encode(message).decode()


def read_from_widget(frame: str | bytes) -> FromWidget | Refused:
    """Return the message, or the refusal to send back. Never raises for any input."""
    if len(frame) > FRAME_BYTES_MAX:
        return Refused(reason=RefusalReason.TOO_LARGE, sentence=f"A message may have {FRAME_BYTES_MAX} bytes.")
    try:
        message = _widget_decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Refused(
            reason=RefusalReason.UNREADABLE,
            sentence="This is no message of the chat protocol; reload the page to get the current widget.",
        )
    if isinstance(message, Line):
        return _checked_line(message)
    if isinstance(message, Hello) and message.version != CHAT_PROTOCOL_VERSION:
        return Refused(
            reason=RefusalReason.OTHER_VERSION,
            sentence=f"The server speaks version {CHAT_PROTOCOL_VERSION}; reload the page to get the current widget.",
        )
    return message


def read_from_server(frame: str | bytes) -> FromServer:
    """For clients written in Python.

    Raises:
        msgspec.DecodeError: the frame is no message of the server.
    """
    return _server_decoder.decode(frame)


def line_refusal(client_id: str, text: str) -> Refused | None:
    """Return why this line, already cleaned, is not accepted from anybody, or None."""
    if not _CLIENT_ID.fullmatch(client_id):
        return Refused(
            reason=RefusalReason.CLIENT_ID,
            sentence="A client id has 8 to 64 letters, digits, '-' or '_'; a UUID will do.",
        )
    if len(text) > LINE_CHARACTERS_MAX:
        return Refused(
            reason=RefusalReason.LINE_TOO_LONG,
            sentence=f"A line may have {LINE_CHARACTERS_MAX} characters; send the text in parts.",
            client_id=client_id,
        )
    if not text:
        return Refused(reason=RefusalReason.LINE_EMPTY, sentence="An empty line is not sent.", client_id=client_id)
    return None


def cleaned(text: str) -> str:
    """Strip control characters and surrounding space; keep line breaks, tabs, emoji and marks of writing direction."""
    kept = "".join(
        character
        for character in text.replace("\r\n", "\n").replace("\r", "\n")
        if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
    )
    return kept.strip()


def _checked_line(line: Line) -> Line | Refused:
    text = cleaned(line.text)
    return line_refusal(line.client_id, text) or Line(client_id=line.client_id, text=text)
