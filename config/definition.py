"""The definition of a contact center: one readable TOML file, typed; nothing here knows how it is carried out.

`read` gives a `Definition` or says, sentence by sentence, what is wrong and where. Secrets are never in it: they come
from the environment (`config/settings.py`). Lengths of time carry their unit in the key.
"""

import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec

from channels.core.attestation import Attestation
from channels.core.dialling_rules import NumberKind
from config.definition_blending import Floor, Lending, Reserve, Share
from config.definition_dialling import CallerRule, Dialling, Do, Place
from config.definition_hours import OpeningHours, read_day
from config.definition_leaving import Announcement, Destination, EmergencyWay
from config.definition_parts import Part, Positive
from config.definition_routing import (
    DEFAULT_CAPACITY,
    LEVEL_WITHOUT,
    Capacity,
    Queue,
    Skill,
    Team,
)
from config.errors import BadDefinition
from history.core.vocabulary import AgentChoice, Medium, Role, Takes

ID = re.compile(r"[a-z0-9][a-z0-9_.]{0,39}")
"""Ids stand in file names, streams and dialplan words, so they are narrow."""

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class Center(Part, frozen=True, kw_only=True):
    name: str
    zone: str = "UTC"
    """IANA time zone, such as Europe/London."""
    phone_region: str | None = None
    """ISO 3166 region in which phone numbers without a country are read, such as GB."""


class Reason(Part, frozen=True, kw_only=True):
    """Why an agent may be not ready."""

    id: str
    name: str
    lasts_min: Positive | None = None
    """Longer than so many minutes is an overrun, which supervisors see. Example: `15`."""
    agents_max: Positive | None = None
    """So many agents may be not ready for it at once; nobody else may choose it then. Example: `3`."""


class Disposition(Part, frozen=True, kw_only=True):
    id: str
    name: str


class Number(Part, frozen=True, kw_only=True):
    """A number that callers dial, as the dialplan hands it over, and the queue it leads to."""

    number: str
    """As the dialplan hands it over."""
    queue: str
    """A queue of calls."""
    id: str | None = None
    """By which supervisors name it; needed for `emergency` only."""
    emergency: EmergencyWay | None = None
    """Where all who have dialled it and wait go, and all who dial it, while a supervisor has declared an emergency."""


class Switch(Part, frozen=True, kw_only=True):
    """An Asterisk, or the rehearsal switch. The AMI secret is SWITCHROOM_AMI_SECRET_<ID> or SWITCHROOM_AMI_SECRET."""

    id: str
    kind: str = "asterisk"
    host: str = "127.0.0.1"
    port: Port = 5038
    username: str = "switchroom"
    websocket_url: str | None = None
    """Where browsers register their soft phones, such as ws://127.0.0.1:8088/ws."""
    sip_domain: str | None = None
    other_numbers: str | None = None
    """The queue of a number that `numbers` does not name; the first queue of calls, if not given."""


class MailServer(Part, frozen=True, kw_only=True):
    host: str
    port: Port
    tls: bool = True
    """TLS from the first byte on (ports 993 and 465)."""
    starttls: bool = False
    """TLS begun later (port 587); then tls has to be false."""
    username: str = ""
    certificate_file: str | None = None
    """Certificate (PEM) of a server that no public authority vouches for."""


class Mailbox(Part, frozen=True, kw_only=True):
    """The password is SWITCHROOM_MAIL_SECRET_<ID>, for IMAP and SMTP alike. Kind `rehearsal` is a folder of files."""

    id: str
    address: str
    from_name: str = ""
    other_addresses: tuple[str, ...] = ()
    """Further addresses of this mailbox; an answer goes out from the one that was written to."""
    folder: str = "INBOX"
    queue: str
    kind: str = "imap"
    imap: MailServer | None = None
    smtp: MailServer | None = None


class Site(Part, frozen=True, kw_only=True):
    """A web site that carries the chat widget. Signing secret: SWITCHROOM_SITE_SECRET_<ID>, if it signs."""

    id: str
    title: str
    queue: str
    origins: tuple[str, ...]
    """Pages that may carry the widget, such as https://shop.example."""
    greeting: str = "Hello! How can we help?"
    colour: str = "#1f5f8b"
    away_s: Positive = 300
    """A visitor whose page is gone for so long has left."""


