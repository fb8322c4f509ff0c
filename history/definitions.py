"""The versions of the definition, each stored with its text; what a text means is `config/definition.py`'s matter."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from history.core.customers import DefinitionStored
from history.core.vocabulary import DigestHex, UserId
from history.store import Store
from history.tables import definitions

STREAM = "definition"


@dataclass(frozen=True, slots=True)
class StoredDefinition:
    """`by` is the user who applied it, or None when it was applied at the start."""

    version: int
    text: str
    digest: DigestHex
    stored_ms: int
    by: UserId | None


async def store_definition(store: Store, text: str, by: UserId | None = None) -> StoredDefinition:
    """Keep a text as the next version; the newest one's own text again is that version, and nothing is written."""
    digest = DigestHex(hashlib.sha256(text.encode()).hexdigest())
    async with store.writing("definitions.store") as writing:
        newest = (await writing.connection.execute(_newest(store))).one_or_none()
        if newest is not None and newest.digest == digest:
            return _stored(newest)
        version = 1 + (newest.version if newest is not None else 0)
        stored = StoredDefinition(version, text, digest, store.clock.now_ms(), by)
        await writing.connection.execute(
            insert(definitions).values(
                **writing.scope.row,
                version=version,
                text=text,
                digest=digest,
                stored_ms=stored.stored_ms,
                by=by,
            )
        )
        await writing.append(STREAM, [DefinitionStored(definition_version=version, digest=digest)])
    return stored


async def newest_definition(store: Store) -> StoredDefinition | None:
    """Return the version that holds, or None before the first."""
    async with store.reading() as connection:
        row = (await connection.execute(_newest(store))).one_or_none()
    return _stored(row) if row is not None else None


async def definition_of(store: Store, version: int) -> StoredDefinition | None:
    """Return one version, or None."""
    statement = select(definitions).where(definitions.c.tenant == store.tenant, definitions.c.version == version)
    async with store.reading() as connection:
        row = (await connection.execute(statement)).one_or_none()
    return _stored(row) if row is not None else None


def _newest(store: Store) -> Any:
    mine = definitions.c.tenant == store.tenant
    return select(definitions).where(mine).order_by(definitions.c.version.desc()).limit(1)


def _stored(row: Any) -> StoredDefinition:
    return StoredDefinition(row.version, row.text, DigestHex(row.digest), row.stored_ms, row.by)
