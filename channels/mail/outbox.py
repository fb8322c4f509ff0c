"""The outbox: a committed answer is sent once, tried again only where it is known not to have been taken.

Its life is `history.core.conversations.SendState`: queued; sending; then sent, failed, or uncertain, where the link was
lost after the DATA command had begun and only a person can say whether the customer has it. The row's `phase` is
committed before that command, so that a death is judged alike: a row found in `sending` without it goes back to the
queue, one with it becomes uncertain. The Message-ID is fixed when the answer is taken and stays through all tries.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, insert, select, update

from channels.mail import ledger
from channels.mail.composing import Composed
from channels.mail.intake import Reached, nothing
from channels.mail.sending import MailSender, Outcome, Result
from channels.mail.settings import MailboxSettings, Pace
from history.core.conversations import MailQueued, MailSendStateChanged, SendState
from history.core.vocabulary import (
    AgentId,
    ClientMessageId,
    ContentId,
    ConversationId,
    CustomerId,
    HandlingId,
    InteractionId,
    MessageId,
)
from history.errors import AlreadyThere, MissingContent
from history.store import Store
from history.tables import mail_outbox
from history.writing import Writing

DATA_BEGUN = "data"
LOST_BY_US = "The center stopped when the mail may already have been taken."


class Envelope(msgspec.Struct, frozen=True):
    """Kept as a content beside the mail."""

    sender: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agent says, and where."""

    conversation: ConversationId
    owner: CustomerId | InteractionId
    handling: HandlingId
    agent: AgentId
    client_id: ClientMessageId
    text: str


@dataclass(frozen=True, slots=True)
class _Row:
    message: MessageId
    conversation: ConversationId
    raw: ContentId
    envelope: ContentId
    attempts: int
    queued_ms: int


