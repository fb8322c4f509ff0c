"""Definitions for tests: the sample, one with every table and key but routing's and hours', one of each of those, and a
small one."""

import copy
import tomllib
from pathlib import Path
from typing import Any

from config.definition import Definition, parse
from config.serving import SAMPLE

NOON_MS = 1_800_014_400_000
"""2027-01-15, a Friday, at 12:00 UTC."""

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

ROUTING = """
[center]
name = "Routing"

[[skills]]
id = "french"
name = "French"

[[skills]]
id = "sales"
name = "Sales"

[[skills]]
id = "billing"
name = "Billing"

[[teams]]
id = "day"
name = "By day"

[teams.capacity.chat]
weight = 50
limit = 2

[[teams]]
id = "night"
name = "By night"
capacity.chat = { weight = 20, limit = 5 }
capacity.mail = { weight = 10, limit = 9 }

[[reasons]]
id = "break"
name = "Break"
lasts_min = 15
agents_max = 3

[[reasons]]
id = "lunch"
name = "Lunch"

[[dispositions]]
id = "done"
name = "Done"

[[queues]]
id = "sales"
name = "Sales"
medium = "voice"
skills = ["billing"]
requires = "french >= 3 and (sales 2..4 or agent:ann)"
preferred_s = [20, 10]
choice = "weighted"
weights = { french = 3, billing = 1 }
target_s = 20
priority_step_s = 60
value_step_s = 0.25
moved_max_s = 600
age_factor = 1.5
age_max_s = 900
back_off = { declined_s = 7, busy_s = 8, no_answer_s = 9, failed_s = 10, unreachable_s = 11 }
wrap_up = "timed"
wrap_up_s = 40
extension_s = 20
extensions_max = 2
again_s = 600

[[queues.relaxation]]
after_s = 30
drop = ["sales"]
lower = { french = 2 }

[[queues.relaxation]]
after_s = 60
widen = "team:night and not agent:dora"

[[queues]]
id = "chat"
name = "Chat"
medium = "chat"
target_s = 30

[[switches]]
id = "main"
host = "127.0.0.1"

[[users]]
id = "ann"
name = "Ann"
role = "agent"
skills = { french = 7, billing = 2 }
teams = ["day", "night"]
takes = "best_skill_first"
phone = { switch = "main", name = "ann" }

[users.capacity.voice]
weight = 60
limit = 1

[[users]]
id = "ben"
name = "Ben"
role = "agent"
skills = { french = 2, billing = 1 }
phone = { switch = "main", name = "ben" }

[[users]]
id = "carla"
name = "Carla"
role = "agent"
skills = ["billing"]
teams = ["night"]
phone = { switch = "main", name = "carla" }

[[users]]
id = "dora"
name = "Dora"
role = "agent"
skills = ["sales", "french", "billing"]
teams = ["night"]

[[users]]
id = "sam"
name = "Sam"
role = "supervisor"
"""

HOURS = """
[center]
name = "Hours"
zone = "Europe/London"

[[hours]]
id = "office"
name = "Office"
weekdays = ["08:00-12:00", "13:00-18:00"]
wednesday = []
weekend = ["10:00-14:00"]
sunday = []

[[hours.holidays]]
name = "Christmas"
from = "12-24"
to = "12-26"

[[hours.holidays]]
name = "Stocktaking"
date = 2027-02-01
open = ["13:00-15:00"]

[[hours]]
id = "night"
name = "Night"
zone = "America/New_York"
every_day = ["22:00-06:00"]
monday = ["20:00-24:00"]
tuesday = ["00:00-06:00"]
wednesday = ["22:00-06:00"]
thursday = ["22:00-06:00"]
friday = ["22:00-06:00"]
saturday = ["22:00-06:00"]

[[hours.holidays]]
date = "07-04"

[[hours.holidays]]
from = 2027-07-04
to = 2027-07-05

[[teams]]
id = "day"
name = "By day"
hours = "office"

[[dispositions]]
id = "done"
name = "Done"

[[queues]]
id = "mail"
name = "E-mail"
medium = "mail"
target_s = 3600
hours = "office"

[[queues]]
id = "tasks"
name = "Tasks"
medium = "task"
target_s = 3600
hours = "night"

[[users]]
id = "ann"
name = "Ann"
role = "agent"
teams = ["day"]

[[users]]
id = "ben"
name = "Ben"
role = "agent"
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


def only_queue(text: str) -> str:
    """`ROUTING` with this queue of calls alone, so that one rule at a time can be tried on its agents."""
    start, end = ROUTING.index("[[queues]]"), ROUTING.index("[[switches]]")
    queue = f'[[queues]]\nid = "x"\nname = "X"\nmedium = "voice"\ntarget_s = 20\n{text}\n\n'
    return ROUTING[:start] + queue + ROUTING[end:]
