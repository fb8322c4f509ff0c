"""Snapshots of the routing stream: read back, and kept so that no state of the last month is far from one."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from history.core.entries import Draft, Entry
from history.core.vocabulary import EntryNumber, StreamName, TenantId
from history.errors import UnreadableEntry
from history.tables import snapshots

NEWEST_KEPT = 3
APART_MAX = 20_000
"""An explanation folds at most so many entries behind a snapshot: well under a second."""
KEPT_MS = 31 * 24 * 3_600_000
"""For this long any decision can be explained from a snapshot nearby."""

_DRAFTS = msgspec.msgpack.Decoder(list[Draft])


async def snapshot_before(
    connection: AsyncConnection, tenant: TenantId, stream: StreamName, number: int | None = None
) -> tuple[list[Entry], int]:
    """Return the facts of the newest snapshot of a stream that ends before an entry, and through which one it goes;
    none and 0 where there is no such snapshot.

    Raises:
        UnreadableEntry: it cannot be read; the sentence says what to do.
    """
    wanted = [snapshots.c.tenant == tenant, snapshots.c.stream == stream]
    if number is not None:
        wanted.append(snapshots.c.through_number < number)
    statement = select(snapshots.c.through_number, snapshots.c.body).where(*wanted)
    row = (await connection.execute(statement.order_by(snapshots.c.through_number.desc()).limit(1))).one_or_none()
    if row is None:
        return [], 0
    try:
        drafts = _DRAFTS.decode(row.body)
    except msgspec.MsgspecError as error:
        raise UnreadableEntry(
            f"The snapshot of {stream} through entry {row.through_number} cannot be read ({error}): "
            "delete its row from the table snapshots; an older one, or the journal alone, serves as well."
        ) from error
    return [numbered(draft, tenant, stream, row.through_number) for draft in drafts], int(row.through_number)


def numbered(draft: Draft, tenant: TenantId, stream: StreamName, number: int) -> Entry:
    """Return the entry that a draft becomes under this number."""
    return Entry(
        tenant=tenant,
        stream=stream,
        number=EntryNumber(number),
        at_ms=draft.at_ms,
        kind=draft.kind,
        type=draft.type,
        version=draft.version,
        rules=draft.rules,
        cause=draft.cause,
        body=draft.body,
    )


def superfluous(taken: Sequence[tuple[int, int]], now_ms: int) -> list[int]:
    """Return which of the snapshots (through number, taken at ms; newest first) may go: all older than a month, and
    those without which their neighbours would still stand close enough. The newest few stay."""
    gone = []
    newer = None
    for place, (through, taken_ms) in enumerate(taken):
        older = taken[place + 1][0] if place + 1 < len(taken) else None
        too_old = taken_ms < now_ms - KEPT_MS
        between = newer is not None and older is not None and newer - older <= APART_MAX
        if place >= NEWEST_KEPT and (too_old or between):
            gone.append(through)
        else:
            newer = through
    return gone
