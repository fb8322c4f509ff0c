"""A source's inputs reach the router in order, each once, over refusals and failed commits."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from channels.in_order import BATCH_MAX, BufferFull, InOrder
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.entries import Draft, Entry
from history.core.registry import REGISTRY
from history.core.vocabulary import AgentId, Outcome, SourceId
from history.errors import StoreUnavailable
from history.journal import RoutingJournal
from history.lease import Lease
from history.store import Store
from router.core.inputs import AnyInput, PhoneBusy, PhoneFree, Receipt
from router.driver import GROUP_MAX, Driver
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


def given(number: int, source: str = "switch/main", epoch: int = 1) -> AnyInput:
    kind = PhoneBusy if number % 2 else PhoneFree
    return kind(source=SourceId(source), source_epoch=epoch, source_number=number, agent=AgentId("ann"))


class Router:
    """`router.ports.Router` that keeps what it took, and is unavailable as often as it is told to be."""

    def __init__(self, unavailable: int = 0) -> None:
        self.taken: list[int] = []
        self.unavailable = unavailable
        self.gate = asyncio.Event()
        self.gate.set()

    async def submit(self, given: AnyInput) -> Receipt:
        if self.unavailable:
            self.unavailable -= 1
            raise RouterUnavailable("later")
        await self.gate.wait()
        self.taken.append(given.source_number)
        return Receipt(outcome=Outcome.ACCEPTED, number=given.source_number)


async def test_inputs_are_submitted_in_order_and_each_receipt_is_told_once() -> None:
    router = Router()
    way = InOrder(router)
    told: list[int] = []
    async with living(way.run()):
        for number in range(1, 2 * BATCH_MAX + 51):
            way.put(given(number), lambda receipt: told.append(receipt.number))
        await until(lambda: len(told) == 2 * BATCH_MAX + 50, 5, "every receipt")
        assert router.taken == told == list(range(1, 2 * BATCH_MAX + 51))


async def test_an_unavailable_router_is_asked_again_from_the_first_without_a_receipt() -> None:
    router = Router(unavailable=3)
    way = InOrder(router)
    told: list[int] = []
    async with living(way.run()):
        for number in (1, 2, 3):
            way.put(given(number), lambda receipt: told.append(receipt.number))
        await until(lambda: told == [1, 2, 3], 5, "every receipt")
        assert router.taken == [1, 2, 3]


async def test_what_is_forgotten_is_not_sent_and_what_is_under_way_does_not_take_the_new_ones_off() -> None:
    router = Router()
    router.gate.clear()
    way = InOrder(router)
    told: list[int] = []
    async with living(way.run()):
        way.put(given(1), lambda receipt: told.append(receipt.number))
        await asyncio.sleep(0)  # the first is under way
        await asyncio.sleep(0)
        way.put(given(2), lambda receipt: told.append(receipt.number))
        way.forget()
        way.put(given(3), lambda receipt: told.append(receipt.number))
        router.gate.set()
        await until(lambda: 3 in router.taken, 5, "the new one")
        await until(lambda: told[-1:] == [3], 5, "its receipt")
        assert 2 not in router.taken
        assert 1 not in told


async def test_more_than_the_buffer_holds_is_refused_naming_the_source() -> None:
    way = InOrder(Router(), buffer_max=2)
    way.put(given(1))
    way.put(given(2))
    with pytest.raises(BufferFull, match="2 inputs of switch/main wait"):
        way.put(given(3))
    way.forget()
    way.put(given(3))


async def test_a_defect_of_the_router_is_not_hidden() -> None:
    class Broken:
        async def submit(self, given: AnyInput) -> Receipt:
            raise ValueError("a defect")

    way = InOrder(Broken())
    way.put(given(1))
    with pytest.raises(ValueError, match="a defect"):
        await asyncio.wait_for(way.run(), 5)


class FailingOnce:
    """`router.ports.JournalWriter`: the real one, whose first commit that holds an input of `source` fails."""

    def __init__(self, journal: RoutingJournal) -> None:
        self._journal = journal
        self.failed = False

    @property
    def last_number(self) -> int:
        return self._journal.last_number

    async def recover(self) -> Sequence[Entry]:
        return await self._journal.recover()

    async def append(self, drafts: Sequence[Draft]) -> int:
        if not self.failed:
            self.failed = True
            await asyncio.sleep(0.05)  # the next groups are decided and gathered meanwhile
            raise StoreUnavailable("the disk is full.")
        return await self._journal.append(drafts)

    async def snapshot(self, drafts: Sequence[Draft], through_number: int) -> None:
        await self._journal.snapshot(drafts, through_number)


async def test_a_failed_commit_loses_nothing_of_a_batch_that_came_in_several_groups(tmp_path: Path) -> None:
    """What waits in the inbox behind a failed group must not be decided before that group is sent again: a source's
    lower number after a higher one counts as handled already."""
    store = await Store.open(
        f"sqlite+aiosqlite:///{tmp_path / 'switchroom.sqlite'}", clock=SystemClock(), bus=LocalBus()
    )
    driver = Driver(FailingOnce(RoutingJournal(store, Lease(store, "test"))), REGISTRY, store.clock, alarm=print)
    running = asyncio.create_task(driver.run())
    await driver.recovered.wait()
    others = [asyncio.create_task(driver.submit(given(n, "other"))) for n in range(1, 3 * GROUP_MAX - BATCH_MAX // 2)]
    way = InOrder(driver)
    outcomes: list[tuple[Outcome, object]] = []
    for number in range(1, BATCH_MAX + 1):
        way.put(given(number), lambda receipt: outcomes.append((receipt.outcome, receipt.reason)))
    sending = asyncio.create_task(way.run())
    try:
        await until(lambda: len(outcomes) == BATCH_MAX, 20, "every receipt")
        # Each was looked at for itself (nobody knows this agent), none was taken for a repetition.
        assert {str(reason) for _, reason in outcomes} == {"unknown_agent"}
    finally:
        for task in (running, sending, *others):
            task.cancel()
        await asyncio.gather(running, sending, *others, return_exceptions=True)
        await store.close()
