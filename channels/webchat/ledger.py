"""What is written down of chats, each wish in one transaction: begin, line, leave, an agent's line, a phase.

A line's number is its count among the conversation's lines, taken after it was appended in the same transaction, which
holds the stream's counter until the commit: so numbers have no gaps. A client id counts once by the unique index over
(conversation, author, client id); a visitor's is looked for in all of their conversations first, since a repeated line
may come after the conversation that took it has ended.

Names nobody and sends nothing; `service.py` does.
"""

import secrets
from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.core.chat_protocol import Ended, Phase, RefusalReason, Refused
from channels.core.matching import chat_interaction, conversation_of
from channels.identification import Known
from channels.webchat.chats import OPEN, Committed, VisitorKey, client_key, count, is_line, one_chat
from channels.webchat.settings import SiteSettings
from history.core.conversations import Author, ConversationBegan, LineWritten, VisitorLeft
from history.core.vocabulary import (
    AgentId,
    ClientMessageId,
    ConversationId,
    HandlingId,
    InteractionId,
    Medium,
    MessageId,
    SourceId,
    Trust,
)
from history.store import Store
from history.tables import chat_conversations, chat_visitors, messages
from history.writing import FIRST_EPOCH, Writing
from router.core.inputs import CustomerLeft, InteractionArrived, InteractionLearnt

SOURCE = SourceId("chat")


async def write_visitor_line(
    store: Store, site: SiteSettings, visitor: str, known: Known | None, line: tuple[str, str], routing_number: int
) -> Committed:
    """Commit `line` (client id, text); begin a conversation where the visitor has none that is open.

    `routing_number`: the router's facts up to this number say nothing about a conversation that begins now.

    Raises:
        StoreUnavailable: nothing was written; the widget sends the line again.
        AlreadyThere: two first lines met; the same wish again finds what the other wrote.
    """
    client_id, text = line
    key = VisitorKey(site.site, visitor)
    async with store.writing("chat line") as w:
        row = await _visitor_row(w, key)
        earlier = await _earlier_line(w.connection, w.tenant, key, client_id)
        if earlier is not None:
            return earlier
        current = await _locked(w, ConversationId(row.conversation)) if row is not None and row.conversation else None
        if current is not None and current.phase in OPEN:
            conversation = ConversationId(current.conversation)
        else:
            follows = ConversationId(current.conversation) if current is not None else None
            conversation = await _begin(w, site, key, known, follows, (store.clock.now_ms(), routing_number))
            await _point(w, key, known, conversation, (store.clock.now_ms(), row is None))
        return await _append(w, conversation, (Author.CUSTOMER, None), client_id, text)


async def write_agent_line(
    store: Store, conversation: ConversationId, handling: HandlingId, agent: AgentId, client_id: str, text: str
) -> Committed | Refused:
    """Commit an agent's line, if the handling is theirs and the visitor is still there."""
    async with store.writing("agent's chat line") as w:
        row = await _locked(w, conversation)
        if row is None:
            return Refused(reason=RefusalReason.UNKNOWN_CONVERSATION, sentence=f"There is no chat {conversation}.")
        earlier = await _line_by_key(w.connection, w.tenant, conversation, client_key(Author.AGENT, agent, client_id))
        if earlier is not None:
            return earlier
        if row.phase == Phase.ENDED:
            return Refused(
                reason=RefusalReason.CONVERSATION_ENDED,
                sentence="The chat has ended; the visitor would not see this line.",
                client_id=client_id,
            )
        if row.handling != handling or row.agent != agent:
            return Refused(
                reason=RefusalReason.NOT_YOURS,
                sentence=f"Handling {handling} of {agent} is not the one that has this chat.",
                client_id=client_id,
            )
        return await _append(w, conversation, (Author.AGENT, agent), client_id, text)


async def leave(store: Store, conversation: ConversationId, by: Ended, away_before_ms: int | None = None) -> bool:
    """End an open conversation for its visitor; False if it had ended, or its visitor has come back meanwhile."""
    async with store.writing("chat left") as w:
        row = await _locked(w, conversation)
        if row is None or row.phase not in OPEN:
            return False
        if away_before_ms is not None and (row.away_since_ms is None or row.away_since_ms > away_before_ms):
            return False
        await w.append(f"conversation/{conversation}", [VisitorLeft(conversation=conversation)])
        await _change(w, conversation, phase=Phase.ENDED.value, ended=by.value)
        interaction = InteractionId(conversation)
        await w.announce(
            SOURCE,
            _encoded(
                lambda number: CustomerLeft(
                    source=SOURCE, source_epoch=FIRST_EPOCH, source_number=number, interaction=interaction
                )
            ),
        )
        return True


