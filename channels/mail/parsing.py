"""Reads one mail out of its bytes. Runs in the reading worker only: a hostile mail may take all its time and memory.

Promises a `ParsedMail` for every bytes whatever, as long as the process lives; each header is read on its own, so that
a broken one costs itself alone. Limits of time and memory are the worker's (`channels/mail/reading_worker.py`).
"""

import email.utils
import logging
import re
import signal
from collections.abc import Iterator
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from types import FrameType
from typing import Any

import msgspec
import nh3
from mailparser_reply import EmailReplyParser

from channels.core.mail_text import (
    TEXT_LENGTH_MAX,
    clean_line,
    clean_text,
    decode,
    decode_words,
    html_to_text,
    new_part,
)
from channels.core.mail_threading import header_fields, message_ids, split_header
from channels.mail.messages import SENTENCES, Address, Attachment, Automatic, MailHeaders, ParsedMail, Problem

DEPTH_MAX = 100
PARTS_MAX = 1_000
ADDRESSES_MAX = 10_000
HEADER_LENGTH_MAX = 64 * 1024
ATTACHMENTS_MAX = 100
HTML_LENGTH_MAX = 2_000_000
HTML_TAGS_MAX = 20_000
"""The sanitiser's cost grows with the square of the nesting: 20,000 open tags cost 0.7 s, 100,000 cost 16 s."""
REPLY_TEXT_MAX = 60_000
REPLY_SEARCH_S = 2.0
LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "sv", "da", "cs"]

_ROBOTS = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+=.-].*)?@", re.IGNORECASE)
_UNSAFE_NAME = re.compile(r'[/\\:*?"<>|]')
_REPORTED_ID = re.compile(rb"(?im)^(?:original-)?message-id:[ \t]*(?:\r?\n[ \t]+)?<([^<>\s]{1,900})>")

_HTML_TAGS = nh3.ALLOWED_TAGS - {"img", "area", "map"}
_HTML_STYLES = {
    "background-color", "border", "color", "font-size", "font-style", "font-weight", "margin-left", "padding",
    "text-align", "text-decoration", "white-space", "width",
}  # fmt: skip


class _TooManyParts(Exception):
    """Raised out of the standard parser by our message factory."""


def parse(raw: bytes) -> ParsedMail:
    """Read a mail. What cannot be read says so in its text and keeps its headers."""
    headers = read_headers(raw)
    try:
        return _parse_whole(raw, headers)
    except _TooManyParts:
        return unreadable(headers, Problem.TOO_MANY_PARTS)
    except RecursionError:
        return unreadable(headers, Problem.TOO_DEEP)
    except MemoryError:
        return unreadable(headers, Problem.TOO_MUCH_WORK)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError):
        # The standard parser raises each of these on some broken mail; the raw mail is kept and offered for download.
        return unreadable(headers, Problem.BROKEN)


def unreadable(headers: MailHeaders, problem: Problem) -> ParsedMail:
    """Return the mail that says in its own text that it could not be read, and why."""
    marked = _with_problem(headers, problem)
    return ParsedMail(headers=marked, text=SENTENCES[problem], new_text=SENTENCES[problem])


def _with_problem(headers: MailHeaders, *problems: Problem) -> MailHeaders:
    if not problems:
        return headers
    return msgspec.structs.replace(headers, problems=tuple(dict.fromkeys((*headers.problems, *problems))))


# -- Headers ----------------------------------------------------------------------------------------------------------


def read_headers(raw: bytes) -> MailHeaders:
    """Read the headers from the bytes alone, linear in their length, each cut at 64 KiB. Never fails."""
    fields: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for name, value in header_fields(raw):
        if len(value) > HEADER_LENGTH_MAX:
            problems.append(Problem.HEADER_BROKEN)
        known = fields.setdefault(name.decode("latin-1"), [])
        if len(known) < 20:
            known.append(decode(value[:HEADER_LENGTH_MAX], None).text)

    def first(name: str) -> str:
        return fields.get(name, [""])[0]

    senders = _addresses(fields.get("from", [])) or _addresses(fields.get("sender", []))
    return MailHeaders(
        sender=senders[0] if senders else None,
        to=_addresses(fields.get("to", [])),
        cc=_addresses(fields.get("cc", [])),
        reply_to=_addresses(fields.get("reply-to", [])),
        subject=clean_line(decode_words(first("subject")))[:2_000],
        date=clean_line(first("date"))[:200],
        message_id=next(iter(message_ids(first("message-id"))), ""),
        in_reply_to=message_ids(" ".join(fields.get("in-reply-to", []))),
        references=message_ids(" ".join(fields.get("references", []))),
        automatic=_automatic(fields, senders),
        problems=tuple(dict.fromkeys(problems)),
    )


