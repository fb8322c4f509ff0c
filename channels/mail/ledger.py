"""The mail room's own tables: what was taken in, how far each folder was read, which mail is still to be read.

Every function works inside a transaction or a reading of its caller's; who commits what together is decided there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from history.core.vocabulary import ContentId, ConversationId, DigestHex, MailboxId, MessageId
from history.tables import conversations, interactions, mail_cursors, mail_messages, mail_pending
from history.writing import Scope, Writing

SINCE = ""
"""The cursor row with this folder says since when (`moved_ms`) the mailbox is read at all."""


@dataclass(frozen=True, slots=True)
class Cursor:
    uid_validity: int
    last_uid: int
    moved_ms: int


@dataclass(frozen=True, slots=True)
class Pending:
    """A mail that is stored. `joined_ms`: when it was put to an open conversation, else None."""

    mailbox: MailboxId
    dedupe_key: DigestHex
    raw: ContentId
    whole: bool
    received_ms: int
    joined_ms: int | None


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a known Message-ID belongs."""

    conversation: ConversationId
    is_ours: bool


async def cursor_of(connection: AsyncConnection, scope: Scope, mailbox: MailboxId, folder: str) -> Cursor | None:
    row = (
        await connection.execute(
            select(mail_cursors).where(
                mail_cursors.c.tenant == scope.tenant,
                mail_cursors.c.mailbox == mailbox,
                mail_cursors.c.folder == folder,
            )
        )
    ).one_or_none()
    return Cursor(row.uid_validity, row.last_uid, row.moved_ms) if row is not None else None


async def move_cursor(writing: Writing, mailbox: MailboxId, folder: str, to: Cursor) -> None:
    """Set a folder's cursor; the one task of the mailbox is its only writer."""
    values = {"uid_validity": to.uid_validity, "last_uid": to.last_uid, "moved_ms": to.moved_ms}
    key = {"mailbox": mailbox, "folder": folder}
    moved = await writing.connection.execute(
        update(mail_cursors).where(_mine(mail_cursors, writing.scope, **key)).values(**values)
    )
    if moved.rowcount == 0:
        await writing.connection.execute(insert(mail_cursors).values(**writing.scope.row, **key, **values))


async def is_known(connection: AsyncConnection, scope: Scope, mailbox: MailboxId, key: str) -> bool:
    found = await connection.scalar(
        select(mail_messages.c.message).where(_mine(mail_messages, scope, mailbox=mailbox, dedupe_key=key))
    )
    return found is not None


async def add_message(
    writing: Writing,
    mailbox: MailboxId,
    key: str,
    message_id: str,
    conversation: ConversationId,
    message: MessageId,
    *,
    outgoing: bool,
    seen_ms: int,
) -> None:
    """Note a mail for good; the primary key refuses to note one twice."""
    await writing.connection.execute(
        insert(mail_messages).values(
            **writing.scope.row,
            mailbox=mailbox,
            dedupe_key=key,
            message_id=message_id or None,
            conversation=conversation,
            message=message,
            outgoing=outgoing,
            seen_ms=seen_ms,
        )
    )


async def set_conversation(writing: Writing, pending: Pending, conversation: ConversationId) -> None:
    mine = _mine(mail_messages, writing.scope, mailbox=pending.mailbox, dedupe_key=pending.dedupe_key)
    await writing.connection.execute(update(mail_messages).where(mine).values(conversation=conversation))


async def conversation_of_mail(connection: AsyncConnection, scope: Scope, mail: Pending) -> ConversationId | None:
    found = await connection.scalar(
        select(mail_messages.c.conversation).where(
            _mine(mail_messages, scope, mailbox=mail.mailbox, dedupe_key=mail.dedupe_key)
        )
    )
    return ConversationId(found) if found is not None else None


