"""Each figure once: what it counts in words, its numerator, its denominator, and the one way to compute it.

`Board.fold` takes the facts of the routing stream in order; the wallboard, and later alerts and interval reports, ask
the same functions, so that they agree to the unit. Counts of a day begin at the instant that the shell gives (midnight
in the center's zone); what waits and what agents do is as it is now.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

import msgspec

from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import (
    AgentId,
    HandlingId,
    InteractionId,
    Medium,
    OfferId,
    Presence,
    QueueId,
    ReasonCode,
)


@dataclass(frozen=True, slots=True)
class Kpi:
    """A figure's definition. `denominator` is empty for a plain count or a duration."""

    figure: str
    name: str
    words: str
    numerator: str
    denominator: str = ""


WAITING: Final = Kpi(
    "waiting",
    "Waiting",
    "Interactions that are in the queue now and have not been answered, also while they are being offered.",
    "visits begun and not ended",
)
LONGEST_WAIT: Final = Kpi(
    "longest_wait",
    "Longest wait",
    "How long the interaction that arrived first among those waiting has waited.",
    "now minus the earliest arrival among the waiting",
)
OFFERED: Final = Kpi(
    "offered", "Offered", "Visits that entered the queue today.", "visits whose entry into the queue lies in the day"
)
ANSWERED: Final = Kpi(
    "answered", "Answered", "Visits that an agent answered today.", "visits that ended today as answered"
)
ABANDONED: Final = Kpi(
    "abandoned",
    "Abandoned",
    "Visits that the customer left unanswered today; short abandons are counted apart.",
    "visits that ended today as abandoned and not short",
)
SHORT_ABANDONED: Final = Kpi(
    "short_abandoned",
    "Short abandons",
    "Visits that the customer left within the queue's short-abandon time today.",
    "visits that ended today as abandoned and short",
)
FLOWED_OUT: Final = Kpi(
    "flowed_out",
    "Flowed out",
    "Visits that ended today with somebody outside the queue: a caller whom the fallback served while no engine ran.",
    "visits that ended today as flowed out",
)
SERVICE_LEVEL: Final = Kpi(
    "service_level",
    "Service level",
    "Share of today's visits that were answered within the queue's time T. Whoever left within T is in neither number.",
    "visits answered today after waiting at most T",
    "visits answered today plus visits abandoned today after waiting more than T",
)
AGENTS: Final = Kpi(
    "agents",
    "Agents",
    "What each agent is doing now, in one word; with work in hand the work counts, else the presence they chose.",
    "agents in the activity",
)
KPIS: Final = (
    WAITING,
    LONGEST_WAIT,
    OFFERED,
    ANSWERED,
    ABANDONED,
    SHORT_ABANDONED,
    FLOWED_OUT,
    SERVICE_LEVEL,
    AGENTS,
)


class Activity(StrEnum):
    """An agent's workload and presence in one word; the first that applies of talking, wrap-up, offered, presence."""

    SIGNED_OUT = "signed_out"
    NOT_READY = "not_ready"
    READY = "ready"
    OFFERED = "offered"
    TALKING = "talking"
    WRAP_UP = "wrap_up"


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Counts of one queue since the day began."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    flowed_out: int = 0
    level_met: int = 0
    level_of: int = 0

    def __add__(self, other: "DayCounts") -> "DayCounts":
        return DayCounts(
            self.offered + other.offered,
            self.answered + other.answered,
            self.abandoned + other.abandoned,
            self.short_abandoned + other.short_abandoned,
            self.flowed_out + other.flowed_out,
            self.level_met + other.level_met,
            self.level_of + other.level_of,
        )

    @property
    def level_percent(self) -> float | None:
        """Service level with one decimal; none while nothing counts."""
        return round(1000 * self.level_met / self.level_of) / 10 if self.level_of else None


@dataclass(frozen=True, slots=True)
class AgentNow:
    presence: Presence = Presence.SIGNED_OUT
    reason: ReasonCode | None = None
    activity: Activity = Activity.SIGNED_OUT
    since_ms: int = 0
    carries: tuple[Medium, ...] = ()
    desktop_connected: bool = False
    phone_reachable: bool = False


@dataclass(frozen=True, slots=True)
class _Lease:
    agent: AgentId
    medium: Medium
    interaction: InteractionId
    activity: Activity