class Phone(Part, frozen=True, kw_only=True):
    """An agent's phone: the switch's own name of it. A soft phone's password is SWITCHROOM_PHONE_SECRET_<NAME>."""

    switch: str
    name: str
    kind: str = "desk"


class User(Part, frozen=True, kw_only=True):
    id: str
    name: str
    role: Role
    skills: tuple[str, ...] | dict[str, int] = ()
    """A list, `["repairs"]`, each at level 5, or a table with levels from 1 to 10, `{ french = 7, repairs = 3 }`."""
    teams: tuple[str, ...] = ()
    """Ids of `[[teams]]`, the most important first; any names, if there are no `[[teams]]`."""
    takes: Takes = Takes.MOST_URGENT
    """What this agent takes next when work of several queues waits: what is due first, or what they have the highest
    levels for."""
    phone: Phone | None = None
    takes_work: bool | None = None
    """Whether interactions are offered to this user; agents do, others do not, if not given."""
    place: str | None = None
    """Id of the `[[places]]` where this user's phone stands; needed by whoever has a phone, if there are any."""
    extension: str | None = None
    """What colleagues dial to reach this user: 2 to 6 digits. Example: `"204"`."""
    direct_number: str | None = None
    """A number of the center that is this user's own, shown where no purpose or queue says something else; one of the
    `own_numbers` of `[dialling]`."""
    capacity: dict[Medium, Capacity] = msgspec.field(default_factory=dict)
    """Overrides the teams' and the center's for single media."""

    @property
    def levels(self) -> dict[str, int]:
        """The level (1 to 10) of each skill."""
        return self.skills if isinstance(self.skills, dict) else dict.fromkeys(self.skills, LEVEL_WITHOUT)

    @property
    def is_agent(self) -> bool:
        return self.role is Role.AGENT if self.takes_work is None else self.takes_work


