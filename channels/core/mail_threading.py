"""Which mail is this, and what does it answer: ids, digests and references, from the bytes alone.

Nothing here trusts a mail: every function is linear in its input, looks at no more than `HEADER_BYTES_MAX` of headers
and returns an empty answer where a header is missing or broken. What stands in our own database is asked elsewhere
(`channels/mail/intake.py`).
"""

import hashlib
import re
from collections.abc import Iterable, Iterator

from history.core.vocabulary import DigestHex, MailboxId

HEADER_BYTES_MAX = 1 << 20
IDS_MAX = 50
REFERENCES_MAX = 20
"""RFC 5322 section 3.6.4 sets no limit; long threads pass the line limits of old servers: middle ids are left out."""
MESSAGE_ID_LENGTH_MAX = 900

_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r(?!\n)|\n\r\n")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_ANGLE_ID = re.compile(r"<([^<>\s]{1,900})>")
_BARE_ID = re.compile(r"[^<>\s,;\"()]{1,400}@[^<>\s,;\"()]{1,400}")
_ANSWER_PREFIX = re.compile(r"^\s*(re|aw|sv|antw|odp|vs|ref|tr)\s*(\[\d+\])?\s*:", re.IGNORECASE)

_TRACE_HEADERS = frozenset({b"received", b"delivered-to", b"return-path", b"envelope-to", b"lines", b"status"})
"""Written by the servers on the way: two copies of one mail differ in these alone. `X-*` counts as trace as well."""


def split_header(raw: bytes) -> tuple[bytes, int]:
    """Return the header block and the offset at which the body begins (the end of `raw` when there is none)."""
    found = _BLANK_LINE.search(raw, 0, HEADER_BYTES_MAX)
    if found is None:
        return raw[:HEADER_BYTES_MAX], len(raw)
    return raw[: found.start()], found.end()


def header_fields(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (lower-case name, unfolded value) of each header field, in order. Lines that are no field are left out."""
    head, _ = split_header(raw)
    name: bytes | None = None
    parts: list[bytes] = []
    for line in _LINE_END.split(head):
        if line[:1] in (b" ", b"\t"):
            parts.append(line)
            continue
        if name is not None:
            yield name, b" ".join(part.strip() for part in parts)
        before, colon, after = line.partition(b":")
        name = before.strip().lower() if colon else None
        parts = [after]
    if name is not None:
        yield name, b" ".join(part.strip() for part in parts)


def header_text(raw: bytes, name: str) -> str:
    """Return the first field of that name, undecoded and cut at 2,000 characters, or an empty text."""
    wanted = name.lower().encode()
    for field, value in header_fields(raw):
        if field == wanted:
            return value[:8_000].decode("utf-8", "replace")[:2_000]
    return ""


def message_id_of(raw: bytes) -> str:
    """Return the mail's own Message-ID without its brackets, or an empty text where it has none worth the name."""
    found = message_ids(header_text(raw, "message-id"))
    return found[0] if found else ""


def message_ids(value: str) -> tuple[str, ...]:
    """Return the ids of a References or In-Reply-To header in their order, each once, without brackets, at most 50."""
    ids = _ANGLE_ID.findall(value[:100_000]) or _BARE_ID.findall(value[:20_000])
    unique = tuple(dict.fromkeys(ids))
    return unique if len(unique) <= IDS_MAX else (unique[0], *unique[-(IDS_MAX - 1) :])


def answered_ids(references: Iterable[str], in_reply_to: Iterable[str]) -> tuple[str, ...]:
    """Return what a mail may answer, most telling first: References newest first, then In-Reply-To."""
    return tuple(dict.fromkeys((*reversed(tuple(references)), *in_reply_to)))


def mail_digest(raw: bytes) -> DigestHex:
    """Return the SHA-256 of a mail without the headers that servers add on the way; equal copies have equal digests."""
    _, body_at = split_header(raw)
    digest = hashlib.sha256()
    for name, value in header_fields(raw):
        if name not in _TRACE_HEADERS and not name.startswith(b"x-"):
            digest.update(name + b":" + value + b"\n")
    digest.update(b"\n")
    digest.update(memoryview(raw)[body_at:])
    return DigestHex(digest.hexdigest())


def dedupe_key(mailbox: MailboxId, digest: DigestHex, message_id: str) -> DigestHex:
    """Return the key under which a mail counts once in a mailbox: all three parts, hashed."""
    parts = "\0".join((mailbox, digest, message_id))
    return DigestHex(hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest())


def own_message_id(token: str, address: str) -> str:
    """Return the Message-ID of a mail of ours, without brackets. `token` is unguessable and made once."""
    _, _, domain = address.rpartition("@")
    return f"switchroom.{token}@{domain or 'localhost'}"


def references_of_answer(references: Iterable[str], answered: str) -> tuple[str, ...]:
    """Return the References of an answer: the thread so far and what is answered, at most 20, first and last kept."""
    before = tuple(dict.fromkeys(known for known in references if known != answered))
    chain = (*before, answered) if answered else before
    if len(chain) <= REFERENCES_MAX:
        return chain
    return (chain[0], *chain[-(REFERENCES_MAX - 1) :])


def subject_of_answer(subject: str) -> str:
    """Return the subject of an answer, on one line: `Re: ` is put before it unless it already stands there."""
    line = " ".join(subject.split())[:900]
    return line if _ANSWER_PREFIX.match(line) else f"Re: {line}".rstrip()
