"""The rehearsal customers' part that is chance, who comes and with what; and their shop."""

import asyncio
import random
import signal
from pathlib import Path

import httpx

from agent_desktop.server import listen
from channels.webchat.chats import Committed
from config.rehearsal import PEOPLE, Deck, serve_shop
from config.rehearsal_visitor import ChatVisitor
from history.clock import SystemClock
from history.core.conversations import ConversationBegan, LineWritten, VisitorLeft
from history.core.vocabulary import HandlingId, InteractionId
from tests.bed.waiting import until
from tests.channels.webchat.center import ANN, HARBOR, Center, chat_app, chat_center, served, settings_of


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


async def spoken(center: Center) -> tuple[str, list[str]]:
    """The one conversation, and what the visitor has said in it."""
    facts = [center.store.registry.fact(entry) for entry in await center.entries()]
    began = [fact for fact in facts if isinstance(fact, ConversationBegan)]
    assert len(began) <= 1, "a second conversation was begun"
    said = [await center.store.text(fact.text) for fact in facts if isinstance(fact, LineWritten)]
    return (str(began[0].interaction) if began else "", said)


async def answer(center: Center, conversation: str, handling: HandlingId, number: int) -> None:
    words = f"Answer {number}"
    said = await center.channel.say(InteractionId(conversation), handling, ANN, f"agent-{number:06}", words)
    assert isinstance(said, Committed)


async def test_a_chat_visitor_comes_back_to_the_same_conversation_after_the_engine_died(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as place:
        port = place.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    visitor = ChatVisitor(
        f"ws://127.0.0.1:{port}/chat/{HARBOR}/socket", origin, ("First", "Second"), random.Random(7), (0.0, 0.01)
    )
    answers: list[bool] = []
    talking = asyncio.create_task(visitor.talk(lambda: answers.append(True)))
    async with (
        chat_center(tmp_path, settings_of()) as center,
        served(chat_app(center), listening=listen("127.0.0.1", port)),
    ):

        async def has_begun() -> bool:
            return (await spoken(center))[1] == ["First"]

        await until(has_begun, 10, "the visitor's first line")
        conversation, _ = await spoken(center)
        handling = await center.ann_takes(conversation)
    assert not talking.done()
    async with (
        chat_center(tmp_path, settings_of()) as center,
        served(chat_app(center), listening=listen("127.0.0.1", port)),
    ):
        await answer(center, conversation, handling, 1)

        async def goes_on() -> bool:
            return (await spoken(center))[1] == ["First", "Answer 1", "Second"]

        await until(goes_on, 10, "the visitor's second line, after coming back")
        await answer(center, conversation, handling, 2)
        await until(talking.done, 10, "the visitor's end")
        talking.result()
        assert [type(fact) for fact in await center.written(conversation)][-1] is VisitorLeft
    assert answers == [True, True]
