"""A store on each database: every test that takes `store` or `database_url` runs on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from history.bus import LocalBus
from history.store import Store
from tests.history.sample import HandClock


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return str(request.getfixturevalue("postgres_url"))


def sqlite_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/history.db"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest_asyncio.fixture
async def store(database_url: str, clock: HandClock) -> AsyncIterator[Store]:
    bus = LocalBus()
    opened = await Store.open(database_url, clock=clock, bus=bus)
    yield opened
    await opened.close()
    await bus.close()


@pytest_asyncio.fixture
async def sqlite_store(tmp_path: Path, clock: HandClock) -> AsyncIterator[Store]:
    """For what only SQLite has."""
    bus = LocalBus()
    opened = await Store.open(sqlite_url(tmp_path), clock=clock, bus=bus)
    yield opened
    await opened.close()
    await bus.close()
