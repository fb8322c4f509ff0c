"""Why a number is not dialled: a reason for figures and tests, and one sentence for whoever wanted to dial it.

No sentence repeats what was typed, so that none can carry a stranger's text to a screen or a log.
"""

from dataclasses import dataclass
from enum import StrEnum


class WhyNot(StrEnum):
    """Why a number is refused, in the order in which it is looked at."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    DIAL_STRING = "dial_string"
    """Characters that steer a switch or begin a further line of a protocol."""
    CODE = "code"
    """A code of the network or the switch, such as one that diverts calls."""
    LETTERS = "letters"
    OTHER_DIGITS = "other_digits"
    """Digits of another script: two that look alike need not be the same."""
    MAY_NOT_CALL_OUT = "may_not_call_out"
    NO_COUNTRY = "no_country"
    CARRIER_CODE = "carrier_code"
    SHORT_NUMBER = "short_number"
    NOT_A_NUMBER = "not_a_number"
    """It is in no country's numbering plan."""
    PREMIUM_RATE = "premium_rate"
    SHARED_COST = "shared_cost"
    SATELLITE = "satellite"
    REVENUE_SHARE = "revenue_share"
    """A range whose holder shares in what a call costs."""
    OTHER_KIND = "other_kind"
    """A personal number, a pager, a voicemail, another country's free or company number."""
    COUNTRY = "country"
    """No rule allows this country."""
    RULE = "rule"
    """A rule of the definition denies it."""
    AT_ONCE = "at_once"
    AN_HOUR = "an_hour"
    AT_NIGHT = "at_night"
    MINUTES_AT_NIGHT = "minutes_at_night"


@dataclass(frozen=True, slots=True)
class RefusedNumber:
    """`sentence` is for the person who dialled: what is wrong and, where there is one, the way out."""

    reason: WhyNot
    sentence: str


_SENTENCES = {
    WhyNot.EMPTY: "There is no number to dial.",
    WhyNot.TOO_LONG: "That is too long for a phone number.",
    WhyNot.DIAL_STRING: "That has characters that no phone number has; write digits, with + and the country in front.",
    WhyNot.CODE: "Codes with * and # are not dialled from here.",
    WhyNot.LETTERS: "That has letters; write the number in digits.",
    WhyNot.OTHER_DIGITS: "That has digits of another script; write 0 to 9.",
    WhyNot.MAY_NOT_CALL_OUT: "You may not call out; ask a supervisor.",
    WhyNot.NO_COUNTRY: "Write the number with + and its country, such as +44 20 7946 0101.",
    WhyNot.CARRIER_CODE: "Write the number without a carrier's code, with + and its country.",
    WhyNot.SHORT_NUMBER: "Short numbers are not dialled from here; write the number with its area, or with + and its "
    "country.",
    WhyNot.NOT_A_NUMBER: "There is no such phone number; write it with its area, or with + and its country.",
    WhyNot.PREMIUM_RATE: "Premium rate numbers are not dialled from here.",
    WhyNot.SHARED_COST: "Numbers at a special rate are not dialled from here.",
    WhyNot.SATELLITE: "Numbers of satellite and international networks are not dialled from here.",
    WhyNot.REVENUE_SHARE: "Numbers of this range are a known way of fraud; an administrator can allow them one by one.",
    WhyNot.OTHER_KIND: "This kind of number is not dialled from here.",
    WhyNot.COUNTRY: "Numbers of this country are not allowed; ask an administrator.",
    WhyNot.RULE: "A rule of this center does not allow this number.",
    WhyNot.AT_ONCE: "Too many outside calls are going on at once; end one, or wait.",
    WhyNot.AN_HOUR: "Too many outside calls were made within the last hour; wait.",
    WhyNot.AT_NIGHT: "Calls abroad are not made outside working hours.",
    WhyNot.MINUTES_AT_NIGHT: "The minutes for calls outside working hours are used up.",
}


def refused(reason: WhyNot) -> RefusedNumber:
    return RefusedNumber(reason, _SENTENCES[reason])
