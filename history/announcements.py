"""Router inputs that are committed and wait for their receipt; `channels/announcer.py` submits them.

The bus topic `announcements/<domain>` (`Store.announced`) brings a message after each commit that made one.
"""

from dataclasses import dataclass

from sqlalchemy import delete, select

from history.core.vocabulary import SourceId
from history.store import Store
from history.tables import announcements


@dataclass(frozen=True, slots=True)
class Announcement:
    """`body` is the encoded input, whose source and number are these."""

    source: SourceId
    number: int
    body: bytes


async def waiting(store: Store, limit: int = 100) -> list[Announcement]:
    """Return the oldest unreceipted inputs of this domain, each source's in order of its numbers."""
    statement = (
        select(announcements)
        .where(announcements.c.tenant == store.tenant, announcements.c.domain == store.domain)
        .order_by(announcements.c.made_ms, announcements.c.source, announcements.c.number)
        .limit(limit)
    )
    async with store.reading() as connection:
        rows = (await connection.execute(statement)).all()
    return [Announcement(SourceId(row.source), row.number, bytes(row.body)) for row in rows]


async def receipted(store: Store, done: list[Announcement]) -> None:
    """Forget inputs that have their receipt; forgetting one twice is nothing."""
    async with store.writing("announcements.receipted") as writing:
        for one in done:
            await writing.connection.execute(
                delete(announcements).where(
                    announcements.c.tenant == store.tenant,
                    announcements.c.source == one.source,
                    announcements.c.number == one.number,
                )
            )
