"""Written work without a browser: a mail by SMTP and IMAP to the answer in the customer's mailbox, and tasks."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from agent_desktop.core import protocol as p
from agent_desktop.core.parts import ConversationHead, MessageShown, OfferCard, TaskShown, WorkItem
from history.core.conversations import SendState
from history.core.vocabulary import ClientMessageId, CloseReason, Medium
from tests.bed.dovecot import CUSTOMER, SERVICE, SERVICE_SECRET
from tests.bed.waiting import until
from tests.journeys import definitions as define
from tests.journeys.center import PATIENCE_S, RunningCenter
from tests.journeys.correspondence import Correspondent

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

PEOPLE = (define.Person("ann", "Ann Archer"), define.Person("crm", "Customer database", role="integrator"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def center(
    tmp_path_factory: pytest.TempPathFactory, correspondent: Correspondent
) -> AsyncIterator[RunningCenter]:
    """A center with mail and tasks."""
    channels = (define.mail(correspondent.dovecot, correspondent.smtp), define.tasks())
    secrets = {"SWITCHROOM_MAIL_SECRET_SERVICE": SERVICE_SECRET}
    folder = tmp_path_factory.mktemp("written")
    async with RunningCenter(folder, define.definition(PEOPLE, *channels), secrets) as running:
        yield running


async def test_a_mail_is_answered_in_its_thread_and_goes_on(
    center: RunningCenter, correspondent: Correspondent
) -> None:
    """From the address they wrote to; a reply in the work joins it, one after its end is new work that follows it."""
    async with center.desk("ann") as ann:
        await ann.ready()
        asked = await correspondent.write("Child seat", "Does a child seat fit on the Minnow?\n")
        work = await ann.accept(Medium.MAIL)
        assert "Ann Miller" in work.who
        assert work.due_ms is not None
        messages = await ann.conversation(work.conversation, MessageShown)
        assert [message.text.strip() for message in messages] == ["Does a child seat fit on the Minnow?"]
        head = (await ann.conversation(work.conversation, ConversationHead))[0]
        assert (head.subject, head.reply_to, head.reply_from) == ("Child seat", CUSTOMER, SERVICE)

        key = ClientMessageId("answer-1")
        await ann.client.ask(p.SendMail, handling=work.handling, client_message=key, text="It does, from 2 years on.")
        await ann.client.ask(p.SendMail, handling=work.handling, client_message=key, text="It does, from 2 years on.")
        answer = await correspondent.received(1)
        assert answer["From"].addresses[0].addr_spec == SERVICE
        assert answer["In-Reply-To"] == asked["Message-ID"]
        assert asked["Message-ID"] in answer["References"]
        assert answer["Subject"] == "Re: Child seat"
        assert "from 2 years on" in answer.get_content()
        await ann.until_conversation(
            work.conversation,
            MessageShown,
            lambda parts: [part.send_state for part in parts] == [None, SendState.SENT],
            "the answer being sent",
        )
        await until(lambda: ann.parts(WorkItem)[0].due_ms is None, PATIENCE_S, "nothing being due any more")

        await correspondent.write("Re: Child seat", "And a second one?\n", answering=answer)
        await ann.until_conversation(
            work.conversation, MessageShown, lambda parts: len(parts) == 3, "the reply joining the open work"
        )
        await until(lambda: ann.parts(WorkItem)[0].due_ms == work.due_ms, PATIENCE_S, "the old due time")
        assert not ann.parts(OfferCard)
        await ann.wrap_up(await ann.end(work))

        await correspondent.write("Re: Child seat", "Thank you!\n", answering=answer)
        later = await ann.accept(Medium.MAIL)
        assert later.interaction != work.interaction
        assert (await ann.conversation(later.conversation, ConversationHead))[0].follows == work.conversation
        assert later.customer == work.customer
        await ann.wrap_up(await ann.end(later))
        assert await correspondent.count() == 1
        heads = await ann.conversation(later.conversation, ConversationHead)
        assert heads[0].closed is CloseReason.HANDLED


async def test_a_task_made_by_a_person_is_offered_and_done(center: RunningCenter) -> None:
    """Asked for twice under one key it is one task; it carries its form and its due time."""
    due_ms = int(time.time() * 1_000) + 3_600_000
    async with center.desk("ann") as ann:
        wish = {
            "client_message": ClientMessageId("task-1"),
            "queue": "office",
            "title": "Call the workshop",
            "fields": {"Bike": "Quay 3"},
            "due_ms": due_ms,
        }
        made = (await ann.client.ask(p.CreateTask, **wish)).created
        assert (await ann.client.ask(p.CreateTask, **wish)).created == made
        await ann.ready()
        work = await ann.accept(Medium.TASK)
        assert (work.conversation, work.due_ms) == (made, due_ms)
        sheet = (await ann.conversation(work.conversation, TaskShown))[0]
        assert (sheet.title, [(field.name, field.value) for field in sheet.fields]) == (
            "Call the workshop",
            [("Bike", "Quay 3")],
        )
        await ann.wrap_up(await ann.end(work))
        assert not ann.parts(OfferCard)
        heads = await ann.conversation(work.conversation, ConversationHead)
        assert (heads[0].closed, heads[0].due_ms) == (CloseReason.HANDLED, due_ms)


async def test_a_task_made_by_the_api_is_offered_by_its_due_time(center: RunningCenter) -> None:
    """Of two tasks the one that is due first comes first, however late it was made."""
    now_ms = int(time.time() * 1_000)
    async with center.signed_in("crm") as crm, center.desk("ann") as ann:
        for key, title, due_ms in (("late", "Later", now_ms + 9_000_000), ("soon", "Sooner", now_ms + 600_000)):
            body = {"client_message": f"api-{key}", "queue": "office", "title": title, "due_ms": due_ms}
            await crm.post("/api/tasks", body)
        await ann.ready()
        for title in ("Sooner", "Later"):
            work = await ann.accept(Medium.TASK)
            assert work.why == title
            await ann.wrap_up(await ann.end(work))
