"""The rehearsal customers' part that is chance, who comes and with what; and their shop."""

import asyncio
import random
import signal

import httpx

from agent_desktop.server import listen
from config.rehearsal import PEOPLE, Deck, serve_shop
from history.clock import SystemClock
from tests.bed.waiting import until


def test_nobody_comes_again_before_all_have_come() -> None:
    deck = Deck(PEOPLE, random.Random(7))
    rounds = [[deck.deal() for _ in PEOPLE] for _ in range(3)]
    assert all(sorted(each, key=PEOPLE.index) == list(PEOPLE) for each in rounds)
    assert rounds[0] != rounds[1]


async def test_the_shop_leaves_the_signals_to_its_process_and_stops_when_cancelled() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    with listen("127.0.0.1", 0) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        shop = asyncio.create_task(serve_shop(listening, "http://127.0.0.1:1", "shop", "secret", SystemClock()))
        async with httpx.AsyncClient(timeout=10) as browser:
            assert (await browser.get(address)).status_code == 200
            assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
            shop.cancel()
            await until(shop.done, 10, "the shop's end")
    assert shop.cancelled()
