"""A start of the views over a real store: what it reads of a long journal, and that it shows all the same."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import delete, update

import history.kept_folds
from agent_desktop.core.floor import Floor
from agent_desktop.views import Views
from history.bus import LocalBus
from history.core.entries import Draft, Entry, Fact
from history.core.registry import REGISTRY
from history.core.routing import RoutingDefined
from history.core.vocabulary import AgentId
from history.feed import Feed
from history.journal import RoutingJournal
from history.kept_folds import KeptFold
from history.lease import Lease
from history.store import Store
from history.tables import read_models
from reports.wallboard import Figures, Wallboard
from tests.agent_desktop.center import center_settings, routing_settings
from tests.agent_desktop.test_kept_floor import HOUR_MS, a_journal
from tests.bed.waiting import until
from tests.history.sample import NOON_MS, HandClock, draft, eventually, input_draft, life, rows

PATIENCE_S = 30.0
ZONE = center_settings().zone


class CountingFeed(Feed):
    """The real feed; it counts the entries that it hands out."""

    read = 0

    async def follow(self, stream: str, after: int = 0) -> AsyncGenerator[Entry]:
        async with aclosing(super().follow(stream, after)) as entries:
            async for entry in entries:
                self.read += 1
                yield entry


@dataclass
class Center:
    store: Store
    clock: HandClock
    journal: RoutingJournal

    async def tell(self, drafts: list[Draft]) -> None:
        for first in range(0, len(drafts), 1_000):
            await self.journal.append(drafts[first : first + 1_000])

    async def kept_through(self) -> dict[str, int]:
        return {str(row[3]): int(row[5]) for row in await rows(self.store, read_models)}


@dataclass
class Started:
    """The views and the wallboard after one start, each with the feed that counts what it reads."""

    views: Views
    floor_feed: CountingFeed
    wallboard: Wallboard
    board_feed: CountingFeed

    def figures(self) -> Figures:
        return self.wallboard.figures()


@pytest_asyncio.fixture
async def center(tmp_path: Path) -> AsyncIterator[Center]:
    clock, bus = HandClock(), LocalBus()
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/views.sqlite", clock=clock, bus=bus)
    journal = RoutingJournal(store, Lease(store, "engine-1"))
    await journal.recover()
    yield Center(store, clock, journal)
    await store.close()
    await bus.close()


@asynccontextmanager
async def a_start(center: Center, zone: str = ZONE) -> AsyncIterator[Started]:
    """Everything that is committed is shown."""
    store, clock = center.store, center.clock
    floor_feed, board_feed = CountingFeed(store), CountingFeed(store)
    wallboard = Wallboard(clock, REGISTRY.fact, zone, keeping=KeptFold(store, "wallboard"))
    views = Views(store=store, feed=floor_feed, clock=clock, center=center_settings, board=wallboard)
    started = Started(views, floor_feed, wallboard, board_feed)
    running = [asyncio.create_task(views.run()), asyncio.create_task(wallboard.run(board_feed))]
    try:
        await until(views.ready.is_set, PATIENCE_S, "the floor")
        await until(lambda: started.figures().number == center.journal.last_number, PATIENCE_S, "the wallboard")
        yield started
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def a_floor(entries: list[tuple[int, Fact]]) -> Floor:
    floor = Floor()
    for at_ms, fact in entries:
        floor.fold(fact, at_ms)
    return floor


async def folded_from_the_first(center: Center, zone: str = ZONE) -> Figures:
    """The wallboard's figures without anything kept."""
    wallboard = Wallboard(center.clock, REGISTRY.fact, zone)
    following = asyncio.create_task(wallboard.run(Feed(center.store)))
    last = center.journal.last_number
    await until(lambda: wallboard.figures().number == last, PATIENCE_S, "the wallboard from the first entry")
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    return wallboard.figures()


def many_lives(first: int, count: int) -> list[Draft]:
    """Eight entries each."""
    return [draft(fact) for number in range(first, first + count) for fact in life(f"c-{number}")]


