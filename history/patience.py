"""Connections whose statements run to their end although the caller is cancelled.

A statement that is torn off leaves its connection in an unknown state, on SQLite even with the write lock held. Here
the cancelled caller waits for the driver, at most as long as the driver's own limits say, and is cancelled then.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

Given = TypeVar("Given")


async def patiently(work: Coroutine[Any, Any, Given]) -> Given:
    """Await this to its end, and only then pass on a cancellation that came meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # seen: the cancellation is what the caller learns
        raise


async def _of_the_driver(work: Coroutine[Any, Any, Given]) -> Given:
    """`patiently`, with the time-outs and broken links that asyncpg raises bare under SQLAlchemy's name."""
    try:
        return await patiently(work)
    except (OSError, TimeoutError) as error:
        raise OperationalError("the statement", None, error, connection_invalidated=True) from error


class PatientConnection(AsyncConnection):
    """What rooms get. `stream` and `run_sync` are SQLAlchemy's own and can be torn off: neither is for rooms."""

    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        return await _of_the_driver(super().execute(*args, **kwargs))

    async def exec_driver_sql(self, *args: Any, **kwargs: Any) -> Any:
        return await _of_the_driver(super().exec_driver_sql(*args, **kwargs))

    async def begin_now(self) -> None:
        """Begin the transaction that `commit` ends."""

        async def begin() -> None:
            await self.begin()

        await _of_the_driver(begin())

    async def commit(self) -> None:
        await _of_the_driver(super().commit())

    async def close(self) -> None:
        """Give the connection back, rolling back what is open."""
        await patiently(super().close())


async def connected(engine: AsyncEngine) -> PatientConnection:
    """Take a connection of the engine's pool; the caller closes it."""
    connection = PatientConnection(engine)

    async def start() -> None:
        await connection.start()

    try:
        await patiently(start())
    except asyncio.CancelledError:
        await release(connection)
        raise
    return connection


async def release(connection: AsyncConnection) -> None:
    """Close a connection, whatever state it is in; a broken one is the pool's matter."""
    if connection.sync_connection is not None:
        with suppress(SQLAlchemyError, OSError):
            await connection.close()
