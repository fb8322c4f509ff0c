"""What is under the store: SQLite (one writer, readers apart) and PostgreSQL (a pool, and a small one for the router).

Also turns what drivers raise into the errors of `history/errors.py`, with the file or address and the way out.
"""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from history.errors import AlreadyThere, HistoryError, StoreUnavailable, UnreadableDatabase, WriteConflict
from history.sqlite_driver import creator

SQLITE_READERS = 4
POSTGRESQL_CONNECTIONS = 10
POSTGRESQL_URGENT = 2
WAIT_S = 5
"""Longest wait for a connection of the pool, for a lock of SQLite and for a connect."""
COMMAND_S = 15
"""Longest wait for one statement of PostgreSQL."""

_TO_WAL = "journal_mode=WAL"
_RETRY = ("deadlock detected", "could not serialize", "database is locked", "database table is locked")
_DEFECTS = ("no such table", "no such column", "has no column named", "syntax error")
"""What SQLite says of a wrong statement, with the same error as of a broken disk."""
_DAMAGED = ("file is not a database", "malformed", "disk image", "unsupported file format")


@dataclass(frozen=True, slots=True)
class Database:
    """Where the store is, and its engines. `urgent` is the router's way to write, apart from the others' pool."""

    url: URL
    writer: AsyncEngine
    urgent: AsyncEngine
    reader: AsyncEngine

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def place(self) -> str:
        """The file or the address, for people; never a password."""
        if self.is_sqlite:
            return self.url.database or ":memory:"
        return f"{self.url.host or 'localhost'}:{self.url.port or 5432}/{self.url.database or ''}"

    async def dispose(self) -> None:
        for engine in (self.reader, self.urgent, self.writer):
            await engine.dispose()


def open_database(url: str) -> Database:
    """Make the engines; nothing is connected yet.

    Raises:
        UnreadableDatabase: the URL names no database that Switchroom can use.
    """
    try:
        parsed = make_url(url)
    except exc.ArgumentError as error:
        raise UnreadableDatabase(_BAD_URL.format(url=url)) from error
    match parsed.drivername:
        case "sqlite+aiosqlite":
            return _sqlite(parsed)
        case "postgresql+asyncpg":
            return _postgresql(parsed)
        case _:
            raise UnreadableDatabase(_BAD_URL.format(url=parsed.render_as_string(hide_password=True)))


_BAD_URL = (
    "The database address {url!r} is none that Switchroom knows: write sqlite+aiosqlite:///<file> or "
    "postgresql+asyncpg://<user>:<password>@<host>/<database>."
)


def _sqlite(url: URL) -> Database:
    if not url.database or url.database == ":memory:":
        raise UnreadableDatabase(
            "The database must be a file, since readers and the writer have their own connections."
        )
    folder = Path(url.database).parent
    if not folder.is_dir():
        raise StoreUnavailable(f"The folder {folder} of the database is not there: make it, or name another one.")
    options: dict[str, Any] = {"pool_timeout": WAIT_S, "async_creator": creator(url, WAIT_S)}
    writer = create_async_engine(url, pool_size=1, max_overflow=0, **options)
    reader = create_async_engine(url, pool_size=SQLITE_READERS, max_overflow=0, **options)
    # One of them is the store's own for the router's groups.
    urgent = create_async_engine(url, pool_size=2, max_overflow=0, **options)
    for each in (writer, urgent):
        _prepare_sqlite(each, "BEGIN IMMEDIATE", (_TO_WAL, "synchronous=FULL", "foreign_keys=ON"))
    _prepare_sqlite(reader, "BEGIN", ("query_only=ON", "foreign_keys=ON"))
    database = Database(url, writer, urgent, reader)
    # A connect of the driver that fails leaves a thread behind, which would speak up after the event loop's end.
    with world(database), closing(sqlite3.connect(url.database, timeout=WAIT_S)):
        return database


def _prepare_sqlite(engine: AsyncEngine, begin: str, pragmas: tuple[str, ...]) -> None:
    """Take the transactions out of the driver's hands: it would begin them too late, and not at all for DDL."""

    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        try:
            cursor = connection.cursor()
            for pragma in (f"busy_timeout={WAIT_S * 1000}", *pragmas):
                if pragma == _TO_WAL:
                    connection.run_async(_switch_to_wal)
                else:
                    cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:
            connection.close()  # the pool does not know it yet
            raise

    @event.listens_for(engine.sync_engine, "begin")
    def _begins(connection: Any) -> None:
        connection.exec_driver_sql(begin)


async def _switch_to_wal(connection: aiosqlite.Connection) -> None:
    """Set the journal mode, again and again while somebody else does the same on a new file.

    SQLite answers "locked" at once to two who switch together: waiting by its busy handler could be a deadlock.
    """
    pause_s = 0.01
    for _ in range(int(WAIT_S / pause_s)):
        try:
            await connection.execute(f"PRAGMA {_TO_WAL}")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        else:
            return
        await asyncio.sleep(pause_s)
    await connection.execute(f"PRAGMA {_TO_WAL}")


def _postgresql(url: URL) -> Database:
    writer, urgent = (
        create_async_engine(
            url,
            pool_size=size,
            max_overflow=0,
            pool_timeout=WAIT_S,
            pool_pre_ping=True,
            connect_args={"timeout": WAIT_S, "command_timeout": COMMAND_S},
        )
        for size in (POSTGRESQL_CONNECTIONS, POSTGRESQL_URGENT)
    )
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Database(url, writer, urgent, reader)


@contextmanager
def world(database: Database) -> Iterator[None]:
    """Turn the failures of the driver into ours. Only statements and connects belong inside."""
    try:
        yield
    except HistoryError:
        raise
    except (exc.SQLAlchemyError, sqlite3.Error, OSError, TimeoutError) as error:
        raise translated(database, error) from error


def translated(database: Database, error: Exception) -> Exception:
    """Return the error of ours that says this; a defect of the statement itself is returned as it is."""
    cause = error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error
    said = re.sub(r"\s+", " ", re.sub(r"<class '[^']*'>: ", "", str(cause))).strip() or type(cause).__name__
    if isinstance(error, exc.IntegrityError):
        return AlreadyThere(f"A row with this key is already there ({said}).")
    lowered = said.lower()
    if any(mark in lowered for mark in _RETRY):
        return WriteConflict(f"Two writers met in {database.place}; the same again may succeed ({said}).")
    if any(mark in lowered for mark in _DAMAGED):
        return UnreadableDatabase(
            f"{database.place} is no readable database ({said}): put back a backup, or name another file."
        )
    if any(mark in lowered for mark in _DEFECTS) or (
        isinstance(error, exc.ProgrammingError | exc.StatementError) and not _is_of_the_world(error)
    ):
        return error
    return StoreUnavailable(f"The database {database.place} cannot be used ({said}): {_way_out(database, lowered)}")


def _is_of_the_world(error: exc.SQLAlchemyError) -> bool:
    return isinstance(error, exc.OperationalError | exc.InterfaceError | exc.InternalError) or (
        isinstance(error, exc.DBAPIError) and (error.connection_invalidated or type(error) is exc.DBAPIError)
    )


def _way_out(database: Database, said: str) -> str:
    if not database.is_sqlite:
        if "password" in said or "role" in said:
            return "look at the user and password of the database address."
        return "see that PostgreSQL runs there and lets us in; Switchroom goes on by itself once it does."
    if "full" in said:
        return "make room on its disk; Switchroom goes on by itself once there is some."
    if "readonly" in said or "unable to open" in said:
        return "see that this user may write the file and its folder."
    return "see that its disk works and that no other program holds it."
