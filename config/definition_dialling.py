"""What a definition says about calls that agents make, about emergency numbers, and about callers who are held up.

The text under each field is what docs/configuration.md says of it. What is wrong with it is the matter of
`config/check_dialling.py` and `config/check_callers.py`, what it means `config/translating_dialling.py`'s.
"""

import datetime
from enum import StrEnum

import msgspec

from channels.core.attestation import Attestation
from channels.core.dialling_rules import NumberKind
from config.definition_parts import Natural, Part, Positive


class Place(Part, frozen=True, kw_only=True):
    """Where phones stand: an office, or the home of somebody who works there. An emergency call goes out with the
    place's number to call back; its address is the one that is registered for that number with the carrier. See
    docs/dialling.md.
    """

    id: str
    name: str
    country: str
    """ISO 3166, such as `"GB"`: says which emergency numbers there are, and how numbers are read that agents type."""
    address: str
    """As it is registered with the carrier of emergency calls; shown to supervisors with each such call."""
    caller_id: str
    """Number at which the place can be called back, with `+` and the country. Example: `"+442079460100"`."""
    numbers: tuple[str, ...] = ()
    """Emergency numbers beside those of the country, 2 to 6 digits each. Example: `["222"]`."""
    outside_prefixes: tuple[str, ...] = ("0", "9")
    """What people here may dial first for an outside line; emergency numbers are known with and without. Those of all
    places hold at all of them."""
    rescue_numbers: tuple[str, ...] = ()
    """Numbers from which rescuers may call back, with `+` and the country; no rule of `[[callers]]` holds them up."""


class Cap(Part, frozen=True, kw_only=True):
    """How many outside calls may be made. What is not given has no bound."""

    at_once: Positive | None = None
    an_hour: Positive | None = None
    night_min: Natural | None = None
    """Minutes of outside calls between two working times; `hours` of `[dialling]` says when those are."""


class DialRule(Part, frozen=True, kw_only=True):
    """Numbers that may be dialled, or may not. The most specific rule counts: the longest prefix, a country a bit more
    than its bare calling code; among equals a team's before the center's, and `deny` before `allow`. Without any rule
    an agent's own country may be dialled and nothing else. 100 rules at most.
    """

    allow: tuple[str, ...] = ()
    """Prefixes with `+`, or countries by ISO 3166. Example: `["FR", "+3906"]`."""
    deny: tuple[str, ...] = ()
    """Example: `["+448"]`."""
    teams: tuple[str, ...] = ()
    """Whom it is for; everybody, if not given."""
    kinds: tuple[NumberKind, ...] = ()
    """What `allow` lets through beside ordinary numbers (and free and company numbers of the agent's own country).
    Others than `free` and `company` need prefixes of 5 digits at least. Example: `["shared_cost"]`."""


class Purpose(Part, frozen=True, kw_only=True):
    """What an agent calls for, with the number that the called person sees."""

    id: str
    name: str
    caller_id: str
    """One of `own_numbers`."""


class Dialling(Part, frozen=True, kw_only=True):
    """Agents call out. Without this table they call one another and emergency numbers only."""

    own_numbers: tuple[str, ...]
    """The numbers that the center owns, with `+` and the country: no other one is ever shown to a called person."""
    caller_id: str
    """What a called person sees where no purpose, queue or direct number says something else; one of `own_numbers`."""
    teams: tuple[str, ...] = ()
    """Whose members may call out; everybody with a phone, if not given."""
    queues: dict[str, str] = msgspec.field(default_factory=dict)
    """For calls that belong to a queue: its id and the number to show. Example: `{ sales = "+442079460100" }`."""
    purposes: tuple[Purpose, ...] = ()
    rules: tuple[DialRule, ...] = ()
    agent: Cap = Cap(at_once=2, an_hour=60)
    """For each agent; 2 at once and 60 an hour, if not given."""
    center: Cap = Cap()
    """For all together."""
    team_caps: dict[str, Cap] = msgspec.field(default_factory=dict)
    """For all members of a team together. Example: `[dialling.team_caps.sales]`."""
    hours: str | None = None
    """Id of the `[[hours]]` that are working time; outside them it is night for `night_min` and `night_abroad`."""
    night_abroad: bool = False
    """Whether other countries may be dialled at night."""


class Do(StrEnum):
    """What becomes of a caller for whom a rule holds."""

    BLOCK = "block"
    DIVERT = "divert"
    SLOW = "slow"


class CallerRule(Part, frozen=True, kw_only=True):
    """Callers who are turned away, sent elsewhere or slowed. A rule holds when all that it names is so; the most
    specific one counts: a whole number, then the longer prefix, then a withheld number, then fewer attestations.
    Supervisors make further ones by hand. 1000 at most.
    """

    id: str
    reason: str
    """Why, as supervisors read it."""
    do: Do
    """`block`: told the announcement, if one is given, and hung up on. `divert`: sent on. `slow`: answered only after
    `after_s`, `at_once` of them at most; the others are busy."""
    number: str | None = None
    """A whole number, with `+` and the country, or the digits that come in."""
    prefix: str | None = None
    """Beginning of numbers, with `+`. Example: `"+4470"`."""
    withheld: bool = False
    """Callers who show no number."""
    attestation: tuple[Attestation, ...] = ()
    """How far the caller's number is vouched for, as the trunk reports it: A, B and C are `full`, `partial` and
    `gateway`; `passed` is verified at an unknown level. Example: `["failed"]`."""
    to: str | None = None
    """With `divert`: id of a queue of calls."""
    destination: str | None = None
    """With `divert`: id of one of the `[[destinations]]`."""
    announcement: str | None = None
    """With `block` and `destination`: id of one of the `[[announcements]]`."""
    after_s: Positive | None = None
    """With `slow`; 120 at most."""
    at_once: Positive | None = None
    """With `slow`."""
    until: datetime.datetime | None = None
    """End of the rule; in the center's zone, if it names none. Example: `2027-01-31T18:00:00`."""
