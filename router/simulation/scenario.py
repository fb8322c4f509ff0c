"""The scenario language: a published model, or a day of a center, as typed tables.

An unknown key is refused. Lengths of time carry their unit in the key. A value that may differ by period is one value
or a list with one for each period. `reading.py` reads the file and `checking.py` says what does not fit together;
docs/simulation.md explains the language to those who write it.
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from history.core.vocabulary import AgentChoice, LentWhen, Medium, Takes, WrapUp
from router.simulation.laws import Above0, Count, Factor, Law, NonNegative, Share, in_seconds

Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
Laws = Law | tuple[Law, ...]
"""One law, or one for each period in which the customer arrives."""
Rates = NonNegative | tuple[NonNegative, ...]


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file. An unknown key is refused, since it is most often a misspelt one."""


class Closing(StrEnum):
    """What happens to those who still wait or are served when the last period ends."""

    SERVE = "serve"
    CUT = "cut"


class Arrivals(_Table, frozen=True, kw_only=True):
    """How customers of a type come: exactly one of the four ways."""

    per_min: Rates | None = None
    per_h: Rates | None = None
    """Poisson with these rates, multiplied by the day's busyness."""
    between: Law | None = None
    """A renewal process: these lengths lie between two arrivals, and before the first."""
    instants_s: tuple[NonNegative, ...] | None = None
    """A trace: seconds after opening, the same every day."""
    busyness: bool = True
    """Whether the day's busyness multiplies the rates."""
    factor: Factor | None = None
    """A number of the type's own, drawn once a day, that multiplies the rates as well."""


class Balking(_Table, frozen=True, kw_only=True):
    """Customers who turn away when nobody can serve them at once."""

    probability: Share | None = None
    by_waiting: Annotated[tuple[Share, ...], msgspec.Meta(min_length=1)] | None = None
    """Probability with 0, 1, 2 ... of the type waiting already; the last one holds beyond."""

    def __post_init__(self) -> None:
        if (self.probability is None) == (self.by_waiting is None):
            raise ValueError("needs exactly one of probability and by_waiting")


class Retrial(_Table, frozen=True, kw_only=True):
    """Customers who come again later."""

    delay: Law
    after_abandon: Share = 0.0
    after_balk: Share = 0.0
    after_blocked: Share = 0.0
    tries_max: Count = 10
    """So often one customer comes at most, the first time included."""


class Route(_Table, frozen=True, kw_only=True):
    """A group that serves a type."""

    group: Id
    rank: Count = 1
    """Groups of the lowest rank are the first choice; between equals the scenario's `choice` decides."""
    after_s: NonNegative = 0
    """Only who has waited this long is given to the group."""
    reserve: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Only while more than this many agents of the group are free."""


Level = Annotated[int, msgspec.Meta(ge=1, le=10)]


class Relaxation(_Table, frozen=True, kw_only=True):
    """One widening of what a type needs."""

    after_s: Annotated[float, msgspec.Meta(gt=0)]
    """This long after the step before, or after the arrival."""
    drop: tuple[Id, ...] = ()
    """Skills that are no longer asked."""
    lower: dict[Id, Level] = {}
    """Skills that are asked at this level at the most."""
    widen: str | None = None
    """Who may serve as well, as an expression; `team:<group>` is a group."""


class Preferred(_Table, frozen=True, kw_only=True):
    """Customers who have an agent of their own: for a while only that one is offered the work."""

    probability: Share
    wait_s: Above0 = 20


class LeavesWhen(StrEnum):
    """When a rule sends customers on."""

    CLOSED = "closed"
    WAITED = "waited"
    LENGTH = "length"
    NOBODY_READY = "nobody_ready"
    NOBODY_SIGNED_IN = "nobody_signed_in"
    EXPECTED_WAIT = "expected_wait"


class Leaves(_Table, frozen=True, kw_only=True):
    """Customers leave by rule, the first one that holds: to another type's queue, or outside, which is the end."""

    when: LeavesWhen
    to: Id | None = None
    """Without it outside."""
    after_s: NonNegative = 0
    """Only who has waited there for so long."""
    length: Annotated[int, msgspec.Meta(ge=0)] = 0
    """With `length`: when so many wait as somebody comes."""
    wait_s: NonNegative = 0
    """With `expected_wait`: when half of them would wait for so long or longer."""


