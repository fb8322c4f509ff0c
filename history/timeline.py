"""A customer's interactions over all media, newest first: what the desktop and the API show of the history.

It reads projections; the routing ones follow their stream within a fraction of a second.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from history.contents import texts_of
from history.core.conversations import Author, SendState
from history.core.vocabulary import (
    AgentId,
    ContentId,
    CustomerId,
    DispositionId,
    HandlingId,
    InteractionId,
    Medium,
    MessageId,
    QueueId,
    TenantId,
    Trust,
)
from history.store import Store
from history.tables import conversations, handlings, identities, interactions, messages, notes, visits


@dataclass(frozen=True, slots=True)
class TimelineMessage:
    """A mail or chat line. `text` is what is new in it, or its whole text; None when it was erased or unreadable."""

    number: int
    message: MessageId
    kind: str
    author: Author
    agent: AgentId | None
    at_ms: int
    text: str | None
    html: ContentId | None
    attachments: tuple[ContentId, ...]
    send_state: SendState | None
    unreadable: bool


@dataclass(frozen=True, slots=True)
class TimelineHandling:
    handling: HandlingId
    agent: AgentId
    started_ms: int
    active_ms: int | None
    wrap_up_ms: int | None
    ended_ms: int | None
    disposition: DispositionId | None
    note: str | None


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One interaction. `state` is waiting, offered, active, wrap_up or closed; `began` before the router knew it.

    `wait_ms` is that of the answered or abandoned visits, `talk_ms` the sum of the handlings' active parts.
    """

    interaction: InteractionId
    medium: Medium
    state: str
    arrived_ms: int
    queue: QueueId | None
    agent: AgentId | None
    customer: CustomerId | None
    trust: Trust
    closed_ms: int | None
    close_reason: str | None
    due_ms: int | None
    follows: InteractionId | None
    subject: str | None
    title: str | None
    fields: str | None
    wait_ms: int | None
    talk_ms: int | None
    disposition: DispositionId | None
    handlings: tuple[TimelineHandling, ...]
    messages: tuple[TimelineMessage, ...]


async def timeline(
    store: Store, customer: CustomerId, before: int | None = None, limit: int = 50
) -> list[TimelineItem]:
    """Return the customer's interactions, newest first, that arrived before this instant.

    Those that came under an identity before it was linked to the customer belong to it too.
    """
    own = select(identities.c.identity).where(identities.c.tenant == store.tenant, identities.c.customer == customer)
    found: dict[str, int] = {}
    async with store.reading() as connection:
        for table, key, instant in (
            (interactions, interactions.c.interaction, interactions.c.arrived_ms),
            (conversations, conversations.c.interaction, conversations.c.began_ms),
        ):
            mine = or_(table.c.customer == customer, table.c.customer.is_(None) & table.c.identity.in_(own))
            statement = select(key, instant).where(table.c.tenant == store.tenant, mine)
            if before is not None:
                statement = statement.where(instant < before)
            rows = await connection.execute(statement.order_by(instant.desc(), key.desc()).limit(limit))
            for name, at_ms in rows:
                found[name] = min(at_ms, found.get(name, at_ms))
        newest = sorted(found, key=lambda name: (found[name], name), reverse=True)[:limit]
        items = await _items(connection, store.tenant, newest)
    return sorted(items, key=lambda item: (item.arrived_ms, item.interaction), reverse=True)


async def interaction(store: Store, wanted: InteractionId) -> TimelineItem | None:
    """Return one interaction with all of its messages, handlings and notes, or None."""
    async with store.reading() as connection:
        items = await _items(connection, store.tenant, [wanted])
    return items[0] if items else None


