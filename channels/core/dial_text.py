"""What people type and click, read as digits: `+44 (0)20 7946 0101`, `020 7946-0101`, `204`, `tel:+442079460101`.

Two readings of the same text. `cleaned` is strict: what is left has nothing but `0` to `9` and one `+` in front, and
whatever else a dial string could mean to a switch (Asterisk's Dial: `&` dials a second place, `/` and `@` name a
channel, `,` begins options, `${...}` is evaluated) refuses the whole text. `pressed` is lenient, for the one question
whether somebody means an emergency number; its result is only compared, never dialled.
"""

import re
import unicodedata

from channels.core.dial_refusals import RefusedNumber, WhyNot, refused

TEXT_MAX = 64
"""Characters. The longest number that can be dialled has 15 digits (ITU-T E.164 6.2.1) and an international prefix."""
_TEL = re.compile(r"\s*tel:", re.IGNORECASE)
_URI = re.compile(r"\s*(?:tel|sips?):([^;@]{1,40})(?:[;@].*)?", re.IGNORECASE | re.DOTALL)
_SEPARATORS = frozenset("().-")
_SEPARATOR_KINDS = ("Zs", "Pd", "Cf")
"""Blanks, dashes, and the invisible marks that come along when a number is copied from a page."""


def cleaned(text: str) -> str | RefusedNumber:
    """Return digits, with `+` in front where it was written, or why this is no text of a number.

    Parameters of a tel URI (RFC 3966: `;ext=`, `;isub=`, `;phone-context=` and others) are refused: each changes what
    would be dialled.
    """
    if len(text) > TEXT_MAX:
        return refused(WhyNot.TOO_LONG)
    scheme = _TEL.match(text)
    kept: list[str] = []
    for character in text[scheme.end() :] if scheme else text:
        if character.isascii() and character.isdigit():
            kept.append(character)
        elif character == "+":
            if kept:
                return refused(WhyNot.DIAL_STRING)
            kept.append(character)
        elif not _is_separator(character):
            return refused(_why_not(character))
    digits = "".join(kept)
    return digits if digits.strip("+") else refused(WhyNot.EMPTY)


def pressed(text: str) -> str:
    """Return the keys that somebody meant, `+` kept in front, or nothing where other characters are among them.

    Digits of any script count as what they mean; separators, line ends and a `#` at the end (the key that sends) are
    passed over. So `1 1 2`, `1-1-2`, `tel:112`, `112#` and `sip:112@pbx` are all 112.
    """
    if len(text) > TEXT_MAX:
        return ""
    uri = _URI.fullmatch(text)
    kept = []
    for character in (uri[1] if uri else text).strip().removesuffix("#"):
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            kept.append(str(digit))
        elif character == "+" and not kept:
            kept.append(character)
        elif not (_is_separator(character) or character.isspace() or character == "/"):
            return ""
    return "".join(kept)


def _is_separator(character: str) -> bool:
    return character in _SEPARATORS or unicodedata.category(character) in _SEPARATOR_KINDS


def _why_not(character: str) -> WhyNot:
    kind = unicodedata.category(character)
    if character in "*#":
        return WhyNot.CODE
    if kind.startswith("L"):
        return WhyNot.LETTERS
    return WhyNot.OTHER_DIGITS if kind.startswith("N") else WhyNot.DIAL_STRING