class Definition(Part, frozen=True, kw_only=True):
    center: Center
    queues: tuple[Queue, ...]
    users: tuple[User, ...]
    skills: tuple[Skill, ...] = ()
    teams: tuple[Team, ...] = ()
    hours: tuple[OpeningHours, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    lending: tuple[Lending, ...] = ()
    shares: tuple[Share, ...] = ()
    floors: tuple[Floor, ...] = ()
    reasons: tuple[Reason, ...] = ()
    dispositions: tuple[Disposition, ...] = ()
    destinations: tuple[Destination, ...] = ()
    announcements: tuple[Announcement, ...] = ()
    numbers: tuple[Number, ...] = ()
    places: tuple[Place, ...] = ()
    dialling: Dialling | None = None
    callers: tuple[CallerRule, ...] = ()
    switches: tuple[Switch, ...] = ()
    mailboxes: tuple[Mailbox, ...] = ()
    sites: tuple[Site, ...] = ()
    capacity: dict[Medium, Capacity] = msgspec.field(default_factory=dict)

    @property
    def media(self) -> tuple[Medium, ...]:
        """The media that this center has, in the order of `Medium`: those of its queues."""
        present = {queue.medium for queue in self.queues}
        return tuple(medium for medium in Medium if medium in present)

    @property
    def is_rehearsal(self) -> bool:
        """Whether no customer is real. Real calls beside a rehearsal mailbox (the sandbox) are real calls."""
        return "rehearsal" in [peer.kind for peer in self.switches or self.mailboxes]

    def capacity_of(self, user: User) -> dict[Medium, Capacity]:
        """What holds for a user: their own, else their first team's that says something, else the center's."""
        found = {**DEFAULT_CAPACITY, **self.capacity}
        of_team = {team.id: team.capacity for team in self.teams}
        for team in reversed(user.teams):
            found |= of_team.get(team, {})
        return found | user.capacity


_MISSING = re.compile(r"Object missing required field `(?P<field>.*)`", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>.*)`", re.DOTALL)
_BOUND = re.compile(r"Expected `(?:int|float)` (?P<way>[<>]=) (?P<number>\d+)(?:\.0)?")
_WRONG_KIND = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`")
_NO_SUCH = re.compile(r"Invalid enum value '(?P<value>.*)'", re.DOTALL)
_KEY_OF = "key` in `"
_WORDS: dict[str, type[StrEnum]] = {
    **{"role": Role, "choice": AgentChoice, "takes": Takes},
    **{"do": Do, "kinds": NumberKind, "attestation": Attestation},
}
"""Where not a medium is to be named."""
_KINDS = {
    "int": "a whole number",
    "float": "a number with a fraction",
    "str": "a text in quotes",
    "bool": "true or false",
    "array": "a list in square brackets",
    "object": "a table",
    "date": "a date",
    "datetime": "a date with a time",
    "time": "a time",
    "null": "nothing",
}


def read(path: Path) -> tuple[Definition, str]:
    """Return the definition in a file, and its text.

    Raises:
        BadDefinition: it cannot be read, is no TOML, or a key is missing, unknown or of the wrong kind.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadDefinition([f"{path}: cannot be read ({error.strerror}); give the path of a definition."]) from error
    except UnicodeDecodeError as error:
        raise BadDefinition([f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8."]) from error
    return parse(text, str(path)), text


def parse(text: str, name: str = "definition") -> Definition:
    """Return the definition in a text; `name` stands in the messages. See `read`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadDefinition([f"{name}: is not valid TOML: {error}."]) from error
    return of_raw(raw, name)


def of_raw(raw: dict[str, Any], name: str = "definition") -> Definition:
    """Return the definition in a TOML document that was read already. See `read`."""
    try:
        return msgspec.convert(raw, Definition, dec_hook=read_day)
    except msgspec.ValidationError as error:
        raise BadDefinition([f"{name}: {_sentence(str(error), raw)}"]) from error


def _sentence(message: str, raw: dict[str, Any]) -> str:
    what, _, place = message.partition(" - at `")
    of_key = place.startswith(_KEY_OF)
    where = _where(place.removeprefix(_KEY_OF).removeprefix("$").rstrip("`"), raw)
    if missing := _MISSING.fullmatch(what):
        return f"{where}the key {missing['field']!r} is missing; add it."
    if unknown := _UNKNOWN.fullmatch(what):
        return f"{where}the key {unknown['field']!r} is not known; correct its spelling or take it out."
    if bound := _BOUND.fullmatch(what):
        return f"{where}has to be {'at least' if bound['way'] == '>=' else 'at most'} {bound['number']}; correct it."
    if wrong := _WRONG_KIND.fullmatch(what):
        return f"{where}has to be {_kinds(wrong['wanted'])}, not {_kinds(wrong['got'])}; correct it."
    if value := _NO_SUCH.fullmatch(what):
        words = reversed(where.removesuffix(": ").split(", "))
        known = next((_WORDS[word] for word in words if word in _WORDS), Medium)
        kind = "key" if of_key else "value"
        return f"{where}the {kind} {value['value']!r} is none of {', '.join(known)}; correct it."
    return f"{where}{what[0].lower()}{what[1:]}; correct it."


def _kinds(words: str) -> str:
    """`int | null` in words that need no programmer; TOML has no null."""
    kinds = [_KINDS.get(word, word) for word in words.split(" | ") if word != "null" or words == "null"]
    return " or ".join(kinds)


def _where(place: str, raw: dict[str, Any]) -> str:
    """`.queues[1].target_s` -> `queues, 'sales', target_s: ` with the id where the table has one."""
    if not place:
        return ""
    words = []
    at: Any = raw
    for part in re.findall(r"\.(\w+)|\[(\d+|\.\.\.)\]", place):
        key, index = part
        if key:
            words.append(key)
            at = at.get(key) if isinstance(at, dict) else None
        elif index.isdecimal() and isinstance(at, list):
            at = at[int(index)]
            name = (at.get("id") or at.get("number")) if isinstance(at, dict) else None
            words.append(f"number {int(index) + 1}" if name is None else repr(name))
    return ", ".join(words) + ": "
