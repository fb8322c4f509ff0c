"""Carries out what `history/core/projecting.py` says about committed entries, inside the caller's transaction."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from history.contents import texts_of
from history.core.entries import Entry, Fact
from history.core.projecting import Plain, Put, RowChange, Value, fold
from history.core.vocabulary import TenantId
from history.tables import METADATA

STATEMENTS_KEPT = 256
"""Shapes of a change whose statement is remembered; there are some dozens."""


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
        await connection.execute(
            _put(connection.dialect.name, table, tuple(batch[0].key), tuple(batch[0].values)), given
        )
        return
    keys = [{f"key_{name}": value for name, value in change.key.items() if value is not None} for change in batch]
    tenant, names = {"key_tenant": scope["tenant"]}, tuple(batch[0].values)
    empty = tuple(name for name, value in batch[0].key.items() if value is None)
    new = [{f"new_{name}": value for name, value in row.items()} for row in rows]
    await connection.execute(
        _change(table, tuple(batch[0].key), empty, names),
        [tenant | key | values for key, values in zip(keys, new, strict=True)],
    )


# Statements are built once a shape: SQLAlchemy needs a millisecond for what the database does in a tenth of one.
@lru_cache(maxsize=STATEMENTS_KEPT)
def _put(dialect: str, table: Table, key: tuple[str, ...], values: tuple[str, ...]) -> Any:
    statement: Any = postgresql_insert(table) if dialect == "postgresql" else sqlite_insert(table)
    return statement.on_conflict_do_update(
        index_elements=["tenant", *key], set_={name: statement.excluded[name] for name in values}
    )


@lru_cache(maxsize=STATEMENTS_KEPT)
def _change(table: Table, key: tuple[str, ...], empty: tuple[str, ...], values: tuple[str, ...]) -> Any:
    """`empty`: the parts of the key that are null."""
    statement = update(table).where(table.c.tenant == bindparam("key_tenant"))
    for name in key:
        column = table.c[name]
        statement = statement.where(column.is_(None) if name in empty else column == bindparam(f"key_{name}"))
    return statement.values({name: bindparam(f"new_{name}") for name in values})


def _plain(value: Value, texts: dict[Any, str]) -> str | int | bool | None:
    return texts.get(value.content) if isinstance(value, Plain) else value