async def add_pending(writing: Writing, pending: Pending) -> None:
    await writing.connection.execute(
        insert(mail_pending).values(
            **writing.scope.row,
            mailbox=pending.mailbox,
            dedupe_key=pending.dedupe_key,
            raw=pending.raw,
            whole=pending.whole,
            received_ms=pending.received_ms,
            joined_ms=pending.joined_ms,
        )
    )


async def pending_of(connection: AsyncConnection, scope: Scope, mailbox: MailboxId, limit: int) -> list[Pending]:
    """Return the mails to be worked on, oldest first."""
    rows = await connection.execute(
        select(mail_pending)
        .where(mail_pending.c.tenant == scope.tenant, mail_pending.c.mailbox == mailbox)
        .order_by(mail_pending.c.received_ms, mail_pending.c.dedupe_key)
        .limit(limit)
    )
    return [
        Pending(
            MailboxId(row.mailbox),
            DigestHex(row.dedupe_key),
            ContentId(row.raw),
            row.whole,
            row.received_ms,
            row.joined_ms,
        )
        for row in rows
    ]


async def mark_joined(writing: Writing, pending: Pending, joined_ms: int) -> None:
    mine = _mine(mail_pending, writing.scope, mailbox=pending.mailbox, dedupe_key=pending.dedupe_key)
    await writing.connection.execute(update(mail_pending).where(mine).values(joined_ms=joined_ms))


async def drop_pending(writing: Writing, pending: Pending) -> bool:
    """Take a mail off the work list; False when it was not on it any more."""
    mine = _mine(mail_pending, writing.scope, mailbox=pending.mailbox, dedupe_key=pending.dedupe_key)
    return (await writing.connection.execute(delete(mail_pending).where(mine))).rowcount > 0


async def threads_of(
    connection: AsyncConnection, scope: Scope, mailbox: MailboxId, message_ids: Sequence[str]
) -> dict[str, Thread]:
    """Return where Message-IDs belong that this mailbox has seen or sent; those of other mailboxes are strangers'."""
    if not message_ids:
        return {}
    rows = await connection.execute(
        select(mail_messages.c.message_id, mail_messages.c.conversation, mail_messages.c.outgoing)
        .where(
            mail_messages.c.tenant == scope.tenant,
            mail_messages.c.mailbox == mailbox,
            mail_messages.c.message_id.in_(list(message_ids)),
        )
        .order_by(mail_messages.c.outgoing, mail_messages.c.seen_ms)  # the last one stands: ours, if there is one
    )
    return {row.message_id: Thread(ConversationId(row.conversation), row.outgoing) for row in rows}


async def is_reused(connection: AsyncConnection, scope: Scope, pending: Pending, message_id: str) -> bool:
    """Say whether another mail of this mailbox carries the same Message-ID."""
    if not message_id:
        return False
    found = await connection.scalar(
        select(mail_messages.c.dedupe_key)
        .where(
            mail_messages.c.tenant == scope.tenant,
            mail_messages.c.mailbox == pending.mailbox,
            mail_messages.c.message_id == message_id,
            mail_messages.c.dedupe_key != pending.dedupe_key,
        )
        .limit(1)
    )
    return found is not None


async def exists(connection: AsyncConnection, scope: Scope, conversation: ConversationId) -> bool:
    found = await connection.scalar(
        select(conversations.c.conversation).where(_mine(conversations, scope, conversation=conversation))
    )
    return found is not None


async def closed_at_ms(connection: AsyncConnection, scope: Scope, conversation: ConversationId) -> int | None:
    """Return when a conversation's interaction closed; None while it is open, or too new for the projection."""
    row = (
        await connection.execute(
            select(interactions.c.state, interactions.c.closed_ms).where(
                _mine(interactions, scope, interaction=conversation)
            )
        )
    ).one_or_none()
    return (row.closed_ms or 0) if row is not None and row.state == "closed" else None


def _mine(table: Any, scope: Scope, **key: str) -> Any:
    condition = table.c.tenant == scope.tenant
    for name, value in key.items():
        condition &= table.c[name] == value
    return condition
