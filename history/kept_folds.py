"""Where a view keeps what it has folded of a routing stream, so that a start reads only the entries after it.

A kept fold is a projection of the view's own: what it holds and how, only the view knows. `form` names that shape; a
fold of another form, or one that cannot be read, is passed over, and the view folds from the first entry. It holds what
the journal holds (ids, enums, numbers, times), never a text.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

import msgspec
from sqlalchemy import select

from history.errors import HistoryError
from history.store import Store
from history.tables import read_models
from history.writing import insert_for

LOG = logging.getLogger("history.kept_folds")
KEEP_ENTRIES = 5_000
"""A fold is kept anew when it has gone on by so many entries: about what a start has to read again."""
LOOK_S = 5.0
"""So often it is looked whether it has; a view that folds quickly is written no more often than this."""

Folded = TypeVar("Folded")


class KeptFold:
    """One view's kept fold of one stream. `name` is the view's; one process writes it at a time."""

    def __init__(self, store: Store, name: str, stream: str = "routing/main") -> None:
        self._store = store
        self._name = name
        self._stream = stream
        self._number = 0

    async def load(self, form: str, restore: Callable[[bytes], Folded]) -> tuple[int, Folded] | None:
        """Return the number through which the fold reaches and what `restore` makes of it; none to fold from entry 1.

        Raises:
            StoreUnavailable: ask again later.
        """
        mine = (read_models.c.tenant == self._store.tenant, read_models.c.stream == self._stream)
        wanted = select(read_models.c.form, read_models.c.through_number, read_models.c.body)
        async with self._store.reading() as connection:
            found = await connection.execute(wanted.where(*mine, read_models.c.name == self._name))
            row = found.one_or_none()
        if row is None:
            return None
        if row.form != form:
            LOG.info("%s was kept as %s and is folded anew as %s", self._name, row.form, form)
            return None
        try:
            folded = restore(row.body)
        except msgspec.MsgspecError as error:
            LOG.warning("%s cannot be read as it was kept (%s): it is folded anew from the journal", self._name, error)
            return None
        self._number = row.through_number
        return row.through_number, folded

    async def keep(self, form: str, number: int, body: bytes) -> None:
        """Keep a fold that reaches through this entry, instead of the one before.

        Raises:
            StoreUnavailable: nothing was kept, or nobody knows.
        """
        values = {"form": form, "through_number": number, "kept_ms": self._store.clock.now_ms(), "body": body}
        async with self._store.writing("kept_folds.keep") as writing:
            await writing.connection.execute(
                insert_for(writing.connection, read_models)
                .values(**writing.scope.row, stream=self._stream, name=self._name, **values)
                .on_conflict_do_update(index_elements=["tenant", "stream", "name"], set_=values)
            )
        self._number = number

    async def keep_often(self, form: str, number: Callable[[], int], body: Callable[[], bytes]) -> None:
        """Keep the fold for ever, each time it has gone on by `KEEP_ENTRIES`; the view's following never waits for it.

        `number` and `body` are asked one after the other with nothing in between. What cannot be kept now is kept
        later: until then a start only reads more.
        """
        while True:
            await asyncio.sleep(LOOK_S)
            if number() - self._number < KEEP_ENTRIES:
                continue
            try:
                await self.keep(form, number(), body())
            except HistoryError as error:
                LOG.warning("%s is not kept now: %s", self._name, error)
