"""E-mail as a channel: each mailbox fetched, read and answered by tasks of its own, so that none waits for another.

`MailChannel.run` lives as long as the center; a mailbox that is down is tried again with growing, jittered waits and
says in one sentence what is wrong (`health`). `answer` is what the desktop and the API call. A dead mail server costs
this mailbox alone; a dead database is waited for.
"""

import asyncio
import logging
import random
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import select

from channels.core.mail_threading import own_message_id
from channels.core.matching import conversation_of
from channels.mail.composing import compose, written_to
from channels.mail.errors import AnswerRefused, MailboxDown
from channels.mail.imap_source import ImapSource
from channels.mail.intake import Intake, Reached, nothing
from channels.mail.messages import MailHeaders
from channels.mail.outbox import Answer, Outbox
from channels.mail.reading import MailReader
from channels.mail.sending import MailSender, SmtpSender
from channels.mail.settings import MailboxSettings, Pace
from channels.mail.source import MailboxSession, MailboxSource
from history.core.conversations import Author
from history.core.vocabulary import (
    AgentId,
    ClientMessageId,
    ContentId,
    CustomerId,
    HandlingId,
    InteractionId,
    MailboxId,
    MessageId,
)
from history.errors import HistoryError, MissingContent
from history.store import Store
from history.tables import conversations, messages

