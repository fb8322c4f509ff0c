"""Definitions of contact centers in parts: a center has exactly the channels that a journey needs."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.bed.asterisk import Asterisk
from tests.bed.dovecot import SERVICE, Dovecot
from tests.bed.smtp import SmtpServer

SITE = "shop"
NOBODY_ANSWERS_S = 3
"""For how long an offer of the queue `brief` (number 300) stands."""

_HEAD = """[center]
name = "Harbor Bikes"
zone = "Europe/Berlin"
phone_region = "DE"

[[reasons]]
id = "break"
name = "Break"

[[dispositions]]
id = "solved"
name = "Solved"

[[dispositions]]
id = "sale"
name = "Sale"
"""


@dataclass(frozen=True, slots=True)
class Person:
    """A user; `phone` is the kind of the phone that bears their id, or none."""

    id: str
    name: str
    role: str = "agent"
    phone: str | None = None
    skills: tuple[str, ...] = ()


def definition(people: Iterable[Person], *channels: str) -> str:
    """The text of a definition: the head, the channels' parts, the users."""
    return "\n".join([_HEAD, *channels, *map(_user, people)])


def voice(switch: Asterisk, *, counter: bool = True) -> str:
    """Number 100 for everybody and 300, whose offers end soon.

    With ``counter`` also 400 for who has the skill `desk`; wrap-up after it is short.
    """
    parts = [
        _queue("sales", "Sales", "voice", "target_s = 20", "short_abandon_s = 1"),
        _number("100", "sales"),
        _queue("brief", "Hotline", "voice", "target_s = 20", f"offer_s = {NOBODY_ANSWERS_S}"),
        _number("300", "brief"),
        f"""[[switches]]
id = "main"
port = {switch.ami_port}
websocket_url = "{switch.websocket_url}"
""",
    ]
    if counter:
        parts += [
            '[[skills]]\nid = "desk"\nname = "At the counter"\n',
            _queue("counter", "Counter", "voice", "target_s = 20", 'skills = ["desk"]', "wrap_up_s = 1"),
            _number("400", "counter"),
        ]
    return "\n".join(parts)


def mail(dovecot: Dovecot, smtp: SmtpServer) -> str:
    """The service's mailbox, by its two servers."""
    return f"""
{_queue("mail", "E-mail", "mail", "target_s = 3600", "offer_s = 60")}
[[mailboxes]]
id = "service"
address = "{SERVICE}"
from_name = "Harbor Bikes"
queue = "mail"
imap = {{ host = "127.0.0.1", port = {dovecot.imap_port}, tls = false, username = "{SERVICE}" }}
smtp = {{ host = "127.0.0.1", port = {smtp.port}, tls = false }}
"""


def chat(shop_port: int) -> str:
    """The widget on a shop's page at this port of `localhost`."""
    return f"""
{_queue("chat", "Web chat", "chat", "target_s = 30", "offer_s = 60")}
[[sites]]
id = "{SITE}"
title = "Harbor Bikes"
queue = "chat"
origins = ["http://localhost:{shop_port}"]
greeting = "Ahoy! Questions about a bike?"
"""


def tasks() -> str:
    """Tasks of the back office."""
    return _queue("office", "Back office", "task", "target_s = 14400", "offer_s = 60")


def _queue(id_: str, name: str, medium: str, *lines: str) -> str:
    return "\n".join(["[[queues]]", f'id = "{id_}"', f'name = "{name}"', f'medium = "{medium}"', *lines, ""])


def _number(number: str, queue: str) -> str:
    return f'[[numbers]]\nnumber = "{number}"\nqueue = "{queue}"\n'


def _user(person: Person) -> str:
    lines = ["[[users]]", f'id = "{person.id}"', f'name = "{person.name}"', f'role = "{person.role}"']
    if person.phone is not None:
        lines.append(f'phone = {{ switch = "main", name = "{person.id}", kind = "{person.phone}" }}')
    if person.skills:
        lines.append(f"skills = {list(person.skills)}".replace("'", '"'))
    return "\n".join([*lines, ""])
