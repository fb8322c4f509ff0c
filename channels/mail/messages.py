"""What is read out of a mail: the values that pass from the reading worker to the rest of the room."""

from enum import StrEnum

import msgspec


class Automatic(StrEnum):
    """By which mark a mail is known as written by a machine (RFC 3834, RFC 3464 and what is met in the field)."""

    AUTO_SUBMITTED = "auto_submitted"
    PRECEDENCE = "precedence"
    LIST = "list"
    AUTO_REPLY_HEADER = "auto_reply_header"
    REPORT = "report"
    ROBOT_SENDER = "robot_sender"
    EMPTY_RETURN_PATH = "empty_return_path"
    OURS = "ours"


class Problem(StrEnum):
    """What was wrong with a mail. The first group makes it unreadable, the others are shown beside its text."""

    TOO_MUCH_WORK = "too_much_work"  # the worker passed its CPU, memory or wall-clock limit
    TOO_DEEP = "too_deep"
    TOO_MANY_PARTS = "too_many_parts"
    TOO_LARGE = "too_large"  # more bytes than we take; what lies on the server is whole
    BROKEN = "broken"  # the parser itself failed

    CHARSET_GUESSED = "charset_guessed"
    HEADER_BROKEN = "header_broken"
    TEXT_CUT = "text_cut"
    REUSED_MESSAGE_ID = "reused_message_id"


UNREADABLE = frozenset(
    {Problem.TOO_MUCH_WORK, Problem.TOO_DEEP, Problem.TOO_MANY_PARTS, Problem.TOO_LARGE, Problem.BROKEN}
)

SENTENCES: dict[Problem, str] = {
    Problem.TOO_MUCH_WORK: "This mail could not be read: it asked for more time or memory than a mail may.",
    Problem.TOO_DEEP: "This mail could not be read: its parts are nested too deeply.",
    Problem.TOO_MANY_PARTS: "This mail could not be read: it has too many parts.",
    Problem.TOO_LARGE: "This mail is larger than this mailbox takes; only its beginning was fetched.",
    Problem.BROKEN: "This mail could not be read.",
    Problem.CHARSET_GUESSED: "The character set was missing or wrong; it was guessed.",
    Problem.HEADER_BROKEN: "A header of this mail is broken.",
    Problem.TEXT_CUT: "The text is longer than is shown here.",
    Problem.REUSED_MESSAGE_ID: "Another mail with the same Message-ID but other words came before.",
}


class Address(msgspec.Struct, frozen=True):
    """A display name (may be empty, never believed) and an address, as written."""

    name: str
    address: str


class MailHeaders(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Decoded headers. This is what the content that `MailReceived.headers` and `MailQueued.headers` name holds, as
    JSON."""

    sender: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    date: str = ""
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    automatic: Automatic | None = None
    problems: tuple[Problem, ...] = ()


class Attachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part that is no text of the mail. `name` is made safe for a file name; the type is the sender's word."""

    name: str
    media_type: str
    data: bytes
    content_id: str = ""


class ParsedMail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mail as far as it could be read. An unreadable one has headers, if any, and a sentence as its text."""

    headers: MailHeaders
    text: str = ""
    new_text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    reported_ids: tuple[str, ...] = ()
    """Message-IDs that a delivery or read report is about: what it bounces, in effect."""

    @property
    def unreadable(self) -> bool:
        return any(problem in UNREADABLE for problem in self.headers.problems)
