"""What the mail tests share: a store of their own, a mailbox at the bed's servers, a channel at work, and questions."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import select

from channels.mail.service import MailChannel
from channels.mail.settings import Backlog, MailboxSettings, Pace, ServerSettings
from history.announcements import waiting
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.vocabulary import InteractionId, MailboxId, QueueId
from history.store import Store
from history.tables import contents, conversations, mail_outbox, mail_pending, messages
from router.core.inputs import InteractionArrived
from tests.bed import waiting as bed_waiting
from tests.bed.dovecot import SERVICE, SERVICE_SECRET, Dovecot

QUEUE = QueueId("mail")
QUICK = Pace(
    idle_s=2.0,
    noop_s=1.0,
    poll_s=2.0,
    command_s=3.0,
    connect_s=3.0,
    backoff_first_s=0.1,
    backoff_max_s=0.5,
    send_s=2.0,
    retry_s=(0.2, 0.2),
)


@asynccontextmanager
async def open_store(folder: Path, url: str | None = None) -> AsyncIterator[Store]:
    """SQLite in the folder, or what the URL names."""
    place = url or f"sqlite+aiosqlite:///{folder}/center.db"
    store = await Store.open(place, clock=SystemClock(), bus=LocalBus())
    try:
        yield store
    finally:
        await store.close()


def mailbox(
    imap_port: int = 1, smtp_port: int = 1, *, name: str = "service", backlog: Backlog = Backlog.TAKE, **more: Any
) -> MailboxSettings:
    return MailboxSettings(
        id=MailboxId(name),
        address=SERVICE,
        queue=QUEUE,
        imap=ServerSettings("127.0.0.1", imap_port, SERVICE, SERVICE_SECRET, tls=False),
        smtp=ServerSettings("127.0.0.1", smtp_port, tls=False),
        from_name="Harbor Bikes",
        other_addresses=("help@shop.example",),
        backlog=backlog,
        **more,
    )


@asynccontextmanager
async def at_work(
    store: Store, *boxes: MailboxSettings, reached: Callable[[str], None] = lambda point: None, pace: Pace = QUICK
) -> AsyncIterator[MailChannel]:
    """A channel whose tasks run until the block ends."""
    channel = MailChannel(store, boxes, pace=pace, reached=reached)
    task = asyncio.create_task(channel.run())
    try:
        yield channel
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def letter(
    subject: str = "My bell is broken", text: str = "It does not ring.", *, message_id: str = "", **headers: str
) -> bytes:
    """A plain mail of a customer; keyword `In_Reply_To` is the header In-Reply-To."""
    message = EmailMessage()
    message["From"] = headers.pop("From", "Ann Customer <ann@customer.example>")
    message["To"] = headers.pop("To", SERVICE)
    message["Subject"] = subject
    if message_id:
        message["Message-ID"] = f"<{message_id}>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


async def until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """`tests.bed.waiting.until` for plain and for async conditions alike."""
    return await bed_waiting.until(condition, seconds, what)


def deliver(dovecot: Dovecot, mail: bytes) -> None:
    dovecot.deliver(mail, [SERVICE], "ann@customer.example")


async def arrivals(store: Store) -> list[InteractionArrived]:
    """What was announced to the router."""
    return [msgspec.json.decode(each.body, type=InteractionArrived) for each in await waiting(store, 10_000)]


async def rows(store: Store, statement: Any) -> list[Any]:
    async with store.reading() as connection:
        return list((await connection.execute(statement)).all())


async def mails_of(store: Store, interaction: InteractionId) -> list[Any]:
    """The messages of a conversation, in order."""
    return await rows(store, select(messages).where(messages.c.conversation == interaction).order_by(messages.c.number))


async def all_mails(store: Store) -> list[Any]:
    return await rows(store, select(messages).where(messages.c.kind == "mail"))


async def all_conversations(store: Store) -> list[Any]:
    return await rows(store, select(conversations))


async def pending(store: Store) -> int:
    return len(await rows(store, select(mail_pending)))


async def outbox_states(store: Store) -> list[str]:
    return [row.state for row in await rows(store, select(mail_outbox).order_by(mail_outbox.c.queued_ms))]


async def raw_mails(store: Store) -> list[bytes]:
    found = await rows(store, select(contents.c.body).where(contents.c.media_type == "message/rfc822"))
    return [row.body for row in found]
