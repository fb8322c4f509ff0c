"""aiosqlite with one way to its thread and back for each statement.

Its own cursors go there four times: to be made, to execute, to fetch, to be closed. Under load each of these waits for
a turn of a busy interpreter, and a transaction holds everybody else up for as long. Here a statement and all its rows
come in one turn. SQLAlchemy takes all rows of a statement at once, so nothing more is held in memory than before. And
the router's groups, on which callers wait, go as whole transactions of one turn.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from typing import Any, Self

import aiosqlite
from sqlalchemy import URL


class Cursor:
    """What SQLAlchemy's adapter asks of a cursor: one statement after the other."""

    arraysize = 1

    def __init__(self, run: Callable[..., Any], raw: Callable[[], sqlite3.Connection]) -> None:
        self._run = run
        self._raw = raw
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._rows = []

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        """Carry out a statement and keep its rows."""
        await self._run(self._carry_out, "execute", sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        """Carry out a statement that gives no rows for each of the parameters."""
        await self._run(self._carry_out, "executemany", sql, parameters)
        return self

    def _carry_out(self, how: str, sql: str, parameters: Any) -> None:
        """In the connection's thread."""
        cursor = self._raw().cursor()
        try:
            getattr(cursor, how)(sql, parameters)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()

    async def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        size = size or self.arraysize
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    async def fetchall(self) -> list[Any]:
        taken, self._rows = self._rows, []
        return taken

    async def __aiter__(self) -> AsyncIterator[Any]:
        while self._rows:
            yield self._rows.pop(0)

    async def close(self) -> None:
        self._rows = []


class Connection(aiosqlite.Connection):
    """aiosqlite's connection with these cursors."""

    def cursor(self) -> Any:  # aiosqlite gives something that may be awaited or entered; SQLAlchemy enters it
        return Cursor(self._execute, lambda: self._conn)

    async def at_once(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Begin, work and commit in one turn of the thread; what `work` raises rolls all of it back."""
        try:
            await self._execute(self._at_once, work)  # type: ignore[no-untyped-call]  # aiosqlite's own
        except ValueError as error:  # aiosqlite's word for a closed connection
            raise sqlite3.OperationalError(str(error)) from error

    def _at_once(self, work: Callable[[sqlite3.Connection], None]) -> None:
        raw = self._conn
        raw.execute("BEGIN IMMEDIATE")
        try:
            work(raw)
            raw.execute("COMMIT")
        except BaseException:
            raw.rollback()
            raise


def creator(url: URL, timeout_s: float) -> Callable[[], Connection]:
    """Return what makes a connection to a database's file, for `create_async_engine(async_creator=...)`."""
    arguments, options = url.get_dialect()().create_connect_args(url)

    make: Any = partial(sqlite3.connect, *arguments, **{**options, "timeout": timeout_s})

    def create() -> Connection:
        connection = Connection(make, iter_chunk_size=64)
        connection._thread.daemon = True  # as SQLAlchemy does: a forgotten connection must not hold up the end
        return connection

    return create