@dataclass(slots=True)
class Board:
    """What the wallboard shows, folded from facts. `fold` is the only thing that changes it, and `begin_day`."""

    day_began_ms: int = 0
    settings: RoutingSettings | None = None
    counts: dict[QueueId, DayCounts] = field(default_factory=dict)
    agents: dict[AgentId, AgentNow] = field(default_factory=dict)
    _waiting: dict[QueueId, dict[InteractionId, int]] = field(default_factory=dict)
    """For each queue who waits in it, and since when."""
    _leases: dict[OfferId | HandlingId, _Lease] = field(default_factory=dict)

    def begin_day(self, day_began_ms: int) -> None:
        """From here on the day's counts begin at this instant; those of the day before are dropped."""
        if day_began_ms > self.day_began_ms:
            self.day_began_ms = day_began_ms
            self.counts = {}

    def fold(self, fact: Fact, at_ms: int) -> None:
        """Apply the stream's next fact."""
        match fact:
            case facts.RoutingDefined():
                self._define(fact.settings)
            case facts.InteractionQueued():
                self._waiting.setdefault(fact.queue, {})[fact.interaction] = fact.arrived_ms
                self._count(fact.queue, at_ms, DayCounts(offered=1))
            case facts.VisitAnswered():
                self._waiting.get(fact.queue, {}).pop(fact.interaction, None)
                met = fact.wait_ms <= self._within_ms(fact.queue)
                self._count(fact.queue, at_ms, DayCounts(answered=1, level_met=int(met), level_of=1))
            case facts.VisitAbandoned():
                self._waiting.get(fact.queue, {}).pop(fact.interaction, None)
                self._count(fact.queue, at_ms, self._abandon(fact))
            case facts.VisitFlowedOut():
                self._waiting.get(fact.queue, {}).pop(fact.interaction, None)
                self._count(fact.queue, at_ms, DayCounts(flowed_out=1))
            case facts.InteractionClosed():
                self._close(fact.interaction, at_ms)
            case _:
                self._fold_agent(fact, at_ms)

    def _abandon(self, fact: facts.VisitAbandoned) -> DayCounts:
        late = fact.wait_ms > self._within_ms(fact.queue)
        return DayCounts(abandoned=int(not fact.short), short_abandoned=int(fact.short), level_of=int(late))

    def _define(self, settings: RoutingSettings) -> None:
        self.settings = settings
        self.agents = {agent.agent: self.agents.get(agent.agent, AgentNow()) for agent in settings.agents}

    def _within_ms(self, queue: QueueId) -> int:
        queues = self.settings.queues if self.settings else ()
        return next((item.service_level_ms for item in queues if item.queue == queue), 0)

    def _count(self, queue: QueueId, at_ms: int, more: DayCounts) -> None:
        if at_ms >= self.day_began_ms:
            self.counts[queue] = self.counts.get(queue, DayCounts()) + more

    def _close(self, interaction: InteractionId, at_ms: int) -> None:
        for waiting_there in self._waiting.values():
            waiting_there.pop(interaction, None)
        for key, lease in [item for item in self._leases.items() if item[1].interaction == interaction]:
            del self._leases[key]
            self._look_at(lease.agent, at_ms)

    def _fold_agent(self, fact: Fact, at_ms: int) -> None:
        match fact:
            case facts.PresenceChanged():
                self._change(fact.agent, at_ms, presence=fact.presence, reason=fact.reason)
            case facts.DesktopConnected() | facts.DesktopDisconnected():
                connected = isinstance(fact, facts.DesktopConnected)
                self.agents[fact.agent] = replace(self._agent(fact.agent), desktop_connected=connected)
            case facts.PhoneBecameReachable() | facts.PhoneBecameUnreachable():
                reachable = isinstance(fact, facts.PhoneBecameReachable)
                self.agents[fact.agent] = replace(self._agent(fact.agent), phone_reachable=reachable)
            case facts.OfferMade():
                self._leases[fact.offer] = _Lease(fact.agent, fact.medium, fact.interaction, Activity.OFFERED)
                self._look_at(fact.agent, at_ms)
            case facts.HandlingStarted():
                self._leases[fact.handling] = _Lease(fact.agent, fact.medium, fact.interaction, Activity.TALKING)
                self._look_at(fact.agent, at_ms)
            case facts.WrapUpStarted():
                lease = self._leases.get(fact.handling)
                if lease is not None:
                    self._leases[fact.handling] = replace(lease, activity=Activity.WRAP_UP)
                self._look_at(fact.agent, at_ms)
            case facts.WrapUpCompleted():
                self._leases.pop(fact.handling, None)
                self._look_at(fact.agent, at_ms)
            case (
                facts.OfferAccepted()
                | facts.OfferDeclined()
                | facts.OfferExpired()
                | facts.OfferFailed()
                | facts.OfferWithdrawn()
            ):
                self._leases.pop(fact.offer, None)
                self._look_at(fact.agent, at_ms)
            case _:
                pass

    def _agent(self, agent: AgentId) -> AgentNow:
        return self.agents.get(agent, AgentNow())

    def _change(self, agent: AgentId, at_ms: int, presence: Presence, reason: ReasonCode | None) -> None:
        before = self._agent(agent)
        same = (before.presence, before.reason) == (presence, reason)
        self.agents[agent] = replace(before, presence=presence, reason=reason)
        self._look_at(agent, at_ms, anew=not same and before.activity.value == before.presence.value)

    def _look_at(self, agent: AgentId, at_ms: int, anew: bool = False) -> None:
        """Derive the activity; `since_ms` moves when it changes, or when a new reason begins."""
        before = self._agent(agent)
        leases = [lease for lease in self._leases.values() if lease.agent == agent]
        activity = _activity(before.presence, [lease.activity for lease in leases])
        carries = tuple(sorted(lease.medium for lease in leases))
        since_ms = at_ms if anew or activity is not before.activity else before.since_ms
        self.agents[agent] = replace(before, activity=activity, carries=carries, since_ms=since_ms)


