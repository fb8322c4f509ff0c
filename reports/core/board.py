"""What the wallboard shows: the KPIs that can be told at every instant, kept as sums, and what every agent does now.

Counts of a day begin at the instant that the shell gives (midnight in the center's zone) and are counted as things
happen: an entry when we learn of it, an end when it ends (`View.EVENT` of `reports/core/tally.py` gives the same
numbers). What waits and what agents do is as it is now. Nothing here grows with the day.
"""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import AgentId, QueueId
from reports.core import kpi
from reports.core.agents import AgentNow
from reports.core.counted import Activity, Counted, VisitBegan, VisitEnded
from reports.core.counting import Counting
from reports.core.measures import Meaning, percent
from reports.core.service_level import SERVICE_LEVEL
from reports.core.sums import terms_of

AGENTS: Final = Meaning(
    figure="agents",
    name="Agents",
    words="What each agent is doing now, in one word; with work in hand the work counts, else the presence they chose.",
    numerator="agents in the activity",
)
MEANINGS: Final = (
    kpi.WAITING.over("today"),
    kpi.LONGEST_WAIT.over("today"),
    kpi.OFFERED.over("today"),
    kpi.ANSWERED.over("today"),
    kpi.ABANDONED.over("today"),
    kpi.SHORT_ABANDONED.over("today"),
    kpi.FLOWED_OUT.over("today"),
    SERVICE_LEVEL.over("today"),
    AGENTS,
)
"""The wallboard's figures in words."""


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
        return percent(self.level_met, self.level_of)


_MET, *_LEVEL_OF = terms_of(SERVICE_LEVEL)  # every service level has one term above the line
_COUNTED: Final = (
    terms_of(kpi.OFFERED),
    terms_of(kpi.ANSWERED),
    terms_of(kpi.ABANDONED),
    terms_of(kpi.SHORT_ABANDONED),
    terms_of(kpi.FLOWED_OUT),
    (_MET,),
    _LEVEL_OF,
)
"""What each field of `DayCounts` adds up, in their order."""


@dataclass(slots=True)
class Board:
    """What the wallboard shows, folded from facts. `fold` is the only thing that changes it, and `begin_day`."""

    day_began_ms: int = 0
    settings: RoutingSettings | None = None
    counts: dict[QueueId, DayCounts] = field(default_factory=dict)
    counting: Counting = field(default_factory=Counting)

    @property
    def agents(self) -> dict[AgentId, AgentNow]:
        """In the definition's order."""
        return self.counting.agents.now

    def begin_day(self, day_began_ms: int) -> None:
        """From here on the day's counts begin at this instant; those of the day before are dropped."""
        if day_began_ms > self.day_began_ms:
            self.day_began_ms = day_began_ms
            self.counts = {}

    def fold(self, fact: Fact, at_ms: int) -> None:
        """Apply the stream's next fact."""
        if isinstance(fact, facts.RoutingDefined):
            self.settings = fact.settings
        for value in self.counting.fold(fact, at_ms):
            if at_ms >= self.day_began_ms and isinstance(value, VisitBegan | VisitEnded):
                self.counts[value.queue] = self.counts.get(value.queue, DayCounts()) + _counts(value)


def _counts(value: Counted) -> DayCounts:
    """What one value adds to the day."""
    return DayCounts(*(sum(term.adds(value) for term in terms) for terms in _COUNTED))


# ---- the figures


def waiting(board: Board, queue: QueueId) -> int:
    """See `WAITING`."""
    return len(board.counting.visits.waiting.get(queue, {}))


def longest_waiting_since_ms(board: Board, queue: QueueId) -> int | None:
    """The instant from which `LONGEST_WAIT` counts; none when nobody waits."""
    return min((visit.arrived_ms for visit in board.counting.waiting(queue)), default=None)


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


FORM: Final = f"board/2, settings/{facts.RoutingDefined.version}"
"""Its first number rises with every change of what the board holds or of what `Board.fold` makes of a fact that may be
in a journal already; the board is then folded from the first entry once."""


class _Kept(msgspec.Struct, frozen=True):
    """All that was folded. The router's snapshot has no day's counts, nor since when an agent does what they do."""

    day_began_ms: int
    settings: RoutingSettings | None
    counts: dict[QueueId, DayCounts]
    counting: Counting


_DECODER: Final = msgspec.msgpack.Decoder(_Kept)


def kept(board: Board) -> bytes:
    """Everything on the board, in its order."""
    return msgspec.msgpack.encode(_Kept(board.day_began_ms, board.settings, board.counts, board.counting))


def restored(body: bytes) -> Board:
    """The board that was kept.

    Raises:
        msgspec.MsgspecError: the body is not of this form.
    """
    found = _DECODER.decode(body)
    return Board(found.day_began_ms, found.settings, found.counts, found.counting)
