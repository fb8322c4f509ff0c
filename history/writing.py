"""One open transaction, as rooms see it. `Store.writing` makes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Table, insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from history.bus import Message
from history.clock import Clock
from history.contents import TEXT, Owner, put_content
from history.core.entries import Entry, Fact, Kind
from history.core.registry import Registry
from history.core.vocabulary import ContentId, DomainId, EntryNumber, RulesVersion, SourceId, StreamName, TenantId
from history.projections import project
from history.tables import announcements, counters, entry_types, journal

RULES = RulesVersion("rooms/1")
"""Rules version of entries that no router decided."""
FIRST_EPOCH = 1
"""Epoch of announced inputs: their numbers rise for ever, so it never has to."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows these are; every row carries both."""

    tenant: TenantId
    domain: DomainId

    @property
    def row(self) -> dict[str, str]:
        """The columns that every insert into a table of `history/tables.py` begins with."""
        return {"tenant": self.tenant, "domain": self.domain}


class Posted(msgspec.Struct, frozen=True, array_like=True):
    """An entry as it travels on the bus. `position` is None for routing streams."""

    position: int | None
    entry: Entry


_POSTED = msgspec.msgpack.Encoder()


def posted(position: int | None, entry: Entry) -> Message:
    """The bus message of a committed entry."""
    return Message(entry.stream, _POSTED.encode(Posted(position, entry)))


def insert_for(connection: AsyncConnection, table: Table) -> Any:
    """The dialect's insert, which knows ON CONFLICT; typed Any, since the two share no base that does."""
    return postgresql_insert(table) if connection.dialect.name == "postgresql" else sqlite_insert(table)


class Writing:
    """Everything done here is committed together or not at all.

    `connection` is for the tables of one's own room; commit and roll back are the store's.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        scope: Scope,
        clock: Clock,
        registry: Registry,
        known_types: set[tuple[str, int]],
    ) -> None:
        self.connection = connection
        self.scope = scope
        self.new_types: set[tuple[str, int]] = set()
        self.messages: list[Message] = []
        self._clock = clock
        self._registry = registry
        self._known_types = known_types
        self._entries: list[Entry] = []

    @property
    def tenant(self) -> TenantId:
        return self.scope.tenant

    @property
    def domain(self) -> DomainId:
        return self.scope.domain

    async def append(self, stream: str, facts: Sequence[Fact], cause: EntryNumber | None = None) -> list[EntryNumber]:
        """Append facts to a stream, stamped with the clock, and fold them; return their numbers.

        Not for routing streams, whose one writer is `history/journal.py`. Write streams in a steady order
        (customer before conversation): on PostgreSQL two transactions that cross are parted by a `WriteConflict`.
        """
        if not facts:
            return []
        if stream.startswith("routing/"):
            raise ValueError(f"{stream} has one writer, the router's journal")
        last = await self._count(f"stream/{stream}", len(facts))
        at_ms = self._clock.now_ms()
        entries = [
            Entry(
                tenant=self.tenant,
                stream=StreamName(stream),
                number=EntryNumber(last - len(facts) + place),
                at_ms=at_ms,
                kind=Kind.FACT,
                type=type(fact).__name__,
                version=fact.version,
                rules=RULES,
                cause=cause,
                body=self._registry.encode(fact),
            )
            for place, fact in enumerate(facts, start=1)
        ]
        self._entries += entries
        await project(self.connection, self.scope.row, list(zip(entries, facts, strict=True)))
        return [entry.number for entry in entries]

    async def put_text(self, owner: Owner, text: str, name: str | None = None) -> ContentId:
        """Keep a text; NUL characters, which PostgreSQL's readers stumble over, become U+FFFD."""
        return await self.put_bytes(owner, text.replace("\0", "\ufffd").encode(errors="replace"), TEXT, name)

    async def put_bytes(self, owner: Owner, data: bytes, media_type: str, name: str | None = None) -> ContentId:
        """Keep bytes as they are."""
        return await put_content(
            self.connection,
            self.tenant,
            self.domain,
            owner=owner,
            body=data,
            media_type=media_type,
            name=name,
            created_ms=self._clock.now_ms(),
        )

    async def announce(self, source: str, make_input: Callable[[int], bytes]) -> int:
        """Leave an input for the router, to be submitted until it is receipted; return its number of this source.

        `make_input` gets the number and returns the encoded input (source epoch `FIRST_EPOCH`).
        """
        number = await self._count(f"announce/{source}", 1)
        await self.connection.execute(
            insert(announcements).values(
                **self.scope.row,
                source=SourceId(source),
                number=number,
                body=make_input(number),
                made_ms=self._clock.now_ms(),
            )
        )
        self.messages.append(Message(f"announcements/{self.domain}", b""))
        return number

    async def flush(self) -> None:
        """Write the gathered entries, in order of commit; the store calls it last."""
        if not self._entries:
            return
        await self._note_types({(entry.type, entry.version) for entry in self._entries})
        last = await self._count("position", len(self._entries))
        first = last - len(self._entries) + 1
        await self.connection.execute(
            insert(journal),
            [entry_row(self.scope, entry, position) for position, entry in enumerate(self._entries, start=first)],
        )
        entries = [posted(position, entry) for position, entry in enumerate(self._entries, start=first)]
        self.messages = entries + self.messages
        self._entries = []

    async def append_numbered(self, entries: Sequence[Entry]) -> None:
        """Write entries that are numbered already: the routing stream's."""
        await self._note_types({(entry.type, entry.version) for entry in entries if entry.kind is Kind.FACT})
        await self.connection.execute(insert(journal), [entry_row(self.scope, entry, None) for entry in entries])
        self.messages += [posted(None, entry) for entry in entries]

    async def _note_types(self, types: set[tuple[str, int]]) -> None:
        fresh = sorted(types - self._known_types)
        if not fresh:
            return
        rows = [{**self.scope.row, "type": name, "version": version} for name, version in fresh]
        await self.connection.execute(insert_for(self.connection, entry_types).on_conflict_do_nothing(), rows)
        self.new_types |= set(fresh)

    async def _count(self, name: str, by: int) -> int:
        """Raise a counter, holding it until the commit, so that its numbers have no gaps; return the new value."""
        raising = _raising(self.connection.dialect.name)
        given = {**self.scope.row, "name": name, "last": by}
        return int((await self.connection.execute(raising, given)).scalar_one())


@lru_cache(maxsize=2)
def _raising(dialect: str) -> Any:
    """The statement that raises a counter, built once: building costs more than carrying it out."""
    statement: Any = postgresql_insert(counters) if dialect == "postgresql" else sqlite_insert(counters)
    raised = {"last": counters.c.last + statement.excluded.last}
    return statement.on_conflict_do_update(index_elements=["tenant", "name"], set_=raised).returning(counters.c.last)


def entry_row(scope: Scope, entry: Entry, position: int | None) -> dict[str, Any]:
    """The journal row of an entry."""
    return {
        **scope.row,
        "stream": entry.stream,
        "number": entry.number,
        "position": position,
        "at_ms": entry.at_ms,
        "kind": entry.kind.value,
        "type": entry.type,
        "version": entry.version,
        "rules": entry.rules,
        "cause": entry.cause,
        "body": entry.body,
    }