async def _items(connection: AsyncConnection, tenant: TenantId, wanted: Sequence[str]) -> list[TimelineItem]:
    if not wanted:
        return []

    async def rows(table: Table, column: str, *order: str) -> dict[str, list[Any]]:
        statement: Select[Any] = select(table).where(table.c.tenant == tenant, table.c[column].in_(wanted))
        grouped: dict[str, list[Any]] = defaultdict(list)
        for row in await connection.execute(statement.order_by(*(table.c[name] for name in order))):
            grouped[row._mapping[column]].append(row)
        return grouped

    parts = _Parts(
        interactions=await rows(interactions, "interaction"),
        conversations=await rows(conversations, "interaction"),
        visits=await rows(visits, "interaction", "entered_ms", "visit"),
        handlings=await rows(handlings, "interaction", "started_ms", "handling"),
        messages=await rows(messages, "conversation", "number"),
        notes=await rows(notes, "conversation", "at_ms"),
    )
    parts.texts = await texts_of(connection, tenant, parts.contents())
    return [item for item in (parts.item(name) for name in wanted) if item is not None]


@dataclass(slots=True)
class _Parts:
    """The rows of some interactions, by interaction (a conversation's id is its interaction's)."""

    interactions: dict[str, list[Any]]
    conversations: dict[str, list[Any]]
    visits: dict[str, list[Any]]
    handlings: dict[str, list[Any]]
    messages: dict[str, list[Any]]
    notes: dict[str, list[Any]]
    texts: dict[ContentId, str] | None = None

    def contents(self) -> set[ContentId]:
        named = [row.new_text or row.text for rows in self.messages.values() for row in rows]
        named += [row.text for rows in self.notes.values() for row in rows]
        for rows in self.conversations.values():
            for row in rows:
                named += [row.subject, row.title, row.fields]
        return {ContentId(name) for name in named if name is not None}

    def item(self, name: str) -> TimelineItem | None:
        routed = next(iter(self.interactions.get(name, ())), None)
        begun = next(iter(self.conversations.get(name, ())), None)
        known = routed if routed is not None else begun
        if known is None:
            return None
        done = [self._handling(name, row) for row in self.handlings.get(name, ())]
        waits = [row.wait_ms for row in self.visits.get(name, ()) if row.wait_ms is not None]
        talks = [one.active_ms for one in done if one.active_ms is not None]
        return TimelineItem(
            interaction=InteractionId(name),
            medium=Medium(known.medium),
            state=routed.state if routed is not None else "began",
            arrived_ms=known.arrived_ms if routed is not None else known.began_ms,
            queue=known.queue,
            agent=routed.agent if routed is not None else None,
            customer=known.customer or (begun.customer if begun is not None else None),
            trust=Trust(known.trust),
            closed_ms=routed.closed_ms if routed is not None else None,
            close_reason=routed.close_reason if routed is not None else None,
            due_ms=known.due_ms,
            follows=begun.follows if begun is not None else None,
            subject=self._text(begun.subject if begun is not None else None),
            title=self._text(begun.title if begun is not None else None),
            fields=self._text(begun.fields if begun is not None else None),
            wait_ms=sum(waits) if waits else None,
            talk_ms=sum(talks) if talks else None,
            disposition=next((one.disposition for one in reversed(done) if one.disposition is not None), None),
            handlings=tuple(done),
            messages=tuple(self._message(row) for row in self.messages.get(name, ())),
        )

    def _handling(self, name: str, row: Any) -> TimelineHandling:
        note = next((note for note in self.notes.get(name, ()) if note.handling == row.handling), None)
        return TimelineHandling(
            handling=HandlingId(row.handling),
            agent=AgentId(row.agent),
            started_ms=row.started_ms,
            active_ms=row.active_ms,
            wrap_up_ms=row.wrap_up_ms,
            ended_ms=row.ended_ms,
            disposition=row.disposition or (note.disposition if note is not None else None),
            note=self._text(note.text if note is not None else None),
        )

    def _message(self, row: Any) -> TimelineMessage:
        return TimelineMessage(
            number=row.number,
            message=MessageId(row.message),
            kind=row.kind,
            author=Author(row.author),
            agent=row.agent,
            at_ms=row.at_ms,
            text=self._text(row.new_text or row.text),
            html=row.html,
            attachments=tuple(ContentId(name) for name in row.attachments.split()),
            send_state=SendState(row.send_state) if row.send_state is not None else None,
            unreadable=row.unreadable,
        )

    def _text(self, content: str | None) -> str | None:
        return (self.texts or {}).get(ContentId(content)) if content is not None else None
