"""The wallboard's feed: folds the routing stream as it grows and gives the figures of `reports/core/board.py`.

A start begins with the board that was kept last (`history/kept_folds.py`) and reads the entries after it. The day's
counts are part of it; which day they are of follows from the entries themselves, whether anybody looks or not.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from history.clock import Clock
from history.core.entries import Entry, Fact, Kind
from history.core.vocabulary import AgentId, Medium, QueueId
from history.days import day_began_ms
from history.kept_folds import KeptFold
from reports.core.agents import AgentNow
from reports.core.board import (
    FORM,
    MEANINGS,
    Board,
    DayCounts,
    agents_by_activity,
    day_counts,
    kept,
    longest_waiting_since_ms,
    restored,
    waiting,
)
from reports.core.counted import Activity
from reports.core.measures import Meaning

INTO_NEXT_DAY_MS = 36 * 3_600_000
"""So long after a day has begun it is the next day in any zone, and not yet the one after that."""


class Feed(Protocol):
    """`history.feed.Feed`, as far as it is needed here."""

    def follow(self, stream: str, after: int = 0) -> AsyncGenerator[Entry]: ...


@dataclass(frozen=True, slots=True)
class QueueNow:
    """One queue's figures. `queue` is none in the sum over a medium's queues, whose `within_ms` is then 0."""

    queue: QueueId | None
    medium: Medium
    waiting: int
    longest_waiting_since_ms: int | None
    counts: DayCounts
    within_ms: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that a wallboard shows at one journal number."""

    number: int
    day_began_ms: int
    queues: tuple[QueueNow, ...]
    totals: tuple[QueueNow, ...]
    by_activity: dict[Activity, int]
    agents: dict[AgentId, AgentNow]
    definitions: tuple[Meaning, ...] = MEANINGS


class Wallboard:
    """Run `run` as a task; ask `figures` at any time; `changed` is set when they may differ."""

    def __init__(
        self,
        clock: Clock,
        decode: Callable[[Entry], Fact],
        zone: str,
        stream: str = "routing/main",
        keeping: KeptFold | None = None,
    ) -> None:
        """Without `keeping` each start folds the stream from its first entry."""
        self.changed = asyncio.Event()
        self._clock = clock
        self._decode = decode
        self._zone = ZoneInfo(zone)
        # Counts of a day in another zone would be of other hours.
        self._form = f"{FORM}, zone/{zone}"
        self._stream = stream
        self._keeping = keeping
        self._loaded = False
        self._board = Board()
        self._number = 0
        self._day_ends_ms = 0
        self._begin_day(clock.now_ms())

    async def run(self, feed: Feed) -> None:
        """Follow the journal for ever; call it again after an error of the feed, it goes on where it stood."""
        if self._keeping is None:
            await self._follow(feed)
            return
        await self._load(self._keeping)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._follow(feed))
                tasks.create_task(
                    self._keeping.keep_often(self._form, lambda: self._number, lambda: kept(self._board)),
                )
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from group

    def take(self, entry: Entry) -> None:
        """Fold the next entry of the routing stream."""
        if entry.number <= self._number:
            return
        self._number = entry.number
        if entry.kind is Kind.FACT:
            self._begin_day(entry.at_ms)
            self._board.fold(self._decode(entry), entry.at_ms)
            self.changed.set()

    async def _follow(self, feed: Feed) -> None:
        async with aclosing(feed.follow(self._stream, after=self._number)) as entries:
            async for entry in entries:
                self.take(entry)

    async def _load(self, keeping: KeptFold) -> None:
        if self._loaded:
            return
        found = await keeping.load(self._form, restored)
        self._loaded = True
        if found is not None:
            self._number, self._board = found
            self._day_ends_ms = 0
            self._begin_day(self._clock.now_ms())
            self.changed.set()

    def figures(self) -> Figures:
        """All figures as they are now; also looks whether a new day has begun."""
        self._begin_day(self._clock.now_ms())
        board = self._board
        queues = tuple(
            QueueNow(
                queue=item.queue,
                medium=item.medium,
                waiting=waiting(board, item.queue),
                longest_waiting_since_ms=longest_waiting_since_ms(board, item.queue),
                counts=day_counts(board, item.queue),
                within_ms=item.service_level_ms,
            )
            for item in (board.settings.queues if board.settings else ())
        )
        return Figures(
            number=self._number,
            day_began_ms=board.day_began_ms,
            queues=queues,
            totals=_totals(queues),
            by_activity=agents_by_activity(board),
            agents=dict(board.agents),
        )

    def _begin_day(self, at_ms: int) -> None:
        """Look whether this instant lies in a later day than the board's."""
        if at_ms >= self._day_ends_ms:
            began_ms = day_began_ms(at_ms, self._zone)
            self._board.begin_day(began_ms)
            self._day_ends_ms = day_began_ms(began_ms + INTO_NEXT_DAY_MS, self._zone)


def _totals(queues: tuple[QueueNow, ...]) -> tuple[QueueNow, ...]:
    media = dict.fromkeys(queue.medium for queue in queues)
    return tuple(_total(medium, [queue for queue in queues if queue.medium is medium]) for medium in media)


def _total(medium: Medium, queues: list[QueueNow]) -> QueueNow:
    since = [queue.longest_waiting_since_ms for queue in queues if queue.longest_waiting_since_ms is not None]
    return QueueNow(
        queue=None,
        medium=medium,
        waiting=sum(queue.waiting for queue in queues),
        longest_waiting_since_ms=min(since, default=None),
        counts=sum((queue.counts for queue in queues), DayCounts()),
        within_ms=0,
    )
