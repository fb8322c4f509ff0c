"""Looks up what the views show beside ids: texts, names, customers, timelines. Reads the shared history only."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable

from sqlalchemy import select

from agent_desktop.core.conversation import (
    Conversation,
    CustomerKnown,
    Found,
    NoteSoFar,
    Written,
    is_answered,
    last_line,
    timeline_key,
    why,
)
from agent_desktop.core.desk_words import About
from agent_desktop.core.floor import Floor
from agent_desktop.core.mail_headers import headers_of
from agent_desktop.core.parts import AttachmentShown, IdentityShown, TimelineRow
from agent_desktop.core.settings import CenterSettings
from history.contents import texts_of
from history.core.conversations import Author
from history.core.entries import Entry, Kind
from history.core.vocabulary import (
    AgentId,
    CloseReason,
    ContentId,
    ConversationId,
    CustomerId,
    HandlingId,
    InteractionId,
    Medium,
    Trust,
)
from history.customers import customer_of
from history.drafts import drafts, notes_so_far
from history.feed import entry_of
from history.store import Store
from history.tables import contents, handlings, interactions, journal, positions
from history.timeline import TimelineItem, timeline

CONVERSATIONS_KEPT = 1_000
TIMELINE_ROWS = 50
SUMMARY_MAX = 160
CATCH_UP_S, CATCH_UP_LOOKS = 0.02, 50


class Lookups:
    def __init__(self, store: Store, center: Callable[[], CenterSettings]) -> None:
        self._store = store
        self._center = center
        self._conversations: OrderedDict[ConversationId, Conversation] = OrderedDict()

    async def conversation(self, conversation: ConversationId) -> Conversation:
        """The conversation as committed now; the last thousand are kept and followed by `take`."""
        kept = self._conversations.get(conversation)
        if kept is None:
            kept = self._conversations[conversation] = Conversation()
        self._conversations.move_to_end(conversation)
        while len(self._conversations) > CONVERSATIONS_KEPT:
            self._conversations.popitem(last=False)
        for entry in await self._entries(f"conversation/{conversation}", kept.number):
            self._fold(kept, entry)
        return kept

    def take(self, entry: Entry) -> ConversationId:
        """Take news of a conversation; one that is not kept, or lacks earlier entries, is read when it is asked for."""
        conversation = ConversationId(entry.stream.removeprefix("conversation/"))
        kept = self._conversations.get(conversation)
        if kept is not None and entry.number == kept.number + 1:
            self._fold(kept, entry)
        return conversation

    def _fold(self, kept: Conversation, entry: Entry) -> None:
        if entry.kind is Kind.FACT:
            kept.fold(self._store.registry.fact(entry), entry.number, entry.at_ms)

    async def _entries(self, stream: str, after: int) -> list[Entry]:
        statement = (
            select(journal)
            .where(journal.c.tenant == self._store.tenant, journal.c.stream == stream, journal.c.number > after)
            .order_by(journal.c.number)
        )
        async with self._store.reading() as connection:
            return [entry_of(row) for row in await connection.execute(statement)]

    async def _texts(self, wanted: Iterable[ContentId | None]) -> dict[ContentId, str]:
        async with self._store.reading() as connection:
            return await texts_of(
                connection, self._store.tenant, {content for content in wanted if content is not None}
            )

    async def projected(self, stream: str) -> int:
        """How far the projections have followed a routing stream."""
        statement = select(positions.c.number).where(
            positions.c.tenant == self._store.tenant, positions.c.stream == stream
        )
        async with self._store.reading() as connection:
            return int(await connection.scalar(statement) or 0)

    async def catches_up(self, stream: str, number: int) -> bool:
        """Wait until the projections have followed a routing stream this far; False if they do not within a second."""
        for _ in range(CATCH_UP_LOOKS):
            if await self.projected(stream) >= number:
                return True
            await asyncio.sleep(CATCH_UP_S)
        return False

    async def drafts(self, agent: AgentId) -> dict[tuple[HandlingId, str], str]:
        return {(draft.handling, draft.kind.value): draft.text for draft in await drafts(self._store, agent)}

    async def about(self, floor: Floor, interaction: InteractionId, read_through: int) -> About:
        """Who and why, and how much an agent has not read, for one card."""
        conversation = await self.conversation(ConversationId(interaction))
        written = sorted(conversation.written.values(), key=lambda item: item.number)
        began = conversation.began
        wanted = {began.subject, began.dialled} if began is not None else set()
        wanted |= {conversation.task.title} if conversation.task is not None else set()
        for item in (*written[:1], *written[-1:]):
            wanted |= {item.text, item.headers}
        texts = await self._texts(wanted)
        known = floor.interactions.get(interaction)
        customer = known.customer if known else None
        line, line_ms = last_line(conversation, texts)
        return About(
            who=await self._who(customer or _began_customer(conversation), conversation, written, texts),
            why=why(conversation, texts),
            unread=conversation.unread(read_through),
            last_line=line,
            last_line_ms=line_ms,
            answered=is_answered(conversation),
        )

    async def _who(
        self,
        customer: CustomerId | None,
        conversation: Conversation,
        written: list[Written],
        texts: dict[ContentId, str],
    ) -> str:
        """The customer's name; of one whom we do not know, what their telephone or mail says of itself."""
        found = await customer_of(self._store, customer) if customer is not None else None
        if found is not None:
            return found.name or next((identity.key for identity in found.identities), "")
        if conversation.began is not None and conversation.began.medium is Medium.VOICE:
            return texts.get(conversation.began.subject, "") if conversation.began.subject is not None else ""
        headers = [texts.get(item.headers) for item in written if item.headers and item.author is Author.CUSTOMER]
        return (headers_of(headers[0]).sent_from or "") if headers else ""

    async def found(self, floor: Floor, conversation: Conversation) -> Found:
        """Everything that the view of one conversation needs."""
        began = conversation.began
        if began is None:
            return Found()
        known = floor.interactions.get(began.interaction)
        customer = (known.customer if known else None) or began.customer
        if customer is None or known is None:
            row = await self._interaction_row(began.interaction)
            customer = customer or (CustomerId(row[0]) if row and row[0] else None)
            closed = CloseReason(row[1]) if row and row[1] and known is None else None
        else:
            closed = None
        trust = known.trust if known else began.trust
        return Found(
            texts=await self._texts(conversation.contents()),
            attachments=await self._attachments(began.conversation, conversation.attachments()),
            customer=await self._customer(customer, trust),
            closed=closed,
            notes_so_far=await self._notes_so_far(floor, began.interaction),
        )

    async def _notes_so_far(self, floor: Floor, interaction: InteractionId) -> tuple[NoteSoFar, ...]:
        open_handlings = [each.handling for each in floor.handlings.values() if each.interaction == interaction]
        found = await notes_so_far(self._store, open_handlings)
        return tuple(NoteSoFar(draft.handling, agent, draft.saved_ms, draft.text) for agent, draft in found)

    async def _interaction_row(self, interaction: InteractionId) -> tuple[str | None, str | None] | None:
        statement = select(interactions.c.customer, interactions.c.close_reason).where(
            interactions.c.tenant == self._store.tenant, interactions.c.interaction == interaction
        )
        async with self._store.reading() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return (row[0], row[1]) if row is not None else None

    async def _customer(self, customer: CustomerId | None, trust: Trust) -> CustomerKnown:
        found = await customer_of(self._store, customer) if customer is not None else None
        if customer is None or found is None:
            return CustomerKnown(trust=trust)
        items = await timeline(self._store, customer, limit=TIMELINE_ROWS)
        return CustomerKnown(
            customer=customer,
            name=found.name or "",
            trust=trust,
            identities=tuple(
                IdentityShown(kind=identity.kind, value=identity.key, trust=identity.trust)
                for identity in found.identities
            ),
            timeline=tuple(self._timeline_row(item) for item in items),
        )

    def _timeline_row(self, item: TimelineItem) -> TimelineRow:
        center = self._center()
        texts = [message.text for message in item.messages if message.text]
        notes = [handling.note for handling in item.handlings if handling.note]
        # The subject of a call is its caller, whom the whole timeline is about.
        subject = None if item.medium is Medium.VOICE else item.subject
        summary = " ".join((notes[-1] if notes else subject or item.title or next(iter(texts), "")).split())
        return TimelineRow(
            key=timeline_key(item.interaction),
            interaction=item.interaction,
            conversation=ConversationId(item.interaction),
            medium=item.medium,
            began_ms=item.arrived_ms,
            ended_ms=item.closed_ms,
            queue_name=center.queue_name(item.queue) if item.queue else "",
            agent_name=center.user_name(item.agent) if item.agent else "",
            state=item.close_reason or item.state,
            disposition_name=center.disposition_name(item.disposition),
            summary=summary[:SUMMARY_MAX],
        )

    async def _attachments(
        self, conversation: ConversationId, wanted: set[ContentId]
    ) -> dict[ContentId, AttachmentShown]:
        if not wanted:
            return {}
        statement = select(contents.c.id, contents.c.name, contents.c.media_type, contents.c.body).where(
            contents.c.tenant == self._store.tenant, contents.c.id.in_(sorted(wanted))
        )
        async with self._store.reading() as connection:
            rows = (await connection.execute(statement)).all()
        return {
            ContentId(row.id): AttachmentShown(
                content=ContentId(row.id),
                name=row.name or "file",
                media_type=row.media_type,
                size_bytes=len(row.body),
                address=f"/api/files/{conversation}/{row.id}",
            )
            for row in rows
        }

    async def agents_of(self, floor: Floor, conversation: ConversationId) -> frozenset[AgentId] | None:
        """Whose conversation it is: agents who have or had a part in it, or who now work with the same customer.

        None when there is no such conversation.
        """
        kept = await self.conversation(conversation)
        if kept.began is None:
            return None
        interaction = kept.began.interaction
        statement = select(handlings.c.agent).where(
            handlings.c.tenant == self._store.tenant, handlings.c.interaction == interaction
        )
        async with self._store.reading() as connection:
            had = {AgentId(row.agent) for row in await connection.execute(statement)}
        row = await self._interaction_row(interaction)
        customer = _began_customer(kept) or (CustomerId(row[0]) if row and row[0] else None)
        now = set(floor.agents_at(interaction))
        if customer is not None:
            for other in floor.interactions.values():
                if other.customer == customer:
                    now |= floor.agents_at(other.interaction)
        return frozenset(had | now)


def _began_customer(conversation: Conversation) -> CustomerId | None:
    return conversation.began.customer if conversation.began is not None else None
