"""What the kept center defines beside that of the kill tests: a queue and an agent or two for each rule of routing."""

import datetime
import re

OPEN_S_MIN = 30
"""The hours that end while the center runs do so at a full minute, this far off at least."""
DAY_MIN = 24 * 60
CLOSES, FULL, FROM_DEEP, CLOSED, STORMS, AGAIN, DRILL = "201", "202", "203", "204", "205", "206", "207"
"""Numbers to dial: whose queue closes meanwhile; overflows; is closed; whose callers an emergency sends away; who come
again; of whom many come."""
PHONES = ("dora", "ruth")
"""Agents with phones of the rehearsal switch; `ruth` takes the drill."""
VOICEMAIL, NOWHERE = "voicemail", "nowhere"
"""Destinations: one that the switch knows, one that it has never heard of."""

_VOICE = """
[[hours]]
id = "short"
name = "Until a moment"
zone = "UTC"
every_day = ["00:00-{closes}"]
[[hours]]
id = "never"
name = "Hardly ever"
zone = "UTC"
[[hours.holidays]]
date = {once}
open = ["12:00-12:01"]
[[destinations]]
id = "voicemail"
name = "Voicemail"
[[destinations]]
id = "nowhere"
name = "Nowhere"
[[announcements]]
id = "storm"
name = "Storm"
sound = "custom/storm"
[[queues]]
id = "closes"
name = "Closes"
medium = "voice"
skills = ["sea"]
target_s = 20
hours = "short"
closing_s = 3
[[queues.overflow]]
when = "closed"
destination = "voicemail"
announcement = "storm"
[[queues]]
id = "closed"
name = "Closed"
medium = "voice"
skills = ["sea"]
target_s = 20
hours = "never"
[[queues.overflow]]
when = "closed"
to = "deep"
[[queues]]
id = "full"
name = "Full"
medium = "voice"
skills = ["sea"]
target_s = 20
[[queues.overflow]]
when = "waited"
after_s = 1
to = "deep"
[[queues]]
id = "deep"
name = "Deep"
medium = "voice"
skills = ["sea"]
target_s = 20
[[queues.overflow]]
when = "length"
length = 3
destination = "nowhere"
[queues.emergency]
announcement = "storm"
[[queues]]
id = "again"
name = "Again"
medium = "voice"
skills = ["sea"]
target_s = 20
again_s = 3600
[[queues]]
id = "drill"
name = "Drill"
medium = "voice"
skills = ["drill"]
target_s = 20
wrap_up = "none"
disposition_required = false
"""
_WRITTEN = """
[[teams]]
id = "yard"
name = "Yard"
[[teams]]
id = "light"
name = "Light"
[[teams]]
id = "nets"
name = "Nets"
[[reserves]]
id = "lamps"
agents = "team:light"
queues = ["lamps"]
keep = 1
[[lending]]
id = "to_cargo"
agents = "team:yard"
to = "cargo"
when = "longest_wait"
above_s = 1
back_s = 0
stay_min = 1
agents_max = 1
[[shares]]
id = "nets"
agents = "agent:tom"
queues = {{ nets = 80, ropes = 20 }}
[[floors]]
id = "letters"
agents = "team:nets"
queues = ["letters"]
agents_min = 1
[[mailboxes]]
id = "held"
kind = "rehearsal"
address = "held@harbor.example"
queue = "held"
[[queues]]
id = "steps"
name = "Steps"
medium = "task"
requires = "tide >= 5"
target_s = 60
priority_step_s = 60
value_step_s = 0.5
moved_max_s = 600
age_factor = 2
age_max_s = 600
[[queues.relaxation]]
after_s = 1
lower = {{ tide = 3 }}
[[queues.relaxation]]
after_s = 1
widen = "agent:tom"
[[queues]]
id = "held"
name = "Held"
medium = "mail"
skills = ["held"]
target_s = 1
offer_s = {stands_s}
"""
_TASKS = """
[[queues]]
id = "{queue}"
name = "{title}"
medium = "task"
skills = ["{queue}"]
target_s = 60
offer_s = {stands_s}
wrap_up = "{wrap_up}"
wrap_up_s = {stands_s}
{more}"""
_SKILL = '[[skills]]\nid = "{skill}"\nname = "{skill}"\n'
_AGENT = '[[users]]\nid = "{agent}"\nname = "{title}"\nrole = "agent"\n'
_QUEUES = {
    "cargo": ("mandatory", ""),
    "buoys": ("optional", "disposition_required = false\n"),
    "lamps": ("timed", "extension_s = 30\nextensions_max = 2\n"),
    "nets": ("mandatory", "priority_step_s = 60\nmoved_max_s = 600\n"),
    "ropes": ("mandatory", "[queues.back_off]\ndeclined_s = 2\n"),
    "letters": ("none", "disposition_required = false\n"),
    "bells": ("mandatory", ""),
}
AGENTS = {
    "max": "cargo, tide = 9",
    "yan": 'yard; teams = ["yard"]',
    "zoe": "yard",
    "uma": 'buoys, lamps; teams = ["light"]',
    "vic": 'buoys, lamps; teams = ["light"]',
    "tom": 'nets, ropes, letters; teams = ["nets"]',
    "una": 'letters; teams = ["nets"]',
    "lou": "tide = 3",
    "hal": "held, bells",
    "bea": "bells",
    "dora": "sea",
    "ruth": "drill",
}
"""Skills, at level 5 where none is written, and what else is said of each."""
_HOLDS = """[users.capacity.task]
weight = 40
limit = 2
[users.capacity.mail]
weight = 70
limit = 1
"""
"""A mail does not fit beside a task: where one is overdue, the agent is held for it."""


