"""Callers who are blocked, sent elsewhere or slowed by a rule: by number, prefix, withheld number or attestation.

A rule holds when everything that it names is so. Of the rules that hold the most specific counts, and a rule made by
hand before one of the definition. Emergency services and whoever may be one calling back are never held up. Leaves to
others: playing the announcement, moving the call, holding its answer back.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NewType

from channels.core.attestation import Attestation
from channels.core.emergency_numbers import EmergencyDialling, every_number
from channels.core.matching import phone_key
from history.core.vocabulary import AnnouncementId, DestinationId, InteractionId, QueueId, UserId

CallerRuleId = NewType("CallerRuleId", str)

NUMBER_CHARACTERS_MAX = 64
CALLBACK_MS = 3_600_000
"""For so long after an emergency call whoever calls the number to call back is let through."""
WITHHELD = frozenset({"", "anonymous", "private", "unavailable", "unknown", "restricted", "withheld", "asterisk"})
"""What stands in place of a number that is not shown (RFC 3323 4.1.1.3 and what switches write)."""
_NOT_A_NUMBER = re.compile(r"[^0-9+]")


@dataclass(frozen=True, slots=True)
class Block:
    """The caller is told the announcement, if there is one, and the call ends."""

    announcement: AnnouncementId | None = None


@dataclass(frozen=True, slots=True)
class Divert:
    """The call goes to another queue, or to a place outside."""

    to: QueueId | None = None
    destination: DestinationId | None = None
    announcement: AnnouncementId | None = None


@dataclass(frozen=True, slots=True)
class Slow:
    """The call is answered only after a while, and only so many by this rule at once; the others are busy."""

    after_ms: int
    at_once_max: int


Action = Block | Divert | Slow


@dataclass(frozen=True, slots=True)
class CallerRule:
    id: CallerRuleId
    action: Action
    reason: str
    """For supervisors, in the words of whoever made the rule."""
    number: str | None = None
    """E.164, or the digits as they come in where they are no such number."""
    prefix: str | None = None
    """`+` and digits."""
    withheld: bool = False
    attestations: frozenset[Attestation] = frozenset()
    """Empty: any."""
    until_ms: int | None = None
    """UTC ms; None: without an end."""
    made_by: UserId | None = None
    """Who made it by hand; None: the definition."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as `caller_of` makes it."""

    number: str | None
    """E.164 where it can be read as such, else its digits; None: withheld."""
    attestation: Attestation = Attestation.NONE


@dataclass(frozen=True, slots=True)
class Protected:
    """Numbers that no rule holds up: those of the definition in E.164, and the emergency numbers of all places."""

    numbers: frozenset[str] = frozenset()
    callbacks: frozenset[str] = frozenset()
    """The places' numbers to call back (E.164)."""


@dataclass(frozen=True, slots=True)
class Malicious:
    """Somebody has marked a call as malicious."""

    interaction: InteractionId
    call: str
    """The switch's name of the call, by which the network operator finds it."""
    by: UserId
    at_ms: int


def caller_of(number: str, region: str | None, attestation: Attestation = Attestation.NONE) -> Caller:
    """Read a caller's number as the switch reports it; any text. `region` reads numbers without a country."""
    text = number[:NUMBER_CHARACTERS_MAX].strip()
    if text.lower() in WITHHELD:
        return Caller(None, attestation)
    key = phone_key(text, region)
    digits = key or _NOT_A_NUMBER.sub("", "".join(filter(_is_plain, text)))
    return Caller(digits or None, attestation)


def protected(dialling: EmergencyDialling, never_blocked: Iterable[str]) -> Protected:
    return Protected(
        numbers=frozenset([*never_blocked, *every_number(dialling)]),
        callbacks=frozenset(place.caller_id for place in dialling.places),
    )


def decide(
    rules: Iterable[CallerRule],
    caller: Caller,
    protects: Protected,
    now_ms: int,
    called: str | None = None,
    emergency_at_ms: int | None = None,
) -> CallerRule | None:
    """The rule that counts for a caller, or None: the call goes its usual way.

    `called` is the number that was dialled (E.164) and `emergency_at_ms` when the last emergency call went out with it
    as the number to call back: within an hour of it whoever calls there is let through, with or without a number.
    """
    if caller.number is not None and caller.number in protects.numbers:
        return None
    if called in protects.callbacks and emergency_at_ms is not None and now_ms - emergency_at_ms < CALLBACK_MS:
        return None
    found = [rule for rule in rules if holds(rule, caller, now_ms)]
    return min(found, key=_order, default=None)


def holds(rule: CallerRule, caller: Caller, now_ms: int) -> bool:
    """Whether a rule is in force and everything that it names is so. One that names nothing never holds."""
    if rule.until_ms is not None and now_ms >= rule.until_ms:
        return False
    if rule.number is None and rule.prefix is None and not rule.withheld and not rule.attestations:
        return False
    return (
        (rule.number is None or rule.number == caller.number)
        and (rule.prefix is None or (caller.number is not None and caller.number.startswith(rule.prefix)))
        and (not rule.withheld or caller.number is None)
        and (not rule.attestations or caller.attestation in rule.attestations)
    )


def is_full(rule: Slow, slowed_now: int) -> bool:
    """Whether one more call by this rule is busy, `slowed_now` being held by it already."""
    return slowed_now >= rule.at_once_max


def specificity(rule: CallerRule) -> tuple[int, int, int, int]:
    """More is more specific: a whole number, the longer prefix, a withheld number, fewer attestations, in turn."""
    named = len(rule.attestations)
    return (
        int(rule.number is not None),
        len(rule.prefix or ""),
        int(rule.withheld),
        len(Attestation) - named if named else 0,
    )


def _order(rule: CallerRule) -> tuple[tuple[int, ...], bool, str]:
    """The first counts; ties go to a rule made by hand, then by id."""
    return tuple(-part for part in specificity(rule)), rule.made_by is None, rule.id


def _is_plain(character: str) -> bool:
    return character.isascii() and unicodedata.category(character) != "Cc"
