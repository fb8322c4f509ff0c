"""Carries out what `history/core/projecting.py` says about committed entries, inside the caller's transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, bindparam, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from history.contents import texts_of
from history.core.entries import Entry, Fact
from history.core.projecting import Change, Plain, Put, RowChange, Value, fold
from history.core.vocabulary import TenantId
from history.tables import METADATA


async def project(connection: AsyncConnection, scope: dict[str, str], entries: Sequence[tuple[Entry, Fact]]) -> None:
    """Fold entries into the projections, in order, inside the given transaction."""
    changes = [change for entry, fact in entries for change in fold(entry, fact)]
    wanted = {value.content for change in changes for value in change.values.values() if isinstance(value, Plain)}
    texts = await texts_of(connection, TenantId(scope["tenant"]), wanted)
    batch: list[RowChange] = []
    for change in changes:
        if batch and _shape(batch[0]) != _shape(change):
            await _carry_out(connection, scope, batch, texts)
            batch = []
        batch.append(change)
    if batch:
        await _carry_out(connection, scope, batch, texts)


def _shape(change: RowChange) -> tuple[object, ...]:
    """Neighbours of one shape go to the database as one statement."""
    empty = tuple(name for name, value in change.key.items() if value is None)
    return type(change), change.table, tuple(change.key), empty, tuple(change.values)


async def _carry_out(
    connection: AsyncConnection, scope: dict[str, str], batch: list[RowChange], texts: dict[Any, str]
) -> None:
    table = METADATA.tables[batch[0].table]
    rows: list[dict[str, Any]] = [
        {name: _plain(value, texts) for name, value in change.values.items()} for change in batch
    ]
    if isinstance(batch[0], Put):
        given: list[dict[str, Any]] = [{**scope, **change.key, **row} for change, row in zip(batch, rows, strict=True)]
        await connection.execute(_put(connection, table, batch[0]), given)
        return
    keys = [{f"key_{name}": value for name, value in change.key.items() if value is not None} for change in batch]
    new = [{f"new_{name}": value for name, value in row.items()} for row in rows]
    await connection.execute(
        _change(table, scope, batch[0]), [key | values for key, values in zip(keys, new, strict=True)]
    )


def _put(connection: AsyncConnection, table: Table, put: Put) -> Any:
    postgresql = connection.dialect.name == "postgresql"
    statement: Any = postgresql_insert(table) if postgresql else sqlite_insert(table)
    return statement.on_conflict_do_update(
        index_elements=["tenant", *put.key], set_={name: statement.excluded[name] for name in put.values}
    )


def _change(table: Table, scope: dict[str, str], change: Change) -> Any:
    statement = update(table).where(table.c.tenant == scope["tenant"])
    for name, value in change.key.items():
        column = table.c[name]
        statement = statement.where(column.is_(None) if value is None else column == bindparam(f"key_{name}"))
    return statement.values({name: bindparam(f"new_{name}") for name in change.values})


def _plain(value: Value, texts: dict[Any, str]) -> str | int | bool | None:
    return texts.get(value.content) if isinstance(value, Plain) else value
