"""What a definition says about routing: skills, teams, capacity and queues, as the administrator writes them.

The text under each field is what docs/configuration.md says of it. What it means to the router is
`config/translating.py`'s matter, what is wrong with it `config/check_routing.py`'s.
"""

import msgspec

from config.definition_leaving import EmergencyWay, OverflowRule
from config.definition_parts import Factor, Natural, Part, Percent, Positive, Seconds
from history.core.vocabulary import AgentChoice, Medium, WrapUp

LEVEL_WITHOUT = 5
"""A skill that is written without a level: the middle of 1 to 10."""


class Skill(Part, frozen=True, kw_only=True):
    """What an agent can do, at a level from 1 to 10."""

    id: str
    """Any id but the words of an expression: `and`, `or`, `not`, `anyone`, `nobody`."""
    name: str


class Capacity(Part, frozen=True, kw_only=True):
    """How much of a medium an agent takes. `weight` is a share of 100."""

    weight: Percent
    limit: Positive
    interruptible: bool = False
    """Whether a call may be offered beside it."""


class Team(Part, frozen=True, kw_only=True):
    """Users who belong together; expressions name it as `team:ID`. With any of these, users may be in no other."""

    id: str
    name: str
    capacity: dict[Medium, Capacity] = msgspec.field(default_factory=dict)
    """Overrides the center's for single media; a user's own overrides it. Of a user's teams the first one that says
    something about a medium counts. Example: `[teams.capacity.chat]`."""
    hours: str | None = None
    """Id of the `[[hours]]` in which the team works. It changes nothing in routing, where people say themselves that
    they are ready: `switchroom check` tells with it at which opening hours of a queue nobody works who could serve it.
    Who is in no team with hours counts as always there. Example: `"office"`."""


class Relaxation(Part, frozen=True, kw_only=True):
    """One step by which what a queue asks widens while an interaction waits: in place, so that it keeps its wait and
    its due time. 20 steps at most; each acts on what the one before left, and has to let somebody in. A step that
    nobody who is signed in could serve is passed over at once.
    """

    after_s: Positive
    """The step comes this many seconds after the one before, the first one after the arrival. Example: `60`."""
    drop: tuple[str, ...] = ()
    """Skills that are no longer asked, in any form. Example: `["billing"]`."""
    lower: dict[str, int] = msgspec.field(default_factory=dict)
    """Skills that are asked at this level at the most from now on. Example: `{ french = 2 }`."""
    widen: str | None = None
    """Expression of who may take it as well. Example: `"team:night or agent:ann"`; `"anyone"` opens it to all."""


class BackOff(Part, frozen=True, kw_only=True):
    """How many seconds an agent is left in peace, without any offer, after an offer of the queue ended badly; 3600 at
    most each. Example: `{ declined_s = 10, no_answer_s = 30 }`.
    """

    declined_s: Natural | None = None
    """After the agent declined; 5 for calls, 0 otherwise, if not given."""
    busy_s: Positive | None = None
    """After the agent's phone was busy; 5, if not given. For queues of calls only."""
    no_answer_s: Natural = 0
    """After the agent let the offer's time run out."""
    failed_s: Positive | None = None
    """After the switch could not place the call; 2, if not given. For queues of calls only."""
    unreachable_s: Positive | None = None
    """After the agent's phone could not be reached; the agent is made not ready instead, if not given. For queues of
    calls only."""


