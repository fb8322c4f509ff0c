"""Faults at every step of SMTP: tried again only where the outcome is known, never doubled, never silently lost."""

import asyncio
from pathlib import Path

import pytest

from channels.core.mail_threading import own_message_id
from channels.mail.composing import compose
from channels.mail.errors import AnswerRefused
from channels.mail.intake import Intake
from channels.mail.messages import Address, Automatic, MailHeaders
from channels.mail.reading import MailReader
from channels.mail.sending import Outcome, SmtpSender
from channels.mail.service import MailChannel
from channels.mail.settings import Pace, ServerSettings
from channels.mail.source import Fetched
from history.core.vocabulary import AgentId, ClientMessageId, HandlingId, InteractionId
from history.store import Store
from tests.bed.smtp import Fault, SmtpServer, Step
from tests.channels.mail.center import (
    QUICK,
    arrivals,
    at_work,
    letter,
    mailbox,
    mails_of,
    open_store,
    outbox_states,
    until,
)

HEADERS = MailHeaders(
    sender=Address("Ann", "ann@customer.example"), subject="Bell", message_id="a@x.example", references=("z@x.example",)
)


async def a_mail(store: Store) -> InteractionId:
    """One mail taken in; return its interaction."""
    reader = MailReader()
    intake = Intake(store, reader)
    await intake.keep(mailbox(), 1, Fetched(1, 1_000, letter(message_id="a@x.example")))
    await intake.work_off(mailbox())
    await reader.close()
    return (await arrivals(store))[0].interaction


async def say(channel: MailChannel, interaction: InteractionId, client_id: str = "one") -> None:
    await channel.answer(interaction, HandlingId("h"), AgentId("ann"), ClientMessageId(client_id), f"text {client_id}")


CASES = [
    (Step.CONNECT, Fault.TEMPORARY, "sent", 1),
    (Step.CONNECT, Fault.PERMANENT, "sent", 1),
    (Step.CONNECT, Fault.CLOSE, "sent", 1),
    (Step.CONNECT, Fault.HANG, "sent", 1),
    (Step.MAIL, Fault.TEMPORARY, "sent", 1),
    (Step.MAIL, Fault.PERMANENT, "failed", 0),
    (Step.MAIL, Fault.CLOSE, "sent", 1),
    (Step.MAIL, Fault.HANG, "sent", 1),
    (Step.RCPT, Fault.TEMPORARY, "sent", 1),
    (Step.RCPT, Fault.PERMANENT, "failed", 0),
    (Step.RCPT, Fault.CLOSE, "sent", 1),
    (Step.RCPT, Fault.HANG, "sent", 1),
    (Step.DATA, Fault.TEMPORARY, "sent", 1),
    (Step.DATA, Fault.PERMANENT, "failed", 0),
    (Step.DATA, Fault.CLOSE, "uncertain", 0),
    (Step.DATA, Fault.HANG, "uncertain", 0),
    (Step.AFTER_DATA, Fault.CLOSE, "uncertain", 1),
    (Step.AFTER_DATA, Fault.HANG, "uncertain", 1),
]


@pytest.mark.parametrize(("step", "fault", "state", "taken"), CASES, ids=lambda value: getattr(value, "name", None))
async def test_a_fault_at_each_step_leads_to_a_known_state(
    tmp_path: Path, step: Step, fault: Fault, state: str, taken: int
) -> None:
    async with open_store(tmp_path) as store, SmtpServer(tmp_path) as server:
        interaction = await a_mail(store)
        server.script((step, fault))
        async with at_work(store, mailbox(smtp_port=server.port)) as channel:
            await say(channel, interaction)

            async def is_judged() -> bool:
                return await outbox_states(store) == [state]

            await until(is_judged, 15, f"the answer is {state}")
            answer = (await mails_of(store, interaction))[-1]
            if state != "sent":
                said = await store.text(answer.send_detail)
                assert f"127.0.0.1:{server.port}" in said
            # The next answer gets its own result, not the one before's.
            await say(channel, interaction, "two")

            async def is_sent() -> bool:
                return await outbox_states(store) == [state, "sent"]

            await until(is_sent, 15, "the next answer is sent")
        assert server.faults_left() == 0
        assert len(server.kept) == taken + 1
        assert len({kept.content for kept in server.kept}) == taken + 1


