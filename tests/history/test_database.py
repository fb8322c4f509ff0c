"""What the database's failures are called: one sentence each, with the file or address and the way out."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from history.bus import LocalBus
from history.core.conversations import VisitorLeft
from history.core.vocabulary import ConversationId
from history.errors import DatabaseTooNew, StoreUnavailable, UnreadableDatabase, WriteConflict
from history.store import Store
from history.tables import journal
from tests.bed.postgres import Postgres
from tests.bed.waiting import until
from tests.history.conftest import sqlite_url
from tests.history.sample import HandClock, began, eventually, rows


async def refusal(url: str, error: type[Exception]) -> str:
    with pytest.raises(error) as refused:
        await Store.open(url, clock=HandClock(), bus=LocalBus())
    return str(refused.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "'nonsense' is none that Switchroom knows: write sqlite+aiosqlite:///<file> or"),
        ("mysql://u:secret@h/d", "'mysql://u:***@h/d' is none that Switchroom knows"),
        ("sqlite+aiosqlite://", "The database must be a file"),
    ],
)
async def test_an_address_of_no_use_is_named_without_its_password(url: str, said: str) -> None:
    assert said in await refusal(url, UnreadableDatabase)


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    said = await refusal(sqlite_url(tmp_path / "gone"), StoreUnavailable)
    assert said == f"The folder {tmp_path}/gone of the database is not there: make it, or name another one."


async def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    file.write_bytes(b"not a database at all, " * 500)
    said = await refusal(sqlite_url(tmp_path), UnreadableDatabase)
    assert said.startswith(f"{file} is no readable database (file is not a database): put back a backup")
    assert file.read_bytes().startswith(b"not a database")


async def test_a_database_that_cannot_be_opened_is_refused_before_the_driver_starts_its_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver does not wait for the thread of a failed connect: it would speak up after the event loop's end."""
    (tmp_path / "history.db").mkdir()
    started: list[threading.Thread] = []
    monkeypatch.setattr(threading.Thread, "start", started.append)
    await refusal(sqlite_url(tmp_path), StoreUnavailable)
    assert started == []


async def test_a_file_that_is_no_database_leaves_no_thread_behind(tmp_path: Path) -> None:
    (tmp_path / "history.db").write_bytes(b"no database at all " * 1_000)
    before = set(threading.enumerate())
    await refusal(sqlite_url(tmp_path), UnreadableDatabase)
    # The driver's thread answers its last call and ends then, so it may live a moment longer than the refusal.
    await until(lambda: set(threading.enumerate()) <= before, 10, "the end of the driver's threads")


async def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "history.db")) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
        other.commit()
    said = await refusal(sqlite_url(tmp_path), UnreadableDatabase)
    assert said.endswith("holds tables that are not Switchroom's: name another database or file.")
    with closing(sqlite3.connect(tmp_path / "history.db")) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]


async def test_a_database_of_a_later_version_is_refused(database_url: str) -> None:
    store = await Store.open(database_url, clock=HandClock(), bus=LocalBus())
    async with store.writing() as writing:
        await writing.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    said = await refusal(database_url, DatabaseTooNew)
    assert "was made by a later version of Switchroom (its schema is 9999): start that version" in said


async def test_opening_again_finds_everything_where_it_was(database_url: str, clock: HandClock) -> None:
    for number in (1, 2):
        store = await Store.open(database_url, clock=clock, bus=LocalBus())
        async with store.writing() as writing:
            assert await writing.append("conversation/c-1", [began("c-1")]) == [number]
        await store.close()


async def test_sqlite_writes_ahead_with_full_sync_and_its_readers_only_read(sqlite_store: Store) -> None:
    async with sqlite_store.writing() as writing:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert (await writing.connection.execute(text(f"PRAGMA {pragma}"))).scalar_one() == value
    async with sqlite_store.reading() as connection:
        assert (await connection.execute(text("PRAGMA query_only"))).scalar_one() == 1


