"""Which numbers may be dialled at all: what kind of number it is, and which rule about its prefix or country counts.

The most specific rule wins: the longest prefix, a country beside its bare calling code; among equals a team's rule
before the center's, and a denial before a permission. Below all of them stand the rules that every center begins with:
the dialler's own country is allowed, and the ranges through which fraud is paid are denied.

Sources. Kinds of numbers: phonenumbers. International networks and services: ITU-T E.164.1 and the list of assigned
country codes (+870, +878, +881 to +883, +888, +979). Ranges with revenue share: countries and islands that trade
bodies (CFCA fraud loss surveys, GSMA FS.21) and carriers name again and again as destinations of pumped calls; a center
that works with one of them allows it by a rule of its own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import phonenumbers

from channels.core.dial_refusals import WhyNot
from history.core.vocabulary import TeamId

WORLD = "001"
"""phonenumbers' word for the region of numbers that belong to no country."""


class NumberKind(StrEnum):
    """What a number costs and reaches, in few words."""

    ORDINARY = "ordinary"
    FREE = "free"
    COMPANY = "company"
    """One number for a whole company, such as 03 in Great Britain."""
    PREMIUM_RATE = "premium_rate"
    SHARED_COST = "shared_cost"
    PERSONAL = "personal"
    PAGER = "pager"
    VOICEMAIL = "voicemail"
    NOT_IN_PLAN = "not_in_plan"
    """Of a possible length, and not given to anybody as far as is known."""


AT_HOME = frozenset({NumberKind.ORDINARY, NumberKind.FREE, NumberKind.COMPANY})
ABROAD = frozenset({NumberKind.ORDINARY})

_Type = phonenumbers.PhoneNumberType
_KINDS = {
    _Type.FIXED_LINE: NumberKind.ORDINARY,
    _Type.MOBILE: NumberKind.ORDINARY,
    _Type.FIXED_LINE_OR_MOBILE: NumberKind.ORDINARY,
    _Type.VOIP: NumberKind.ORDINARY,
    _Type.TOLL_FREE: NumberKind.FREE,
    _Type.UAN: NumberKind.COMPANY,
    _Type.PREMIUM_RATE: NumberKind.PREMIUM_RATE,
    _Type.SHARED_COST: NumberKind.SHARED_COST,
    _Type.PERSONAL_NUMBER: NumberKind.PERSONAL,
    _Type.PAGER: NumberKind.PAGER,
    _Type.VOICEMAIL: NumberKind.VOICEMAIL,
}
_NORTH_AMERICAN_PREMIUM = re.compile(r"\+1(?:900|[2-9]\d\d976)\d*", re.ASCII)
"""Area code 900, and the exchange 976 of any area, which the metadata does not know as premium."""

HAZARDS: dict[str, WhyNot] = {
    **dict.fromkeys(("870", "881", "882", "883"), WhyNot.SATELLITE),
    "979": WhyNot.PREMIUM_RATE,
    "808": WhyNot.SHARED_COST,
    "878": WhyNot.OTHER_KIND,
    "888": WhyNot.REVENUE_SHARE,
    # Within countries, where the metadata says mobile or company.
    "6114": WhyNot.SATELLITE,
    "81570": WhyNot.SHARED_COST,
    **dict.fromkeys(
        # Islands and countries of the North American plan, dialled like a call to the next town.
        (
            *("1242", "1246", "1264", "1268", "1284", "1345", "1441", "1473", "1649", "1658", "1664", "1721", "1758"),
            *("1767", "1784", "1809", "1829", "1849", "1868", "1869", "1876"),
            # Africa
            *("213", "216", "220", "221", "222", "223", "224", "225", "226", "227", "228", "229", "231", "232", "235"),
            *("236", "237", "238", "239", "240", "241", "242", "243", "244", "245", "246", "247", "248", "249", "252"),
            *("253", "257", "258", "260", "261", "262", "263", "265", "266", "267", "268", "269", "290", "291"),
            # Europe and its neighbours
            *("355", "370", "371", "372", "373", "375", "376", "377", "378", "381", "382", "383", "387", "389", "423"),
            # America
            *("500", "501", "509", "53", "592", "597", "599"),
            # Asia
            *("850", "880", "93", "960", "967", "970", "975", "992", "993", "994", "996"),
            # The Pacific
            *("670", "672", "673", "674", "675", "676", "677", "678", "679", "680", "681", "682", "683", "685", "686"),
            *("687", "688", "689", "690", "691", "692"),
        ),
        WhyNot.REVENUE_SHARE,
    ),
}
"""Prefix after the `+` -> why it is denied to begin with."""
_HAZARD_LENGTHS = tuple(sorted({len(prefix) for prefix in HAZARDS}, reverse=True))


