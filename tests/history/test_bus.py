"""The bus's contract, the same in one process and over Redis; and what each has of its own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from history.bus import Bus, LocalBus, Message
from history.bus_redis import RedisBus
from history.errors import SubscriptionCut
from tests.bed.redis import Redis
from tests.bed.waiting import until
from tests.history.sample import eventually

HELLO = Message("conversation/c-1", b"\x00hello\xff")


@pytest_asyncio.fixture(params=["local", pytest.param("redis", marks=pytest.mark.real)])
async def buses(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Bus, Bus]]:
    """Where one publishes and where one subscribes: the same bus, or two processes' buses."""
    if request.param == "local":
        bus = LocalBus()
        yield bus, bus
        await bus.close()
        return
    url = str(request.getfixturevalue("redis_url"))
    first, second = await RedisBus.start(url, "main"), await RedisBus.start(url, "main")
    yield first, second
    await first.close()
    await second.close()


async def test_messages_arrive_once_in_order_and_whole(buses: tuple[Bus, Bus]) -> None:
    here, there = buses
    subscription = there.subscribe("conversation/")
    sent = [Message("conversation/c-1", b"%d" % number) for number in range(1_000)]
    here.publish(sent[:1])
    here.publish(sent[1:])
    assert [await subscription.next(5) for _ in sent] == sent
    assert await subscription.next(0.05) is None


async def test_a_subscriber_hears_its_prefix_alone_and_nothing_after_closing(buses: tuple[Bus, Bus]) -> None:
    here, there = buses
    mine, all_of_them = there.subscribe("conversation/"), there.subscribe("")
    here.publish([Message("routing/main", b"1"), HELLO, Message("access", b"2")])
    assert [(await all_of_them.next(5)) for _ in range(3)][1] == HELLO
    assert await mine.next(5) == HELLO
    assert await mine.next(0.05) is None
    mine.close()
    mine.close()
    here.publish([HELLO])
    assert await all_of_them.next(5) == HELLO
    assert await mine.next(0.05) is None


async def test_a_slow_subscriber_is_cut_and_no_other(buses: tuple[Bus, Bus]) -> None:
    here, there = buses
    slow, quick = there.subscribe(""), there.subscribe("")
    for _ in range(5):
        here.publish([HELLO] * 1_000)
        assert [await quick.next(5) for _ in range(1_000)] == [HELLO] * 1_000
    with pytest.raises(SubscriptionCut):
        await slow.next(1)
    with pytest.raises(SubscriptionCut):
        await slow.next(1)


async def test_a_waiting_subscriber_is_woken(buses: tuple[Bus, Bus]) -> None:
    here, there = buses
    waiting = asyncio.create_task(there.subscribe("conversation/").next(5))
    await asyncio.sleep(0)
    here.publish([HELLO])
    assert await waiting == HELLO


@pytest.mark.real
async def test_tenants_do_not_hear_each_other_over_redis(redis_url: str) -> None:
    first, second = await RedisBus.start(redis_url, "main"), await RedisBus.start(redis_url, "other")
    subscription = second.subscribe("")
    first.publish([HELLO])
    second.publish([Message("own", b"")])
    assert await subscription.next(5) == Message("own", b"")
    assert await subscription.next(0.3) is None
    await first.close()
    await second.close()


@pytest.mark.real
async def test_when_redis_dies_subscribers_are_cut_and_its_return_is_noticed(tmp_path: Path) -> None:
    server = Redis(tmp_path)
    server.start()
    here, there = await RedisBus.start(server.url, "main"), await RedisBus.start(server.url, "main")
    try:
        subscription = there.subscribe("")
        here.publish([HELLO])
        assert await subscription.next(5) == HELLO
        server.kill()
        await until(lambda: there.trouble is not None, 10, "noticing that Redis is gone")
        with pytest.raises(SubscriptionCut):
            await subscription.next(5)
        own = here.subscribe("")
        here.publish([HELLO])
        assert await own.next(1) == HELLO
        server.start()
        await until(lambda: there.trouble is None and here.trouble is None, 15, "noticing that Redis is back")
        subscription.close()
        subscription = there.subscribe("")

        async def heard() -> bool:
            here.publish([HELLO])
            return await subscription.next(0.2) == HELLO

        await eventually(heard, 15, "a message through the new Redis")
    finally:
        await here.close()
        await there.close()
        server.stop()


@pytest.mark.real
async def test_a_wiped_redis_carries_on(redis_server: Redis, redis_url: str) -> None:
    here, there = await RedisBus.start(redis_url, "main"), await RedisBus.start(redis_url, "main")
    subscription = there.subscribe("")
    here.publish([HELLO])
    assert await subscription.next(5) == HELLO
    redis_server.wipe()
    here.publish([HELLO])
    assert await subscription.next(5) == HELLO
    await here.close()
    await there.close()
