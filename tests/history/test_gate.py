"""On SQLite the router's groups go before all other waiting transactions."""

import asyncio

import pytest

from history import gate
from history.errors import StoreUnavailable
from history.gate import WriteGate


async def queue_up(passage: WriteGate, order: list[str], name: str, hurry: bool) -> asyncio.Task[None]:
    async def pass_through() -> None:
        async with passage.passing(hurry):
            order.append(name)

    task = asyncio.create_task(pass_through())
    await asyncio.sleep(0)
    return task


async def test_the_hurried_go_first_each_in_order_of_coming() -> None:
    passage, order = WriteGate(5), list[str]()
    async with passage.passing(hurry=False):
        tasks = [
            await queue_up(passage, order, name, name.startswith("router"))
            for name in ("mail", "chat", "router-1", "task", "router-2")
        ]
    await asyncio.gather(*tasks)
    assert order == ["router-1", "router-2", "mail", "chat", "task"]


async def test_one_at_a_time_passes() -> None:
    passage, inside, most = WriteGate(5), 0, 0

    async def pass_through(number: int) -> None:
        nonlocal inside, most
        async with passage.passing(hurry=number % 3 == 0):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(pass_through(number) for number in range(50)))
    assert most == 1


async def test_who_gives_up_waiting_holds_up_nobody() -> None:
    passage, order = WriteGate(5), list[str]()
    async with passage.passing(hurry=False):
        leaving = await queue_up(passage, order, "leaving", False)
        staying = await queue_up(passage, order, "staying", False)
        leaving.cancel()
        await asyncio.sleep(0)
    await staying
    assert order == ["staying"]


async def test_who_is_cancelled_in_the_instant_of_their_turn_passes_it_on() -> None:
    passage, order = WriteGate(5), list[str]()
    async with passage.passing(hurry=False):
        first = await queue_up(passage, order, "first", False)
        second = await queue_up(passage, order, "second", False)
    first.cancel()
    await asyncio.wait([first, second], timeout=5)
    assert order == ["second"]
    async with passage.passing(hurry=True):
        pass


async def test_a_wait_that_takes_too_long_is_refused() -> None:
    passage = WriteGate(0.02)
    async with passage.passing(hurry=True):
        with pytest.raises(StoreUnavailable, match=r"The database was busy for 0.02 s"):
            async with passage.passing(hurry=False):
                pass
    async with passage.passing(hurry=False):
        pass


async def test_a_full_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "WAITING_MAX", 1)
    passage, order = WriteGate(5), list[str]()
    async with passage.passing(hurry=False):
        waiting = await queue_up(passage, order, "waiting", False)
        with pytest.raises(StoreUnavailable, match="1 transactions wait"):
            async with passage.passing(hurry=False):
                pass
    await waiting
