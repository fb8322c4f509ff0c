"""What an agent wants to dial becomes one number that may be dialled, an emergency call, or a refusal with its reason.

`plan` is the only way from what somebody typed or clicked to a number that a switch is given: what leaves it is a `+`
with digits in E.164, the digits of a colleague's extension, or the digits of an emergency number, and nothing else.
Leaves to others: consent and hours of the called person, and the call itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

import phonenumbers
from phonenumbers.shortnumberinfo import is_valid_short_number_for_region

from channels.core.dial_refusals import RefusedNumber, WhyNot, refused
from channels.core.dial_text import cleaned
from channels.core.dialling_caps import Caps, Usage, over_cap
from channels.core.dialling_rules import DialRule, NumberKind, hazard, kind_of, verdict
from channels.core.emergency_numbers import Emergency, EmergencyDialling, PlaceId, emergency
from history.core.vocabulary import QueueId, TeamId, UserId

PurposeId = NewType("PurposeId", str)

SHORT_DIGITS_MAX = 6
"""Shorter than any number with its area that a call center meets, and as long as short numbers are."""
_KIND_REFUSED = {
    NumberKind.PREMIUM_RATE: WhyNot.PREMIUM_RATE,
    NumberKind.SHARED_COST: WhyNot.SHARED_COST,
    NumberKind.NOT_IN_PLAN: WhyNot.NOT_A_NUMBER,
}


@dataclass(frozen=True, slots=True)
class Person:
    """What the definition says of somebody who dials."""

    teams: tuple[TeamId, ...] = ()
    place: PlaceId | None = None
    calls_out: bool = False
    direct_number: str | None = None
    """E.164: a number of the center that is this person's own."""


NOBODY = Person()


@dataclass(frozen=True, slots=True)
class CallerIds:
    """Which of the center's own numbers (E.164) the called person sees."""

    otherwise: str | None = None
    by_purpose: Mapping[PurposeId, str] = field(default_factory=dict)
    by_queue: Mapping[QueueId, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DiallingSettings:
    emergency: EmergencyDialling = field(default_factory=EmergencyDialling)
    people: Mapping[UserId, Person] = field(default_factory=dict)
    extensions: Mapping[str, UserId] = field(default_factory=dict)
    """Digits -> the colleague whose phone rings."""
    rules: tuple[DialRule, ...] = ()
    caps: Caps = field(default_factory=Caps)
    caller_ids: CallerIds = field(default_factory=CallerIds)


@dataclass(frozen=True, slots=True)
class Dialler:
    """Who dials, for what, and what has been dialled already."""

    user: UserId
    queue: QueueId | None = None
    purpose: PurposeId | None = None
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Dialled:
    """A call that may be placed. `number` is E.164, or the extension of `colleague`."""

    number: str
    colleague: UserId | None = None
    caller_id: str | None = None
    """E.164, one of the center's own; None between colleagues."""
    country: str | None = None
    """ISO 3166, of the called number."""
    abroad: bool = False


def plan(text: str, settings: DiallingSettings, dialler: Dialler, now_ms: int) -> Dialled | Emergency | RefusedNumber:
    """Read what somebody typed or clicked. `now_ms` is UTC. Never raises, whatever the text."""
    person = settings.people.get(dialler.user, NOBODY)
    if (rescue := emergency(text, settings.emergency, person.place)) is not None:
        return rescue
    digits = cleaned(text)
    if isinstance(digits, RefusedNumber):
        return digits
    if digits in settings.extensions:
        return Dialled(digits, colleague=settings.extensions[digits])
    if not person.calls_out:
        return refused(WhyNot.MAY_NOT_CALL_OUT)
    return _outside(digits, settings, person, dialler, now_ms)


def home_of(settings: DiallingSettings, person: Person) -> str | None:
    """The country in which somebody's numbers are read."""
    place = settings.emergency.place(person.place)
    return settings.emergency.country if place is None else place.country


def _outside(
    digits: str, settings: DiallingSettings, person: Person, dialler: Dialler, now_ms: int
) -> Dialled | RefusedNumber:
    home = home_of(settings, person)
    number = _read(digits, home)
    if isinstance(number, RefusedNumber):
        return number
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    country = _country(number, home)
    found = verdict(e164, country, home, person.teams, settings.rules)
    kind = kind_of(number)
    if found.reason is not None:
        # The kind says more than that its country or range is not allowed.
        return refused(_KIND_REFUSED.get(kind, found.reason) if hazard(e164) is None else found.reason)
    if kind not in found.kinds:
        return refused(_KIND_REFUSED.get(kind, WhyNot.OTHER_KIND))
    abroad = country != home
    too_much = over_cap(settings.caps, dialler.usage, person.teams, abroad=abroad, now_ms=now_ms)
    if too_much is not None:
        return refused(too_much)
    return Dialled(e164, caller_id=_caller_id(settings.caller_ids, person, dialler), country=country, abroad=abroad)


def _country(number: phonenumbers.PhoneNumber, home: str | None) -> str | None:
    """Whose number it is. Where several countries share a calling code and this range of it, it is home's."""
    if home is not None and phonenumbers.is_valid_number_for_region(number, home):
        return home
    return phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
        number.country_code or 0
    )


def _read(digits: str, home: str | None) -> phonenumbers.PhoneNumber | RefusedNumber:
    """Read digits as they are dialled at home."""
    if not digits.startswith("+"):
        if home is None:
            return refused(WhyNot.NO_COUNTRY)
        if is_short(digits, home):
            return refused(WhyNot.SHORT_NUMBER)
    try:
        number = phonenumbers.parse(digits, home, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return refused(WhyNot.NOT_A_NUMBER)
    if number.preferred_domestic_carrier_code:
        return refused(WhyNot.CARRIER_CODE)
    if not phonenumbers.is_possible_number(number):
        short = len(digits) <= SHORT_DIGITS_MAX and not digits.startswith("+")
        return refused(WhyNot.SHORT_NUMBER if short else WhyNot.NOT_A_NUMBER)
    return number


def is_short(digits: str, country: str) -> bool:
    """Whether digits are a short number of a country, such as 118118: a service, often at a price of its own."""
    if len(digits) > SHORT_DIGITS_MAX:
        return False
    number = phonenumbers.PhoneNumber(
        country_code=phonenumbers.country_code_for_region(country), national_number=int(digits)
    )
    if digits.startswith("0"):
        number.italian_leading_zero = True
        number.number_of_leading_zeros = len(digits) - len(digits.lstrip("0"))
    return is_valid_short_number_for_region(number, country)


def _caller_id(ids: CallerIds, person: Person, dialler: Dialler) -> str | None:
    if dialler.purpose is not None and dialler.purpose in ids.by_purpose:
        return ids.by_purpose[dialler.purpose]
    if dialler.queue is not None and dialler.queue in ids.by_queue:
        return ids.by_queue[dialler.queue]
    return person.direct_number or ids.otherwise