def _addresses(values: list[str]) -> tuple[Address, ...]:
    try:
        pairs = email.utils.getaddresses(values)
    except (ValueError, IndexError, AttributeError, TypeError, RecursionError):
        pairs = []
    found = [
        Address(clean_line(decode_words(name))[:500], clean_line(address)[:500])
        for name, address in pairs[:ADDRESSES_MAX]
        if "@" in address
    ]
    if not found:
        # What is no address list by the grammar may still hold one that a person would recognise.
        guessed = re.findall(r"[\w.+'-]{1,100}@[\w-]{1,100}(?:\.[\w-]{1,100}){0,8}", " ".join(values)[:10_000])
        found = [Address("", address) for address in guessed[:20]]
    return tuple(found)


def _automatic(fields: dict[str, list[str]], senders: tuple[Address, ...]) -> Automatic | None:
    def first(name: str) -> str:
        return fields.get(name, [""])[0].strip().lower()

    if first("auto-submitted").partition(";")[0].strip() not in ("", "no"):
        return Automatic.AUTO_SUBMITTED
    if first("content-type").startswith("multipart/report"):
        return Automatic.REPORT
    if first("precedence") in ("bulk", "list", "junk", "auto_reply", "auto-reply"):
        return Automatic.PRECEDENCE
    if any(name in fields for name in ("list-id", "list-unsubscribe")):
        return Automatic.LIST
    if any(name in fields for name in ("x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-reply-from")):
        return Automatic.AUTO_REPLY_HEADER
    if "return-path" in fields and first("return-path") == "<>":
        return Automatic.EMPTY_RETURN_PATH
    if senders and _ROBOTS.match(senders[0].address):
        return Automatic.ROBOT_SENDER
    return None


# -- Bodies -----------------------------------------------------------------------------------------------------------


class _Found:
    """What the walk over the parts gathers."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.htmls: list[str] = []
        self.attachments: list[Attachment] = []
        self.reported_ids: list[str] = []
        self.problems: list[Problem] = []


def _parse_whole(raw: bytes, headers: MailHeaders) -> ParsedMail:
    count = 0

    def counted(*args: Any, **kwargs: Any) -> Message:
        nonlocal count
        count += 1
        if count > PARTS_MAX:
            raise _TooManyParts
        return Message(*args, **kwargs)

    message = BytesParser(counted, policy=compat32).parsebytes(_with_short_headers(raw))
    found = _Found()
    for part, depth in _leaves(message):
        if depth > DEPTH_MAX:
            return unreadable(headers, Problem.TOO_DEEP)
        _take_part(part, found)
    html, text_of_html = _clean_html("\n<hr>\n".join(found.htmls))
    text = "\n\n".join(found.texts) if any(text.strip() for text in found.texts) else text_of_html
    if not text.strip() and not found.attachments:
        text = _body_as_it_is(raw)
    if len(text) > TEXT_LENGTH_MAX:
        found.problems.append(Problem.TEXT_CUT)
    text = clean_text(text)
    return ParsedMail(
        headers=_with_problem(headers, *found.problems),
        text=text,
        new_text=new_part(text, first_reply),
        html=html,
        attachments=tuple(found.attachments),
        reported_ids=tuple(dict.fromkeys(found.reported_ids))[:20],
    )


def _clean_html(html: str) -> tuple[str, str]:
    """Return the sanitised HTML and its text. A body with more tags than any letter has is shown as text alone."""
    html = html[:HTML_LENGTH_MAX]
    if html.count("<") > HTML_TAGS_MAX:
        return "", re.sub(r"<[^<>]{0,2000}>", " ", html)
    cleaned = nh3.clean(html, **_HTML_RULES) if html.strip() else ""
    return cleaned, html_to_text(cleaned)


def _body_as_it_is(raw: bytes) -> str:
    """Where the structure gave nothing to show, the words may still be there (an empty or broken boundary)."""
    _, body_at = split_header(raw)
    return decode(raw[body_at : body_at + 100_000], None).text


_HTML_RULES: dict[str, Any] = {
    "tags": _HTML_TAGS | {"font"},
    "clean_content_tags": {"script", "style", "title", "template", "noscript"},
    "attributes": {**nh3.ALLOWED_ATTRIBUTES, "*": {"style", "dir", "lang"}, "font": {"color", "size"}},
    "filter_style_properties": _HTML_STYLES,
    "url_schemes": {"http", "https", "mailto", "tel"},
    "link_rel": "noopener noreferrer nofollow",
    "url_relative": "deny",
}
"""No picture at all for now: a remote one tells the sender when it is read, an embedded one is an attachment."""


def _with_short_headers(raw: bytes) -> bytes:
    """Return the mail without its fields over 64 KiB: the parser's cost grows with their square."""
    head, _ = split_header(raw)
    if len(head) <= HEADER_LENGTH_MAX:
        return raw
    kept = b"".join(
        name + b": " + value + b"\r\n" for name, value in header_fields(raw) if len(value) <= HEADER_LENGTH_MAX
    )
    _, body_at = split_header(raw)
    return kept + b"\r\n" + raw[body_at:]


