"""Schema steps: all or none, the same schema as `history/tables.py`, an older file copied first."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from history.bus import LocalBus
from history.database import open_database
from history.migrating import MIGRATIONS, migrate
from history.store import Store
from history.tables import METADATA
from tests.history.conftest import sqlite_url
from tests.history.sample import HandClock, began

HEAD = ScriptDirectory(str(MIGRATIONS)).get_current_head()
STEP = '''"""A step of the test."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before!r}


def upgrade() -> None:
    {body}
'''
GOOD = 'op.create_table("extra", sa.Column("id", sa.String(), primary_key=True))'
BAD = (
    GOOD + '\n    with op.batch_alter_table("extra") as extra:\n        extra.add_column(sa.Column("id", sa.String()))'
)


def steps(folder: Path, body: str) -> Path:
    """The program's own steps and one more."""
    folder.mkdir()
    (folder / "versions").mkdir()
    (folder / "env.py").write_text((MIGRATIONS / "env.py").read_text())
    for step in (MIGRATIONS / "versions").glob("0*.py"):
        (folder / "versions" / step.name).write_text(step.read_text())
    (folder / "versions" / "later.py").write_text(STEP.format(revision="later", before=HEAD, body=body))
    return folder


async def tables(url: str) -> set[str]:
    database = open_database(url)
    async with database.reader.connect() as connection:
        names = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    await database.dispose()
    return names


async def test_the_steps_make_the_schema_of_the_tables(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))

    async with store.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_every_table_belongs_to_a_tenant_names_a_domain_and_says_what_it_is() -> None:
    for table in METADATA.tables.values():
        assert table.primary_key.columns.keys()[0] == "tenant"
        assert not table.c.domain.nullable
        kind = (table.comment or "").replace(":", " ").split()
        assert kind[0] in ("Journal", "Contents", "Projection") or kind[:2] == ["Room", "state"], table.name


async def test_a_later_step_is_run_once_and_the_file_is_copied_first(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    store = await Store.open(url, clock=HandClock(), bus=LocalBus())
    async with store.writing() as writing:
        await writing.append("conversation/c-1", [began("c-1")])
    await store.close()
    later = steps(tmp_path / "steps", GOOD)
    database = open_database(url)
    await migrate(database, later)
    await migrate(database, later)
    await database.dispose()
    assert "extra" in await tables(url)
    copy = tmp_path / f"history.db.before-upgrade-from-{HEAD}"
    with closing(sqlite3.connect(copy)) as older:
        assert older.execute("SELECT count(*) FROM journal").fetchone() == (1,)
        assert older.execute("SELECT name FROM sqlite_master WHERE name = 'extra'").fetchone() is None


async def test_a_step_that_fails_leaves_nothing_and_can_be_tried_again(database_url: str, tmp_path: Path) -> None:
    store = await Store.open(database_url, clock=HandClock(), bus=LocalBus())
    await store.close()
    before = await tables(database_url)
    database = open_database(database_url)
    with pytest.raises(Exception, match=r"(?i)duplicate column|already exists"):
        await migrate(database, steps(tmp_path / "bad", BAD))
    assert await tables(database_url) == before
    await migrate(database, steps(tmp_path / "good", GOOD))
    await database.dispose()
    assert await tables(database_url) == before | {"extra"}


async def test_processes_that_start_at_once_make_the_schema_once(database_url: str) -> None:
    stores = await asyncio.gather(*(Store.open(database_url, clock=HandClock(), bus=LocalBus()) for _ in range(4)))
    for store in stores:
        async with store.writing() as writing:
            await writing.append("conversation/c-1", [began("c-1")])
    for store in stores:
        await store.close()


async def test_a_new_file_that_another_process_is_preparing_is_waited_for(tmp_path: Path) -> None:
    """SQLite answers the change to WAL at once, without its busy wait, while another holds the write lock."""
    file = tmp_path / "history.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        opening = asyncio.create_task(Store.open(sqlite_url(tmp_path), clock=HandClock(), bus=LocalBus()))
        await asyncio.sleep(0.3)
        assert not opening.done()
        other.execute("COMMIT")
        store = await opening
    await store.close()
