"""Following is gap-free whatever the bus does; the same on SQLite and PostgreSQL."""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from typing import Generic, TypeVar

import pytest

from history.bus import Bus, LocalBus, Message
from history.core.conversations import VisitorLeft
from history.core.entries import Entry
from history.core.vocabulary import ConversationId
from history.feed import BATCH, Feed, Placed
from history.journal import RoutingJournal
from history.lease import Lease
from history.store import Store
from tests.bed.waiting import until
from tests.history.sample import HandClock, began, draft, input_draft, life

LEFT = VisitorLeft(conversation=ConversationId("c"))


Found = TypeVar("Found", Entry, Placed)


class Follower(Generic[Found]):
    """Gathers what a feed yields, in a task of its own."""

    def __init__(self, found: AsyncGenerator[Found]) -> None:
        self.seen: list[Found] = []
        self._found: AsyncGenerator[Found] = found
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async for one in self._found:
            self.seen.append(one)

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._found.aclose()

    async def until_count(self, count: int) -> None:
        await until(lambda: len(self.seen) >= count, 10, f"{count} entries")


async def write(store: Store, stream: str, count: int) -> None:
    async with store.writing() as writing:
        await writing.append(stream, [LEFT] * count)


async def test_what_was_there_and_what_comes_is_told_once_and_in_order(store: Store) -> None:
    await write(store, "conversation/c-1", BATCH + 3)
    follower = Follower(Feed(store).follow("conversation/c-1", after=2))
    await follower.until_count(BATCH + 1)
    for _ in range(5):
        await write(store, "conversation/c-1", 2)
        await write(store, "conversation/c-10", 1)
    await follower.until_count(BATCH + 11)
    assert [entry.number for entry in follower.seen] == list(range(3, BATCH + 14))
    await follower.stop()


async def test_a_prefix_is_followed_in_order_of_commit_and_can_be_continued(store: Store) -> None:
    await write(store, "conversation/c-1", 2)
    await write(store, "customer/k-1", 1)
    follower = Follower(Feed(store).follow_prefix("conversation/", after=1))
    await follower.until_count(1)
    await write(store, "access", 1)
    await write(store, "conversation/c-2", 2)
    await write(store, "conversation/c-1", 1)
    await follower.until_count(4)
    await follower.stop()
    seen = [one for one in follower.seen if isinstance(one, Placed)]
    assert [(one.position, one.entry.stream, one.entry.number) for one in seen] == [
        (2, "conversation/c-1", 2),
        (5, "conversation/c-2", 1),
        (6, "conversation/c-2", 2),
        (7, "conversation/c-1", 3),
    ]


async def test_the_routers_stream_is_followed_with_its_inputs(store: Store) -> None:
    journal = RoutingJournal(store, Lease(store, "engine-1"))
    await journal.recover()
    follower = Follower(Feed(store).follow("routing/main"))
    for fact in life("c-1"):
        await journal.append([input_draft(), draft(fact)])
    await follower.until_count(16)
    assert [entry.number for entry in follower.seen] == list(range(1, 17))
    assert await Feed(store).last_number("routing/main") == 16
    assert await Feed(store).last_position() == 0
    await follower.stop()


class UnreliableBus(LocalBus):
    """A bus that loses, doubles and reorders, from a seed."""

    def __init__(self, seed: int) -> None:
        super().__init__(buffer_max=8)
        self._chance = random.Random(seed)

    def publish(self, messages: Sequence[Message]) -> None:
        carried = [one for one in messages for _ in range(self._chance.choice((0, 1, 1, 2)))]
        self._chance.shuffle(carried)
        super().publish(carried)


@pytest.mark.parametrize("seed", range(5))
async def test_a_bus_that_loses_doubles_and_reorders_leaves_no_gap(
    database_url: str, clock: HandClock, seed: int
) -> None:
    bus: Bus = UnreliableBus(seed)
    store = await Store.open(database_url, clock=clock, bus=bus)
    feed = Feed(store, look_s=0.05)
    one, all_of_them = Follower(feed.follow("conversation/c-1")), Follower(feed.follow_prefix("conversation/"))
    for count in range(1, 12):
        await write(store, "conversation/c-1", count)
        await write(store, "conversation/c-2", 1)
    await one.until_count(66)
    await all_of_them.until_count(77)
    assert [entry.number for entry in one.seen] == list(range(1, 67))
    assert [placed.position for placed in all_of_them.seen] == list(range(1, 78))
    await one.stop()
    await all_of_them.stop()
    await store.close()


async def test_a_slow_follower_is_cut_and_misses_nothing(database_url: str, clock: HandClock) -> None:
    store = await Store.open(database_url, clock=clock, bus=LocalBus(buffer_max=4))
    found = Feed(store).follow("conversation/c-1")
    await write(store, "conversation/c-1", 1)
    assert (await anext(found)).number == 1
    for _ in range(10):
        await write(store, "conversation/c-1", 3)
    numbers = [(await asyncio.wait_for(anext(found), 5)).number for _ in range(30)]
    assert numbers == list(range(2, 32))
    await found.aclose()
    await store.close()


async def test_commits_of_another_process_are_found_without_a_bus(
    store: Store, database_url: str, clock: HandClock
) -> None:
    other = await Store.open(database_url, clock=clock, bus=LocalBus())
    follower = Follower(Feed(store, look_s=0.05).follow("conversation/c-1"))
    async with other.writing() as writing:
        await writing.append("conversation/c-1", [began("c-1")])
    await follower.until_count(1)
    await follower.stop()
    await other.close()
