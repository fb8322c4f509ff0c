"""The store's contract, the same on SQLite and PostgreSQL."""

import asyncio
import json
import logging

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import SQLAlchemyError

from history import announcements as waiting_inputs
from history.bus import Message
from history.core.conversations import VisitorLeft
from history.core.customers import CustomerCreated
from history.core.entries import Fact
from history.core.registry import UnknownType
from history.core.vocabulary import ContentId, ConversationId, EntryNumber, InteractionId
from history.errors import AlreadyThere, MissingContent, StoreUnavailable
from history.feed import Feed
from history.store import Store
from history.tables import announcements, contents, counters, journal, messages, task_keys
from tests.history.sample import MARIA, NOON_MS, HandClock, began, line, rows

TALK = "conversation/c-1"
OWNER = InteractionId("c-1")


class Stop(Exception):
    """What a room raises in the middle of a transaction."""


async def test_entries_are_numbered_from_one_without_gaps_and_stamped(store: Store, clock: HandClock) -> None:
    async with store.writing() as writing:
        assert await writing.append(TALK, [began("c-1")]) == [1]
        assert await writing.append(TALK, []) == []
        text = await writing.put_text(OWNER, "Hello")
        assert await writing.append(TALK, [line(1, text), line(2, text)], cause=EntryNumber(1)) == [2, 3]
        assert await writing.append("conversation/c-2", [began("c-2")]) == [1]
    clock.move(70)
    async with store.writing() as writing:
        assert await writing.append(TALK, [line(3, text)]) == [4]
    found = [(row[2], row[3], row[4], row[5], row[10]) for row in await rows(store, journal)]
    assert found == [
        (TALK, 1, 1, NOON_MS, None),
        (TALK, 2, 2, NOON_MS, 1),
        (TALK, 3, 3, NOON_MS, 1),
        (TALK, 4, 5, NOON_MS + 70, None),
        ("conversation/c-2", 1, 4, NOON_MS, None),
    ]
    assert await store.last_instant_ms() == NOON_MS + 70


async def test_a_body_that_fails_leaves_nothing_and_uses_up_no_number(store: Store) -> None:
    watcher = store.bus.subscribe("")
    with pytest.raises(Stop):
        async with store.writing() as writing:
            text = await writing.put_text(OWNER, "Hello")
            await writing.append(TALK, [began("c-1"), line(1, text)])
            await writing.announce("chat", lambda number: b"%d" % number)
            raise Stop
    for table in (journal, contents, counters, announcements, messages):
        assert await rows(store, table) == []
    assert await watcher.next(0.01) is None
    async with store.writing() as writing:
        assert await writing.append(TALK, [began("c-1")]) == [1]
        assert await writing.announce("chat", lambda number: b"%d" % number) == 1


async def test_a_cancelled_transaction_leaves_nothing_and_the_store_goes_on(store: Store) -> None:
    inside = asyncio.Event()

    async def write() -> None:
        async with store.writing() as writing:
            await writing.append(TALK, [began("c-1")])
            inside.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(write())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.writing() as writing:
        assert await writing.append(TALK, [began("c-1")]) == [1]


async def test_what_was_committed_is_told_although_the_writer_was_cancelled_meanwhile(store: Store) -> None:
    watcher, told = store.bus.subscribe("conversation/"), 0

    async def write() -> None:
        async with store.writing() as writing:
            await writing.append(TALK, [began("c-1")])

    for wait in range(80):
        task = asyncio.create_task(write())
        for _ in range(wait):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        while await watcher.next(0) is not None:
            told += 1
    await write()
    assert len(await rows(store, journal)) == told + 1


async def test_entries_reach_the_bus_after_the_commit_only(store: Store) -> None:
    watcher = store.bus.subscribe("conversation/")
    async with store.writing() as writing:
        await writing.append(TALK, [began("c-1")])
        await writing.append("customer/k-maria", [CustomerCreated(customer=MARIA)])
        assert await watcher.next(0.01) is None
    message = await watcher.next(1)
    assert message is not None
    assert message.topic == TALK
    assert await watcher.next(0.01) is None


async def test_contents_are_read_as_they_were_written(store: Store) -> None:
    data = bytes(range(256))
    async with store.writing() as writing:
        text = await writing.put_text(OWNER, "Zoë 日本 \ud800 a\0b")
        file = await writing.put_bytes(OWNER, data, "application/pdf", "bill.pdf")
    assert await store.text(text) == "Zoë 日本 ? a\ufffdb"
    assert await store.content(file) == data
    with pytest.raises(MissingContent, match="no content nothing; it may have been erased"):
        await store.content(ContentId("nothing"))


