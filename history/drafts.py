"""Half a note, half an answer: durable, so that a reload or a crash loses none, but no part of the journal.

A half note whose wrap-up has ended by itself becomes the note of its handling (`keep_left_notes`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select

from history.core.conversations import NoteWritten
from history.core.vocabulary import AgentId, HandlingId, InteractionId
from history.store import Store
from history.tables import drafts as table
from history.tables import handlings, notes
from history.writing import Writing, insert_for

TEXT_MAX = 100_000
LEFT_AT_ONCE = 20
"""So many left notes one transaction takes, so that it stays short."""


class DraftKind(StrEnum):
    NOTE = "note"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Draft:
    handling: HandlingId
    kind: DraftKind
    text: str
    saved_ms: int


async def save_draft(store: Store, agent: AgentId, handling: HandlingId, kind: DraftKind, text: str) -> None:
    """Keep the text in place of the earlier one; an empty text ends the draft. Cut at `TEXT_MAX` characters."""
    async with store.writing("drafts.save") as writing:
        if not text:
            await drop_draft(writing, agent, handling, kind)
            return
        kept = text[:TEXT_MAX].replace("\0", "\ufffd")
        values = {"text": kept, "saved_ms": store.clock.now_ms()}
        key = {"agent": agent, "handling": handling, "kind": kind.value}
        await writing.connection.execute(
            insert_for(writing.connection, table)
            .values(**writing.scope.row, **key, **values)
            .on_conflict_do_update(index_elements=["tenant", *key], set_=values)
        )


async def drop_draft(writing: Writing, agent: AgentId, handling: HandlingId, kind: DraftKind | None = None) -> None:
    """End the drafts of a handling in the transaction that writes what became of them; all kinds when none is given."""
    which = [table.c.tenant == writing.tenant, table.c.agent == agent, table.c.handling == handling]
    if kind is not None:
        which.append(table.c.kind == kind.value)
    await writing.connection.execute(delete(table).where(*which))


async def drafts(store: Store, agent: AgentId) -> list[Draft]:
    """Return an agent's drafts, oldest first."""
    statement = select(table).where(table.c.tenant == store.tenant, table.c.agent == agent).order_by(table.c.saved_ms)
    async with store.reading() as connection:
        rows = (await connection.execute(statement)).all()
    return [Draft(HandlingId(row.handling), DraftKind(row.kind), row.text, row.saved_ms) for row in rows]


async def notes_so_far(store: Store, handlings_of: Collection[HandlingId]) -> list[tuple[AgentId, Draft]]:
    """Return the half notes on these handlings with their writers, oldest first."""
    if not handlings_of:
        return []
    statement = (
        select(table)
        .where(
            table.c.tenant == store.tenant,
            table.c.kind == DraftKind.NOTE.value,
            table.c.handling.in_(sorted(handlings_of)),
        )
        .order_by(table.c.saved_ms)
    )
    async with store.reading() as connection:
        rows = (await connection.execute(statement)).all()
    return [
        (AgentId(row.agent), Draft(HandlingId(row.handling), DraftKind.NOTE, row.text, row.saved_ms)) for row in rows
    ]


async def keep_left_notes(store: Store) -> int:
    """End up to `LEFT_AT_ONCE` notes' drafts whose handling has ended; return how many there were.

    Where nobody completed the wrap-up (it has no disposition) the draft becomes the note, in the transaction that ends
    it: exactly once, whenever this runs. One that is no newer than the handling's note was finished in that note.
    """
    left = (
        select(table, handlings.c.interaction, handlings.c.disposition, notes.c.at_ms.label("noted_ms"))
        .join(handlings, (handlings.c.tenant == table.c.tenant) & (handlings.c.handling == table.c.handling))
        .outerjoin(notes, (notes.c.tenant == table.c.tenant) & (notes.c.handling == table.c.handling))
        .where(table.c.tenant == store.tenant, table.c.kind == DraftKind.NOTE.value, handlings.c.ended_ms.is_not(None))
        .order_by(table.c.saved_ms, table.c.handling)
        .limit(LEFT_AT_ONCE)
    )
    async with store.reading() as connection:
        if (await connection.execute(left)).first() is None:
            return 0
    async with store.writing("drafts.keep_left_notes") as writing:
        rows = (await writing.connection.execute(left.with_for_update(of=table))).all()
        for row in rows:
            agent, handling = AgentId(row.agent), HandlingId(row.handling)
            if row.disposition is None and (row.noted_ms is None or row.noted_ms < row.saved_ms):
                text = await writing.put_text(InteractionId(row.interaction), row.text)
                note = NoteWritten(handling=handling, agent=agent, text=text)
                await writing.append(f"conversation/{row.interaction}", [note])
            await drop_draft(writing, agent, handling, DraftKind.NOTE)
    return len(rows)
