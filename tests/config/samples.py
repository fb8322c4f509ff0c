"""Definitions for tests: the sample, one with every table and key, and small ones of a single medium."""

import copy
import tomllib
from pathlib import Path
from typing import Any

from config.definition import Definition, parse
from config.serving import SAMPLE

EVERYTHING = """
[center]
name = "Everything"
zone = "Europe/London"
phone_region = "GB"

[[skills]]
id = "repairs"
name = "Repairs"

[[reasons]]
id = "break"
name = "Break"

[[dispositions]]
id = "done"
name = "Done"

[[queues]]
id = "sales"
name = "Sales"
medium = "voice"
skills = ["repairs"]
target_s = 20
offer_s = 15
misses_max = 2
short_abandon_s = 3
service_level_s = 30
service_level_percent = 90
wrap_up_s = 45
disposition_required = false

[[queues]]
id = "mail"
name = "E-mail"
medium = "mail"
target_s = 3600

[[queues]]
id = "chat"
name = "Chat"
medium = "chat"
target_s = 30

[[numbers]]
number = "100"
queue = "sales"

[[switches]]
id = "main"
kind = "asterisk"
host = "127.0.0.1"
port = 5038
username = "switchroom"
websocket_url = "ws://127.0.0.1:8088/ws"
sip_domain = "pbx.example"
other_numbers = "sales"

[[mailboxes]]
id = "hello"
kind = "imap"
address = "hello@shop.example"
from_name = "Shop"
other_addresses = ["info@shop.example"]
folder = "INBOX"
queue = "mail"

[mailboxes.imap]
host = "127.0.0.1"
port = 993
tls = true
starttls = false
username = "hello"

[mailboxes.smtp]
host = "127.0.0.1"
port = 587
tls = false
starttls = true
username = "hello"

[[sites]]
id = "shop"
title = "Shop"
queue = "chat"
origins = ["https://shop.example"]
greeting = "Hello"
colour = "#123456"
away_s = 60

[capacity.voice]
weight = 100
limit = 1

[capacity.chat]
weight = 50
limit = 2
interruptible = false

[[users]]
id = "ann"
name = "Ann"
role = "agent"
skills = ["repairs"]
teams = ["north"]
phone = { switch = "main", name = "ann", kind = "softphone" }
takes_work = true

[users.capacity.mail]
weight = 20
limit = 5
interruptible = true

[[users]]
id = "ada"
name = "Ada"
role = "administrator"
"""

ONLY_MAIL = """
[center]
name = "Letters"

[[dispositions]]
id = "done"
name = "Done"

[[queues]]
id = "mail"
name = "E-mail"
medium = "mail"
target_s = 3600

[[mailboxes]]
id = "hello"
kind = "rehearsal"
address = "hello@letters.example"
queue = "mail"

[[users]]
id = "ann"
name = "Ann"
role = "agent"
"""


def sample_text() -> str:
    return Path(SAMPLE).read_text(encoding="utf-8")


def raw(text: str) -> dict[str, Any]:
    return copy.deepcopy(tomllib.loads(text))


def everything() -> Definition:
    return parse(EVERYTHING)


def with_change(text: str, old: str, new: str) -> Definition:
    """The definition with one place changed; the place has to be there."""
    assert old in text, old
    return parse(text.replace(old, new, 1))
