"""Takes mail in: raw and committed first, then read, then put to its conversation and announced.

Two transactions a mail. The first keeps the bytes, the mail's place in the work list and the folder's cursor; the
second begins or continues a conversation, announces it and takes the mail off the list. A death between or inside them
repeats the step that was not committed; the key of the mail (mailbox, digest, Message-ID) makes it count once. Flags on
the server are neither read nor set. What is on the work list after a start is read before anything new.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

import msgspec

from channels.core.mail_threading import answered_ids, dedupe_key, mail_digest, message_id_of
from channels.core.matching import conversation_of, mail_interaction, mail_key
from channels.mail import ledger
from channels.mail.ledger import Cursor, Pending
from channels.mail.messages import MailHeaders, ParsedMail, Problem
from channels.mail.parsing import read_headers, unreadable
from channels.mail.reading import HEADERS_BYTES_MAX, MailReader
from channels.mail.settings import Backlog, MailboxSettings
from channels.mail.source import Fetched
from history.contents import give_to
from history.core.conversations import ConversationBegan, MailReceived
from history.core.customers import IdentityKind
from history.core.vocabulary import (
    ContentId,
    ConversationId,
    CustomerId,
    DigestHex,
    InteractionId,
    Medium,
    MessageId,
    SourceId,
    Trust,
)
from history.customers import CustomerFound, find_by_identity, find_or_create
from history.errors import HistoryError, MissingContent
from history.store import Store
from history.writing import FIRST_EPOCH, Writing
from router.core.inputs import InteractionArrived

BATCH = 50
TRIES = 3
JOINED_LOOK_MS = 5_000
"""After this time it is looked once more whether the conversation that a mail was put to was really open."""
BACKLOG_MARGIN_MS = 300_000
"""Clocks of server and center may differ; what came this shortly before the first connection is taken."""

_log = logging.getLogger(__name__)

Reached = Callable[[str], None]
"""Told the name of each point that is reached; the kill tests end the process there."""


def nothing(point: str) -> None:
    """The `Reached` of a center at work."""


class Intake:
    """Shared by all mailboxes; each has one task that stores and one that reads."""

    def __init__(self, store: Store, reader: MailReader, reached: Reached = nothing) -> None:
        self._store = store
        self._reader = reader
        self._reached = reached
        self._failures: Counter[str] = Counter()

    # -- First transaction: stored ------------------------------------------------------------------------------------

    async def start_folder(self, box: MailboxSettings, uid_validity: int, uid_next: int | None) -> int:
        """Return the uid after which mail is to be fetched: 0 again after the server has numbered its mail anew."""
        scope, now_ms = self._store.scope, self._store.clock.now_ms()
        async with self._store.reading() as connection:
            known = await ledger.cursor_of(connection, scope, box.id, box.folder)
        # A next uid below one that was seen already: numbered anew, by a server that does not say so.
        if known is not None and known.uid_validity == uid_validity and (uid_next is None or known.last_uid < uid_next):
            return known.last_uid
        last_uid = uid_next - 1 if uid_next and known is None and box.backlog is Backlog.LEAVE else 0
        async with self._store.writing("mail.start_folder") as writing:
            await ledger.move_cursor(writing, box.id, box.folder, Cursor(uid_validity, last_uid, now_ms))
            if await ledger.cursor_of(writing.connection, scope, box.id, ledger.SINCE) is None:
                since_ms = now_ms - BACKLOG_MARGIN_MS if box.backlog is Backlog.LEAVE else 0
                await ledger.move_cursor(writing, box.id, ledger.SINCE, Cursor(0, 0, since_ms))
        return last_uid

    async def is_backlog(self, box: MailboxSettings, received_ms: int) -> bool:
        """Say whether a mail lay there before the center came, and is to be left."""
        async with self._store.reading() as connection:
            since = await ledger.cursor_of(connection, self._store.scope, box.id, ledger.SINCE)
        return since is not None and 0 < received_ms < since.moved_ms

    async def pass_over(self, box: MailboxSettings, uid_validity: int, uid: int) -> None:
        """Move the cursor over a mail that is not taken: gone meanwhile, or older than the center."""
        async with self._store.writing("mail.pass_over") as writing:
            cursor = Cursor(uid_validity, uid, self._store.clock.now_ms())
            await ledger.move_cursor(writing, box.id, box.folder, cursor)

    async def keep(self, box: MailboxSettings, uid_validity: int, mail: Fetched) -> bool:
        """Commit a mail's bytes with the cursor; False when this very mail is known already."""
        digest = await asyncio.to_thread(mail_digest, mail.raw)
        message_id = message_id_of(mail.raw[: 1 << 20])
        key = dedupe_key(box.id, digest, message_id)
        interaction = mail_interaction(key)
        now_ms = self._store.clock.now_ms()
        self._reached("mail.fetched")
        async with self._store.writing("mail.keep") as writing:
            is_new = not await ledger.is_known(writing.connection, self._store.scope, box.id, key)
            if is_new:
                raw = await writing.put_bytes(interaction, mail.raw, "message/rfc822")
                pending = Pending(box.id, key, raw, mail.whole, min(mail.received_ms or now_ms, now_ms), None)
                conversation = conversation_of(interaction)
                await ledger.add_message(
                    writing, box.id, key, message_id, conversation, message_of(key), outgoing=False, seen_ms=now_ms
                )
                await ledger.add_pending(writing, pending)
            await ledger.move_cursor(writing, box.id, box.folder, Cursor(uid_validity, mail.uid, now_ms))
            self._reached("mail.keeping")
        self._reached("mail.kept")
        return is_new

    # -- Second transaction: in a conversation ------------------------------------------------------------------------

    async def work_off(self, box: MailboxSettings) -> int:
        """Read what is on the mailbox's work list; return how many are left to be looked at later."""
        async with self._store.reading() as connection:
            pending = await ledger.pending_of(connection, self._store.scope, box.id, BATCH)
        left = 0
        for mail in pending:
            try:
                left += not await self._work_on(box, mail)
            except HistoryError:
                raise
            except Exception:
                # A defect in reading one mail keeps that mail waiting, never those behind it.
                _log.exception("mail %s of mailbox %s could not be put to a conversation", mail.dedupe_key, box.id)
                self._failures[mail.dedupe_key] += 1
                left += 1
        return left

    async def _work_on(self, box: MailboxSettings, mail: Pending) -> bool:
        if mail.joined_ms is not None and self._store.clock.now_ms() < mail.joined_ms + JOINED_LOOK_MS:
            return False
        try:
            raw = await self._store.content(mail.raw)
        except MissingContent:
            # Erased between storing and reading: there is nothing left to work on.
            async with self._store.writing("mail.erased") as writing:
                await ledger.drop_pending(writing, mail)
            return True
        if mail.joined_ms is not None:
            await self._settle(box, mail, raw)
            return True
        parsed = await self._read(mail, raw)
        self._reached("mail.read")
        return await self._place(box, mail, parsed)

    async def _read(self, mail: Pending, raw: bytes) -> ParsedMail:
        if self._failures[mail.dedupe_key] >= TRIES:
            return unreadable(MailHeaders(), Problem.BROKEN)
        if not mail.whole:
            return unreadable(read_headers(raw[:HEADERS_BYTES_MAX]), Problem.TOO_LARGE)
        return await self._reader.read(raw)

    async def _place(self, box: MailboxSettings, mail: Pending, parsed: ParsedMail) -> bool:
        """Put a mail where it belongs; False when that is to be looked at once more."""
        scope, headers = self._store.scope, parsed.headers
        wanted = (*answered_ids(headers.references, headers.in_reply_to), *parsed.reported_ids)
        async with self._store.reading() as connection:
            threads = await ledger.threads_of(connection, scope, box.id, (*wanted, headers.message_id))
            reused = await ledger.is_reused(connection, scope, mail, headers.message_id)
            own = threads.get(headers.message_id)
            thread = _thread(threads, wanted)
            open_there = thread is not None and await ledger.exists(connection, scope, thread)
            closed = thread is not None and await ledger.closed_at_ms(connection, scope, thread) is not None
        if own is not None and own.is_ours:
            # Our own answer came back to us (an alias, a list, a rule): it stands in its conversation already.
            async with self._store.writing("mail.ours") as writing:
                await ledger.set_conversation(writing, mail, own.conversation)
                await ledger.drop_pending(writing, mail)
            return True
        if reused:
            parsed = _with_problem(parsed, Problem.REUSED_MESSAGE_ID)
        if thread is not None and open_there and (headers.automatic is not None or not closed):
            # An automatic mail that answers us is shown where it belongs and never becomes work by itself: no loop.
            return await self._join(mail, parsed, thread, look_again=headers.automatic is None)
        await self._begin(box, mail, parsed, thread if open_there else None)
        return True

    async def _join(self, mail: Pending, parsed: ParsedMail, to: ConversationId, *, look_again: bool) -> bool:
        owner = InteractionId(to)
        async with self._store.writing("mail.join") as writing:
            if look_again:
                await ledger.mark_joined(writing, mail, self._store.clock.now_ms())
            elif not await ledger.drop_pending(writing, mail):
                return True
            await give_to(writing.connection, writing.tenant, mail.raw, owner)
            await writing.append(f"conversation/{to}", [await _received(writing, owner, mail, parsed)])
            await ledger.set_conversation(writing, mail, to)
            self._reached("mail.placing")
        self._reached("mail.placed")
        return not look_again

    async def _settle(self, box: MailboxSettings, mail: Pending, raw: bytes) -> None:
        """Begin a new conversation for a mail that was put to one which had just closed; else it is done."""
        scope = self._store.scope
        async with self._store.reading() as connection:
            joined = await ledger.conversation_of_mail(connection, scope, mail)
            closed_ms = await ledger.closed_at_ms(connection, scope, joined) if joined is not None else None
        if closed_ms is not None and closed_ms <= (mail.joined_ms or 0):
            await self._begin(box, mail, await self._read(mail, raw), joined)
            return
        async with self._store.writing("mail.joined") as writing:
            await ledger.drop_pending(writing, mail)

    async def _begin(
        self, box: MailboxSettings, mail: Pending, parsed: ParsedMail, follows: ConversationId | None
    ) -> None:
        who = await self._sender(parsed.headers)
        interaction = mail_interaction(mail.dedupe_key)
        conversation = conversation_of(interaction)
        customer = who.customer if who else None
        owner: CustomerId | InteractionId = customer or interaction

        def announced(number: int) -> bytes:
            return msgspec.json.encode(
                InteractionArrived(
                    source=source_of(box),
                    source_epoch=FIRST_EPOCH,
                    source_number=number,
                    interaction=interaction,
                    medium=Medium.MAIL,
                    queue=box.queue,
                    arrived_ms=mail.received_ms,
                    customer=customer,
                    identity=who.identity if who else None,
                )
            )

        async with self._store.writing("mail.begin") as writing:
            if not await ledger.drop_pending(writing, mail):
                return
            began = ConversationBegan(
                conversation=conversation,
                interaction=interaction,
                medium=Medium.MAIL,
                queue=box.queue,
                mailbox=box.id,
                subject=await writing.put_text(owner, parsed.headers.subject) if parsed.headers.subject else None,
                customer=customer,
                identity=who.identity if who else None,
                follows=follows,
            )
            await give_to(writing.connection, writing.tenant, mail.raw, owner)
            received = await _received(writing, owner, mail, parsed)
            await writing.append(f"conversation/{conversation}", [began, received])
            await ledger.set_conversation(writing, mail, conversation)
            await writing.announce(source_of(box), announced)
            self._reached("mail.placing")
        self._reached("mail.placed")

    async def _sender(self, headers: MailHeaders) -> CustomerFound | None:
        """Return who the From address says it is: a claim, for a From is written by whoever sends. A machine is nobody
        new."""
        key = mail_key(headers.sender.address) if headers.sender else None
        if key is None or headers.sender is None:
            return None
        if headers.automatic is not None:
            return await find_by_identity(self._store, IdentityKind.MAIL, key)
        return await find_or_create(self._store, IdentityKind.MAIL, key, Trust.CLAIMED, headers.sender.name or None)