async def change_phase(store: Store, conversation: ConversationId, number: int, **values: str | None) -> bool:
    """Note what the router's fact of this number says; False if it is old news or the conversation has ended."""
    async with store.writing("chat phase") as w:
        row = await _locked(w, conversation)
        if row is None or row.phase not in OPEN or row.routing_number >= number:
            return False
        await _change(w, conversation, routing_number=number, **values)
        return True


async def turn_away(store: Store, conversation: ConversationId, number: int, text: str) -> bool:
    """End a conversation with a word of the center's own, as the router's fact of this number says; False if it is old
    news or the conversation has ended."""
    async with store.writing("chat turned away") as w:
        row = await _locked(w, conversation)
        if row is None or row.phase not in OPEN or row.routing_number >= number:
            return False
        await _append(w, conversation, (Author.SYSTEM, None), f"announcement-{number}", text)
        ended = {"phase": Phase.ENDED.value, "ended": Ended.BY_SYSTEM.value}
        await _change(w, conversation, routing_number=number, **ended)
        return True


async def end_now(store: Store, conversation: ConversationId, handling: HandlingId, agent: AgentId) -> bool:
    """The agent ends their part: the visitor is told before the router's fact arrives."""
    async with store.writing("chat ended") as w:
        row = await _locked(w, conversation)
        if row is None or row.phase not in OPEN or row.handling != handling or row.agent != agent:
            return False
        await _change(w, conversation, phase=Phase.ENDED.value, ended=Ended.BY_AGENT.value)
        return True


async def mark_away(store: Store, conversation: ConversationId, since_ms: int | None) -> None:
    async with store.writing("chat visitor away") as w:
        if (row := await _locked(w, conversation)) is not None and row.phase in OPEN:
            await _change(w, conversation, away_since_ms=since_ms)


async def mark_all_away(store: Store, since_ms: int) -> None:
    """After a start no socket is there: whoever does not come back has been away from now on."""
    async with store.writing("chat visitors away") as w:
        await w.connection.execute(
            update(chat_conversations)
            .where(
                chat_conversations.c.tenant == store.tenant,
                chat_conversations.c.phase.in_(OPEN),
                chat_conversations.c.away_since_ms.is_(None),
            )
            .values(away_since_ms=since_ms)
        )


async def adopt(store: Store, anonymous: VisitorKey, signed: VisitorKey, known: Known | None) -> ConversationId | None:
    """A visitor has signed in while chatting: their open conversation goes with them; the router learns who it is."""
    async with store.writing("chat visitor known") as w:
        old, new = await _visitor_row(w, anonymous), await _visitor_row(w, signed)
        if old is None or not old.conversation:
            return None
        moving = await _locked(w, ConversationId(old.conversation))
        held = await _locked(w, ConversationId(new.conversation)) if new is not None and new.conversation else None
        if moving is None or moving.phase not in OPEN or (held is not None and held.phase in OPEN):
            return None
        conversation = ConversationId(moving.conversation)
        await _change(w, conversation, visitor=signed.visitor)
        await _point(w, signed, known, conversation, (store.clock.now_ms(), new is None))
        await _point(w, anonymous, None, None, (store.clock.now_ms(), False))
        if known is not None:
            await w.announce(SOURCE, _encoded(lambda number: _learnt(InteractionId(conversation), known, number)))
        return conversation


# -- Inside a transaction ---------------------------------------------------------------------------------------------


async def _begin(
    w: Writing,
    site: SiteSettings,
    key: VisitorKey,
    known: Known | None,
    follows: ConversationId | None,
    at: tuple[int, int],
) -> ConversationId:
    """`at`: the instant, UTC in ms, and the router's last fact."""
    interaction = chat_interaction(secrets.token_hex(12))
    conversation = conversation_of(interaction)
    customer = None if known is None else known.customer
    identity = None if known is None else known.identity
    trust = Trust.CLAIMED if known is None else known.trust
    began = ConversationBegan(
        conversation=conversation,
        interaction=interaction,
        medium=Medium.CHAT,
        queue=site.queue,
        site=site.site,
        customer=customer,
        identity=identity,
        trust=trust,
        follows=follows,
    )
    await w.append(f"conversation/{conversation}", [began])
    await w.connection.execute(
        insert(chat_conversations).values(
            **w.scope.row,
            conversation=conversation,
            site=key.site,
            visitor=key.visitor,
            phase=Phase.WAITING.value,
            routing_number=at[1],
        )
    )
    await w.announce(SOURCE, _encoded(lambda number: _arrived(interaction, site, known, at[0], number)))
    return conversation


