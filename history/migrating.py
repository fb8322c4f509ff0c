"""Brings the schema up to date: one transaction a start, all steps or none; an older SQLite file is copied first."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from history.database import Database, translated, world
from history.errors import DatabaseTooNew, UnreadableDatabase

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7236140)")  # SQLite's BEGIN IMMEDIATE is such a lock
MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(database: Database, steps: Path = MIGRATIONS) -> None:
    """Run the steps that are missing.

    Raises:
        StoreUnavailable: no database, or it takes no writes.
        UnreadableDatabase: no database of ours; nothing was changed.
        DatabaseTooNew: a later version of Switchroom has been here; nothing was changed.
    """
    config = Config()
    config.set_main_option("script_location", str(steps).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    with world(database):
        connection = await database.writer.connect()
    try:
        with world(database):
            await connection.begin()
            if not database.is_sqlite:
                await connection.execute(_ONE_AT_A_TIME)
        here, is_empty = await connection.run_sync(_state)
        known = {step.revision for step in script.walk_revisions()}
        if here is not None and here not in known:
            raise DatabaseTooNew(
                f"{database.place} was made by a later version of Switchroom (its schema is {here}): "
                "start that version, or put back the backup made before the upgrade."
            )
        if here is None and not is_empty:
            raise UnreadableDatabase(
                f"{database.place} holds tables that are not Switchroom's: name another database or file."
            )
        if here == script.get_current_head():
            return
        if here is not None and database.is_sqlite:
            await asyncio.to_thread(_back_up, database.place, here)
        config.attributes["connection"] = connection
        await connection.run_sync(lambda sync: _upgrade(sync, config))
        await connection.commit()
    except SQLAlchemyError as error:
        raise translated(database, error) from error
    finally:
        await connection.close()


def _state(connection: Connection) -> tuple[str | None, bool]:
    """The schema's revision, and whether nobody has made a table here."""
    context = MigrationContext.configure(connection)
    return context.get_current_revision(), not connection.dialect.get_table_names(connection)


def _upgrade(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _back_up(file: str, revision: str) -> None:
    """Copy the file beside itself; a copy of the same revision is written anew."""
    copy = f"{file}.before-upgrade-from-{revision}"
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