def _leaves(message: Message) -> Iterator[tuple[Message, int]]:
    """Walk without recursion, in the order of the mail. An attached mail is one leaf: it is not opened."""
    stack: list[tuple[Message, int]] = [(message, 0)]
    while stack:
        part, depth = stack.pop()
        payload = part.get_payload()
        if depth <= DEPTH_MAX and isinstance(payload, list) and part.get_content_maintype() == "multipart":
            stack.extend((child, depth + 1) for child in reversed(payload) if isinstance(child, Message))
        else:
            yield part, depth


def _take_part(part: Message, found: _Found) -> None:
    # A multipart without parts (no boundary, or never met) is what its sender saw as text.
    media_type = "text/plain" if part.get_content_maintype() == "multipart" else part.get_content_type()
    if media_type in ("message/rfc822", "text/rfc822-headers", "message/delivery-status", "message/global"):
        data = _bytes_of_attached(part)
        found.reported_ids += [each.decode("utf-8", "replace") for each in _REPORTED_ID.findall(data[:200_000])]
        _attach(part, data, media_type, found)
        return
    data = _payload(part)
    name = _file_name(part)
    shown = part.get_content_disposition() != "attachment" and not name
    if media_type in ("text/plain", "text/html") and shown:
        charset = _parameter(part, "charset")
        decoded = decode(data[: 4 * TEXT_LENGTH_MAX], charset)
        if decoded.guessed:
            found.problems.append(Problem.CHARSET_GUESSED)
        (found.htmls if media_type == "text/html" else found.texts).append(decoded.text)
    elif data or name:
        _attach(part, data, media_type, found)


def _attach(part: Message, data: bytes, media_type: str, found: _Found) -> None:
    if len(found.attachments) >= ATTACHMENTS_MAX:
        found.problems.append(Problem.TOO_MANY_PARTS)
        return
    name = _file_name(part) or ("attached.eml" if media_type.startswith("message/") else "unnamed")
    content_id = clean_line(str(part.get("content-id", "")))[:500].strip("<>")
    found.attachments.append(Attachment(name=name, media_type=media_type[:100], data=data, content_id=content_id))


def _payload(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError):
        data = None
    if isinstance(data, bytes):
        return data
    payload = part.get_payload()
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def _bytes_of_attached(part: Message) -> bytes:
    payload = part.get_payload()
    inner = payload if isinstance(payload, list) else []
    try:
        return b"\r\n".join(each.as_bytes() for each in inner if isinstance(each, Message)) or _payload(part)
    except (ValueError, LookupError, TypeError, AttributeError, KeyError, MessageError):
        return b""


def _parameter(part: Message, name: str) -> str | None:
    try:
        value = part.get_param(name)
        return email.utils.collapse_rfc2231_value(value)[:60] if value else None
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        return None


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        return "unnamed"
    return _UNSAFE_NAME.sub("_", clean_line(decode_words(str(name)))).strip(". ")[:200]


# -- What is new ------------------------------------------------------------------------------------------------------


class _SearchTooLong(Exception):
    """The search for the quote has taken its time."""


def first_reply(text: str) -> str | None:
    """Return the newest reply of a text, lines stripped; None where it cannot be told within 2 s of work."""
    logging.getLogger("mailparser_reply").setLevel(logging.WARNING)

    def stop(signal_number: int, frame: FrameType | None) -> None:
        raise _SearchTooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, REPLY_SEARCH_S)
    try:
        replies = EmailReplyParser(languages=LANGUAGES).read(text[:REPLY_TEXT_MAX]).replies
        found = bool(replies) and not replies[0].headers
        cut = len(text) > REPLY_TEXT_MAX and len(replies) == 1
        return str(replies[0].content) if found and not cut else None
    except (_SearchTooLong, RecursionError):
        return None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
