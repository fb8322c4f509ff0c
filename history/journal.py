"""The routing stream of one domain, as its one writer sees it: recover, append in groups, snapshot.

Implements the shape of `router.ports.JournalWriter`, which this room may not import.
"""

import sqlite3
from collections.abc import Sequence
from functools import lru_cache

import msgspec
from sqlalchemy import delete, func, select

from history.core.entries import Draft, Entry, Kind
from history.core.registry import UnknownType, UnreadableBody
from history.core.vocabulary import StreamName
from history.errors import UnknownEntryType, UnreadableEntry
from history.feed import entry_of
from history.lease import Lease
from history.snapshots import numbered, snapshot_before, superfluous
from history.store import Store
from history.tables import journal, snapshots
from history.writing import entry_row, insert_for, posted

_ENCODER = msgspec.msgpack.Encoder()
_COLUMNS = tuple(column.name for column in journal.columns)
ROWS_AT_ONCE = 64
"""Rows of one INSERT: after each statement SQLite's thread waits for its turn of the interpreter."""


@lru_cache(maxsize=ROWS_AT_ONCE)
def _inserting(rows: int) -> str:
    places = f"({', '.join('?' * len(_COLUMNS))})"
    return f"INSERT INTO journal ({', '.join(_COLUMNS)}) VALUES {', '.join([places] * rows)}"


class RoutingJournal:
    """One domain's stream `routing/<domain>`. One task uses it; groups are appended one after another."""

    def __init__(self, store: Store, lease: Lease) -> None:
        self._store = store
        self._lease = lease
        self.stream = StreamName(f"routing/{store.domain}")
        self.last_number = 0
        """The number of the newest committed entry; right after `recover` and after each `append`."""

    async def recover(self) -> Sequence[Entry]:
        """Take the lease with a higher epoch; return the newest snapshot's facts, then all facts after it, in order.

        The snapshot's facts carry the number through which it reaches. Inputs are left out; `last_number` counts them.

        Raises:
            StoreUnavailable: ask again later.
            UnknownEntryType, UnreadableEntry: this version cannot read the journal; one sentence says what to do.
        """
        await self._lease.take()
        async with self._store.reading() as connection:
            entries, through = await snapshot_before(connection, self._store.tenant, self.stream)
            mine = [journal.c.tenant == self._store.tenant, journal.c.stream == self.stream]
            self.last_number = int(await connection.scalar(select(func.max(journal.c.number)).where(*mine)) or 0)
            later = select(journal).where(*mine, journal.c.kind == Kind.FACT.value, journal.c.number > through)
            entries += [entry_of(row) for row in await connection.execute(later.order_by(journal.c.number))]
        self._look_at(entries)
        return entries

    async def append(self, drafts: Sequence[Draft]) -> int:
        """Commit one group behind the newest entry; return the number of its first one.

        Raises:
            LeaseLost: somebody else writes.
            StoreUnavailable: nothing was written, or nobody knows; recover.
        """
        first = self.last_number + 1
        entries = [
            numbered(draft, self._store.tenant, self.stream, number) for number, draft in enumerate(drafts, start=first)
        ]
        if not entries:
            return first
        asked_ms = self._store.clock.monotonic_ms()
        types = {(entry.type, entry.version) for entry in entries if entry.kind is Kind.FACT}
        if self._store.database.is_sqlite and self._store.knows(types):
            await self._append_at_once(entries)
        else:
            async with self._store.writing("routing.append", hurry=True) as writing:
                await self._lease.renew_in(writing)
                await writing.append_numbered(entries)
        self._lease.renewed(asked_ms)
        self.last_number = entries[-1].number
        return first

    async def _append_at_once(self, entries: Sequence[Entry]) -> None:
        """The same as with `Writing`, in one turn of SQLite's thread."""
        named = [entry_row(self._store.scope, entry, None) for entry in entries]
        rows = [[row[name] for name in _COLUMNS] for row in named]

        def write(connection: sqlite3.Connection) -> None:
            self._lease.renew_at_once(connection)
            for first in range(0, len(rows), ROWS_AT_ONCE):
                some = rows[first : first + ROWS_AT_ONCE]
                connection.execute(_inserting(len(some)), [value for row in some for value in row])

        await self._store.write_at_once(write, [posted(None, entry) for entry in entries])

    async def snapshot(self, drafts: Sequence[Draft], through_number: int) -> None:
        """Keep facts that fold to the state after the entry with this number. Older snapshots are thinned out, so that
        for a month none is far from any entry.

        Raises:
            LeaseLost, StoreUnavailable: nothing was kept.
        """
        body = _ENCODER.encode(list(drafts))
        mine = (snapshots.c.tenant == self._store.tenant) & (snapshots.c.stream == self.stream)
        values = {"taken_ms": self._store.clock.now_ms(), "body": body}
        async with self._store.writing("routing.snapshot") as writing:
            await self._lease.renew_in(writing)
            await writing.connection.execute(
                insert_for(writing.connection, snapshots)
                .values(**writing.scope.row, stream=self.stream, through_number=through_number, **values)
                .on_conflict_do_update(index_elements=["tenant", "stream", "through_number"], set_=values)
            )
            all_kept = select(snapshots.c.through_number, snapshots.c.taken_ms).where(mine)
            newest_first = all_kept.order_by(snapshots.c.through_number.desc())
            taken = [(row.through_number, row.taken_ms) for row in await writing.connection.execute(newest_first)]
            gone = superfluous(taken, self._store.clock.now_ms())
            if gone:
                await writing.connection.execute(delete(snapshots).where(mine, snapshots.c.through_number.in_(gone)))

    def _look_at(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            try:
                self._store.registry.fact(entry)
            except UnknownType as error:
                raise UnknownEntryType(str(error)) from error
            except UnreadableBody as error:
                raise UnreadableEntry(f"{entry.stream}, entry {entry.number}: {error}") from error
