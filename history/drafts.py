"""Half a note, half an answer: durable, so that a reload or a crash loses none, but no part of the journal."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select

from history.core.vocabulary import AgentId, HandlingId
from history.store import Store
from history.tables import drafts as table
from history.writing import Writing, insert_for

TEXT_MAX = 100_000


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