async def test_announcements_are_numbered_per_source_and_forgotten_after_their_receipt(store: Store) -> None:
    watcher = store.bus.subscribe(store.announced().topic)
    async with store.writing() as writing:
        for source in ("mail/a", "mail/b", "mail/a"):
            await writing.announce(source, lambda number: json.dumps({"n": number}).encode())
    assert await watcher.next(1) == Message("announcements/main", b"")
    found = await waiting_inputs.waiting(store)
    assert [(one.source, one.number, one.body) for one in found] == [
        ("mail/a", 1, b'{"n": 1}'),
        ("mail/a", 2, b'{"n": 2}'),
        ("mail/b", 1, b'{"n": 1}'),
    ]
    await waiting_inputs.receipted(store, found[:2])
    await waiting_inputs.receipted(store, found[:2])
    assert await waiting_inputs.waiting(store) == found[2:]
    async with store.writing() as writing:
        assert await writing.announce("mail/a", lambda _: b"") == 3


async def test_a_room_writes_its_own_tables_in_the_same_transaction(store: Store) -> None:
    async with store.writing() as writing:
        row = {**writing.scope.row, "key": "order-7", "interaction": "t-1", "made_ms": 1}
        await writing.connection.execute(insert(task_keys).values(row))
    with pytest.raises(AlreadyThere):
        async with store.writing() as writing:
            await writing.append("conversation/t-2", [began("t-2")])
            await writing.connection.execute(insert(task_keys).values(row))
    assert len(await rows(store, task_keys)) == 1
    assert await rows(store, journal) == []


async def test_a_chat_line_counts_once_by_author_and_client_id(store: Store) -> None:
    async with store.writing() as writing:
        text = await writing.put_text(OWNER, "Hello")
        await writing.append(TALK, [began("c-1"), line(1, text)])
    with pytest.raises(AlreadyThere):
        async with store.writing() as writing:
            await writing.append(TALK, [line(1, text)])
    assert [row[3] for row in await rows(store, journal)] == [1, 2]


async def test_a_reader_cannot_write(store: Store) -> None:
    row = {**store.scope.row, "key": "k", "interaction": "i", "made_ms": 1}
    with pytest.raises((StoreUnavailable, SQLAlchemyError), match=r"(?i)read.?only"):
        async with store.reading() as connection:
            await connection.execute(insert(task_keys).values(row))
    assert await rows(store, task_keys) == []


async def test_a_reader_sees_one_state_of_the_database(store: Store) -> None:
    async with store.reading() as connection:
        assert (await connection.execute(select(journal))).all() == []
        async with store.writing() as writing:
            await writing.append(TALK, [began("c-1")])
        assert (await connection.execute(select(journal))).all() == []


async def test_a_reader_sees_no_transaction_that_is_not_committed(store: Store) -> None:
    async with store.writing() as writing:
        await writing.append(TALK, [began("c-1")])
        await writing.flush()
        async with store.reading() as connection:
            assert (await connection.execute(select(journal))).all() == []


async def test_a_fact_that_is_no_entry_type_is_refused_and_so_is_the_routers_stream(store: Store) -> None:
    class Gossip(Fact, frozen=True):
        pass

    with pytest.raises(UnknownType):
        async with store.writing() as writing:
            await writing.append(TALK, [Gossip()])
    with pytest.raises(ValueError, match="has one writer"):
        async with store.writing() as writing:
            await writing.append("routing/main", [VisitorLeft(conversation=ConversationId("c"))])


async def test_many_writers_at_once_leave_no_gap_and_lose_nothing(store: Store) -> None:
    async def write(number: int) -> None:
        async with store.writing() as writing:
            await writing.append(f"conversation/c-{number % 3}", [began(f"c-{number % 3}")])
            await writing.announce("chat", lambda _: b"")

    await asyncio.gather(*(write(number) for number in range(60)))
    found = await rows(store, journal)
    for stream in range(3):
        assert [row[3] for row in found if row[2] == f"conversation/c-{stream}"] == list(range(1, 21))
    assert sorted(row[4] for row in found) == list(range(1, 61))
    assert [row[3] for row in await rows(store, announcements)] == list(range(1, 61))
    assert await Feed(store).last_position() == 60


async def test_a_long_transaction_is_named_in_the_log(
    store: Store, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "history.store"):
        async with store.writing("mail.intake"):
            clock.move(20)
        assert caplog.messages == []
        async with store.writing("mail.intake"):
            clock.move(21)
    assert caplog.messages == ["transaction mail.intake took 21 ms, more than 20"]


async def test_two_tenants_share_a_database_and_see_nothing_of_each_other(
    store: Store, database_url: str, clock: HandClock
) -> None:
    other = await Store.open(database_url, clock=clock, bus=store.bus, tenant="other")
    try:
        async with store.writing() as writing:
            text = await writing.put_text(OWNER, "Hello")
            await writing.append(TALK, [began("c-1"), line(1, text)])
        async with other.writing() as writing:
            assert await writing.append(TALK, [began("c-1")]) == [1]
        with pytest.raises(MissingContent):
            await other.text(text)
        assert await Feed(other).last_position() == 1
        assert await Feed(store).last_position() == 2
    finally:
        await other.close()
