"""Follows the routing stream into the projections, and rebuilds all projections from the journal.

Conversation and customer entries are folded by the transaction that writes them; the router's would make its groups
slower, so they are folded here, in transactions of their own that stay short. Once a wrap-up's end is folded, a half
note that was left behind is kept (`history/drafts.py`).
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select

from history.bus import Subscription
from history.core.entries import Entry, Kind
from history.core.routing import WrapUpCompleted
from history.drafts import keep_left_notes
from history.errors import StoreUnavailable, SubscriptionCut
from history.feed import entry_of
from history.projections import project
from history.store import Store
from history.tables import PROJECTIONS, journal, positions, read_models
from history.writing import Posted, Writing, insert_for

LOG = logging.getLogger("history.projector")
LOOK_S = 2.0
BATCH_FIRST = 32
BATCH_MIN = 4
BATCH_MAX = 256
SHORT_MS = 4
LONG_MS = 10
REBUILD_CHUNK = 500
PAUSE_S = 1.0
GATHER_MS = 100
"""So far apart are the beginnings of two rounds at least: under load one transaction folds what many groups brought,
and the router's groups have the gate to themselves between."""

_POSTED = msgspec.msgpack.Decoder(Posted)


class Projector:
    """Folds one domain's routing stream; its place is kept in the table `positions`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stream = f"routing/{store.domain}"
        self._batch = BATCH_FIRST
        self._notes_may_be_left = True  # also by an engine that died before it kept them
        self.number = 0
        """The number of the last folded entry, as far as this object knows."""

    async def run(self) -> None:
        """Fold what is there and what comes, for ever. While the database is away it tries again each second."""
        subscription = self._store.bus.subscribe(self._stream)
        try:
            while True:
                try:
                    began_ms = self._store.clock.monotonic_ms()
                    await self.catch_up()
                    await self._news(subscription)
                    await self._let_more_gather(began_ms)
                except SubscriptionCut:
                    subscription.close()
                    subscription = self._store.bus.subscribe(self._stream)
                except StoreUnavailable as error:
                    LOG.warning("projections of %s wait: %s", self._stream, error)
                    await asyncio.sleep(PAUSE_S)
        finally:
            subscription.close()

    async def _let_more_gather(self, began_ms: int) -> None:
        """After a quiet time the first news is folded at once."""
        left_ms = began_ms + GATHER_MS - self._store.clock.monotonic_ms()
        if left_ms > 0:
            await asyncio.sleep(left_ms / 1000)

    async def catch_up(self) -> None:
        """Fold until nothing is left, and keep the notes that nobody finished."""
        while True:
            asked = self._batch
            if await self.step() < asked:
                break  # a look more, in a transaction of its own, would find nothing
        while self._notes_may_be_left:
            self._notes_may_be_left = await keep_left_notes(self._store) > 0

    async def step(self) -> int:
        """Fold the next few entries in one short transaction; return how many there were."""
        async with self._store.writing("projector.step") as writing:
            began_ms = self._store.clock.monotonic_ms()
            place = await _place(writing, self._stream)
            entries = await _stream_after(writing, self._stream, place, self._batch)
            if entries:
                await _fold(self._store, writing, entries)
                await _move(writing, self._stream, entries[-1].number)
        if any(entry.kind is Kind.FACT and entry.type == WrapUpCompleted.__name__ for entry in entries):
            self._notes_may_be_left = True
        took_ms = self._store.clock.monotonic_ms() - began_ms
        if took_ms > LONG_MS:
            self._batch = max(BATCH_MIN, self._batch // 2)
        elif took_ms < SHORT_MS:
            self._batch = min(BATCH_MAX, self._batch * 2)
        self.number = entries[-1].number if entries else place
        return len(entries)

    async def _news(self, subscription: Subscription) -> None:
        """Return when an entry is known that is not folded yet, or when it is time to look."""
        while True:
            message = await subscription.next(LOOK_S)
            if message is None or _POSTED.decode(message.body).entry.number > self.number:
                return


async def rebuild(store: Store) -> None:
    """Drop all projections of the tenant and fold the whole journal again, in one transaction.

    Nobody else can write meanwhile: for a stopped center, or after an upgrade that says so.
    """
    async with store.writing("projector.rebuild") as writing:
        for table in (*PROJECTIONS, read_models):
            await writing.connection.execute(delete(table).where(table.c.tenant == store.tenant))
        position = 0
        while rows := await _positioned_after(writing, position):
            await _fold(store, writing, [entry for _, entry in rows])
            position = rows[-1][0]
        for stream in await _routing_streams(writing):
            number = 0
            while entries := await _stream_after(writing, stream, number, REBUILD_CHUNK):
                await _fold(store, writing, entries)
                number = entries[-1].number
            await _move(writing, stream, number)


async def _fold(store: Store, writing: Writing, entries: Sequence[Entry]) -> None:
    facts = [(entry, store.registry.fact(entry)) for entry in entries if entry.kind is Kind.FACT]
    await project(writing.connection, writing.scope.row, facts)


async def _place(writing: Writing, stream: str) -> int:
    """The last folded number; held until the commit, so that two followers cannot fold the same entries."""
    given = {"whose": writing.tenant, "of_stream": stream}
    return int(await writing.connection.scalar(_PLACE, given) or 0)


async def _move(writing: Writing, stream: str, number: int) -> None:
    statement = insert_for(writing.connection, positions).values(**writing.scope.row, stream=stream, number=number)
    await writing.connection.execute(
        statement.on_conflict_do_update(index_elements=["tenant", "stream"], set_={"number": number})
    )


async def _stream_after(writing: Writing, stream: str, number: int, limit: int) -> list[Entry]:
    given = {"whose": writing.tenant, "of_stream": stream, "after": number, "at_most": limit}
    return [entry_of(row) for row in await writing.connection.execute(_AFTER, given)]


async def _positioned_after(writing: Writing, position: int) -> list[tuple[int, Entry]]:
    where = (journal.c.tenant == writing.tenant) & (journal.c.position > position)
    statement = select(journal).where(where).order_by(journal.c.position).limit(REBUILD_CHUNK)
    return [(row.position, entry_of(row)) for row in await writing.connection.execute(statement)]


async def _routing_streams(writing: Writing) -> list[str]:
    where = (journal.c.tenant == writing.tenant) & journal.c.stream.startswith("routing/")
    found = await writing.connection.execute(
        select(journal.c.stream).where(where).distinct().order_by(journal.c.stream)
    )
    return [str(stream) for stream in found.scalars()]


_WHOSE: Any = bindparam("whose")
_OF_STREAM: Any = bindparam("of_stream")
_PLACE = select(positions.c.number).where(positions.c.tenant == _WHOSE, positions.c.stream == _OF_STREAM)
_PLACE = _PLACE.with_for_update()
_AFTER = (
    select(journal)
    .where(journal.c.tenant == _WHOSE, journal.c.stream == _OF_STREAM, journal.c.number > bindparam("after"))
    .order_by(journal.c.number)
    .limit(bindparam("at_most"))
)
