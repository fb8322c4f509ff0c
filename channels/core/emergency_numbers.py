"""Emergency numbers: which they are in each country, how they are recognised, and what goes with a call to one.

They are recognised before every rule about dialling, for everybody and in every state. A *place* is where a phone
stands: its country says which numbers are meant, and its registered address and its number to call back are what the
rescuers have when the caller cannot speak. The numbers come from the short number metadata of phonenumbers (Google's
libphonenumber), 112 is added in the whole of Europe (Directive (EU) 2018/1972, Article 109, and the agreements of its
neighbours), and a definition may add more. Leaves to others: `emergency_dialplan.py` writes the same as a dialplan.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NewType

import phonenumbers

from channels.core.dial_text import pressed
from history.core.vocabulary import PhoneName

PlaceId = NewType("PlaceId", str)

EVERYWHERE = ("112", "911")
"""What any phone treats as an emergency (3GPP TS 22.101, 10.1.1), where nothing is known of the country."""
EUROPE = frozenset(
    (
        *("AD", "AL", "AT", "AX", "BA", "BE", "BG", "BY", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FO", "FR"),
        *("GB", "GG", "GI", "GR", "HR", "HU", "IE", "IM", "IS", "IT", "JE", "LI", "LT", "LU", "LV", "MC", "MD", "ME"),
        *("MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SJ", "SK", "SM", "TR", "UA", "VA", "XK"),
    )
)
_SOS = re.compile(r"\s*urn:service:sos(?:\.[a-z0-9.-]{1,40})?\s*", re.IGNORECASE)
"""What a SIP phone sends that has recognised the number itself (RFC 5031 4.1)."""
_GENERAL = ("112", "911", "999", "000", "111")
"""Numbers that stand for every service. The first one counts that a place has; but where 112 reaches the same as an
older number only from some phones, as in North America and Australia, the older one."""
_OLDER = ("911", "000")


@dataclass(frozen=True, slots=True)
class Place:
    """Where phones stand. `numbers` are all emergency numbers there, of the country and added ones, digits only."""

    id: PlaceId
    name: str
    country: str
    """ISO 3166, `GB`."""
    address: str
    """As it is registered with whoever carries emergency calls."""
    caller_id: str
    """E.164: a number at which this place can be called back."""
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EmergencyDialling:
    """What is needed to recognise an emergency number and to send the call."""

    places: tuple[Place, ...] = ()
    phones: Mapping[PhoneName, PlaceId] = field(default_factory=dict)
    """Where each phone of a switch stands, by the switch's name of it."""
    outside_prefixes: tuple[str, ...] = ("0", "9")
    """What people are used to dial for an outside line."""
    country: str | None = None
    """Of whoever is at no known place; ISO 3166."""

    def place(self, id_: PlaceId | None) -> Place | None:
        return next((place for place in self.places if place.id == id_), None)


@dataclass(frozen=True, slots=True)
class Emergency:
    """A call to an emergency number: it goes out at once, from every state and without any further question.

    Without a place (nobody has said where this person is) it goes out all the same, with the trunk's own number.
    """

    number: str
    """Digits to dial."""
    place: PlaceId | None = None
    caller_id: str | None = None
    address: str | None = None


def emergency(text: str, dialling: EmergencyDialling, place: PlaceId | None) -> Emergency | None:
    """Whether this text means an emergency number for somebody at that place, and what goes with the call.

    Recognised are the place's own numbers and those of the other places, as they are, with an outside prefix, with
    `+`, with `+` and the country, and `urn:service:sos`. A number that is not of this place is sent as the place's
    general one: whoever dials 911 in London means 999 or 112. For somebody at no known place it is sent as dialled.
    """
    here = dialling.place(place)
    number = _sos(dialling, here) if _SOS.fullmatch(text) else forms(dialling, place).get(pressed(text))
    if number is None:
        return None
    if here is None:
        return Emergency(number)
    return Emergency(number, here.id, here.caller_id, here.address)


def forms(dialling: EmergencyDialling, place: PlaceId | None) -> dict[str, str]:
    """What may be dialled at a place for an emergency (digits, or `+` and digits) -> the number that is sent."""
    here = dialling.place(place)
    own = _own(dialling, here)
    found = {number: number for number in own}
    general = None if here is None else _general(own)
    for number in every_number(dialling):
        found.setdefault(number, general or number)
    plain = list(found.items())
    code = _calling_code(dialling.country if here is None else here.country)
    for number, sent in plain:
        for prefix in (*dialling.outside_prefixes, "+", *((f"+{code}",) if code else ())):
            found.setdefault(prefix + number, sent)
    return found


def is_emergency_number(text: str, dialling: EmergencyDialling) -> bool:
    """Whether a text means an emergency number anywhere in the center: what no campaign and no machine may dial."""
    return any(emergency(text, dialling, place) for place in (None, *(each.id for each in dialling.places)))


def calling_codes(dialling: EmergencyDialling) -> tuple[str, ...]:
    """The calling codes of all places and of the center, digits only."""
    countries = [dialling.country, *(place.country for place in dialling.places)]
    return tuple(dict.fromkeys(code for country in countries if (code := _calling_code(country))))


def every_number(dialling: EmergencyDialling) -> tuple[str, ...]:
    """The numbers of all places and of the center's country, and those that every phone knows; in order, without
    prefixes."""
    found = {number for place in dialling.places for number in place.numbers}
    return tuple(sorted(found.union(_own(dialling, None), EVERYWHERE)))


@lru_cache(maxsize=64)
def numbers_of(country: str) -> tuple[str, ...]:
    """The emergency numbers of a country (ISO 3166), in order; none where nothing is known of it.

    The metadata is a pattern over digits; every number of a possible length is tried against it.
    """
    found = set(_of_metadata(country))
    if country in EUROPE:
        found.add("112")
    return tuple(sorted(found))


def _of_metadata(country: str) -> Iterator[str]:
    metadata = phonenumbers.PhoneMetadata.short_metadata_for_region(country)
    desc = None if metadata is None else metadata.emergency
    if desc is None or desc.national_number_pattern is None:
        return
    pattern = re.compile(desc.national_number_pattern, re.ASCII)
    for length in desc.possible_length:
        yield from (text for number in range(10**length) if pattern.fullmatch(text := f"{number:0{length}}"))


def _own(dialling: EmergencyDialling, here: Place | None) -> tuple[str, ...]:
    if here is not None:
        return here.numbers or EVERYWHERE
    return (dialling.country and numbers_of(dialling.country)) or EVERYWHERE


def _sos(dialling: EmergencyDialling, here: Place | None) -> str:
    """What stands for every service; where no number does, the first one is better than none."""
    own = _own(dialling, here)
    known = here is not None or dialling.country is not None
    return (_general(own) if known else None) or own[0]


def _general(numbers: tuple[str, ...]) -> str | None:
    return next((number for number in (*_OLDER, *_GENERAL) if number in numbers), None)


def _calling_code(country: str | None) -> str:
    return str(phonenumbers.country_code_for_region(country) or "") if country is not None else ""