class Outbox:
    """One mailbox's answers on their way. `run` has one task; `put` may come from anywhere."""

    def __init__(
        self, store: Store, box: MailboxSettings, sender: MailSender, pace: Pace, reached: Reached = nothing
    ) -> None:
        self._store = store
        self._box = box
        self._sender = sender
        self._pace = pace
        self._reached = reached
        self._wake = asyncio.Event()

    async def put(self, answer: Answer, composed: Composed, message: MessageId) -> MessageId:
        """Commit an answer; return its message id, the first one's when this very answer was put before."""
        known = await self._known(answer)
        if known is not None:
            return known
        try:
            await self._commit(answer, composed, message)
        except AlreadyThere:
            known = await self._known(answer)
            if known is None:
                raise
            return known
        self._reached("outbox.queued")
        self._wake.set()
        return message

    async def recover(self) -> None:
        """Judge what a death left in `sending`."""
        for row, phase in await self._left_sending():
            if phase == DATA_BEGUN:
                await self._change(row, SendState.UNCERTAIN, LOST_BY_US)
            else:
                await self._change(row, SendState.QUEUED, None, next_at_ms=self._store.clock.now_ms())

    async def run(self) -> None:
        """Send what is due, for ever; the caller starts it again when the database was away."""
        await self.recover()
        while True:
            self._wake.clear()
            row, wait_s = await self._next()
            if row is not None:
                await self._send(row)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()

    # -- One try ------------------------------------------------------------------------------------------------------

    async def _send(self, row: _Row) -> None:
        try:
            raw = await self._store.content(row.raw)
            envelope = msgspec.json.decode(await self._store.content(row.envelope), type=Envelope)
        except MissingContent:
            await self._change(row, SendState.FAILED, "The answer was erased before it was sent.")
            return
        await self._change(row, SendState.SENDING, None, attempts=row.attempts + 1)
        self._reached("outbox.sending")

        async def before_data() -> None:
            async with self._store.writing("mail.data_begins") as writing:
                await writing.connection.execute(
                    update(mail_outbox).where(self._is(row.message)).values(phase=DATA_BEGUN)
                )
            self._reached("outbox.data")

        result = await self._sender.send(envelope.sender, envelope.recipient, raw, before_data)
        self._reached("outbox.answered")
        await self._judge(row, result)
        self._reached("outbox.judged")

    async def _judge(self, row: _Row, result: Result) -> None:
        now_ms = self._store.clock.now_ms()
        match result.outcome:
            case Outcome.TAKEN:
                await self._change(row, SendState.SENT, None)
            case Outcome.REFUSED:
                await self._change(row, SendState.FAILED, result.said)
            case Outcome.UNKNOWN:
                await self._change(row, SendState.UNCERTAIN, result.said)
            case Outcome.LATER:
                wait_s = self._pace.retry_s[min(row.attempts, len(self._pace.retry_s) - 1)]
                given_up = now_ms - row.queued_ms + wait_s * 1000 > self._pace.give_up_s * 1000
                state = SendState.FAILED if given_up else SendState.QUEUED
                await self._change(row, state, result.said, next_at_ms=now_ms + int(wait_s * 1000))

    async def _change(
        self,
        row: _Row,
        state: SendState,
        detail: str | None,
        *,
        next_at_ms: int | None = None,
        attempts: int | None = None,
    ) -> None:
        """Commit a new state of the row and of the message in its conversation together."""
        values: dict[str, str | int | None] = {"state": state.value, "phase": None}
        if next_at_ms is not None:
            values["next_at_ms"] = next_at_ms
        if attempts is not None:
            values["attempts"] = attempts
        async with self._store.writing("mail.send_state") as writing:
            content = await writing.put_text(InteractionId(row.conversation), detail) if detail else None
            await writing.connection.execute(
                update(mail_outbox).where(self._is(row.message)).values(**values, detail=content)
            )
            fact = MailSendStateChanged(message=row.message, state=state, detail=content)
            await writing.append(f"conversation/{row.conversation}", [fact])

    # -- Rows ---------------------------------------------------------------------------------------------------------

    async def _commit(self, answer: Answer, composed: Composed, message: MessageId) -> None:
        box, now_ms = self._box, self._store.clock.now_ms()
        async with self._store.writing("mail.answer") as writing:
            raw = await writing.put_bytes(answer.owner, composed.raw, "message/rfc822")
            headers = await writing.put_bytes(answer.owner, msgspec.json.encode(composed.headers), "application/json")
            text = await writing.put_text(answer.owner, answer.text)
            await self._insert(writing, answer, composed, message, raw, now_ms)
            await ledger.add_message(
                writing,
                box.id,
                composed.headers.message_id,
                composed.headers.message_id,
                answer.conversation,
                message,
                outgoing=True,
                seen_ms=now_ms,
            )
            queued = MailQueued(
                message=message, handling=answer.handling, agent=answer.agent, headers=headers, text=text
            )
            await writing.append(f"conversation/{answer.conversation}", [queued])

    async def _insert(
        self,
        writing: Writing,
        answer: Answer,
        composed: Composed,
        message: MessageId,
        raw: ContentId,
        now_ms: int,
    ) -> None:
        envelope = msgspec.json.encode(Envelope(composed.sender, composed.recipient))
        await writing.connection.execute(
            insert(mail_outbox).values(
                **writing.scope.row,
                message=message,
                mailbox=self._box.id,
                conversation=answer.conversation,
                handling=answer.handling,
                agent=answer.agent,
                client_id=answer.client_id,
                message_id=composed.headers.message_id,
                raw=raw,
                envelope=await writing.put_bytes(answer.owner, envelope, "application/json"),
                state=SendState.QUEUED.value,
                phase=None,
                attempts=0,
                next_at_ms=now_ms,
                queued_ms=now_ms,
            )
        )

    async def _known(self, answer: Answer) -> MessageId | None:
        async with self._store.reading() as connection:
            found = await connection.scalar(
                select(mail_outbox.c.message).where(
                    mail_outbox.c.tenant == self._store.tenant,
                    mail_outbox.c.conversation == answer.conversation,
                    mail_outbox.c.client_id == answer.client_id,
                )
            )
        return MessageId(found) if found is not None else None

    async def _next(self) -> tuple[_Row | None, float]:
        """Return the row that is due, or how long there is to wait."""
        async with self._store.reading() as connection:
            row = (
                await connection.execute(
                    select(mail_outbox)
                    .where(self._of_box(), mail_outbox.c.state == SendState.QUEUED.value)
                    .order_by(mail_outbox.c.next_at_ms, mail_outbox.c.message)
                    .limit(1)
                )
            ).one_or_none()
        if row is None:
            return None, self._pace.poll_s
        wait_s = (row.next_at_ms - self._store.clock.now_ms()) / 1000
        return (_row(row), 0.0) if wait_s <= 0 else (None, min(wait_s, self._pace.poll_s))

    async def _left_sending(self) -> list[tuple[_Row, str | None]]:
        async with self._store.reading() as connection:
            rows = await connection.execute(
                select(mail_outbox).where(self._of_box(), mail_outbox.c.state == SendState.SENDING.value)
            )
            return [(_row(row), row.phase) for row in rows]

    def _of_box(self) -> ColumnElement[bool]:
        return (mail_outbox.c.tenant == self._store.tenant) & (mail_outbox.c.mailbox == self._box.id)

    def _is(self, message: MessageId) -> ColumnElement[bool]:
        return (mail_outbox.c.tenant == self._store.tenant) & (mail_outbox.c.message == message)


def _row(row: Any) -> _Row:
    return _Row(
        MessageId(row.message),
        ConversationId(row.conversation),
        ContentId(row.raw),
        ContentId(row.envelope),
        row.attempts,
        row.queued_ms,
    )
