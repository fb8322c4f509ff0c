"""The routing stream's past: what was decided, and the state from which it was decided.

Read by explanations and replays, beside the running engine; nothing here writes.
"""

from collections.abc import AsyncIterator, Sequence

import msgspec
from sqlalchemy import ColumnElement, LargeBinary, func, literal, select

from history.core.entries import Entry, Kind
from history.core.vocabulary import InteractionId, StreamName
from history.feed import entry_of
from history.snapshots import snapshot_before
from history.store import Store
from history.tables import interactions, journal

READ_AT_ONCE = 5_000
WINDOW = 100_000
"""So many entries are searched for an interaction at once: some hundred milliseconds."""
WINDOWS_MAX = 5


class RoutingPast:
    """One domain's stream `routing/<domain>`, for readers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.stream = StreamName(f"routing/{store.domain}")

    async def first_number_at(self, at_ms: int) -> int:
        """Return the number of the first entry of this instant (UTC ms) or later; the one behind the newest, if none.

        Times only rise along the stream, so halving finds it without an index of times.
        """
        async with self._store.reading() as connection:
            newest = int(await connection.scalar(select(func.max(journal.c.number)).where(*self._mine())) or 0)
            low, high = 1, newest + 1
            while low < high:
                middle = (low + high) // 2
                found = select(journal.c.at_ms).where(*self._mine(), journal.c.number == middle)
                if int(await connection.scalar(found) or 0) < at_ms:
                    low = middle + 1
                else:
                    high = middle
            return low

    async def state_before(self, number: int) -> Sequence[Entry]:
        """Return facts that fold to the state as it was before this entry: the nearest snapshot's, and those since.

        Raises:
            UnreadableEntry: a snapshot cannot be read; the sentence says what to do.
        """
        async with self._store.reading() as connection:
            entries, through = await snapshot_before(connection, self._store.tenant, self.stream, number)
        async for entry in self.entries(through + 1, number):
            if entry.kind is Kind.FACT:
                entries.append(entry)
        return entries

    async def newest(self) -> tuple[int, int]:
        """Return number and instant (UTC ms) of the newest entry; zeros where there is none."""
        newest = select(journal.c.number, journal.c.at_ms).where(*self._mine()).order_by(journal.c.number.desc())
        async with self._store.reading() as connection:
            row = (await connection.execute(newest.limit(1))).one_or_none()
        return (0, 0) if row is None else (int(row.number), int(row.at_ms))

    async def entries(self, first: int, end: int, types: Sequence[str] | None = None) -> AsyncIterator[Entry]:
        """Yield inputs and facts from the first number on and before the end; of these types alone, if given."""
        of_types = [] if types is None else [journal.c.type.in_(types)]
        while first < end:
            async with self._store.reading() as connection:
                mine = [*self._mine(), *of_types, journal.c.number >= first, journal.c.number < end]
                wanted = select(journal).where(*mine)
                rows = (await connection.execute(wanted.order_by(journal.c.number).limit(READ_AT_ONCE))).all()
            for row in rows:
                yield entry_of(row)
            if not rows:
                return
            first = int(rows[-1].number) + 1

    async def type_of(self, number: int) -> str:
        """Return the type of an entry, or an empty text where there is none."""
        async with self._store.reading() as connection:
            found = await connection.scalar(select(journal.c.type).where(*self._mine(), journal.c.number == number))
        return found or ""

    async def stretch_of(self, interaction: InteractionId) -> tuple[int, int | None] | None:
        """Return when an interaction arrived and when it was closed, if it was (UTC ms); none where it is not known."""
        wanted = select(interactions.c.arrived_ms, interactions.c.closed_ms)
        mine = (interactions.c.tenant == self._store.tenant) & (interactions.c.interaction == interaction)
        async with self._store.reading() as connection:
            row = (await connection.execute(wanted.where(mine))).one_or_none()
        return None if row is None else (row.arrived_ms, row.closed_ms)

    async def last_about(
        self, interaction: InteractionId, types: Sequence[str], first: int, end: int
    ) -> tuple[list[int], int]:
        """Return the numbers of the last facts of these types that name the interaction, of those from `first` on and
        before the end, in rising order; and from which number on everything was looked at.

        The stream is gone through backwards, by windows, up to the first one in which there is any, and never through
        more than `WINDOWS_MAX` at once: what an old interaction costs is bounded, and who wants more asks again.
        """
        named = literal(b'"interaction":' + msgspec.json.encode(interaction), LargeBinary)
        for _ in range(WINDOWS_MAX):
            begins = max(first, end - WINDOW)
            mine = [*self._mine(), journal.c.type.in_(types), journal.c.number >= begins, journal.c.number < end]
            async with self._store.reading() as connection:
                sqlite = connection.dialect.name == "sqlite"
                place = func.instr(journal.c.body, named) if sqlite else func.position(named.op("IN")(journal.c.body))
                statement = select(journal.c.number).where(*mine, place > 0).order_by(journal.c.number)
                found = [int(row.number) for row in await connection.execute(statement)]
            end = begins
            if found or begins <= first:
                return found, begins
        return [], end

    def _mine(self) -> list[ColumnElement[bool]]:
        return [journal.c.tenant == self._store.tenant, journal.c.stream == self.stream]
