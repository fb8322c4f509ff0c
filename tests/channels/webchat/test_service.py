"""What the chat promises visitors and agents, on a real database."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from channels.core.chat_protocol import CHAT_PROTOCOL_VERSION, Ended, Hello, Line, Phase, RefusalReason, Refused
from channels.core.visitor_tokens import sign_visitor
from channels.webchat.chats import Committed, StoredLine
from channels.webchat.pages import Page
from channels.webchat.service import VISITOR_TYPES
from channels.webchat.settings import SiteSettings
from history.core.conversations import Author, ConversationBegan, LineWritten, VisitorLeft
from history.core.customers import IdentityKind
from history.core.routing import CustomerLegEnded, InteractionClosed, VisitFlowedOut
from history.core.vocabulary import (
    AgentId,
    AnnouncementId,
    CloseReason,
    HandlingId,
    InteractionId,
    Medium,
    MovedBecause,
    QueueId,
    Trust,
    VisitId,
)
from history.customers import create_customer, link_identity
from router.core.inputs import CustomerLeft, InteractionArrived, InteractionLearnt
from tests.bed.waiting import until
from tests.channels.webchat.center import ANN, CLOSED, HARBOR, SECRET, Center, chat_center, settings_of, until_so


def _site(center: Center) -> SiteSettings:
    return center.settings.sites[0]


async def _page(center: Center, token: str | None = None, visitor: str | None = None) -> Page:
    hello = Hello(version=CHAT_PROTOCOL_VERSION, token=token, visitor=visitor)
    page = await center.channel.arrive(_site(center), hello)
    assert isinstance(page, Page), page
    return page


def _signed(center: Center, visitor_id: str = "shop-1001", in_s: int = 60) -> str:
    return sign_visitor(SECRET, visitor_id, center.clock.now_ms() // 1000 + in_s)


def _line(number: int, text: str | None = None) -> Line:
    return Line(client_id=f"client-{number:04d}", text=text or f"line {number}")


async def _lines(center: Center, committed: Committed) -> list[StoredLine]:
    return await center.channel.lines(committed.conversation, 0, 100)


async def _phase(center: Center, page: Page) -> Phase:
    standing = await center.channel.look(page)
    return Phase.NONE if standing is None else standing.view.phase


async def test_the_first_line_begins_a_conversation_and_announces_it_in_one_transaction(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        page = await _page(center)
        assert await center.entries() == []
        first = await center.channel.write(page, _line(1, "Ahoy"))
        began, line = await center.written(first.conversation)
        assert isinstance(began, ConversationBegan) and isinstance(line, LineWritten)
        assert (began.medium, began.queue, began.site) == (Medium.CHAT, QueueId("chat"), HARBOR)
        assert began.interaction == InteractionId(first.conversation)
        assert await center.store.text(line.text) == "Ahoy"
        [arrived] = await center.announced()
        assert isinstance(arrived, InteractionArrived)
        assert (arrived.medium, arrived.queue) == (Medium.CHAT, QueueId("chat"))
        assert arrived.interaction == InteractionId(first.conversation)
        assert (arrived.source, arrived.source_epoch, arrived.source_number) == ("chat", 1, 1)
        assert arrived.customer is None
        second = await center.channel.write(page, _line(2))
        assert (first.seq, second.seq, second.conversation) == (1, 2, first.conversation)
        assert len(await center.announced()) == 1


async def test_a_line_counts_once_however_often_and_at_once_it_is_sent(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        page = await _page(center)
        sent = [_line(number) for number in (1, 2, 3)] * 4
        results = await asyncio.gather(*(center.channel.write(page, line) for line in sent))
        assert len({result.conversation for result in results}) == 1
        assert {result.seq for result in results} == {1, 2, 3}
        lines = await _lines(center, results[0])
        assert [line.seq for line in lines] == [1, 2, 3]
        assert sorted(line.client_id for line in lines) == [f"client-{number:04d}" for number in (1, 2, 3)]
        assert len(await center.announced()) == 1


@pytest.mark.real
async def test_on_postgresql_lines_that_come_at_once_from_several_pages_are_one_conversation_without_gaps(
    tmp_path: Path, postgres_url: str
) -> None:
    async with chat_center(tmp_path, settings_of(), postgres_url) as center:
        pages = [await _page(center, visitor=_signed(center)) for _ in range(3)]
        wishes = [(page, _line(number)) for number in range(8) for page in pages]
        results = await asyncio.gather(*(center.channel.write(page, line) for page, line in wishes))
        assert len({result.conversation for result in results}) == 1
        assert {result.seq for result in results} == set(range(1, 9))
        assert [line.seq for line in await _lines(center, results[0])] == list(range(1, 9))
        assert len(await center.announced()) == 1
        handling = await center.ann_takes(results[0].conversation)
        interaction = InteractionId(results[0].conversation)
        said = await asyncio.gather(
            *(center.channel.say(interaction, handling, ANN, f"agent-{number:06d}", "Hi") for number in (1, 2, 1, 2)),
            center.channel.write(pages[0], _line(99)),
        )
        assert {result.seq for result in said if isinstance(result, Committed)} == {9, 10, 11}
        assert await center.channel.leave(pages[0]) and not await center.channel.leave(pages[1])


async def test_agent_and_visitor_talk_and_the_numbers_have_no_gap_for_what_visitors_do_not_see(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        page = await _page(center)
        first = await center.channel.write(page, _line(1))
        interaction = InteractionId(first.conversation)
        handling = await center.ann_takes(first.conversation)
        said = await center.channel.say(interaction, handling, ANN, "agent-000001", "Hello\x07 Maria\n")
        again = await center.channel.say(interaction, handling, ANN, "agent-000001", "Hello Maria")
        assert isinstance(said, Committed) and isinstance(again, Committed)
        assert (said.seq, again.seq, again.repeated, said.message) == (2, 2, True, again.message)
        third = await center.channel.write(page, _line(3))
        assert third.seq == 3
        lines = await _lines(center, first)
        assert [(line.seq, line.author, line.agent) for line in lines] == [
            (1, Author.CUSTOMER, None),
            (2, Author.AGENT, "ann"),
            (3, Author.CUSTOMER, None),
        ]
        assert lines[1].text == "Hello Maria"
        standing = await center.channel.look(page)
        assert standing is not None and (standing.agent, standing.view.phase) == ("Ann", Phase.TALKING)


async def test_only_the_agent_who_has_the_chat_may_write_into_it(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        first = await center.channel.write(await _page(center), _line(1))
        interaction = InteractionId(first.conversation)
        handling = await center.ann_takes(first.conversation)
        stranger = await center.channel.say(interaction, handling, AgentId("ben"), "agent-000001", "Hi")
        assert isinstance(stranger, Refused) and stranger.reason is RefusalReason.NOT_YOURS
        nobody = await center.channel.say(InteractionId("c-none"), handling, ANN, "agent-000001", "Hi")
        assert isinstance(nobody, Refused) and nobody.reason is RefusalReason.UNKNOWN_CONVERSATION
        long = await center.channel.say(interaction, handling, ANN, "agent-000001", "x" * 4001)
        assert isinstance(long, Refused) and long.reason is RefusalReason.LINE_TOO_LONG
        assert not await center.channel.end(interaction, handling, AgentId("ben"))
        assert len(await _lines(center, first)) == 1


async def test_when_the_router_says_the_agent_ended_the_visitor_is_told_and_a_late_line_begins_anew(
    tmp_path: Path,
) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        page = await _page(center)
        first = await center.channel.write(page, _line(1))
        interaction = InteractionId(first.conversation)
        handling = await center.ann_takes(first.conversation)
        await center.ann_ends(first.conversation, handling)

        async def ended() -> bool:
            return await _phase(center, page) is Phase.ENDED

        await until_so(ended, 5, "the chat's end")
        standing = await center.channel.look(page)
        assert standing is not None and standing.view.ended is Ended.BY_AGENT
        late = await center.channel.say(interaction, handling, ANN, "agent-000009", "one more thing")
        assert isinstance(late, Refused) and late.reason is RefusalReason.CONVERSATION_ENDED

        repeated = await center.channel.write(page, _line(1))
        assert (repeated.conversation, repeated.repeated) == (first.conversation, True)
        anew = await center.channel.write(page, _line(2))
        assert (anew.seq, anew.conversation != first.conversation) == (1, True)
        began = (await center.written(anew.conversation))[0]
        assert isinstance(began, ConversationBegan) and began.follows == first.conversation
        assert [type(given) for given in await center.announced()] == [InteractionArrived, InteractionArrived]


async def test_end_tells_the_visitor_before_the_routers_fact_and_closing_unanswered_ends_too(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        page = await _page(center)
        first = await center.channel.write(page, _line(1))
        handling = await center.ann_takes(first.conversation)
        await center.channel.say(InteractionId(first.conversation), handling, ANN, "agent-000001", "Bye")
        assert await center.channel.end(InteractionId(first.conversation), handling, ANN)
        assert await _phase(center, page) is Phase.ENDED
        second = await center.channel.write(page, _line(2))
        closed = InteractionClosed(interaction=InteractionId(second.conversation), reason=CloseReason.UNKNOWN_QUEUE)
        await center.decide(closed)

        async def ended() -> bool:
            return await _phase(center, page) is Phase.ENDED

        await until_so(ended, 5, "the chat's end")
        standing = await center.channel.look(page)
        assert standing is not None and standing.view.ended is Ended.BY_SYSTEM


async def test_a_visitor_who_is_turned_away_reads_why_once_and_the_chat_has_ended(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        page = await _page(center)
        first = await center.channel.write(page, _line(1))
        interaction = InteractionId(first.conversation)
        flowed = VisitFlowedOut(
            visit=VisitId("v"),
            interaction=interaction,
            queue=QueueId("chat"),
            medium=Medium.CHAT,
            wait_ms=0,
            because=MovedBecause.CLOSED,
            announcement=AnnouncementId("closed"),
        )
        await center.decide(
            flowed,
            CustomerLegEnded(interaction=interaction),
            InteractionClosed(interaction=interaction, reason=CloseReason.TURNED_AWAY),
        )

        async def ended() -> bool:
            return await _phase(center, page) is Phase.ENDED

        await until_so(ended, 5, "the chat's end")
        lines = await center.channel.lines(first.conversation, 0, 10)
        assert [(line.author, line.text) for line in lines][1:] == [(Author.SYSTEM, CLOSED)]
        standing = await center.channel.look(page)
        assert standing is not None and standing.view.ended is Ended.BY_SYSTEM


async def test_a_visitor_who_leaves_is_written_down_and_announced_once(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        page = await _page(center)
        assert not await center.channel.leave(page)
        first = await center.channel.write(page, _line(1))
        assert await center.channel.leave(page)
        assert not await center.channel.leave(page)
        assert [type(fact) for fact in await center.written(first.conversation)] == [
            ConversationBegan,
            LineWritten,
            VisitorLeft,
        ]
        arrived, left = await center.announced()
        assert isinstance(left, CustomerLeft) and left.interaction == InteractionId(first.conversation)
        assert (arrived.source_number, left.source_number) == (1, 2)


async def test_a_visitor_away_for_longer_than_the_site_allows_has_left_but_not_one_who_comes_back(
    tmp_path: Path,
) -> None:
    async with chat_center(tmp_path, settings_of(away_ms=400)) as center:
        gone, stays, returns = [await _page(center) for _ in range(3)]
        lines = [await center.channel.write(page, _line(1)) for page in (gone, stays, returns)]
        for page in (gone, returns):
            await center.channel.depart(page)
        back = await _page(center, token=returns.token)

        async def has_left() -> bool:
            facts = await center.written(lines[0].conversation)
            return any(isinstance(fact, VisitorLeft) for fact in facts)

        await until_so(has_left, 5, "leaving after 0.4 s away")
        assert [given for given in await center.announced() if isinstance(given, CustomerLeft)] != []
        assert await _phase(center, stays) is Phase.WAITING
        assert await _phase(center, back) is Phase.WAITING


async def test_after_a_restart_a_conversation_goes_on_and_the_routers_facts_of_meanwhile_are_heard(
    tmp_path: Path,
) -> None:
    settings = settings_of()
    async with chat_center(tmp_path, settings) as center:
        page = await _page(center)
        first = await center.channel.write(page, _line(1))
        token = page.token
    async with chat_center(tmp_path, settings) as center:
        handling = await center.ann_takes(first.conversation)
        page = await _page(center, token=token)
        assert page.conversation == first.conversation
        said = await center.channel.say(InteractionId(first.conversation), handling, ANN, "agent-000001", "Back")
        assert isinstance(said, Committed) and said.seq == 2
        repeated = await center.channel.write(page, _line(1))
        assert (repeated.seq, repeated.repeated) == (1, True)


async def test_a_customer_signed_by_the_shop_is_known_on_every_page_and_arrives_verified(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        maria = await create_customer(center.store, "Maria Lopez")
        identity = await link_identity(center.store, maria, IdentityKind.CHAT, "shop-1001", Trust.CLAIMED)
        page = await _page(center, visitor=_signed(center))
        first = await center.channel.write(page, _line(1))
        [arrived] = await center.announced()
        assert isinstance(arrived, InteractionArrived)
        assert (arrived.customer, arrived.identity, arrived.trust) == (maria, identity, Trust.VERIFIED)
        began = (await center.written(first.conversation))[0]
        assert isinstance(began, ConversationBegan) and began.customer == maria

        elsewhere = await _page(center, visitor=_signed(center))
        assert elsewhere.conversation == first.conversation
        signed_out = await _page(center, token=page.token)
        assert signed_out.conversation is None and signed_out.token != page.token
        stranger = await _page(center, visitor=_signed(center, "shop-1002"))
        assert stranger.conversation is None


async def test_a_signed_customer_whom_nobody_knows_yet_becomes_one_customer(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        pages = [await _page(center, visitor=_signed(center, "shop-2000")) for _ in range(2)]
        await asyncio.gather(*(center.channel.write(page, _line(place)) for place, page in enumerate(pages)))
        [arrived] = await center.announced()
        assert isinstance(arrived, InteractionArrived) and arrived.customer is not None
        assert len(await center.entries("customer/")) == 2


async def test_who_signs_in_while_chatting_takes_the_conversation_along_and_the_router_learns_it(
    tmp_path: Path,
) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        anonymous = await _page(center)
        first = await center.channel.write(anonymous, _line(1))
        page = await _page(center, token=anonymous.token, visitor=_signed(center))
        assert (page.conversation, page.token != anonymous.token) == (first.conversation, True)
        learnt = (await center.announced())[-1]
        assert isinstance(learnt, InteractionLearnt)
        assert (learnt.interaction, learnt.trust) == (InteractionId(first.conversation), Trust.VERIFIED)
        assert learnt.customer is not None
        assert (await center.channel.write(page, _line(1))).repeated
        assert (await _page(center, token=anonymous.token)).conversation is None


@pytest.mark.parametrize("token", ["v1.a-0123456789abcdef.forged", "nonsense", "v1.a-0123456789abcdef." + "A" * 43])
async def test_a_forged_token_is_refused(tmp_path: Path, token: str) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        refused = await center.channel.arrive(_site(center), Hello(version=CHAT_PROTOCOL_VERSION, token=token))
        assert isinstance(refused, Refused) and refused.reason is RefusalReason.FORGED_TOKEN


async def test_a_token_of_another_site_and_a_statement_forged_or_expired_are_refused(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        page = await _page(center)
        other = center.settings.sites[1]
        hello = Hello(version=CHAT_PROTOCOL_VERSION, token=page.token)
        refused = await center.channel.arrive(other, hello)
        assert isinstance(refused, Refused) and refused.reason is RefusalReason.FORGED_TOKEN
        forged = _signed(center).replace("shop-1001", "shop-1002")
        for statement in (forged, _signed(center, in_s=-1), "shop-1001"):
            hello = Hello(version=CHAT_PROTOCOL_VERSION, visitor=statement)
            refused = await center.channel.arrive(_site(center), hello)
            assert isinstance(refused, Refused) and refused.reason is RefusalReason.VISITOR_REFUSED
        signed = await _page(center, visitor=_signed(center))
        late = await _page(center, token=signed.token, visitor=_signed(center, in_s=-1))
        assert late.key == signed.key


async def test_typing_travels_both_ways_and_is_written_nowhere(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        page = await _page(center)
        first = await center.channel.write(page, _line(1))
        await center.channel.look(page)
        heard = center.store.bus.subscribe(VISITOR_TYPES)
        before = len(await center.entries(""))
        center.channel.visitor_types(page)
        message = await heard.next(2)
        assert message is not None and message.topic.endswith(first.conversation)
        heard.close()

        def shown() -> bool:
            center.channel.agent_types(InteractionId(first.conversation))
            return page.agent_types

        await until(shown, 5, "the agent's typing")
        assert len(await center.entries("")) == before


async def test_a_line_for_a_handling_that_never_began_is_refused_in_bounded_time(tmp_path: Path) -> None:
    async with chat_center(tmp_path, settings_of()) as center:
        first = await center.channel.write(await _page(center), _line(1))
        async with asyncio.timeout(10):
            refused = await center.channel.say(
                InteractionId(first.conversation), HandlingId("h-none"), ANN, "agent-000001", "Hi"
            )
        assert isinstance(refused, Refused) and refused.reason is RefusalReason.NOT_YOURS
        assert msgspec.json.decode(msgspec.json.encode(refused))["type"] == "refused"
