"""What the commands that look back read: the database beside a running center, and the definition that holds."""

from pathlib import Path

from config.errors import CannotStart
from config.settings import place
from history.bus import LocalBus
from history.clock import SystemClock
from history.definitions import StoredDefinition, newest_definition
from history.store import Store


async def opened(data: Path, database: str | None) -> Store:
    """Open the store of a data folder, or the given database, for reading. To be closed after use."""
    where = place(data, "127.0.0.1", 1, database, listen_anywhere=False)
    return await Store.open(where.database, clock=SystemClock(), bus=LocalBus())


async def definition_that_holds(store: Store, data: Path) -> StoredDefinition:
    """Return the newest definition.

    Raises:
        CannotStart: there is none.
    """
    stored = await newest_definition(store)
    if stored is None:
        raise CannotStart(f"{data} holds no definition yet, so nothing was ever decided here.")
    return stored