def one_mind(text: str, stands_s: int) -> str:
    """Return the definition of a kept center with all of it; what it says of `office` and the rest stays."""
    skills = {"sea", "drill", "tide", "held", "yard", *_QUEUES}
    parts = [
        text,
        _VOICE.format(closes=_soon(), once=_someday()),
        *(f'[[numbers]]\nnumber = "{number}"\nqueue = "{queue}"\n' for number, queue in _NUMBERS.items()),
        f'[[numbers]]\nid = "storms"\nnumber = "{STORMS}"\nqueue = "deep"\n',
        '[numbers.emergency]\ndestination = "voicemail"\n',
        _WRITTEN.format(stands_s=stands_s),
        *(_SKILL.format(skill=skill) for skill in sorted(skills)),
        *(
            _TASKS.format(queue=queue, title=queue.title(), stands_s=stands_s, wrap_up=wrap_up, more=more)
            for queue, (wrap_up, more) in _QUEUES.items()
        ),
        *(_agent(agent, said) for agent, said in AGENTS.items()),
    ]
    return "".join(parts)


_NUMBERS = {CLOSES: "closes", FULL: "full", FROM_DEEP: "deep", CLOSED: "closed", AGAIN: "again", DRILL: "drill"}


def _agent(agent: str, said: str) -> str:
    skills, *others = said.split("; ")
    levels = ", ".join(each if "=" in each else f"{each} = 5" for each in skills.split(", "))
    held = [_HOLDS] if agent == "hal" else []
    phone = f'phone = {{ switch = "main", name = "{agent}", kind = "rehearsal" }}\n' if agent in PHONES else ""
    return (
        _AGENT.format(agent=agent, title=agent.title())
        + f"skills = {{ {levels} }}\n"
        + "\n".join([*others, phone, *held])
    )


def _soon() -> str:
    """The full minute (UTC, HH:MM) at which the hours end."""
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=60 + OPEN_S_MIN)
    minute = soon.hour * 60 + soon.minute
    return "24:00" if minute == 0 else f"{minute // 60:02}:{minute % 60:02}"


def _someday() -> str:
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=300)).date().isoformat()


def without_loans(text: str) -> str:
    """Return the definition with the rule of lending taken out: other rules to try on what was recorded."""
    return re.sub(r"\[\[lending\]\]\n(?:[^\[\n].*\n)*", "", text)
