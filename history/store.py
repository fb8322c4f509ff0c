"""The one way to the database: transactions that append entries, put contents, announce inputs, fold projections.

What rooms need of a transaction is `Writing`. Entries are numbered in it without gaps and go to the bus after its
commit. On SQLite there is one writer behind a gate that lets the router go first; readers have connections apart.
"""

import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from history.bus import Bus, LocalBus, Message
from history.clock import Clock
from history.contents import content_of
from history.core.registry import REGISTRY, Registry, UnknownType
from history.core.vocabulary import ContentId, DomainId, TenantId
from history.database import WAIT_S, Database, open_database, translated, world
from history.errors import AlreadyThere, MissingContent, UnknownEntryType
from history.gate import WriteGate
from history.migrating import migrate
from history.patience import PatientConnection, connected, patiently, release
from history.tables import entry_types, journal
from history.writing import Scope, Writing

LOG = logging.getLogger("history.store")
LONG_TRANSACTION_MS = 20
VERY_LONG_TRANSACTION_MS = 1_000
"""An operator is told of these; of the others only whoever asks for the information log (SWITCHROOM_LOG=INFO)."""
MAIN = "main"


class Store:
    """The database of one tenant, as one domain's process sees it. Make it by `Store.open`."""

    def __init__(self, database: Database, scope: Scope, clock: Clock, bus: Bus, registry: Registry) -> None:
        self.scope = scope
        self.clock = clock
        self.bus = bus
        self.registry = registry
        self._database = database
        self._gate = WriteGate(WAIT_S) if database.is_sqlite else None
        self._known_types: set[tuple[str, int]] = set()
        self._at_once: tuple[PatientConnection, Any] | None = None

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        clock: Clock,
        bus: Bus,
        tenant: str = MAIN,
        domain: str = MAIN,
        registry: Registry = REGISTRY,
    ) -> "Store":
        """Connect, bring the schema up to date and look whether everything in the journal is known.

        Raises:
            StoreUnavailable: no database there; the sentence names the file or address.
            UnreadableDatabase: it is no database of ours, or damaged.
            DatabaseTooNew: a later version of Switchroom has changed it.
            UnknownEntryType: the journal holds what this version cannot read.
        """
        database = open_database(url)
        store = cls(database, Scope(TenantId(tenant), DomainId(domain)), clock, bus, registry)
        try:
            await migrate(database)
            await store._look_at_types()
        except BaseException:
            await store.close()
            raise
        return store

    def beside(self) -> "Store":
        """Return a store of the same database with connections of its own, for a reader in another thread with a loop
        of its own; whoever asks closes it."""
        url = self._database.url.render_as_string(hide_password=False)
        return Store(open_database(url), self.scope, self.clock, LocalBus(), self.registry)

    async def close(self) -> None:
        """Give all connections back; the bus stays its owner's."""
        await self._give_back_at_once()
        await self._database.dispose()

    @property
    def tenant(self) -> TenantId:
        return self.scope.tenant

    @property
    def domain(self) -> DomainId:
        return self.scope.domain

    @property
    def database(self) -> Database:
        return self._database

    @asynccontextmanager
    async def writing(self, name: str = "unnamed", *, hurry: bool = False) -> AsyncIterator[Writing]:
        """One transaction: all of it is committed when the body ends well, nothing of it otherwise.

        Keep the body under 20 ms and ask nobody else in it; `name` stands in the warning about a longer one. `hurry` is
        the router's alone. A cancelled caller learns of the cancellation only when the commit is over.

        Raises:
            StoreUnavailable: nothing was written, or, when the link broke during the commit, nobody knows.
            AlreadyThere: a unique key was taken; nothing was written.
        """
        if self._gate is None:
            async with self._transaction(name, hurry) as writing:
                yield writing
            return
        async with self._gate.passing(hurry), self._transaction(name, hurry) as writing:
            yield writing

    def knows(self, types: Iterable[tuple[str, int]]) -> bool:
        """Whether all of these were written before."""
        return self._known_types.issuperset(types)

    async def write_at_once(self, work: Callable[[sqlite3.Connection], None], messages: Sequence[Message]) -> None:
        """On SQLite alone, for the router's groups: one transaction in one turn of the writer's thread, before all
        others who wait; the messages go to the bus after its commit. A cancelled caller learns of it only then.

        Raises:
            StoreUnavailable: nothing was written.
            AlreadyThere: a unique key was taken; nothing was written.
        """
        assert self._gate is not None, "PostgreSQL has no such turn"

        async def write() -> None:
            with world(self._database):
                driver = await self._driver_at_once()
                try:
                    await driver.at_once(work)
                except sqlite3.IntegrityError as error:
                    raise AlreadyThere(f"A row with this key is already there ({error}).") from error
                except sqlite3.Error:
                    await self._give_back_at_once()
                    raise
            self.bus.publish(messages)

        async with self._gate.passing(True):
            await patiently(write())

    async def _driver_at_once(self) -> Any:
        """The connection that is kept for `write_at_once`, opened anew after a failure."""
        if self._at_once is None:
            connection = await connected(self._database.urgent)
            self._at_once = connection, (await connection.get_raw_connection()).driver_connection
        return self._at_once[1]

    async def _give_back_at_once(self) -> None:
        if self._at_once is not None:
            connection, self._at_once = self._at_once[0], None
            await release(connection)

    @asynccontextmanager
    async def _transaction(self, name: str, hurry: bool) -> AsyncIterator[Writing]:
        with world(self._database):
            connection = await connected(self._database.urgent if hurry else self._database.writer)
        try:
            with world(self._database):
                await connection.begin_now()
            began_ms = self.clock.monotonic_ms()
            writing = Writing(connection, self.scope, self.clock, self.registry, self._known_types)
            try:
                yield writing
                await writing.flush()
            except SQLAlchemyError as error:
                raise translated(self._database, error) from error
            await patiently(self._finish(connection, writing))
            took_ms = self.clock.monotonic_ms() - began_ms
        finally:
            await release(connection)
        if took_ms > LONG_TRANSACTION_MS:
            level = logging.WARNING if took_ms > VERY_LONG_TRANSACTION_MS else logging.INFO
            LOG.log(level, "transaction %s took %d ms, more than %d", name, took_ms, LONG_TRANSACTION_MS)

    async def _finish(self, connection: AsyncConnection, writing: Writing) -> None:
        """Commit and tell the bus: both, also for a caller who is cancelled meanwhile."""
        with world(self._database):
            await connection.commit()
        self._known_types |= writing.new_types
        self.bus.publish(writing.messages)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one state of the database from its first statement on, and cannot write.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        with world(self._database):
            connection = await connected(self._database.reader)
        try:
            yield connection
        except SQLAlchemyError as error:
            raise translated(self._database, error) from error
        finally:
            await release(connection)

    async def text(self, content: ContentId) -> str:
        """Return a text content.

        Raises:
            MissingContent: there is none, or it was erased.
        """
        return (await self.content(content)).decode()

    async def content(self, content: ContentId) -> bytes:
        """Return a content's bytes; see `text`."""
        async with self.reading() as connection:
            found = await content_of(connection, self.tenant, content)
        if found is None:
            raise MissingContent(f"There is no content {content}; it may have been erased.")
        return found.body

    async def last_instant_ms(self) -> int:
        """Return the newest instant in the journal, or 0: `SystemClock.start_no_earlier_than` wants it."""
        mine = journal.c.tenant == self.tenant
        newest = select(journal.c.at_ms).where(mine, journal.c.position.is_not(None))
        routing = select(func.max(journal.c.number)).where(mine, journal.c.stream == f"routing/{self.domain}")
        async with self.reading() as connection:
            other = await connection.scalar(newest.order_by(journal.c.position.desc()).limit(1))
            number = await connection.scalar(routing)
            decided = await connection.scalar(
                select(journal.c.at_ms).where(
                    mine, journal.c.stream == f"routing/{self.domain}", journal.c.number == number
                )
            )
        return max(other or 0, decided or 0)

    def announced(self) -> Message:
        """The message that wakes this domain's announcer."""
        return Message(f"announcements/{self.domain}", b"")

    async def _look_at_types(self) -> None:
        async with self.reading() as connection:
            rows = await connection.execute(
                select(entry_types.c.type, entry_types.c.version).where(entry_types.c.tenant == self.tenant)
            )
            found = [(str(name), int(version)) for name, version in rows]
        for name, version in found:
            try:
                self.registry.check(name, version)
            except UnknownType as error:
                raise UnknownEntryType(str(error)) from error
        self._known_types = set(found)