async def test_a_file_that_another_program_holds_gives_a_conflict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("history.database.WAIT_S", 0.05)
    store = await Store.open(sqlite_url(tmp_path), clock=HandClock(), bus=LocalBus())
    with closing(sqlite3.connect(tmp_path / "history.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WriteConflict, match=r"Two writers met in .*history.db"):
            async with store.writing() as writing:
                await writing.append("conversation/c-1", [began("c-1")])
    async with store.writing() as writing:
        await writing.append("conversation/c-1", [began("c-1")])
    await store.close()


async def test_a_full_disk_loses_nothing_acknowledged_and_goes_on_when_there_is_room(sqlite_store: Store) -> None:
    async def limit(pages: int) -> None:
        async with sqlite_store.writing() as writing:
            await writing.connection.execute(text(f"PRAGMA max_page_count={pages}"))

    async with sqlite_store.reading() as connection:
        used = int((await connection.execute(text("PRAGMA page_count"))).scalar_one())
    await limit(used + 20)
    acknowledged = 0
    with pytest.raises(StoreUnavailable, match=r"history.db cannot be used \(.*full\): make room on its disk"):
        for _ in range(200):
            async with sqlite_store.writing() as writing:
                await writing.append("conversation/c-1", [VisitorLeft(conversation=ConversationId("c-1"))] * 20)
            acknowledged += 20
    await limit(1_000_000)
    async with sqlite_store.writing() as writing:
        assert await writing.append("conversation/c-1", [began("c-1")]) == [acknowledged + 1]
    assert len(await rows(sqlite_store, journal)) == acknowledged + 1


async def test_a_defect_in_a_statement_is_not_called_a_failure_of_the_world(store: Store) -> None:
    with pytest.raises(SQLAlchemyError, match="no_such_table"):
        async with store.writing() as writing:
            await writing.connection.execute(text("SELECT * FROM no_such_table"))


@pytest.mark.real
async def test_an_unreachable_postgresql_is_named(tmp_path: Path) -> None:
    said = await refusal("postgresql+asyncpg://u:secret@127.0.0.1:1/center", StoreUnavailable)
    assert "The database 127.0.0.1:1/center cannot be used" in said
    assert "see that PostgreSQL runs there" in said
    assert "secret" not in said


@pytest.mark.real
async def test_a_wrong_database_name_is_named(postgres_url: str) -> None:
    said = await refusal(f"{postgres_url}_gone", StoreUnavailable)
    assert '_gone" does not exist' in said


@pytest.mark.real
async def test_a_statement_that_takes_too_long_is_given_up(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("history.database.COMMAND_S", 0.3)
    store = await Store.open(postgres_url, clock=HandClock(), bus=LocalBus())
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        async with store.writing() as writing:
            await writing.append("conversation/c-1", [began("c-1")])
            await writing.connection.execute(text("SELECT pg_sleep(30)"))
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        async with store.reading() as connection:
            await connection.execute(text("SELECT pg_sleep(30)"))
    async with store.writing() as writing:
        assert await writing.append("conversation/c-1", [began("c-1")]) == [1]
    await store.close()


@pytest.mark.real
async def test_postgresql_may_die_and_come_back(tmp_path: Path) -> None:
    server = Postgres(tmp_path)
    server.start()
    store = await Store.open(server.create_database("center"), clock=HandClock(), bus=LocalBus())
    try:
        async with store.writing() as writing:
            await writing.append("conversation/c-1", [began("c-1")])
        server.kill()
        with pytest.raises(StoreUnavailable):
            async with store.writing() as writing:
                await writing.append("conversation/c-1", [began("c-1")])
        with pytest.raises(StoreUnavailable):
            async with store.reading() as connection:
                await connection.execute(text("SELECT 1"))
        server.restart()

        async def writes() -> bool:
            try:
                async with store.writing() as writing:
                    await writing.append("conversation/c-1", [began("c-1")])
            except StoreUnavailable:
                return False
            return True

        await eventually(writes, 20, "writing again")
        assert [row[3] for row in await rows(store, journal)] == [1, 2]
    finally:
        await store.close()
        server.stop()


@pytest.mark.real
async def test_a_postgresql_that_is_killed_in_the_middle_of_a_transaction_keeps_nothing_of_it(tmp_path: Path) -> None:
    server = Postgres(tmp_path)
    server.start()
    store = await Store.open(server.create_database("center"), clock=HandClock(), bus=LocalBus())
    try:
        with pytest.raises(StoreUnavailable):
            async with store.writing() as writing:
                await writing.append("conversation/c-1", [began("c-1")])
                server.kill()
        server.restart()
        assert await eventually(lambda: _journal(store), 20, "reading again") == ["empty"]
    finally:
        await store.close()
        server.stop()


async def _journal(store: Store) -> list[object]:
    try:
        return list(await rows(store, journal)) or ["empty"]
    except StoreUnavailable:
        return []
