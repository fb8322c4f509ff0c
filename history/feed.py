"""Following what is committed, without gaps: the bus brings it quickly, the database brings what the bus lost."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Row, func, select

from history.core.entries import Entry, Kind
from history.core.vocabulary import EntryNumber, RulesVersion, StreamName, TenantId
from history.errors import SubscriptionCut
from history.store import Store
from history.tables import journal
from history.writing import Posted

BATCH = 500
LOOK_S = 2.0
"""At the latest this often the database is asked, for commits that the bus did not carry."""

_POSTED = msgspec.msgpack.Decoder(Posted)


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry and its place in the order of commits of all streams but the routers'; continue after it."""

    position: int
    entry: Entry


class Feed:
    """Follows one tenant's streams. Several may follow at once; each has its own place."""

    def __init__(self, store: Store, look_s: float = LOOK_S) -> None:
        self._store = store
        self._look_s = look_s

    async def follow(self, stream: str, after: int = 0) -> AsyncGenerator[Entry]:
        """Yield the stream's entries with a number above `after`, each once, in order, for ever.

        Raises:
            StoreUnavailable: the database could not be read; follow again after the last number.
        """
        async with aclosing(self._follow(stream, after, one_stream=True)) as found:
            async for placed in found:
                yield placed.entry

    async def follow_prefix(self, prefix: str, after: int = 0) -> AsyncGenerator[Placed]:
        """Yield the entries of all streams with this prefix, in order of commit, after a position.

        Not for routing streams, which have no position. Use `last_position` to begin with what comes now.
        """
        async with aclosing(self._follow(prefix, after, one_stream=False)) as found:
            async for placed in found:
                yield placed

    async def last_position(self) -> int:
        """The newest position, or 0."""
        async with self._store.reading() as connection:
            newest = await connection.scalar(
                select(func.max(journal.c.position)).where(journal.c.tenant == self._store.tenant)
            )
        return int(newest or 0)

    async def last_number(self, stream: str) -> int:
        """The newest number of a stream, or 0."""
        async with self._store.reading() as connection:
            newest = await connection.scalar(
                select(func.max(journal.c.number)).where(
                    journal.c.tenant == self._store.tenant, journal.c.stream == stream
                )
            )
        return int(newest or 0)

    async def _follow(self, name: str, after: int, *, one_stream: bool) -> AsyncGenerator[Placed]:
        place = after
        while True:
            subscription = self._store.bus.subscribe(name)
            try:
                async for placed in self._from_database(name, place, one_stream):
                    place = placed.position
                    yield placed
                while True:
                    message = await subscription.next(self._look_s)
                    posted = _POSTED.decode(message.body) if message is not None else None
                    if posted is not None and self._follows_on(posted, name, place, one_stream):
                        place = posted.entry.number if one_stream else posted.position or place
                        yield Placed(place, posted.entry)
                    elif posted is None or not self._is_old(posted, name, place, one_stream):
                        async for placed in self._from_database(name, place, one_stream):
                            place = placed.position
                            yield placed
            except SubscriptionCut:
                continue
            finally:
                subscription.close()

    def _follows_on(self, posted: Posted, name: str, place: int, one_stream: bool) -> bool:
        """Whether nothing lies between. Positions of a prefix have holes, so there the database says."""
        if not one_stream:
            return posted.position == place + 1
        return posted.entry.stream == name and posted.entry.number == place + 1

    def _is_old(self, posted: Posted, name: str, place: int, one_stream: bool) -> bool:
        if posted.entry.tenant != self._store.tenant:
            return True
        if one_stream:
            return posted.entry.stream != name or posted.entry.number <= place
        return posted.position is None or posted.position <= place

    async def _from_database(self, name: str, after: int, one_stream: bool) -> AsyncGenerator[Placed]:
        place = after
        while True:
            batch = await self._read(name, place, one_stream)
            for placed in batch:
                yield placed
                place = placed.position
            if len(batch) < BATCH:
                return

    async def _read(self, name: str, after: int, one_stream: bool) -> list[Placed]:
        order = journal.c.number if one_stream else journal.c.position
        which = journal.c.stream == name if one_stream else journal.c.stream.startswith(name, autoescape=True)
        statement = (
            select(journal)
            .where(journal.c.tenant == self._store.tenant, which, order > after)
            .order_by(order)
            .limit(BATCH)
        )
        async with self._store.reading() as connection:
            rows = (await connection.execute(statement)).all()
        return [Placed(row.number if one_stream else row.position, entry_of(row)) for row in rows]


def entry_of(row: Row[Any]) -> Entry:
    """The entry of a journal row."""
    given = row._mapping
    return Entry(
        tenant=TenantId(given["tenant"]),
        stream=StreamName(given["stream"]),
        number=EntryNumber(given["number"]),
        at_ms=given["at_ms"],
        kind=Kind(given["kind"]),
        type=given["type"],
        version=given["version"],
        rules=RulesVersion(given["rules"]),
        cause=EntryNumber(given["cause"]) if given["cause"] is not None else None,
        body=bytes(given["body"]),
    )
