"""What becomes of a fetched mail: once each, in the right conversation, announced; on a real store, without servers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import insert, update

from channels.core.mail_threading import message_id_of
from channels.mail import intake as intake_module
from channels.mail.intake import Intake
from channels.mail.messages import MailHeaders, ParsedMail
from channels.mail.reading import MailReader
from channels.mail.service import MailChannel
from channels.mail.settings import Backlog, MailboxSettings
from channels.mail.source import Fetched
from history.core.customers import IdentityKind
from history.core.vocabulary import AgentId, ClientMessageId, HandlingId, InteractionId
from history.customers import find_by_identity
from history.store import Store
from history.tables import interactions, mail_pending
from tests.channels.mail.center import (
    all_conversations,
    all_mails,
    arrivals,
    letter,
    mailbox,
    mails_of,
    open_store,
    pending,
    raw_mails,
)

BOX = mailbox()
VALIDITY = 7


class Desk:
    """A store with an intake; mails are put in one by one, as the fetching task does."""

    def __init__(self, store: Store, intake: Intake) -> None:
        self.store = store
        self.intake = intake
        self.uid = 0

    async def take(self, raw: bytes, box: MailboxSettings = BOX, *, whole: bool = True) -> bool:
        self.uid += 1
        is_new = await self.intake.keep(box, VALIDITY, Fetched(self.uid, 1_000, raw, whole))
        await self.intake.work_off(box)
        return is_new

    async def answer(self, interaction: InteractionId, text: str = "We see to it.") -> str:
        """Commit an agent's answer; return its Message-ID."""
        channel = MailChannel(self.store, [BOX])
        agent = AgentId("ann")
        await channel.answer(interaction, HandlingId("h"), agent, ClientMessageId(text), text)
        return message_id_of((await raw_mails(self.store))[-1])

    async def close(self, interaction: InteractionId, at_ms: int) -> None:
        """Let the router's projection say that the interaction is closed."""
        async with self.store.writing("test") as writing:
            await writing.connection.execute(
                insert(interactions).values(
                    **writing.scope.row,
                    interaction=interaction,
                    medium="mail",
                    queue="mail",
                    trust="claimed",
                    state="closed",
                    arrived_ms=0,
                    due_ms=0,
                    closed_ms=at_ms,
                )
            )


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    reader = MailReader()
    async with open_store(tmp_path) as store:
        yield Desk(store, Intake(store, reader))
    await reader.close()


async def test_the_same_mail_counts_once_also_when_it_travelled_twice(desk: Desk) -> None:
    mail = letter(message_id="a@x.example")
    assert await desk.take(mail)
    assert not await desk.take(b"Received: from elsewhere\r\n" + mail)
    assert len(await arrivals(desk.store)) == len(await raw_mails(desk.store)) == 1


async def test_mails_without_message_id_are_told_apart_by_their_bytes(desk: Desk) -> None:
    assert await desk.take(letter(text="one"))
    assert await desk.take(letter(text="two"))
    assert not await desk.take(letter(text="one"))
    assert len(await arrivals(desk.store)) == 2


async def test_a_reused_message_id_with_other_words_is_another_mail_and_says_so(desk: Desk) -> None:
    await desk.take(letter(text="one", message_id="a@x.example"))
    await desk.take(letter(text="two", message_id="a@x.example"))
    assert len(await arrivals(desk.store)) == 2
    second = (await all_mails(desk.store))[-1]
    headers = [await desk.store.text(row.headers) for row in await all_mails(desk.store)]
    assert second is not None and sum("reused_message_id" in text for text in headers) == 1


async def test_one_mail_to_two_mailboxes_is_work_for_both(desk: Desk) -> None:
    mail = letter(message_id="a@x.example")
    other = mailbox(name="sales")
    assert await desk.take(mail) and await desk.take(mail, other)
    assert {each.source for each in await arrivals(desk.store)} == {"mail/service", "mail/sales"}
    assert len({each.interaction for each in await arrivals(desk.store)}) == 2


async def test_the_customer_is_found_by_the_from_address_and_made_once(desk: Desk) -> None:
    await desk.take(letter(text="one"))
    await desk.take(letter(text="two", From="ANN@Customer.example"))
    first, second = await arrivals(desk.store)
    assert first.customer is not None and first.customer == second.customer


async def test_an_answer_joins_the_open_conversation_of_what_it_answers(desk: Desk) -> None:
    await desk.take(letter(message_id="a@x.example"))
    (arrived,) = await arrivals(desk.store)
    await desk.take(letter(text="and one thing more", References="<a@x.example>"))
    assert len(await mails_of(desk.store, arrived.interaction)) == 2
    assert len(await arrivals(desk.store)) == 1