@dataclass(frozen=True, slots=True)
class DialRule:
    """Allows or denies one prefix or country, to everybody or to some teams."""

    allow: bool
    to: str
    """`+44` and further digits, or a country by ISO 3166 such as `FR`."""
    teams: frozenset[TeamId] = frozenset()
    """Empty: everybody."""
    kinds: frozenset[NumberKind] = frozenset()
    """What it allows beside the kinds that are allowed anyway."""


class _Level(IntEnum):
    HAZARD = 0
    HOME = 1
    CENTER = 2
    TEAM = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say; `reason` is None where the number is allowed. `rule` counted, if it is of the definition."""

    reason: WhyNot | None
    kinds: frozenset[NumberKind] = frozenset()
    rule: DialRule | None = None


def kind_of(number: phonenumbers.PhoneNumber) -> NumberKind:
    if _NORTH_AMERICAN_PREMIUM.fullmatch(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)):
        return NumberKind.PREMIUM_RATE
    return _KINDS.get(phonenumbers.number_type(number), NumberKind.NOT_IN_PLAN)


def verdict(
    number: str, country: str | None, home: str | None, teams: Iterable[TeamId], rules: Iterable[DialRule]
) -> Verdict:
    """Whether a number or prefix (`+` and digits) of a country may be dialled by somebody of these teams at `home`."""
    mine = frozenset(teams)
    found: list[tuple[tuple[int, int, bool], Verdict]] = []
    for rule in rules:
        if not matches(rule.to, number, country) or (rule.teams and not rule.teams & mine):
            continue
        level = _Level.TEAM if rule.teams else _Level.CENTER
        kinds = rule.kinds | (AT_HOME if country == home else ABROAD)
        found.append(
            (
                (specificity(rule.to), level, not rule.allow),
                Verdict(None, kinds, rule) if rule.allow else Verdict(WhyNot.RULE, rule=rule),
            )
        )
    if home is not None and country == home:
        found.append(((specificity(home), _Level.HOME, False), Verdict(None, AT_HOME)))
    if (prefix := hazard(number)) is not None:
        found.append(((specificity(f"+{prefix}"), _Level.HAZARD, True), Verdict(HAZARDS[prefix])))
    if not found:
        return Verdict(WhyNot.COUNTRY)
    return max(found, key=lambda each: each[0])[1]


def hazard(number: str) -> str | None:
    """The longest prefix (without `+`) of `HAZARDS` with which a number begins."""
    digits = number.removeprefix("+")
    return next((digits[:length] for length in _HAZARD_LENGTHS if digits[:length] in HAZARDS), None)


def matches(to: str, number: str, country: str | None) -> bool:
    return number.startswith(to) if to.startswith("+") else to == country


def specificity(to: str) -> int:
    """Twice the digits that a prefix has. A country has those of its calling code, or of its share of one that several
    countries have, and one more than the bare prefix."""
    if to.startswith("+"):
        return 2 * (len(to) - 1)
    code = phonenumbers.country_code_for_region(to)
    shared = phonenumbers.region_code_for_country_code(code) != to
    return 2 * (len(str(code)) + (3 if shared else 0)) + 1