async def test_while_no_server_answers_the_agent_sees_why_and_the_answer_goes_out_later(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        interaction = await a_mail(store)
        server = SmtpServer(tmp_path)
        async with at_work(store, mailbox(smtp_port=server.port)) as channel:
            await say(channel, interaction)

            async def says_why() -> bool:
                answer = (await mails_of(store, interaction))[-1]
                return answer.send_state == "queued" and answer.send_detail is not None

            await until(says_why, 10, "the agent sees why")
            async with server:

                async def is_sent() -> bool:
                    return await outbox_states(store) == ["sent"]

                await until(is_sent, 10, "the answer is sent")
        assert len(server.kept) == 1


async def test_what_cannot_be_sent_for_long_has_failed(tmp_path: Path) -> None:
    pace = Pace(retry_s=(0.05,), give_up_s=0.5, send_s=1.0, backoff_first_s=5.0)
    async with open_store(tmp_path) as store:
        interaction = await a_mail(store)
        async with at_work(store, mailbox(), pace=pace) as channel:
            await say(channel, interaction)

            async def has_failed() -> bool:
                return await outbox_states(store) == ["failed"]

            await until(has_failed, 10, "the answer has failed")


async def test_an_answer_to_what_is_no_mail_is_refused_with_a_sentence(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        channel = MailChannel(store, [mailbox()])
        with pytest.raises(AnswerRefused, match="no mail of a mailbox"):
            await say(channel, InteractionId("v-1"))
        interaction = await a_mail(store)
        with pytest.raises(AnswerRefused, match="empty"):
            await channel.answer(interaction, HandlingId("h"), AgentId("ann"), ClientMessageId("x"), " \n ")
        with pytest.raises(AnswerRefused, match="no mail of a mailbox"):
            await say(MailChannel(store, [mailbox(name="other")]), interaction)
        assert await outbox_states(store) == []


async def test_two_who_send_the_same_answer_at_once_send_one(tmp_path: Path) -> None:
    async with open_store(tmp_path) as store:
        interaction = await a_mail(store)
        channel = MailChannel(store, [mailbox()])
        await asyncio.gather(*(say(channel, interaction) for _ in range(5)))
        assert await outbox_states(store) == ["queued"]


@pytest.mark.parametrize(
    ("answered", "recipient"),
    [
        (HEADERS, "ann@customer.example"),
        (MailHeaders(sender=HEADERS.sender, reply_to=(Address("", "desk@customer.example"),)), "desk@customer.example"),
        (
            MailHeaders(
                sender=HEADERS.sender,
                reply_to=(Address("", "trap@customer.example"),),
                automatic=Automatic.AUTO_SUBMITTED,
            ),
            "ann@customer.example",
        ),
        (MailHeaders(sender=HEADERS.sender, reply_to=(Address("", "nonsense"),)), "ann@customer.example"),
    ],
)
def test_the_answer_goes_to_reply_to_before_from_but_not_a_robots(answered: MailHeaders, recipient: str) -> None:
    assert compose(mailbox(), answered, own_message_id("t", "a@b.example"), "hi", 0).recipient == recipient


def test_nothing_a_customer_writes_can_add_a_header() -> None:
    evil = MailHeaders(
        sender=Address("Ann\r\nBcc: x@evil.example", "ann@customer.example"),
        subject="Bell\r\nBcc: y@evil.example",
        message_id="a@x.example",
    )
    raw = compose(mailbox(), evil, "m@shop.example", "hi", 0).raw
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert not any(line.lower().startswith(b"bcc") for line in head.split(b"\r\n"))


def test_an_answer_to_nobody_or_without_end_is_refused() -> None:
    with pytest.raises(AnswerRefused, match="no address"):
        compose(mailbox(), MailHeaders(subject="x"), "m@shop.example", "hi", 0)
    with pytest.raises(AnswerRefused, match="longer"):
        compose(mailbox(), HEADERS, "m@shop.example", "x" * 600_000, 0)


async def test_no_password_leaves_this_machine_in_clear() -> None:
    async def begun() -> None:
        raise AssertionError("nothing may be sent")

    sender = SmtpSender(ServerSettings("mail.example.org", 25, "u", "p", tls=False), QUICK)
    result = await sender.send("a@b.example", "c@d.example", b"", begun)
    assert result.outcome is Outcome.LATER and "without TLS" in result.said
