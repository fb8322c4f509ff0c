"""What channels have committed reaches the router, in each source's order, until it is receipted."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from channels.announcer import Announcer
from channels.tasks import make_task
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.vocabulary import Outcome, QueueId, UserId
from history.errors import StoreUnavailable
from history.store import Store
from history.tables import announcements
from router.core.inputs import AnyInput, Receipt
from router.errors import RouterUnavailable
from tests.bed.waiting import until


@asynccontextmanager
async def living(life: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run it beside the body; it is gone afterwards."""
    task = asyncio.create_task(life)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Router:
    """`router.ports.Router` that keeps what it took; unavailable while `away`."""

    def __init__(self) -> None:
        self.taken: list[AnyInput] = []
        self.away = False
        self.asked = 0

    async def submit(self, given: AnyInput) -> Receipt:
        self.asked += 1
        if self.away:
            raise RouterUnavailable("later")
        self.taken.append(given)
        return Receipt(outcome=Outcome.ACCEPTED)


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'switchroom.sqlite'}"
    opened = await Store.open(url, clock=SystemClock(), bus=LocalBus())
    yield opened
    await opened.close()


async def task(store: Store, key: str) -> None:
    await make_task(store, f"Task {key}", {}, QueueId("office"), None, None, UserId("ada"), key=key)


async def left(store: Store) -> int:
    async with store.reading() as connection:
        return int(await connection.scalar(select(func.count()).select_from(announcements)) or 0)


async def test_what_is_committed_is_announced_in_order_and_then_forgotten(store: Store) -> None:
    await task(store, "before")
    router = Router()
    async with living(Announcer(store, router).run()):
        await until(lambda: len(router.taken) == 1, 10, "the one from before the start")
        for number in range(5):
            await task(store, str(number))
        await until(lambda: len(router.taken) == 6, 10, "all")
        assert [given.source_number for given in router.taken] == [1, 2, 3, 4, 5, 6]

        async def empty() -> bool:
            return await left(store) == 0

        await until(empty, 10, "the receipts")


async def test_an_unavailable_router_is_told_again_and_nothing_is_forgotten(store: Store) -> None:
    await task(store, "a")
    router = Router()
    router.away = True
    async with living(Announcer(store, router).run()):
        await until(lambda: router.asked >= 2, 10, "the second try")
        assert await left(store) == 1
        router.away = False
        await until(lambda: len(router.taken) == 1, 10, "the announcement")


async def test_after_a_crash_between_submitting_and_the_receipt_the_same_number_is_told_again(store: Store) -> None:
    await task(store, "a")

    class Dies(Router):
        async def submit(self, given: AnyInput) -> Receipt:
            await super().submit(given)
            raise asyncio.CancelledError

    first = Dies()
    await asyncio.gather(Announcer(store, first).run(), return_exceptions=True)
    second = Router()
    async with living(Announcer(store, second).run()):
        await until(lambda: second.taken == first.taken, 10, "the repetition")


async def test_a_database_that_is_away_for_a_moment_ends_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    router = Router()
    announcer = Announcer(store, router)
    tried = 0
    look = announcer._announce_some

    async def away_first() -> bool:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise StoreUnavailable("the disk is full.")
        return await look()

    monkeypatch.setattr(announcer, "_announce_some", away_first)
    await task(store, "a")
    async with living(announcer.run()):
        await until(lambda: len(router.taken) == 1, 10, "the announcement")