async def test_a_start_reads_only_the_entries_after_what_was_kept(
    center: Center, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history.kept_folds, "LOOK_S", 0.01)
    await center.tell([draft(RoutingDefined(settings=routing_settings())), *many_lives(0, 3_750)])
    last = center.journal.last_number
    assert last == 30_001

    async def kept_near_the_end() -> bool:
        kept = await center.kept_through()
        return len(kept) == 2 and min(kept.values()) > last - history.kept_folds.KEEP_ENTRIES

    async with a_start(center) as first:
        await eventually(kept_near_the_end, PATIENCE_S, "keeping both folds")
        assert (first.floor_feed.read, first.board_feed.read) == (last, last)
        floor = first.views.floor
    kept = await center.kept_through()
    await center.tell([input_draft(), *many_lives(3_750, 5)[:-3]])
    async with a_start(center) as second:
        after = {name: center.journal.last_number - number for name, number in kept.items()}
        assert {"floor": second.floor_feed.read, "wallboard": second.board_feed.read} == after
        assert max(after.values()) < history.kept_folds.KEEP_ENTRIES + 50
        assert second.figures() == await folded_from_the_first(center)
        assert second.figures().totals[2].counts.answered == 3_755
        for number in range(3_750, 3_755):
            for fact in life(f"c-{number}")[: 5 if number == 3_754 else 8]:
                floor.fold(fact, NOON_MS)
        assert second.views.floor == floor


async def test_what_a_view_follows_after_a_start_is_not_read_twice_or_missed(
    center: Center, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history.kept_folds, "LOOK_S", 0.01)
    monkeypatch.setattr(history.kept_folds, "KEEP_ENTRIES", 4)
    await center.tell([draft(RoutingDefined(settings=routing_settings())), *many_lives(0, 1)])
    async with a_start(center):
        await eventually(center.kept_through, PATIENCE_S, "keeping")
    async with a_start(center) as started:
        await center.tell(many_lives(1, 2))
        last = center.journal.last_number
        await until(lambda: started.figures().number == last, PATIENCE_S, "the news")
        assert started.figures().totals[2].counts.offered == 3


@pytest.mark.parametrize("seed", range(3))
async def test_after_any_start_the_views_are_those_of_the_whole_journal(
    center: Center, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """A random journal of some days with a dozen starts in it, at each of which something else had been kept."""
    monkeypatch.setattr(history.kept_folds, "LOOK_S", 0.001)
    monkeypatch.setattr(history.kept_folds, "KEEP_ENTRIES", 60)
    chance = random.Random(seed)
    left = a_journal(seed, steps=500)
    told: list[tuple[int, Fact]] = []
    idle_ms = starts_from_kept = 0

    async def kept_near_the_end() -> bool:
        kept = await center.kept_through()
        return len(kept) == 2 and min(kept.values()) > len(told) - 60

    while left:
        is_kept = len(told) >= 60
        some = [left.pop(0) for _ in range(min(len(left), chance.randrange(1, 60)))]
        some = [(NOON_MS + at_ms + idle_ms, fact) for at_ms, fact in some]
        told += some
        await center.tell([draft(fact, at_ms) for at_ms, fact in some])
        idle_ms += chance.choice((0, 0, 11 * HOUR_MS))
        center.clock.move(some[-1][0] + idle_ms - center.clock.now_ms())
        async with a_start(center) as started:
            assert started.views.floor == a_floor(told)
            assert started.figures() == await folded_from_the_first(center)
            assert (started.floor_feed.read < len(told)) is is_kept
            starts_from_kept += is_kept
            if len(told) >= 60:
                await eventually(kept_near_the_end, PATIENCE_S, "keeping both folds")
    assert starts_from_kept > 5


@pytest.mark.parametrize("change", ["another zone", "an older form", "a broken body", "nothing kept"])
async def test_what_does_not_fit_is_folded_from_the_first_entry(
    center: Center, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(history.kept_folds, "LOOK_S", 0.01)
    monkeypatch.setattr(history.kept_folds, "KEEP_ENTRIES", 4)
    await center.tell([draft(RoutingDefined(settings=routing_settings())), *many_lives(0, 2)])

    async def both_kept() -> bool:
        return len(await center.kept_through()) == 2

    async with a_start(center):
        await eventually(both_kept, PATIENCE_S, "keeping")
    monkeypatch.setattr(history.kept_folds, "KEEP_ENTRIES", 1_000)
    zone = "Asia/Kolkata" if change == "another zone" else ZONE
    async with center.store.writing("test.break") as writing:
        match change:
            case "an older form":
                await writing.connection.execute(update(read_models).values(form="floor/0"))
            case "a broken body":
                await writing.connection.execute(update(read_models).values(body=b"\xc1"))
            case "nothing kept":
                await writing.connection.execute(delete(read_models))
    async with a_start(center, zone) as started:
        assert started.board_feed.read == center.journal.last_number
        assert started.figures() == await folded_from_the_first(center, zone)
        if change != "another zone":
            assert started.floor_feed.read == center.journal.last_number
        assert list(started.views.floor.agents) == [AgentId("ann"), AgentId("ben")]
