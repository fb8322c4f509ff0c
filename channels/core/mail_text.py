"""Text out of mail: charsets, encoded words, HTML to text, and which part of a text is new.

Hide, never delete: the whole text is always kept beside what these functions return, and where the new part is in
doubt, the whole text is the new part. Finding where quoted mail begins is left to a library
(`channels/mail/parsing.py`); `new_part` judges its answer.
"""

import base64
import binascii
import codecs
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import NamedTuple

TEXT_LENGTH_MAX = 500_000
"""Characters of one text that are kept for reading; the raw mail has the rest."""

_CHARSET_ALIASES = {
    "ansi_x3.110-1983": "latin-1",
    "unicode-1-1-utf-7": "utf-7",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "x-mac-roman": "mac_roman",
    "utf8mb4": "utf-8",
    "iso-8859-1": "cp1252",  # what senders mean by it: quotes and the euro sign stand where Latin-1 has controls
    "us-ascii": "utf-8",  # the many that say ASCII and send UTF-8
    "ascii": "utf-8",
}
_TEXT_CODECS_REFUSED = frozenset({"idna", "punycode", "raw_unicode_escape", "unicode_escape", "undefined"})

_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]{0,20000})\?=")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|\r|\x0b|\x0c|\x85|\u2028|\u2029")


class Decoded(NamedTuple):
    text: str
    guessed: bool
    """The declared charset was missing, unknown or wrong."""


def decode(data: bytes, charset: str | None) -> Decoded:
    """Decode by the declared charset, else UTF-8, else Windows-1252, else Latin-1. Never fails."""
    declared = _text_codec(charset) if charset else None
    if declared is not None:
        try:
            return Decoded(data.decode(declared), guessed=False)
        except (UnicodeError, ValueError):
            pass
    for codec in ("utf-8", "cp1252"):
        try:
            return Decoded(data.decode(codec), guessed=bool(charset) or codec != "utf-8")
        except UnicodeDecodeError:
            continue
    return Decoded(data.decode("latin-1"), guessed=True)


def _text_codec(charset: str) -> str | None:
    name = charset.strip().strip("\"'").lower()
    name = _CHARSET_ALIASES.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    # Codecs such as `hex`, `zip` or `unicode_escape` are no charsets: they would run on a stranger's word.
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name.replace("-", "_") not in _TEXT_CODECS_REFUSED else None


def decode_words(value: str) -> str:
    """Decode the encoded words (RFC 2047) of a header value. Neighbours in one charset are joined before decoding.

    Real mail cuts a character in two between words; a word that cannot be decoded stays as it is.
    """
    out: list[str] = []
    pending = bytearray()
    pending_charset = ""
    position = 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[position : word.start()]
        data = _word_bytes(word.group(2), word.group(3))
        charset = word.group(1).partition("*")[0].lower()  # RFC 2231 section 5: a language may follow the charset
        if between.strip() or not pending or charset != pending_charset or data is None:
            out.append(decode(bytes(pending), pending_charset).text)
            pending.clear()
            out.append(between if between.strip() or position == 0 else "")
        pending_charset = charset
        if data is None:
            out.append(word.group(0))
        else:
            pending += data
        position = word.end()
    out.append(decode(bytes(pending), pending_charset).text)
    out.append(value[position:])
    return "".join(out)


def _word_bytes(encoding: str, text: str) -> bytes | None:
    try:
        if encoding in "bB":
            stripped = text.rstrip("=")
            return base64.b64decode(stripped + "=" * (-len(stripped) % 4), validate=False)
        return binascii.a2b_qp(text.encode("utf-8", "surrogateescape"), header=True)
    except (binascii.Error, ValueError):
        return None


def clean_line(value: str) -> str:
    """Return a header value as one line without control characters."""
    return " ".join(_CONTROLS.sub(" ", value).split())


def clean_text(text: str) -> str:
    """Return a text with `\\n` as its only line end and without control characters, cut at `TEXT_LENGTH_MAX`."""
    joined = _LINE_ENDS.sub("\n", text[:TEXT_LENGTH_MAX])
    return _CONTROLS.sub("", joined).strip("\n")


# fmt: off
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol",
    "p", "pre", "section", "table", "tr", "ul",
})
# fmt: on
_SILENT = frozenset({"script", "style", "head", "title", "template"})


class _TextOfHtml(HTMLParser):
    """Collects lines; a `blockquote` puts `> ` before each of its lines, so that quotes are known as in plain text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br" or tag in _BLOCKS:
            self.end_line(always=tag == "br")
        elif tag in ("td", "th") and self._line:
            self._line.append(" ")
        elif tag == "img":
            alt = dict(attrs).get("alt")
            self._line.append(f"[{alt}]" if alt else "")
        if tag == "blockquote":
            self._quotes += 1
        elif tag == "li":
            self._line.append("- ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.end_line(always=False)
            if tag in ("p", "table", "ul", "ol", "blockquote") and self.lines and self.lines[-1].strip("> "):
                self.lines.append(self._prefix().rstrip())
        if tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._line.append(data)

    def end_line(self, always: bool) -> None:
        text = " ".join("".join(self._line).split())
        self._line.clear()
        if text or always:
            self.lines.append((self._prefix() + text).rstrip())

    def _prefix(self) -> str:
        return "> " * min(self._quotes, 20)


def html_to_text(html: str) -> str:
    """Return the readable text of an HTML body (already sanitised, so well formed), one line a block."""
    reader = _TextOfHtml()
    reader.feed(html)
    reader.close()
    reader.end_line(always=False)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(reader.lines)).strip("\n")


_SIGNATURE_LINES_MAX = 15


def new_part(text: str, first_reply: Callable[[str], str | None]) -> str:
    """Return the part of a mail's text that its sender wrote now; the whole text where that is in doubt.

    Args:
        text: cleaned text of the mail, quotes included.
        first_reply: finds the newest reply in a text, lines stripped; None when it cannot tell.
    """
    whole = text.strip()
    lines = whole.split("\n")
    found = (first_reply(whole) or "").strip()
    found_lines = found.split("\n")
    kept = len(found_lines)
    if not found or [line.strip() for line in lines[:kept]] != [line.strip() for line in found_lines]:
        return whole
    if all(_is_quoted(line) or not line.strip() for line in lines[:kept]) or _answers_between_quotes(lines[kept:]):
        return whole
    return _without_signature(lines[:kept])


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _answers_between_quotes(rest: list[str]) -> bool:
    """Say whether unquoted words follow a quoted line: the sender wrote into, or below, the quote."""
    quoted = False
    for line in rest:
        if _is_quoted(line):
            quoted = True
        elif quoted and line.strip():
            return True
    return False


def _without_signature(lines: list[str]) -> str:
    """Cut at the signature delimiter of RFC 3676 section 4.3, when words stand before it and few lines after."""
    for at in range(len(lines) - 1, -1, -1):
        if lines[at].rstrip() == "--":
            before = "\n".join(lines[:at]).strip()
            if before and len(lines) - at <= _SIGNATURE_LINES_MAX:
                return before
    return "\n".join(lines).strip()
