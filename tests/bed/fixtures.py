"""Pytest fixtures of the test bed: ``pytest_plugins = ["tests.bed.fixtures"]`` in ``tests/conftest.py``.

A server that is not installed fails the test with the way out; nothing is skipped. Session-wide servers are
started without an event loop, since each test has a loop of its own.
"""

import secrets
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.bed.chromium import Chromium
from tests.bed.dovecot import MAILBOXES, Dovecot
from tests.bed.postgres import Postgres
from tests.bed.redis import Redis
from tests.bed.smtp import SmtpServer


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One PostgreSQL for the whole run."""
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """An empty database of the test's own, as SQLAlchemy's asyncpg address."""
    name = f"test_{secrets.token_hex(6)}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """One Redis for the whole run; a test that kills one starts its own."""
    server = Redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: Redis) -> str:
    """The Redis of the run, emptied before each test."""
    redis_server.wipe()
    return redis_server.url


@pytest.fixture
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    """A dovecot with the customer's and the service's mailbox (CUSTOMER and SERVICE in tests.bed.dovecot)."""
    server = Dovecot(tmp_path_factory.mktemp("dovecot"), MAILBOXES)
    server.start()
    yield server
    server.stop()


@pytest_asyncio.fixture
async def smtp_server(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> AsyncIterator[SmtpServer]:
    """An SMTP server that delivers into ``dovecot``."""
    async with SmtpServer(tmp_path_factory.mktemp("smtp"), dovecot) as server:
        yield server


@pytest_asyncio.fixture
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chromium]:
    """A browser whose microphone says 440 Hz."""
    async with Chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser
