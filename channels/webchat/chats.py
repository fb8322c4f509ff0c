"""How chats stand, read from the database: whose they are, in which phase, and their lines by number."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.core.chat_protocol import Ended, Phase
from history.contents import texts_of
from history.core.conversations import Author
from history.core.vocabulary import AgentId, ContentId, ConversationId, HandlingId, MessageId, SiteId
from history.store import Store
from history.tables import chat_conversations, chat_visitors, messages

OPEN = (Phase.WAITING.value, Phase.TALKING.value)


@dataclass(frozen=True, slots=True)
class VisitorKey:
    """One visitor of one site."""

    site: SiteId
    visitor: str


@dataclass(frozen=True, slots=True)
class ChatView:
    """How a visitor's newest conversation stands."""

    conversation: ConversationId
    visitor: VisitorKey
    phase: Phase
    agent: AgentId | None
    handling: HandlingId | None
    ended: Ended | None
    routing_number: int


@dataclass(frozen=True, slots=True)
class Committed:
    """A line is in the database: now, or since an earlier sending of it."""

    conversation: ConversationId
    seq: int
    message: MessageId
    repeated: bool


@dataclass(frozen=True, slots=True)
class StoredLine:
    seq: int
    at_ms: int
    author: Author
    agent: AgentId | None
    client_id: str
    text: str


async def current(store: Store, key: VisitorKey) -> ChatView | None:
    """Return the visitor's newest conversation, open or ended."""
    v, c = chat_visitors.c, chat_conversations.c
    joined = chat_visitors.join(chat_conversations, and_(c.tenant == v.tenant, c.conversation == v.conversation))
    wanted = (v.tenant == store.tenant, v.site == key.site, v.visitor == key.visitor)
    async with store.reading() as connection:
        row = (await connection.execute(select(chat_conversations).select_from(joined).where(*wanted))).one_or_none()
    return None if row is None else chat_view(row)


async def view_of(store: Store, conversation: ConversationId) -> ChatView | None:
    async with store.reading() as connection:
        row = (await connection.execute(one_chat(store.tenant, conversation))).one_or_none()
    return None if row is None else chat_view(row)


async def open_since(store: Store) -> int | None:
    """Return up to which router's fact all open conversations are told; None if none is open."""
    c = chat_conversations.c
    wanted = select(func.min(c.routing_number)).where(c.tenant == store.tenant, c.phase.in_(OPEN))
    async with store.reading() as connection:
        oldest: int | None = await connection.scalar(wanted)
    return oldest


async def lines_after(store: Store, conversation: ConversationId, seq: int, limit: int) -> list[StoredLine]:
    """Return the lines from number `seq` + 1 on; an erased text is empty."""
    m = messages.c
    wanted = select(m.at_ms, m.author, m.agent, m.client_key, m.text).where(*is_line(store.tenant, conversation))
    async with store.reading() as connection:
        rows = (await connection.execute(wanted.order_by(m.number).offset(seq).limit(limit))).all()
        texts = await texts_of(connection, store.tenant, {ContentId(row.text) for row in rows})
    return [
        StoredLine(
            seq=seq + place,
            at_ms=row.at_ms,
            author=Author(row.author),
            agent=None if row.agent is None else AgentId(row.agent),
            client_id=row.client_key.split("/", 2)[2],
            text=texts.get(ContentId(row.text), ""),
        )
        for place, row in enumerate(rows, start=1)
    ]


async def count_lines(store: Store, conversation: ConversationId) -> int:
    async with store.reading() as connection:
        return await count(connection, store.tenant, conversation)


async def long_away(store: Store, site: SiteId, away_before_ms: int, limit: int = 50) -> list[ConversationId]:
    c = chat_conversations.c
    wanted = (c.tenant == store.tenant, c.site == site, c.phase.in_(OPEN), c.away_since_ms <= away_before_ms)
    async with store.reading() as connection:
        rows = await connection.execute(select(c.conversation).where(*wanted).limit(limit))
        return [ConversationId(row.conversation) for row in rows]


def client_key(author: Author, agent: AgentId | None, client_id: str) -> str:
    """As `history/core/projecting.py` writes it."""
    return f"{author}/{agent or ''}/{client_id}"


def is_line(tenant: str, conversation: ConversationId) -> tuple[Any, ...]:
    m = messages.c
    return (m.tenant == tenant, m.conversation == conversation, m.kind == "line")


async def count(connection: AsyncConnection, tenant: str, conversation: ConversationId) -> int:
    mine = is_line(tenant, conversation)
    return int(await connection.scalar(select(func.count()).select_from(messages).where(*mine)) or 0)


def one_chat(tenant: str, conversation: ConversationId) -> Any:
    c = chat_conversations.c
    return select(chat_conversations).where(c.tenant == tenant, c.conversation == conversation)


def chat_view(row: Any) -> ChatView:
    return ChatView(
        conversation=ConversationId(row.conversation),
        visitor=VisitorKey(SiteId(row.site), row.visitor),
        phase=Phase(row.phase),
        agent=None if row.agent is None else AgentId(row.agent),
        handling=None if row.handling is None else HandlingId(row.handling),
        ended=None if row.ended is None else Ended(row.ended),
        routing_number=row.routing_number,
    )


async def wrongly_away(store: Store, conversations: list[ConversationId]) -> list[ConversationId]:
    """Return which of these, whose visitors are here, are noted as away."""
    c = chat_conversations.c
    wanted = (c.tenant == store.tenant, c.conversation.in_(conversations), c.away_since_ms.is_not(None))
    async with store.reading() as connection:
        rows = await connection.execute(select(c.conversation).where(*wanted, c.phase.in_(OPEN)))
        return [ConversationId(row.conversation) for row in rows]
