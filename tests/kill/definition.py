"""The definition of the center that is killed: one queue and one agent for each thing that may be under way."""

from dataclasses import dataclass
from datetime import UTC, datetime

TALK, RING, WAIT, WRAP, STORY, PROBE = "101", "102", "103", "104", "105", "106"
"""Numbers to dial, and what the calls to them are doing when the engine dies."""
AGENT_OF = {TALK: "tia", RING: "rob", WAIT: "wes", WRAP: "win", STORY: "pia", PROBE: "quinn"}
QUEUE_OF = {TALK: "talk", RING: "ring", WAIT: "wait", WRAP: "wrap", STORY: "story", PROBE: "probe"}
PHONES = tuple(AGENT_OF.values())
MAIL_AGENT, CHAT_AGENT, ROBOT = "mel", "cho", "mona"
SITE = "harbor"
RING_S_MAX = 600
"""Longer no switch lets a phone ring."""
BOX, POST = "box@harbor.example", "post@harbor.example"
"""`box`: answered by a person, half of it when the engine dies; `post`: answered by the headless agent."""

_HEAD = """[center]
name = "Harbor"
zone = "{zone}"
phone_region = "GB"
[[reasons]]
id = "break"
name = "Break"
[[dispositions]]
id = "solved"
name = "Solved"
"""


_PHONE_KIND = {"asterisk": "desk", "rehearsal": "rehearsal"}


@dataclass(frozen=True, slots=True)
class SwitchAt:
    """Which switch the center has: `asterisk` or `rehearsal`, and its AMI port."""

    kind: str
    port: int


def definition(switch: SwitchAt, stands_s: int = 900, away_s: int = 300) -> str:
    """The TOML text. Offers and wrap-ups stand for `stands_s`, a visitor may be away for `away_s`."""
    switches = f'[[switches]]\nid = "main"\nkind = "{switch.kind}"\nport = {switch.port}\n'
    parts = [_HEAD.format(zone=_zone_of_noon()), switches]
    for number, queue in QUEUE_OF.items():
        parts.append(_queue(queue, "voice", stands_s) + f'[[numbers]]\nnumber = "{number}"\nqueue = "{queue}"\n')
        parts.append(_agent(AGENT_OF[number], queue, _PHONE_KIND[switch.kind]))
    for queue, medium, agent in (
        ("box", "mail", MAIL_AGENT),
        ("chat", "chat", CHAT_AGENT),
        ("post", "mail", ROBOT),
    ):
        parts.append(_queue(queue, medium, stands_s) + _agent(agent, queue))
    parts.append(_queue("office", "task", stands_s, skill="post"))
    for mailbox, address in (("box", BOX), ("post", POST)):
        parts.append(
            f'[[mailboxes]]\nid = "{mailbox}"\nkind = "rehearsal"\naddress = "{address}"\nqueue = "{mailbox}"\n'
        )
    parts.append(
        f'[[sites]]\nid = "{SITE}"\ntitle = "Harbor"\nqueue = "chat"\norigins = ["http://localhost:1"]\n'
        f"away_s = {away_s}\n"
    )
    parts.append('[[users]]\nid = "sam"\nname = "Sam"\nrole = "supervisor"\n')
    return "".join(parts)


def _zone_of_noon() -> str:
    """A zone in which it is about noon now: the wallboard's day must not begin anew during a test."""
    behind = datetime.now(UTC).hour - 12
    return f"Etc/GMT{behind:+d}"


def _queue(queue: str, medium: str, stands_s: int, skill: str = "") -> str:
    own = "" if skill else f'[[skills]]\nid = "{queue}"\nname = "{queue}"\n'
    offer_s = min(stands_s, RING_S_MAX) if medium == "voice" else stands_s
    return own + (
        f'[[queues]]\nid = "{queue}"\nname = "{queue}"\nmedium = "{medium}"\nskills = ["{skill or queue}"]\n'
        f"target_s = 20\noffer_s = {offer_s}\nwrap_up_s = {stands_s}\n"
    )


def _agent(agent: str, skill: str, phone: str | None = None) -> str:
    own = f'phone = {{ switch = "main", name = "{agent}", kind = "{phone}" }}\n' if phone else ""
    return f'[[users]]\nid = "{agent}"\nname = "{agent.title()}"\nrole = "agent"\nskills = ["{skill}"]\n{own}'