async def test_an_answer_to_ours_is_known_by_our_message_id_before_any_other(desk: Desk) -> None:
    await desk.take(letter(message_id="a@x.example"))
    await desk.take(letter(text="two", message_id="b@x.example"))
    first, second = await arrivals(desk.store)
    ours = await desk.answer(first.interaction)
    await desk.take(letter(text="reply", References=f"<{ours}> <b@x.example>"))
    assert len(await mails_of(desk.store, first.interaction)) == 3
    assert len(await mails_of(desk.store, second.interaction)) == 1


async def test_a_message_id_of_another_mailbox_opens_no_door(desk: Desk) -> None:
    await desk.take(letter(message_id="a@x.example"))
    await desk.take(letter(text="reply", In_Reply_To="<a@x.example>"), mailbox(name="sales"))
    assert len(await arrivals(desk.store)) == 2


async def test_an_answer_to_a_closed_conversation_begins_one_that_follows_it(desk: Desk) -> None:
    await desk.take(letter(message_id="a@x.example"))
    (first,) = await arrivals(desk.store)
    await desk.close(first.interaction, at_ms=1)
    await desk.take(letter(text="again", In_Reply_To="<a@x.example>"))
    assert len(await arrivals(desk.store)) == 2
    second = next(row for row in await all_conversations(desk.store) if row.interaction != first.interaction)
    assert second.follows == first.interaction


async def test_a_mail_that_joined_a_conversation_in_the_moment_of_its_closing_is_work_after_all(desk: Desk) -> None:
    await desk.take(letter(message_id="a@x.example"))
    (first,) = await arrivals(desk.store)
    await desk.take(letter(text="again", In_Reply_To="<a@x.example>"))
    assert await pending(desk.store) == 1 and len(await arrivals(desk.store)) == 1
    await desk.close(first.interaction, at_ms=1)
    await later(desk)
    assert await pending(desk.store) == 0 and len(await arrivals(desk.store)) == 2


async def test_a_mail_that_joined_an_open_conversation_is_settled(desk: Desk) -> None:
    await desk.take(letter(message_id="a@x.example"))
    await desk.take(letter(text="again", In_Reply_To="<a@x.example>"))
    await later(desk)
    assert await pending(desk.store) == 0 and len(await arrivals(desk.store)) == 1


async def later(desk: Desk) -> None:
    """Let the second look be due, and take it."""
    async with desk.store.writing("test") as writing:
        past_ms = desk.store.clock.now_ms() - intake_module.JOINED_LOOK_MS
        await writing.connection.execute(update(mail_pending).values(joined_ms=past_ms))
    await desk.intake.work_off(BOX)


async def test_a_bounce_of_our_answer_is_shown_in_its_thread_and_never_becomes_work(desk: Desk) -> None:
    await desk.take(letter(message_id="a@x.example"))
    (first,) = await arrivals(desk.store)
    ours = await desk.answer(first.interaction)
    await desk.close(first.interaction, at_ms=1)
    bounce = (
        b"From: MAILER-DAEMON@x.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nfailed\r\n"
        b"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <" + ours.encode() + b">\r\n--b--\r\n"
    )
    await desk.take(bounce)
    await desk.take(letter(text="I am away", In_Reply_To=f"<{ours}>", Auto_Submitted="auto-replied"))
    assert len(await arrivals(desk.store)) == 1 and await pending(desk.store) == 0
    shown = await mails_of(desk.store, first.interaction)
    assert len(shown) == 4
    assert '"automatic":"report"' in await desk.store.text(shown[2].headers)
    assert await find_by_identity(desk.store, IdentityKind.MAIL, "mailer-daemon@x.example") is None


async def test_our_own_answer_coming_back_is_nothing_new(desk: Desk) -> None:
    await desk.take(letter(message_id="a@x.example"))
    (first,) = await arrivals(desk.store)
    await desk.answer(first.interaction)
    ours = (await raw_mails(desk.store))[-1]
    await desk.take(b"Received: from a list\r\n" + ours)
    assert len(await arrivals(desk.store)) == 1 and len(await mails_of(desk.store, first.interaction)) == 2
    assert await pending(desk.store) == 0


async def test_a_newsletter_that_answers_nothing_is_work_but_no_customer(desk: Desk) -> None:
    await desk.take(letter(From="news@shop.example", List_Id="<news>"))
    (arrived,) = await arrivals(desk.store)
    assert arrived.customer is None


