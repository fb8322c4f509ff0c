"""Who may write a domain's routing stream: a row with a rising epoch, by the database's clock.

The holder asks the monotonic clock whether two thirds of its lease are over before it acts on the world; the database
checks the epoch in every writing transaction, which is what counts.
"""

import asyncio
import sqlite3
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from history.errors import LeaseLost, StoreUnavailable
from history.store import Store
from history.tables import leases
from history.writing import Writing, insert_for

LEASE_MS = 6_000
STANDBY_LOOK_S = 0.5


class Lease:
    """One holder's lease of a store's domain. Nothing is held before `take`."""

    def __init__(self, store: Store, holder: str, lease_ms: int = LEASE_MS) -> None:
        self._store = store
        self._holder = holder
        self._lease_ms = lease_ms
        self._renewed_ms: int | None = None
        self.epoch = 0

    @property
    def holder(self) -> str:
        return self._holder

    def may_write(self) -> bool:
        """Whether the lease surely holds still: less than two thirds of it are over since it was last renewed."""
        if self._renewed_ms is None:
            return False
        return self._store.clock.monotonic_ms() - self._renewed_ms < self._lease_ms * 2 // 3

    async def take(self) -> int:
        """Take the lease with a higher epoch, waiting while another holder's is running; return the epoch.

        On SQLite nobody is waited for: the lock of the data folder has shown that the other is gone.
        """
        while True:
            if await self.try_take():
                return self.epoch
            await asyncio.sleep(STANDBY_LOOK_S)

    async def try_take(self) -> bool:
        """Take the lease if it is free, ours or over."""
        asked_ms = self._store.clock.monotonic_ms()
        async with self._store.writing("lease.take", hurry=True) as writing:
            now_ms = await _database_now_ms(writing.connection)
            values = {"holder": self._holder, "expires_ms": now_ms + self._lease_ms}
            at_once = self._store.database.is_sqlite
            free = (leases.c.holder == self._holder) | (leases.c.expires_ms <= now_ms)
            taking = insert_for(writing.connection, leases).values(**writing.scope.row, epoch=1, **values)
            taken = await writing.connection.execute(
                taking.on_conflict_do_update(
                    index_elements=["tenant", "domain"],
                    set_={**values, "epoch": leases.c.epoch + 1},
                    where=None if at_once else free,
                ).returning(leases.c.epoch)
            )
            epoch = taken.scalar_one_or_none()
        if epoch is None:
            return False
        self.epoch = int(epoch)
        self._renewed_ms = asked_ms
        return True

    async def renew_in(self, writing: Writing) -> None:
        """Check the epoch and lengthen the lease, in the transaction that writes; `renewed` is called after it.

        Raises:
            LeaseLost: another holder, or we have never held it.
        """
        now_ms = await _database_now_ms(writing.connection)
        renewed = await writing.connection.execute(
            update(leases)
            .where(self._mine(), leases.c.holder == self._holder, leases.c.epoch == self.epoch)
            .values(expires_ms=now_ms + self._lease_ms)
        )
        if renewed.rowcount != 1:
            self._renewed_ms = None
            raise LeaseLost(await self._lost(writing.connection))

    def renew_at_once(self, connection: sqlite3.Connection) -> None:
        """`renew_in` for a transaction that SQLite carries out in one turn.

        Raises:
            LeaseLost: another holder, or we have never held it.
        """
        domain = (self._store.tenant, self._store.domain)
        if connection.execute(_SQLITE_RENEW, (self._lease_ms, *domain, self._holder, self.epoch)).rowcount != 1:
            self._renewed_ms = None
            row = connection.execute(_SQLITE_HOLDER, domain).fetchone()
            raise LeaseLost(self._lost_to(row and f"{row[0]} writes it with epoch {row[1]}"))

    def renewed(self, asked_ms: int) -> None:
        """The transaction that began at this monotonic instant has been committed with `renew_in`."""
        self._renewed_ms = asked_ms

    async def renew(self) -> None:
        """Lengthen the lease in a transaction of its own; see `renew_in`."""
        asked_ms = self._store.clock.monotonic_ms()
        async with self._store.writing("lease.renew", hurry=True) as writing:
            await self.renew_in(writing)
        self.renewed(asked_ms)

    async def keep(self) -> None:
        """Renew at every sixth of the lease, for ever; an unreachable database is tried again.

        Raises:
            LeaseLost: somebody else has the domain.
        """
        while True:
            await asyncio.sleep(self._lease_ms / 6_000)
            try:
                await self.renew()
            except StoreUnavailable:
                continue  # `may_write` runs out by itself; the driver recovers from its own failure

    async def give_up(self) -> None:
        """Let a standby take over at once; for a clean stop."""
        self._renewed_ms = None
        async with self._store.writing("lease.give_up", hurry=True) as writing:
            await writing.connection.execute(
                update(leases)
                .where(self._mine(), leases.c.holder == self._holder, leases.c.epoch == self.epoch)
                .values(expires_ms=0)
            )

    def _mine(self) -> Any:
        return (leases.c.tenant == self._store.tenant) & (leases.c.domain == self._store.domain)

    async def _lost(self, connection: AsyncConnection) -> str:
        row = (await connection.execute(select(leases.c.holder, leases.c.epoch).where(self._mine()))).one_or_none()
        return self._lost_to(None if row is None else f"{row.holder} writes it with epoch {row.epoch}")

    def _lost_to(self, other: str | None) -> str:
        other = other or "nobody holds it"
        return (
            f"The lease of domain {self._store.domain} (epoch {self.epoch}, holder {self._holder}) is lost: {other}; "
            "this engine stops writing."
        )


async def _database_now_ms(connection: AsyncConnection) -> int:
    if connection.dialect.name == "postgresql":
        return int((await connection.execute(_POSTGRESQL_NOW)).scalar_one())
    return int((await connection.execute(_SQLITE_NOW)).scalar_one())


_POSTGRESQL_NOW = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)")
_SQLITE_NOW = text("SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)")
_SQLITE_RENEW = (
    "UPDATE leases SET expires_ms = CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) + ?"
    " WHERE tenant = ? AND domain = ? AND holder = ? AND epoch = ?"
)
_SQLITE_HOLDER = "SELECT holder, epoch FROM leases WHERE tenant = ? AND domain = ?"