class CustomerType(_Table, frozen=True, kw_only=True):
    id: Id
    medium: Medium = Medium.VOICE
    arrivals: Arrivals
    patience: Laws | None = None
    """Without it customers wait for ever."""
    service: Laws | None = None
    service_by_group: dict[Id, Laws] = {}
    """Instead of `service` where this group serves."""
    wrap_up: Law | None = None
    wrap_up_mode: WrapUp = WrapUp.MANDATORY
    wrap_up_max_s: Above0 = 60
    """When an optional or timed wrap-up ends by itself."""
    extension_s: NonNegative = 0
    extensions_max: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    """Who needs longer puts off the end of a timed wrap-up by so much, so often."""
    again_s: NonNegative = 0
    """Who left unanswered and comes again within this long has their old place back."""
    balking: Balking | None = None
    retrial: Retrial | None = None
    routes: tuple[Route, ...] = ()
    """The groups that serve the type, or instead of them:"""
    needs: str | None = None
    """An expression over the skills of groups, such as `french >= 2 and not trainee`."""
    relax: tuple[Relaxation, ...] = ()
    choice: AgentChoice | None = None
    """Which of several free agents gets a customer; without it by rank of the routes, then who is idle for longest."""
    weights: dict[Id, Level] = {}
    """For the choice `weighted`: how much a level of each skill counts."""
    target_s: Annotated[int, msgspec.Meta(ge=0)] = 20
    """Due this long after the arrival; the earliest due is served first. Give all types the same for plain first come,
    first served, and very different ones for strict priority."""
    priority: Annotated[int, msgspec.Meta(ge=-10, le=10)] = 0
    priority_step_s: NonNegative = 60
    """So much sooner is due what has one more of priority."""
    age_percent: Annotated[int, msgspec.Meta(ge=100, le=1_000)] = 100
    """At 300 a second beyond the due time counts like three against other types."""
    age_max_s: NonNegative = 0
    """Lateness never counts for more than this beyond itself."""
    preferred: Preferred | None = None
    open_min: tuple[tuple[NonNegative, NonNegative], ...] = ()
    """From when to when the queue is open, in minutes after opening; always, if not given."""
    closing_s: NonNegative | None = None
    """So long after closing, who came in time may still wait; until they are served, if not given."""
    leaves: tuple[Leaves, ...] = ()
    emergency: bool = False
    """Whether an emergency can be declared, which sends everybody outside."""
    within_s: Above0 = 20
    """The service level's time."""
    misses_max: Count = 1


class Capacity(_Table, frozen=True, kw_only=True):
    weight: Annotated[int, msgspec.Meta(ge=1, le=100)] = 100
    limit: Count = 1
    interruptible: bool = False


class Habits(_Table, frozen=True, kw_only=True):
    """What people at desks do besides serving."""

    misses: Share = 0.0
    """Offers that nobody takes."""
    declines: Share = 0.0
    hangs_up: Share = 0.0
    """Conversations that the agent ends; the customer ends the others."""
    loses_leg: Share = 0.0
    """Calls in which the agent's phone is lost; the caller goes back to the head of the queue."""
    between_breaks: Law | None = None
    """Ready this long, then a break."""
    break_length: Law | None = None
    forgets: Share = 0.0
    """Wrap-ups that are left open until a supervisor closes them, after three minutes."""
    back_after_s: Above0 = 60
    """Who was made not ready is back after this."""


Agents = Annotated[int, msgspec.Meta(ge=0, le=20_000)]


