"""What a trunk reports about a caller's number: whether somebody vouches for it, and how far.

Only reading, under limits, of text that a stranger may have written; nothing is verified here. What the trunk itself
says (`verstat`, `P-Attestation-Indicator`) counts, since it has verified; what stands in an `Identity` header is only
a claim until somebody has checked its signature, and is told as such.

Sources: RFC 8224 (Identity header), RFC 8225 (PASSporT), RFC 8588 (`shaken`, `attest`), RFC 9060 and 3GPP TS 24.229
7.2A.20 (`verstat`), ATIS-1000074 and carriers' `P-Attestation-Indicator`.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import msgspec

IDENTITY_MAX = 8_192
"""Characters of an Identity header; longer ones are passed over."""
IDENTITIES_MAX = 4
HEADER_MAX = 2_048
_INDICATOR = re.compile(r"\s*([ABC])\s*", re.IGNORECASE)
_VERSTAT = re.compile(
    r";\s*verstat\s*=\s*\"?(TN-Validation-Passed|TN-Validation-Failed|No-TN-Validation)(?:-([ABC]))?\"?\s*(?=[;>@,\s]|$)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"([A-Za-z0-9_-]{2,4096})\.([A-Za-z0-9_-]{2,4096})\.[A-Za-z0-9_-]{0,2048}")


class Attestation(StrEnum):
    """How far the caller's number is vouched for, the best first."""

    FULL = "full"
    """A: the originating provider knows the customer and their right to the number."""
    PARTIAL = "partial"
    """B: it knows the customer."""
    GATEWAY = "gateway"
    """C: it only knows where the call came into its network."""
    PASSED = "passed"
    """Verified, at a level that is not told."""
    NONE = "none"
    """Nobody says anything."""
    FAILED = "failed"
    """Somebody vouched for it, and that did not hold."""


_LEVELS = {"A": Attestation.FULL, "B": Attestation.PARTIAL, "C": Attestation.GATEWAY}


@dataclass(frozen=True, slots=True)
class Reported:
    """`claimed` is what an Identity header says that nobody has verified; rules do not look at it."""

    attestation: Attestation = Attestation.NONE
    claimed: Attestation | None = None


class _Telephone(msgspec.Struct, frozen=True):
    tn: str | None = None


class _Header(msgspec.Struct, frozen=True):
    typ: str = ""
    ppt: str = ""


class _Claims(msgspec.Struct, frozen=True):
    attest: str
    orig: _Telephone | None = None
    iat: int | None = None


@dataclass(frozen=True, slots=True)
class Passport:
    """The claims of a PASSporT that are of use. Unverified."""

    attest: Attestation
    orig: str | None
    """Digits of the number that is vouched for, as the claim has them."""
    issued_s: int | None
    """Seconds since 1970, as the claim says."""


def reported(indicators: Iterable[str] = (), asserted: Iterable[str] = (), identities: Iterable[str] = ()) -> Reported:
    """What the values of these headers say together: `P-Attestation-Indicator`; `P-Asserted-Identity` and `From`;
    `Identity`. A failed verification counts before any level. Never raises.

    Only values of a trunk that removes what callers write themselves into these headers may be handed in.
    """
    stats = [found for text in asserted if (found := verstat(text)) is not None]
    levels = [found for text in indicators if (found := indicator(text)) is not None]
    claims = [claim.attest for text in list(identities)[:IDENTITIES_MAX] if (claim := passport(text)) is not None]
    claimed = claims[0] if claims else None
    if Attestation.FAILED in stats:
        return Reported(Attestation.FAILED, claimed)
    told = [stat for stat in stats if stat in _LEVELS.values()] or levels
    if told:
        # Of several that differ the least counts.
        return Reported(max(told, key=list(Attestation).index), claimed)
    return Reported(Attestation.PASSED if Attestation.PASSED in stats else Attestation.NONE, claimed)


def indicator(text: str) -> Attestation | None:
    """`P-Attestation-Indicator: A`."""
    found = _INDICATOR.fullmatch(text) if len(text) <= HEADER_MAX else None
    return _LEVELS[found[1].upper()] if found else None


def verstat(text: str) -> Attestation | None:
    """The `verstat` parameter of a header such as `<sip:+12155551212;verstat=TN-Validation-Passed@ims.example>`. Some
    networks append the level. Of several parameters in one header none is believed."""
    found = _VERSTAT.findall(text) if len(text) <= HEADER_MAX else []
    if len(found) != 1:
        return None
    state, level = found[0][0].lower(), found[0][1].upper()
    if state == "tn-validation-failed":
        return Attestation.FAILED
    if state == "no-tn-validation":
        return Attestation.NONE
    return _LEVELS.get(level, Attestation.PASSED)


def passport(text: str) -> Passport | None:
    """The claims of an `Identity` header in full form (`header.claims.signature;info=<...>;alg=ES256;ppt=shaken`); None
    for the compact form, which has no claims, for another type than `shaken`, and for anything that cannot be read."""
    if len(text) > IDENTITY_MAX:
        return None
    found = _TOKEN.fullmatch(text.partition(";")[0].strip())
    if found is None:
        return None
    try:
        header = msgspec.json.decode(_unpacked(found[1]), type=_Header)
        claims = msgspec.json.decode(_unpacked(found[2]), type=_Claims)
    except (msgspec.MsgspecError, binascii.Error, UnicodeDecodeError, RecursionError):
        return None
    if header.ppt.lower() != "shaken" or claims.attest not in _LEVELS:
        return None
    number = None if claims.orig is None or claims.orig.tn is None else claims.orig.tn
    if number is not None and not re.fullmatch(r"[0-9*#]{1,32}", number):
        return None
    return Passport(_LEVELS[claims.attest], number, claims.iat)


def _unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