LOOK_AGAIN_S = 2.0
"""Between two looks at mails that wait for a second look (see `Intake.work_off`)."""
ANSWERED_MAX = 50
"""So many of the customer's last mails are looked at for one that a person wrote."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MailboxHealth:
    """Whether a mailbox is fetched from. `sentence` names the host and the way out; empty while all is well."""

    mailbox: MailboxId
    up: bool
    sentence: str
    since_ms: int


HealthChanged = Callable[[MailboxHealth], None]


class _Mailbox:
    """One mailbox at work: its source, its outbox, and the signal that something was stored."""

    def __init__(self, settings: MailboxSettings, source: MailboxSource, outbox: Outbox) -> None:
        self.settings = settings
        self.source = source
        self.outbox = outbox
        self.stored = asyncio.Event()


class MailChannel:
    """All mailboxes of a center."""

    def __init__(
        self,
        store: Store,
        mailboxes: Sequence[MailboxSettings],
        *,
        pace: Pace | None = None,
        on_health: HealthChanged = lambda health: None,
        reached: Reached = nothing,
        chance: random.Random | None = None,
        token: Callable[[], str] = lambda: secrets.token_hex(16),
        source: Callable[[MailboxSettings, Pace], MailboxSource] = ImapSource,
        sender: Callable[[MailboxSettings, Pace], MailSender] = lambda box, pace: SmtpSender(box.smtp, pace),
    ) -> None:
        """`token` makes the unguessable part of our Message-IDs; `source` and `sender` reach the servers."""
        self._store = store
        self._pace = pace or Pace()
        self._on_health = on_health
        self._chance = chance or random.Random()
        self._token = token
        self._reader = MailReader()
        self._intake = Intake(store, self._reader, reached)
        self._mailboxes = {
            box.id: _Mailbox(
                box,
                source(box, self._pace),
                Outbox(store, box, sender(box, self._pace), self._pace, reached),
            )
            for box in mailboxes
        }
        now_ms = store.clock.now_ms()
        self._health = {
            box.id: MailboxHealth(box.id, up=False, sentence=f"Connecting to {box.imap.place}.", since_ms=now_ms)
            for box in mailboxes
        }

    def health(self) -> tuple[MailboxHealth, ...]:
        """The state of each mailbox, in the order of the definition."""
        return tuple(self._health.values())

    async def run(self) -> None:
        """Fetch, read and send until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for box in self._mailboxes.values():
                    name = box.settings.id
                    tasks.create_task(self._fetch_for_ever(box), name=f"mail fetch {name}")
                    tasks.create_task(self._read_for_ever(box), name=f"mail read {name}")
                    tasks.create_task(self._send_for_ever(box), name=f"mail send {name}")
        finally:
            await self._reader.close()

    # -- What the desktop asks ----------------------------------------------------------------------------------------

    async def answer(
        self,
        interaction: InteractionId,
        handling: HandlingId,
        agent: AgentId,
        client_message: ClientMessageId,
        text: str,
    ) -> MessageId:
        """Commit an agent's answer to the customer's newest mail and send it soon; return its message id.

        The same `client_message` in the same conversation is the same answer, however often it is asked for.

        Raises:
            AnswerRefused: nothing was written; the sentence says why.
        """
        box, customer, answered = await self._answered(interaction)
        message_id = own_message_id(self._token(), written_to(box.settings, answered))
        composed = compose(box.settings, answered, message_id, text, self._store.clock.now_ms())
        answer = Answer(conversation_of(interaction), customer or interaction, handling, agent, client_message, text)
        return await box.outbox.put(answer, composed, MessageId(f"out-{self._token()}"))

    async def _answered(self, interaction: InteractionId) -> tuple[_Mailbox, CustomerId | None, MailHeaders]:
        """Return the mailbox, the customer and the newest mail of theirs that a person wrote, else the newest."""
        tenant = self._store.tenant
        async with self._store.reading() as connection:
            conversation = (
                await connection.execute(
                    select(conversations.c.mailbox, conversations.c.customer).where(
                        conversations.c.tenant == tenant, conversations.c.conversation == interaction
                    )
                )
            ).one_or_none()
            rows = await connection.execute(
                select(messages.c.headers)
                .where(
                    messages.c.tenant == tenant,
                    messages.c.conversation == interaction,
                    messages.c.author == Author.CUSTOMER.value,
                    messages.c.headers.is_not(None),
                )
                .order_by(messages.c.number.desc())
                .limit(ANSWERED_MAX)
            )
            named = [ContentId(row.headers) for row in rows]
        box = self._mailboxes.get(conversation.mailbox) if conversation is not None else None
        if conversation is None or box is None:
            raise AnswerRefused(
                f"{interaction} is no mail of a mailbox that this center has now, so it cannot be answered by mail."
            )
        found = await self._headers(named)
        if not found:
            raise AnswerRefused(f"The mail of {interaction} was erased; there is nothing to answer.")
        by_people = [headers for headers in found if headers.automatic is None]
        return box, conversation.customer, (by_people or found)[0]

    async def _headers(self, named: list[ContentId]) -> list[MailHeaders]:
        found: list[MailHeaders] = []
        for content in named:
            try:
                headers = msgspec.json.decode(await self._store.content(content), type=MailHeaders)
            except MissingContent:
                continue
            found.append(headers)
            if headers.automatic is None:
                break
        return found

    # -- The tasks of one mailbox -------------------------------------------------------------------------------------

    async def _fetch_for_ever(self, box: _Mailbox) -> None:
        failures = 0
        while True:
            try:
                async with box.source.open() as session:
                    await self._fetch(box, session)
            except MailboxDown as error:
                failures = self._note_down(box, str(error), failures)
            except HistoryError as error:
                _log.warning("mailbox %s waits for the database: %s", box.settings.id, error)
                failures += 1
            except Exception:
                _log.exception("mailbox %s at %s: unexpected", box.settings.id, box.settings.imap.place)
                sentence = f"Reading the mail at {box.settings.imap.place} failed; see the log. Trying again."
                failures = self._note_down(box, sentence, failures)
            await asyncio.sleep(self._backoff_s(failures))

    def _note_down(self, box: _Mailbox, sentence: str, failures: int) -> int:
        """Tell of a failure; return how many came in a row (one more, or the first after all was well)."""
        was_up = self._health[box.settings.id].up
        self._set_health(box, up=False, sentence=sentence)
        return 1 if was_up else failures + 1

    async def _fetch(self, box: _Mailbox, session: MailboxSession) -> None:
        """One connection's life: everything that is new, then whatever comes."""
        settings = box.settings
        last_uid = await self._intake.start_folder(settings, session.uid_validity, session.uid_next)
        while True:
            while waiting := await session.waiting(last_uid):
                for mail in waiting:
                    fetched = None
                    if not await self._intake.is_backlog(settings, mail.received_ms):
                        fetched = await session.fetch(mail, settings.size_max)
                    if fetched is None:
                        await self._intake.pass_over(settings, session.uid_validity, mail.uid)
                    elif await self._intake.keep(settings, session.uid_validity, fetched):
                        box.stored.set()
                    last_uid = mail.uid
            self._set_health(box, up=True, sentence="")
            await session.news(min(self._pace.idle_s, self._pace.poll_s))

    async def _read_for_ever(self, box: _Mailbox) -> None:
        async def work() -> None:
            box.stored.clear()
            left = await self._intake.work_off(box.settings)
            try:
                async with asyncio.timeout(LOOK_AGAIN_S if left else self._pace.poll_s):
                    await box.stored.wait()
            except TimeoutError:
                pass

        await self._repeat(box, "reading", work)

    async def _send_for_ever(self, box: _Mailbox) -> None:
        await self._repeat(box, "sending", box.outbox.run)

    async def _repeat(self, box: _Mailbox, what: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do it again and again; after a failure wait, so that a database that is away is not asked in a loop."""
        failures = 0
        while True:
            try:
                await work()
                failures = 0
            except HistoryError as error:
                _log.warning("%s mail of mailbox %s waits for the database: %s", what, box.settings.id, error)
                failures += 1
            except Exception:
                _log.exception("%s mail of mailbox %s: unexpected", what, box.settings.id)
                failures += 1
            if failures:
                await asyncio.sleep(min(self._backoff_s(failures), 30.0))

    def _backoff_s(self, failures: int) -> float:
        """Full jitter over a doubling wait, at least half of it, at most 15 minutes."""
        ceiling = min(self._pace.backoff_max_s, self._pace.backoff_first_s * 2.0 ** min(failures - 1, 20))
        return ceiling * (0.5 + self._chance.random() / 2)

    def _set_health(self, box: _Mailbox, *, up: bool, sentence: str) -> None:
        known = self._health[box.settings.id]
        if (known.up, known.sentence) == (up, sentence):
            return
        since_ms = known.since_ms if known.up == up else self._store.clock.now_ms()
        changed = MailboxHealth(box.settings.id, up, sentence, since_ms)
        self._health[box.settings.id] = changed
        if not up:
            _log.warning("mailbox %s is down: %s", box.settings.id, sentence)
        self._on_health(changed)
