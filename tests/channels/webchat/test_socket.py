"""The visitors' socket over a real server: what is refused, and what survives a bad network."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from channels.core.chat_protocol import (
    FRAME_BYTES_MAX,
    Ack,
    Ended,
    FromWidget,
    Heartbeat,
    Hello,
    Leave,
    Line,
    Lines,
    Phase,
    RefusalReason,
    Refused,
    Standing,
    Typing,
    Welcome,
)
from channels.webchat.chats import Committed
from channels.webchat.settings import ChatLimits
from history.core.conversations import Author
from history.core.vocabulary import ConversationId, InteractionId
from tests.bed.waiting import until
from tests.channels.webchat.center import ANN, chat_app, chat_center, served, settings_of, until_so
from tests.channels.webchat.widget_client import StubbornVisitor, hello, losing_wire, opened

FAST = ChatLimits(
    lines_burst=10_000, lines_per_minute=100_000, frames_burst=100_000, frames_per_minute=1_000_000, heartbeat_ms=300
)


async def test_a_visitor_and_an_agent_talk_over_the_socket_and_the_end_is_told(tmp_path: Path) -> None:
    async with (
        chat_center(tmp_path, settings_of()) as center,
        served(chat_app(center)) as origin,
        opened(origin) as talk,
    ):
        await talk.send(hello())
        welcome = await talk.next()
        assert isinstance(welcome, Welcome)
        assert (welcome.title, welcome.conversation, welcome.known) == ("Harbor Bikes", None, False)
        assert (await talk.until(Standing)).phase is Phase.NONE
        await talk.send(Line(client_id="client-01", text="Is the Lantern in stock?"))
        ack = await talk.until(Ack)
        assert (ack.client_id, ack.seq) == ("client-01", 1)
        handling = await center.ann_takes(ack.conversation)
        standing = await talk.until(Standing)
        while standing.phase is not Phase.TALKING:
            standing = await talk.until(Standing)
        assert standing.agent == "Ann"
        interaction = InteractionId(ack.conversation)
        center.channel.agent_types(interaction)
        await talk.until(Typing)
        assert isinstance(await center.channel.say(interaction, handling, ANN, "agent-01", "It is!"), Committed)
        lines = (await talk.until(Lines)).lines
        assert [(line.seq, line.author, line.name, line.text) for line in lines] == [(2, "agent", "Ann", "It is!")]
        await center.ann_ends(ack.conversation, handling)
        ended = await talk.until(Standing)
        assert (ended.phase, ended.ended) == (Phase.ENDED, Ended.BY_AGENT)


async def test_two_pages_of_one_visitor_show_the_same_and_leaving_ends_both(tmp_path: Path) -> None:
    async with (
        chat_center(tmp_path, settings_of()) as center,
        served(chat_app(center)) as origin,
        opened(origin) as one,
        opened(origin) as two,
    ):
        await one.send(hello())
        token = (await one.until(Welcome)).token
        await two.send(hello(token))
        assert (await two.until(Welcome)).token == token
        await one.send(Line(client_id="client-01", text="Hello"))
        assert (await two.until(Lines)).lines[0].text == "Hello"
        await two.send(Leave())
        for talk in (one, two):
            standing = await talk.until(Standing)
            while standing.phase is not Phase.ENDED:
                standing = await talk.until(Standing)
            assert standing.ended is Ended.BY_VISITOR


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_on_a_wire_that_loses_frames_each_line_is_there_once_and_in_order(tmp_path: Path, seed: int) -> None:
    count = 40
    async with (
        chat_center(tmp_path, settings_of(limits=FAST)) as center,
        served(chat_app(center)) as origin,
        losing_wire(origin, seed, 0.2) as wire,
    ):
        visitor = StubbornVisitor(wire, [f"visitor {place}" for place in range(count)])
        running = asyncio.create_task(visitor.run())
        try:
            await until(lambda: visitor.acked, 20, "the first ack")
            conversation = ConversationId(str(visitor.conversation))
            handling = await center.ann_takes(conversation)
            for place in range(count):
                for _ in range(2):
                    said = await center.channel.say(
                        InteractionId(conversation), handling, ANN, f"agent-{place:04d}", f"agent {place}"
                    )
                    assert isinstance(said, Committed), said
            await until(lambda: len(visitor.shown) == 2 * count, 60, "all lines")
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
        assert [line.seq for line in visitor.shown] == list(range(1, 2 * count + 1))
        written = [line.text for line in visitor.shown if line.author == "visitor"]
        said_lines = [line.text for line in visitor.shown if line.author == "agent"]
        assert written == [f"visitor {place}" for place in range(count)]
        assert said_lines == [f"agent {place}" for place in range(count)]
        stored = await center.channel.lines(conversation, 0, 1000)
        assert [(line.seq, line.text) for line in stored] == [(line.seq, line.text) for line in visitor.shown]
        assert sum(line.author is Author.CUSTOMER for line in stored) == count


async def test_a_page_that_comes_back_gets_only_what_it_lacks(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of(limits=FAST)) as center, served(chat_app(center)) as origin:
        async with opened(origin) as talk:
            await talk.send(hello())
            token = (await talk.until(Welcome)).token
            for place in range(60):
                await talk.send(Line(client_id=f"client-{place:03d}", text=str(place)))
                ack = await talk.until(Ack)
        async with opened(origin) as talk:
            await talk.send(hello(token, conversation=ack.conversation, last_seq=57))
            lines = (await talk.until(Lines)).lines
            assert [line.seq for line in lines] == [58, 59, 60]
        async with opened(origin) as talk:
            await talk.send(hello(token))
            seen = [line.seq for _ in range(2) for line in (await talk.until(Lines)).lines]
            assert seen == list(range(1, 61))
            await talk.send(Heartbeat())
            assert (await talk.until(Heartbeat)).last_seq == 60


async def test_a_page_of_a_foreign_origin_gets_no_socket(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center, served(chat_app(center)) as origin:
        for foreign in ("http://evil.example", "null", "http://localhost:1"):
            with pytest.raises(InvalidStatus) as refused:
                async with opened(origin, page_origin=foreign):
                    pass
            assert refused.value.response.status_code == 403
            assert json.loads(refused.value.response.body)["refused"] == "foreign_origin"
        with pytest.raises(InvalidStatus) as unknown:
            async with opened(origin, site="nowhere"):
                pass
        assert unknown.value.response.status_code == 404


async def test_forged_tokens_and_statements_are_refused_in_words_and_the_socket_is_closed(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center, served(chat_app(center)) as origin:
        cases: dict[RefusalReason, FromWidget] = {
            RefusalReason.FORGED_TOKEN: hello("v1.a-0123456789abcdef." + "B" * 43),
            RefusalReason.VISITOR_REFUSED: hello(visitor="shop-1001.9999999999." + "0" * 64),
            RefusalReason.OTHER_VERSION: Hello(version=99),
            RefusalReason.HELLO_MISSING: Leave(),
        }
        for reason, message in cases.items():
            async with opened(origin) as talk:
                await talk.send(message)
                refused = await talk.next()
                assert isinstance(refused, Refused) and refused.reason is reason
                assert refused.sentence
                assert await talk.close_code() == 4003


async def test_what_is_too_large_or_unreadable_is_refused_and_the_chat_goes_on(tmp_path: Path) -> None:
    async with (
        chat_center(tmp_path, settings_of()) as center,
        served(chat_app(center)) as origin,
        opened(origin) as talk,
    ):
        await talk.send(hello())
        await talk.until(Welcome)
        bad: dict[str | bytes, RefusalReason] = {
            "x" * (FRAME_BYTES_MAX + 1): RefusalReason.TOO_LARGE,
            "not json": RefusalReason.UNREADABLE,
            '{"type":"welcome","token":"x","site":"s","title":"t","greeting":"g"}': RefusalReason.UNREADABLE,
            b"\xff\xfe": RefusalReason.UNREADABLE,
            '{"type":"line","client_id":"client-01","text":"' + "y" * 4001 + '"}': RefusalReason.LINE_TOO_LONG,
            '{"type":"line","client_id":"client-02","text":" \\u0007 "}': RefusalReason.LINE_EMPTY,
            '{"type":"line","client_id":"no/slash","text":"hi"}': RefusalReason.CLIENT_ID,
        }
        for frame, reason in bad.items():
            await talk.send_raw(frame)
            assert (await talk.until(Refused)).reason is reason
        await talk.send(Line(client_id="client-03", text="good"))
        assert (await talk.until(Ack)).seq == 1


async def test_who_is_too_fast_is_told_when_to_go_on_and_who_floods_is_put_out(tmp_path: Path) -> None:
    limits = ChatLimits(lines_burst=2, lines_per_minute=30, refusals_max=5)
    async with (
        chat_center(tmp_path, settings_of(limits=limits)) as center,
        served(chat_app(center)) as origin,
        opened(origin) as talk,
    ):
        await talk.send(hello())
        await talk.until(Welcome)
        for place in range(3):
            await talk.send(Line(client_id=f"client-{place:02d}", text="hi"))
        refused = await talk.until(Refused)
        assert (refused.reason, refused.client_id) == (RefusalReason.TOO_FAST, "client-02")
        assert 0 < refused.again_ms <= 2_001
        await asyncio.sleep(refused.again_ms / 1000)
        await talk.send(Line(client_id="client-02", text="hi"))
        ack = await talk.until(Ack)
        while ack.client_id != "client-02":
            ack = await talk.until(Ack)
        assert ack.seq == 3
        for _ in range(7):
            await talk.send_raw("junk")
        assert await talk.close_code() == 4003


async def test_sockets_of_one_address_are_bounded_and_silent_ones_closed(tmp_path: Path) -> None:
    limits = ChatLimits(sockets_per_address_max=2, hello_within_ms=200, silence_ms=300)
    async with chat_center(tmp_path, settings_of(limits=limits)) as center, served(chat_app(center)) as origin:
        async with opened(origin) as silent, opened(origin) as quiet:
            with pytest.raises(InvalidStatus) as refused:
                async with opened(origin):
                    pass
            assert refused.value.response.status_code == 503
            await quiet.send(hello())
            missing = await silent.next()
            assert isinstance(missing, Refused) and missing.reason is RefusalReason.HELLO_MISSING
            assert await quiet.close_code() == 4008

        async def welcome() -> bool:
            with suppress(InvalidStatus):
                async with opened(origin) as talk:
                    await talk.send(hello())
                    return isinstance(await talk.next(), Welcome)
            return False

        await until_so(welcome, 5, "a free place")


async def test_the_frame_names_who_may_show_it_and_the_loader_carries_the_sites_words(tmp_path: Path) -> None:
    async with (
        chat_center(tmp_path, settings_of("https://shop.example")) as center,
        served(chat_app(center)) as origin,
        httpx.AsyncClient(base_url=origin) as client,
    ):
        frame = await client.get("/chat/harbor/frame")
        assert "frame-ancestors https://shop.example" in frame.headers["content-security-policy"]
        assert "unsafe" not in frame.headers["content-security-policy"]
        assert 'data-origins="https://shop.example"' in frame.text
        loader = await client.get("/chat/harbor/loader.js")
        assert loader.headers["cross-origin-resource-policy"] == "cross-origin"
        assert '"frame":"/chat/harbor/frame"' in loader.text
        unknown = await client.get("/chat/nowhere/loader.js")
        assert (unknown.status_code, unknown.json()["refused"]) == (404, "unknown_site")
