"""Asking the history who somebody is: quickly, or not at all."""

from pathlib import Path

import pytest

from channels.identification import Known, who_is_this
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.customers import IdentityKind
from history.core.vocabulary import Trust
from history.customers import create_customer, find_by_identity, link_identity
from history.errors import HistoryError
from history.store import Store


class SlowClock(SystemClock):
    """Each look takes 60 ms, as if the database were slow."""

    looks = 0

    def monotonic_ms(self) -> int:
        self.looks += 60
        return self.looks


async def test_a_known_customer_is_named_with_the_trust_of_the_identity(tmp_path: Path) -> None:
    clock = SystemClock()
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'switchroom.db'}", clock=clock, bus=LocalBus())
    try:
        maria = await create_customer(store, "Maria Lopez")
        identity = await link_identity(store, maria, IdentityKind.MAIL, "maria@example.com", Trust.CLAIMED)
        found = await who_is_this(store, IdentityKind.MAIL, "maria@example.com", clock)
        assert found == Known(maria, identity, Trust.CLAIMED)
        assert await who_is_this(store, IdentityKind.MAIL, "nobody@example.com", clock) is None
        assert await who_is_this(store, IdentityKind.PHONE, "maria@example.com", clock) is None
        assert await who_is_this(store, IdentityKind.MAIL, "maria@example.com", SlowClock()) is None
    finally:
        await store.close()


async def test_a_broken_history_names_nobody_and_holds_up_nothing(tmp_path: Path) -> None:
    clock = SystemClock()
    file = tmp_path / "switchroom.db"
    store = await Store.open(f"sqlite+aiosqlite:///{file}", clock=clock, bus=LocalBus())
    await store.close()  # the next reading opens the file anew
    file.write_bytes(b"no database at all " * 1_000)
    try:
        with pytest.raises(HistoryError):
            await find_by_identity(store, IdentityKind.MAIL, "maria@example.com")
        assert await who_is_this(store, IdentityKind.MAIL, "maria@example.com", clock) is None
    finally:
        await store.close()