def _arrived(
    interaction: InteractionId, site: SiteSettings, known: Known | None, arrived_ms: int, number: int
) -> InteractionArrived:
    given = InteractionArrived(
        source=SOURCE,
        source_epoch=FIRST_EPOCH,
        source_number=number,
        interaction=interaction,
        medium=Medium.CHAT,
        queue=site.queue,
        arrived_ms=arrived_ms,
        required_skills=site.required_skills,
    )
    if known is None:
        return given
    return msgspec.structs.replace(
        given, customer=known.customer, identity=known.identity, trust=known.trust, attributes=known.attributes
    )


def _learnt(interaction: InteractionId, known: Known, number: int) -> InteractionLearnt:
    return InteractionLearnt(
        source=SOURCE,
        source_epoch=FIRST_EPOCH,
        source_number=number,
        interaction=interaction,
        customer=known.customer,
        identity=known.identity,
        trust=known.trust,
        attributes=known.attributes,
    )


def _encoded(make: Callable[[int], Any]) -> Callable[[int], bytes]:
    return lambda number: msgspec.json.encode(make(number))


async def _append(
    w: Writing, conversation: ConversationId, author: tuple[Author, AgentId | None], client_id: str, text: str
) -> Committed:
    message = MessageId(secrets.token_hex(8))
    content = await w.put_text(InteractionId(conversation), text)
    line = LineWritten(
        message=message,
        author=author[0],
        agent=author[1],
        client_message=ClientMessageId(client_id),
        text=content,
    )
    await w.append(f"conversation/{conversation}", [line])
    seq = await count(w.connection, w.tenant, conversation)
    return Committed(conversation, seq, message, repeated=False)


async def _visitor_row(w: Writing, key: VisitorKey) -> Any:
    v = chat_visitors.c
    wanted = (v.tenant == w.tenant, v.site == key.site, v.visitor == key.visitor)
    return (await w.connection.execute(select(chat_visitors).where(*wanted).with_for_update())).one_or_none()


async def _point(
    w: Writing, key: VisitorKey, known: Known | None, conversation: ConversationId | None, at: tuple[int, bool]
) -> None:
    """Make this the visitor's conversation. `at`: the instant, UTC in ms, and whether the visitor is new."""
    now_ms, is_new = at
    values = {
        "conversation": conversation,
        "identity": None if known is None else known.identity,
        "customer": None if known is None else known.customer,
        "trust": (Trust.CLAIMED if known is None else known.trust).value,
        "last_ms": now_ms,
    }
    if is_new:
        row = {**w.scope.row, "site": key.site, "visitor": key.visitor, "first_ms": now_ms, **values}
        await w.connection.execute(insert(chat_visitors).values(row))
        return
    v = chat_visitors.c
    mine = (v.tenant == w.tenant, v.site == key.site, v.visitor == key.visitor)
    await w.connection.execute(update(chat_visitors).where(*mine).values(**values))


async def _earlier_line(connection: AsyncConnection, tenant: str, key: VisitorKey, client_id: str) -> Committed | None:
    m, c = messages.c, chat_conversations.c
    written = client_key(Author.CUSTOMER, None, client_id)
    found = await connection.execute(
        select(m.conversation)
        .select_from(messages.join(chat_conversations, and_(c.tenant == m.tenant, c.conversation == m.conversation)))
        .where(c.tenant == tenant, c.site == key.site, c.visitor == key.visitor)
        .where(m.client_key == written)
    )
    conversation = found.scalar()
    if conversation is None:
        return None
    return await _line_by_key(connection, tenant, ConversationId(conversation), written)


async def _line_by_key(
    connection: AsyncConnection, tenant: str, conversation: ConversationId, written: str
) -> Committed | None:
    m = messages.c
    mine = is_line(tenant, conversation)
    row = (await connection.execute(select(m.number, m.message).where(*mine, m.client_key == written))).one_or_none()
    if row is None:
        return None
    seq = await connection.scalar(select(func.count()).select_from(messages).where(*mine, m.number <= row.number))
    return Committed(conversation, int(seq or 0), MessageId(row.message), repeated=True)


async def _locked(w: Writing, conversation: ConversationId) -> Any:
    return (await w.connection.execute(one_chat(w.tenant, conversation).with_for_update())).one_or_none()


async def _change(w: Writing, conversation: ConversationId, **values: str | int | None) -> None:
    c = chat_conversations.c
    mine = (c.tenant == w.tenant, c.conversation == conversation)
    await w.connection.execute(update(chat_conversations).where(*mine).values(**values))