class Queue(Part, frozen=True, kw_only=True):
    """Work of one medium that waits under one policy. Who may take it: who meets `skills` and `requires` together.
    `[[queues.relaxation]]`, `[[queues.overflow]]`, `[queues.emergency]` and `[queues.back_off]` stand below the queue
    that they belong to.
    """

    id: str
    name: str
    medium: Medium
    skills: tuple[str, ...] = ()
    """An agent needs all of them, at any level. Example: `["repairs"]`."""
    requires: str | None = None
    """Expression that an agent has to meet beside `skills`: skills (`french`, `french >= 3`, `french <= 3`,
    `french = 3`, `french 2..4`), `agent:ID`, `team:ID` and `anyone`, joined by `and`, `or`, `not` and brackets; `not`
    binds closest, then `and`. 50 terms at most. Example: `"french >= 3 and (billing or sales 2..4)"`."""
    relaxation: tuple[Relaxation, ...] = ()
    """How what is asked widens while somebody waits, step by step."""
    preferred_s: tuple[Positive, ...] = ()
    """How many seconds each of a customer's preferred agents is waited for, in order, before anybody else is asked;
    the last number holds for all further ones, 10 numbers at most. Preferred agents who are signed out are passed over
    at once. None: nobody is preferred. Example: `[20, 10]`."""
    choice: AgentChoice = AgentChoice.LONGEST_IDLE
    """Who of the free agents gets it: idle for the longest; least at work within the last half hour; highest levels of
    the skills that are asked; fewest skills; one after the other by id; highest sum of `weights` times levels. Equal
    ones go by the longest idle, then by id."""
    weights: dict[str, int] = msgspec.field(default_factory=dict)
    """With `choice = "weighted"` only: how much a level of each skill counts, from 1 to 10. Example:
    `{ french = 3, sales = 1 }`."""
    target_s: Positive
    """Due time is arrival plus this, moved by priority and value. The earliest due time comes first. Example: `20`."""
    priority_step_s: Natural = 0
    """Each point of priority (-10 to 10) brings the due time forward by so many seconds, a negative one back. Example:
    `60`."""
    value_step_s: Seconds = 0.0
    """Each unit of the customer's value brings the due time forward by so many seconds. Example: `0.5`."""
    moved_max_s: Natural = 0
    """Priority and value together move a due time by so many seconds at the most, in either direction. Example:
    `600`."""
    age_factor: Factor = 1.0
    """How fast lateness counts against work of other queues: with 3, a second past the due time counts like three.
    Needs `age_max_s`."""
    age_max_s: Natural = 0
    """Lateness counts for so many seconds beyond itself at the most. Example: `900`."""
    offer_s: Positive = 20
    """How long an agent has to answer; 600 at most for calls."""
    misses_max: Positive | None = None
    """Consecutive missed offers after which the agent is made not ready; 1 for calls, 2 otherwise."""
    hours: str | None = None
    """Id of the `[[hours]]` in which it is open; always, if not given. What becomes of those who come outside them says
    a rule of overflow with `when = "closed"`. Example: `"office"`."""
    closing_s: Natural | None = None
    """So many seconds after closing, those who came in time and still wait go by the rule for `closed` too; they wait
    until they are served, if not given. Example: `900`."""
    overflow: tuple[OverflowRule, ...] = ()
    """When customers leave the queue without an agent, rule by rule."""
    emergency: EmergencyWay | None = None
    """Where all who wait and all who come go while a supervisor has declared an emergency."""
    back_off: BackOff = BackOff()
    """How long an agent is left in peace after an offer ended badly."""
    short_abandon_s: Natural = 5
    """Who leaves sooner is counted apart."""
    again_s: Natural = 0
    """Who left unanswered and comes again, with the same number or address, within so many seconds has their old
    place back; a withheld number never. Example: `600`."""
    service_level_s: Positive | None = None
    """Within how long an answer is in time; the target, if not given."""
    service_level_percent: Percent = 80
    """The share that should be answered in time."""
    wrap_up: WrapUp = WrapUp.MANDATORY
    """What agents do after their part with the customer: nothing, so that they are free at once; optional, open to
    write while they may be offered more; mandatory, until they are done; timed, until they are done or `wrap_up_s` is
    over."""
    wrap_up_s: Positive = 60
    """After this an optional or timed wrap-up ends by itself, and any of an agent without a desktop."""
    extension_s: Natural = 0
    """With `wrap_up = "timed"` only: by so many seconds an agent may put off the end, each time. Example: `30`."""
    extensions_max: Natural = 0
    """How often the agent may do so; 20 at most. Example: `2`."""
    disposition_required: bool = True


DEFAULT_CAPACITY = {
    Medium.VOICE: Capacity(weight=100, limit=1),
    Medium.CHAT: Capacity(weight=30, limit=3),
    Medium.MAIL: Capacity(weight=30, limit=3, interruptible=True),
    Medium.TASK: Capacity(weight=30, limit=3, interruptible=True),
}