def source_of(box: MailboxSettings) -> SourceId:
    """The source of a mailbox's announcements."""
    return SourceId(f"mail/{box.id}")


def message_of(key: DigestHex) -> MessageId:
    """The message id of an incoming mail, derived from its dedupe key."""
    return MessageId(f"mail-{key[:24]}")


def _thread(threads: dict[str, ledger.Thread], wanted: tuple[str, ...]) -> ConversationId | None:
    """Ours first, newest first: our Message-IDs cannot be guessed, another's may stand in any mail."""
    found = [threads[message_id] for message_id in wanted if message_id in threads]
    ours = [thread for thread in found if thread.is_ours]
    return (ours or found)[0].conversation if found else None


def _with_problem(parsed: ParsedMail, problem: Problem) -> ParsedMail:
    headers = msgspec.structs.replace(parsed.headers, problems=(*parsed.headers.problems, problem))
    return msgspec.structs.replace(parsed, headers=headers)


async def _received(
    writing: Writing, owner: CustomerId | InteractionId, mail: Pending, parsed: ParsedMail
) -> MailReceived:
    """Put what was read into contents and return the fact that names them."""
    text = await writing.put_text(owner, parsed.text)
    new_text = text if parsed.new_text == parsed.text else await writing.put_text(owner, parsed.new_text)
    html = await writing.put_bytes(owner, parsed.html.encode(), "text/html; charset=utf-8") if parsed.html else None
    attachments: list[ContentId] = []
    for each in parsed.attachments:
        attachments.append(await writing.put_bytes(owner, each.data, each.media_type, each.name))
    return MailReceived(
        message=message_of(mail.dedupe_key),
        raw=mail.raw,
        digest=mail.dedupe_key,
        headers=await writing.put_bytes(owner, msgspec.json.encode(parsed.headers), "application/json"),
        text=text,
        new_text=new_text,
        html=html,
        attachments=tuple(attachments),
        unreadable=parsed.unreadable,
    )


__all__ = ["Intake", "Reached", "nothing", "message_of", "source_of"]