async def test_a_mail_that_is_too_large_is_work_that_says_so(desk: Desk) -> None:
    await desk.take(letter(), whole=False)
    (arrived,) = await arrivals(desk.store)
    (mail,) = await mails_of(desk.store, arrived.interaction)
    assert mail.unreadable and "larger than this mailbox takes" in await desk.store.text(mail.text)


@pytest.mark.real
async def test_all_of_it_works_on_postgresql_too(tmp_path: Path, postgres_url: str) -> None:
    reader = MailReader()
    async with open_store(tmp_path, postgres_url) as store:
        desk = Desk(store, Intake(store, reader))
        assert await desk.intake.start_folder(BOX, VALIDITY, 1) == 0
        assert await desk.take(letter(message_id="a@x.example"))
        assert not await desk.take(letter(message_id="a@x.example"))
        (first,) = await arrivals(store)
        ours = await desk.answer(first.interaction)
        assert await desk.answer(first.interaction) == ours
        await desk.take(letter(text="reply", In_Reply_To=f"<{ours}>"))
        assert len(await mails_of(store, first.interaction)) == 3
        await later(desk)
        assert await pending(store) == 0 and len(await arrivals(store)) == 1
        assert await desk.intake.start_folder(BOX, VALIDITY, 100) == desk.uid
    await reader.close()


class BreakingReader(MailReader):
    """Has a defect that one mail meets."""

    async def read(self, raw: bytes) -> ParsedMail:
        if b"poison" in raw:
            raise ZeroDivisionError
        return ParsedMail(headers=MailHeaders(subject="fine"), text="fine", new_text="fine")


async def test_a_mail_that_meets_a_defect_delays_nobody_and_is_work_in_the_end(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        desk = Desk(store, Intake(store, BreakingReader()))
        await desk.take(letter(text="poison"))
        await desk.take(letter(text="good"))
        assert len(await arrivals(store)) == 1
        for _ in range(3):
            await desk.intake.work_off(BOX)
        assert len(await arrivals(store)) == 2 and await pending(store) == 0
        assert sorted(mail.unreadable for mail in await all_mails(store)) == [False, True]


async def test_a_mail_erased_before_it_was_read_leaves_the_work_list(desk: Desk) -> None:
    await desk.intake.keep(BOX, VALIDITY, Fetched(1, 1_000, letter()))
    async with desk.store.writing("test") as writing:
        await writing.connection.execute(update(mail_pending).values(raw="gone"))
    await desk.intake.work_off(BOX)
    assert await pending(desk.store) == 0 and await arrivals(desk.store) == []


async def test_the_cursor_goes_on_where_it_was_and_begins_anew_with_a_new_validity(desk: Desk) -> None:
    leave = mailbox(backlog=Backlog.LEAVE)
    assert await desk.intake.start_folder(leave, VALIDITY, 100) == 99
    await desk.intake.keep(leave, VALIDITY, Fetched(120, 1_000, letter()))
    assert await desk.intake.start_folder(leave, VALIDITY, 130) == 120
    assert await desk.intake.start_folder(leave, VALIDITY + 1, 5) == 0
    await desk.intake.pass_over(leave, VALIDITY + 1, 4)
    assert await desk.intake.start_folder(leave, VALIDITY + 1, 5) == 4
    assert await desk.intake.start_folder(leave, VALIDITY + 1, 3) == 0  # numbered anew without saying so
    assert await desk.intake.is_backlog(leave, 1_000)
    assert not await desk.intake.is_backlog(leave, desk.store.clock.now_ms())
    assert not await desk.intake.is_backlog(leave, 0)


async def test_a_mailbox_may_take_its_backlog(desk: Desk) -> None:
    assert await desk.intake.start_folder(BOX, VALIDITY, 100) == 0
    assert not await desk.intake.is_backlog(BOX, 1_000)


@pytest.mark.parametrize("point", ["mail.fetched", "mail.keeping", "mail.read", "mail.placing"])
async def test_a_fault_before_a_commit_leaves_the_step_to_be_done_again(tmp_path: Path, point: str) -> None:
    def fail(reached: str) -> None:
        if reached == point:
            raise InterruptedError

    reader = MailReader()
    async with open_store(tmp_path) as store:
        broken, whole = Intake(store, reader, fail), Intake(store, reader)
        mail = Fetched(1, 1_000, letter())
        try:
            await broken.keep(BOX, VALIDITY, mail)
        except InterruptedError:
            assert await raw_mails(store) == []
            await whole.keep(BOX, VALIDITY, mail)
        await broken.work_off(BOX)
        if point in ("mail.read", "mail.placing"):
            assert await arrivals(store) == [] and await pending(store) == 1
        await whole.work_off(BOX)
        assert len(await arrivals(store)) == len(await all_mails(store)) == 1
    await reader.close()