def _activity(presence: Presence, leases: Iterable[Activity]) -> Activity:
    held = set(leases)
    for activity in (Activity.TALKING, Activity.WRAP_UP, Activity.OFFERED):
        if activity in held:
            return activity
    return Activity(presence.value)


# ---- the figures


def waiting(board: Board, queue: QueueId) -> int:
    """See `WAITING`."""
    return len(board._waiting.get(queue, {}))


def longest_waiting_since_ms(board: Board, queue: QueueId) -> int | None:
    """The instant from which `LONGEST_WAIT` counts; none when nobody waits."""
    return min(board._waiting.get(queue, {}).values(), default=None)


def day_counts(board: Board, queue: QueueId) -> DayCounts:
    """See `OFFERED`, `ANSWERED`, `ABANDONED`, `SHORT_ABANDONED`, `FLOWED_OUT`, `SERVICE_LEVEL`."""
    return board.counts.get(queue, DayCounts())


def agents_by_activity(board: Board) -> dict[Activity, int]:
    """See `AGENTS`; the numbers add up to all agents."""
    counts = dict.fromkeys(Activity, 0)
    for agent in board.agents.values():
        counts[agent.activity] += 1
    return counts


# ---- the board as it is kept between two starts


FORM: Final = f"board/1, settings/{facts.RoutingDefined.version}"
"""Its first number rises with every change of what the board holds or of what `Board.fold` makes of a fact that may be
in a journal already; the board is then folded from the first entry once."""


class _Kept(msgspec.Struct, frozen=True):
    """All that was folded. The router's snapshot has no day's counts, nor since when an agent does what they do."""

    day_began_ms: int
    settings: RoutingSettings | None
    counts: dict[QueueId, DayCounts]
    agents: dict[AgentId, AgentNow]
    waiting: dict[QueueId, dict[InteractionId, int]]
    leases: dict[OfferId | HandlingId, _Lease]


_DECODER: Final = msgspec.msgpack.Decoder(_Kept)


def kept(board: Board) -> bytes:
    """Everything on the board, in its order."""
    found = _Kept(board.day_began_ms, board.settings, board.counts, board.agents, board._waiting, board._leases)
    return msgspec.msgpack.encode(found)


def restored(body: bytes) -> Board:
    """The board that was kept.

    Raises:
        msgspec.MsgspecError: the body is not of this form.
    """
    found = _DECODER.decode(body)
    return Board(found.day_began_ms, found.settings, found.counts, found.agents, found.waiting, found.leases)
