"""The whole road over real servers: SMTP into dovecot, IMAP, store, announcement, answer, the customer's mailbox."""

import asyncio
import dataclasses
import email
import email.policy
import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest

from channels.mail.imap_source import ImapSource
from channels.mail.settings import ServerSettings
from channels.mail.source import Waiting
from history.core.customers import IdentityKind
from history.core.vocabulary import AgentId, ClientMessageId, HandlingId, Medium, Trust
from history.customers import find_by_identity
from history.timeline import timeline
from tests.bed.dovecot import CUSTOMER, CUSTOMER_SECRET, SERVICE, Dovecot
from tests.bed.smtp import SmtpServer
from tests.channels.mail.center import QUEUE, QUICK, arrivals, at_work, letter, mailbox, mails_of, open_store, until

pytestmark = pytest.mark.real

ANN, HANDLING = AgentId("ann"), HandlingId("h-1")


def sent_by_customer(server: SmtpServer, mail: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", server.port) as line:
        line.sendmail(CUSTOMER, [SERVICE], mail)


async def in_customers_mailbox(dovecot: Dovecot, wanted: int) -> list[EmailMessage]:
    """All mails in the customer's mailbox, once there are so many."""
    settings = mailbox(dovecot.imap_port)
    server = ServerSettings("127.0.0.1", dovecot.imap_port, CUSTOMER, CUSTOMER_SECRET, tls=False)
    async with ImapSource(dataclasses.replace(settings, imap=server), QUICK).open() as session:
        found: list[Waiting] = []

        async def there() -> bool:
            found[:] = await session.waiting(0)
            return len(found) >= wanted

        await until(there, 10, f"{wanted} mails in the customer's mailbox")
        fetched = [await session.fetch(mail, 1_000_000) for mail in found]
    return [email.message_from_bytes(mail.raw, policy=email.policy.default) for mail in fetched if mail is not None]


async def test_a_mail_is_fetched_queued_answered_and_continued_in_one_thread(
    tmp_path: Path, dovecot: Dovecot, smtp_server: SmtpServer
) -> None:
    async with (
        open_store(tmp_path) as store,
        at_work(store, mailbox(dovecot.imap_port, smtp_server.port)) as channel,
    ):
        await until(lambda: channel.health()[0].up, 10, "the mailbox is up")
        first = letter(message_id="first@customer.example", To="Help <help@shop.example>")
        await asyncio.to_thread(sent_by_customer, smtp_server, first)
        arrived = (await until(lambda: arrivals(store), 5, "the mail is announced"))[0]
        assert (arrived.medium, arrived.queue, arrived.trust) == (Medium.MAIL, QUEUE, Trust.CLAIMED)
        known = await find_by_identity(store, IdentityKind.MAIL, "ann@customer.example")
        assert known is not None and known.customer == arrived.customer and known.name == "Ann Customer"

        async def say(client_id: str, text: str) -> str:
            return await channel.answer(arrived.interaction, HANDLING, ANN, ClientMessageId(client_id), text)

        assert await say("one", "We send you a new bell, für Sie.") == await say("one", "We send you a new bell.")
        (answer,) = await in_customers_mailbox(dovecot, 1)
        assert answer["From"] == "Harbor Bikes <help@shop.example>"
        assert answer["To"] == "Ann Customer <ann@customer.example>"
        assert answer["Subject"] == "Re: My bell is broken"
        assert answer["In-Reply-To"] == answer["References"] == "<first@customer.example>"
        assert answer.get_content().strip() == "We send you a new bell, für Sie."

        async def states() -> list[str | None]:
            return [row.send_state for row in await mails_of(store, arrived.interaction)]

        async def is_sent() -> bool:
            return await states() == [None, "sent"]

        await until(is_sent, 5, "the answer is shown as sent")
        back = letter("Re: My bell is broken", "Thank you!", In_Reply_To=str(answer["Message-ID"]))
        await asyncio.to_thread(sent_by_customer, smtp_server, back)

        async def is_continued() -> bool:
            return len(await mails_of(store, arrived.interaction)) == 3

        await until(is_continued, 5, "the customer's answer stands in the same conversation")
        assert len(await arrivals(store)) == 1
        (item,) = await timeline(store, known.customer)
        assert [message.text for message in item.messages][-1] == "Thank you!"
