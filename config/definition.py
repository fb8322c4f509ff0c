"""The definition of a contact center: one readable TOML file, typed; nothing here knows how it is carried out.

`read` gives a `Definition` or says, sentence by sentence, what is wrong and where. Secrets are never in it: they come
from the environment (`config/settings.py`). Lengths of time carry their unit in the key.
"""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec

from config.errors import BadDefinition
from history.core.vocabulary import Medium, Role

ID = re.compile(r"[a-z0-9][a-z0-9_.]{0,39}")
"""Ids stand in file names, streams and dialplan words, so they are narrow."""

Positive = Annotated[int, msgspec.Meta(ge=1)]
Percent = Annotated[int, msgspec.Meta(ge=1, le=100)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file. An unknown key is refused, since it is most often a misspelt one."""


class Center(_Part, frozen=True, kw_only=True):
    name: str
    zone: str = "UTC"
    """IANA time zone, such as Europe/London."""
    phone_region: str | None = None
    """ISO 3166 region in which phone numbers without a country are read, such as GB."""


class Skill(_Part, frozen=True, kw_only=True):
    id: str
    name: str


class Reason(_Part, frozen=True, kw_only=True):
    """Why an agent may be not ready."""

    id: str
    name: str


class Disposition(_Part, frozen=True, kw_only=True):
    id: str
    name: str


class Queue(_Part, frozen=True, kw_only=True):
    id: str
    name: str
    medium: Medium
    skills: tuple[str, ...] = ()
    """An agent needs all of them."""
    target_s: Positive
    """Due time is arrival plus this."""
    offer_s: Positive = 20
    """How long an agent has to answer; 600 at most for calls."""
    misses_max: Positive | None = None
    """Consecutive missed offers after which the agent is made not ready; 1 for calls, 2 otherwise."""
    short_abandon_s: Annotated[int, msgspec.Meta(ge=0)] = 5
    """Who leaves sooner is counted apart."""
    service_level_s: Positive | None = None
    """Within how long an answer is in time; the target, if not given."""
    service_level_percent: Percent = 80
    """The share that should be answered in time."""
    wrap_up_s: Positive = 60
    """After this the wrap-up of an agent without a desktop ends by itself."""
    disposition_required: bool = True


class Number(_Part, frozen=True, kw_only=True):
    """A number that callers dial, as the dialplan hands it over, and the queue it leads to."""

    number: str
    """As the dialplan hands it over."""
    queue: str
    """A queue of calls."""


class Switch(_Part, frozen=True, kw_only=True):
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


class MailServer(_Part, frozen=True, kw_only=True):
    host: str
    port: Port
    tls: bool = True
    """TLS from the first byte on (ports 993 and 465)."""
    starttls: bool = False
    """TLS begun later (port 587); then tls has to be false."""
    username: str = ""
    certificate_file: str | None = None
    """Certificate (PEM) of a server that no public authority vouches for."""


class Mailbox(_Part, frozen=True, kw_only=True):
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


class Site(_Part, frozen=True, kw_only=True):
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


class Capacity(_Part, frozen=True, kw_only=True):
    """How much of a medium an agent takes. `weight` is a share of 100."""

    weight: Percent
    limit: Positive
    interruptible: bool = False
    """Whether a call may be offered beside it."""


class Phone(_Part, frozen=True, kw_only=True):
    """An agent's phone: the switch's own name of it. A soft phone's password is SWITCHROOM_PHONE_SECRET_<NAME>."""

    switch: str
    name: str
    kind: str = "desk"


class User(_Part, frozen=True, kw_only=True):
    id: str
    name: str
    role: Role
    skills: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    phone: Phone | None = None
    takes_work: bool | None = None
    """Whether interactions are offered to this user; agents do, others do not, if not given."""
    capacity: dict[Medium, Capacity] = {}
    """Overrides the center's for single media."""

    @property
    def is_agent(self) -> bool:
        return self.role is Role.AGENT if self.takes_work is None else self.takes_work


class Definition(_Part, frozen=True, kw_only=True):
    center: Center
    queues: tuple[Queue, ...]
    users: tuple[User, ...]
    skills: tuple[Skill, ...] = ()
    reasons: tuple[Reason, ...] = ()
    dispositions: tuple[Disposition, ...] = ()
    numbers: tuple[Number, ...] = ()
    switches: tuple[Switch, ...] = ()
    mailboxes: tuple[Mailbox, ...] = ()
    sites: tuple[Site, ...] = ()
    capacity: dict[Medium, Capacity] = {}

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
        return {**DEFAULT_CAPACITY, **self.capacity, **user.capacity}


DEFAULT_CAPACITY = {
    Medium.VOICE: Capacity(weight=100, limit=1),
    Medium.CHAT: Capacity(weight=30, limit=3),
    Medium.MAIL: Capacity(weight=30, limit=3, interruptible=True),
    Medium.TASK: Capacity(weight=30, limit=3, interruptible=True),
}

_MISSING = re.compile(r"Object missing required field `(?P<field>.*)`", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>.*)`", re.DOTALL)
_BOUND = re.compile(r"Expected `int` (?P<way>[<>]=) (?P<number>\d+)")
_WRONG_KIND = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<got>[^`]*)`")
_NO_SUCH = re.compile(r"Invalid enum value '(?P<value>.*)'", re.DOTALL)
_KEY_OF = "key` in `"
_KINDS = {
    "int": "a whole number",
    "float": "a number with a fraction",
    "str": "a text in quotes",
    "bool": "true or false",
    "array": "a list in square brackets",
    "object": "a table",
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
        return msgspec.convert(raw, Definition)
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
        known = Role if where.endswith("role: ") else Medium
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
            words.append(repr(at.get("id") or at.get("number")) if isinstance(at, dict) else f"number {int(index) + 1}")
    return ", ".join(words) + ": "