class Group(_Table, frozen=True, kw_only=True):
    id: Id
    agents: Agents | tuple[Agents, ...]
    """How many are signed in, by period. Who is to leave finishes what they have."""
    skills: dict[Id, Level] = {}
    """For types that say what they need instead of their routes."""
    takes: Takes = Takes.MOST_URGENT
    """Whom a freed agent takes: who is due first, or first those for whom the agent's skill (or rank) is best."""
    speed: Above0 = 1.0
    """Service times are divided by it."""
    pop: Law | None = None
    """Until the page has shown the record; without it no time at all."""
    answer: Law | None = None
    """From the ring (or the offer) to the answer; without it no time at all."""
    wrap_up: Law | None = None
    """Where the type has none of its own."""
    capacity: dict[Medium, Capacity] = {}
    """By medium; without it one customer at a time."""
    habits: Habits = Habits()


class Room(_Table, frozen=True, kw_only=True):
    """What some types share and may be full: waiting places, lines, or both."""

    types: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1)]
    places: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """So many may wait. Who comes when all places are taken, and nobody is free, is blocked."""
    lines: Count | None = None
    """So many may be there, waiting or served. Who comes when all lines are taken is blocked, whoever is free."""

    def __post_init__(self) -> None:
        if self.places is None and self.lines is None:
            raise ValueError("needs places or lines")


class Reserve(_Table, frozen=True, kw_only=True):
    """The last `keep` idle agents of those meant are given nothing but customers of these types."""

    id: Id
    agents: str
    """An expression; `team:<group>` is a group."""
    queues: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1)]
    """Types: each is a queue."""
    keep: Count


class Lending(_Table, frozen=True, kw_only=True):
    """Agents who help with another type while it is short of them: the keys of the definition's rule."""

    id: Id
    agents: str
    to: Id
    when: LentWhen
    above_s: Count | None = None
    back_s: Annotated[int, msgspec.Meta(ge=0)] | None = None
    below_percent: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    back_percent: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    window_min: Annotated[int, msgspec.Meta(ge=1, le=120)] | None = None
    stay_min: Annotated[int, msgspec.Meta(ge=1, le=120)] = 15
    agents_max: Count
    only: bool = False


class TimeShare(_Table, frozen=True, kw_only=True):
    """How the time at work of some agents is to be divided between types, in percent."""

    id: Id
    agents: str
    queues: dict[Id, int]


class Floor(_Table, frozen=True, kw_only=True):
    """So many of some agents serve these types while any of their customers wait."""

    id: Id
    agents: str = "anyone"
    queues: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1)]
    agents_min: Count


class Scenario(_Table, frozen=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    days: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1
    """Independent days, each with its own seed, each from an empty center."""
    periods: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    period_s: Above0 | None = None
    period_min: Above0 | None = None
    period_h: Above0 | None = None
    warm_up_s: NonNegative | None = None
    warm_up_min: NonNegative | None = None
    warm_up_h: NonNegative | None = None
    """From opening on; what arrives in it is in no figure."""
    batches: Annotated[int, msgspec.Meta(ge=2, le=1_000)] | None = None
    """For one long day: so many stretches of equal length take the place of days in the intervals."""
    closing: Closing = Closing.SERVE
    busyness: Factor | None = None
    """Drawn once a day, the same for all types."""
    types: Annotated[tuple[CustomerType, ...], msgspec.Meta(min_length=1, max_length=1_000)]
    groups: Annotated[tuple[Group, ...], msgspec.Meta(min_length=1, max_length=1_000)]
    rooms: tuple[Room, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    lending: tuple[Lending, ...] = ()
    shares: tuple[TimeShare, ...] = ()
    floors: tuple[Floor, ...] = ()

    @property
    def period_ms(self) -> int:
        return round(in_seconds(self, "period") * 1000)

    @property
    def open_ms(self) -> int:
        """How long the center is open."""
        return self.period_ms * self.periods

    @property
    def warm_up_ms(self) -> int:
        given = (self.warm_up_s, self.warm_up_min, self.warm_up_h)
        return 0 if given == (None, None, None) else round(in_seconds(self, "warm_up") * 1000)

    def __post_init__(self) -> None:
        in_seconds(self, "period")
        if self.warm_up_ms >= self.open_ms:
            raise ValueError("warm_up has to be shorter than all periods together")
