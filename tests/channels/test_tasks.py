"""Tasks: made once, written down with their announcement, refused in words."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import select

from channels.tasks import TaskMade, TaskRefused, make_task
from history.bus import LocalBus
from history.clock import SystemClock
from history.contents import content_of
from history.core.conversations import ConversationBegan, TaskGiven
from history.core.entries import Fact
from history.core.vocabulary import CustomerId, Medium, QueueId, Trust, UserId
from history.customers import create_customer
from history.feed import entry_of
from history.store import Store
from history.tables import announcements, journal
from router.core.inputs import AnyInput, InteractionArrived

OFFICE, ADA = QueueId("back-office"), UserId("ada")


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'switchroom.db'}", clock=SystemClock(), bus=LocalBus())
    yield opened
    await opened.close()


async def _announced(store: Store) -> list[InteractionArrived]:
    async with store.reading() as connection:
        rows = await connection.execute(select(announcements.c.body).order_by(announcements.c.number))
        return [msgspec.json.decode(row.body, type=AnyInput) for row in rows]


async def _facts(store: Store, stream: str) -> list[Fact]:
    async with store.reading() as connection:
        rows = await connection.execute(select(journal).where(journal.c.stream == stream).order_by(journal.c.number))
        return [store.registry.fact(entry_of(row)) for row in rows]


async def _make(store: Store, key: str = "k-1", title: str = "Send the invoice again", **more: Any) -> TaskMade:
    given = {"fields": {"order": "1001"}, "customer": None, "due_ms": None, **more}
    return await make_task(store, title, given["fields"], OFFICE, given["customer"], given["due_ms"], ADA, key=key)


async def test_a_task_is_written_down_and_announced_with_its_due_time_and_customer(store: Store) -> None:
    maria = await create_customer(store, "Maria Lopez")
    made = await _make(store, "k-1", customer=maria, due_ms=1_900_000_000_000)
    began, given = await _facts(store, f"conversation/{made.interaction}")
    assert isinstance(began, ConversationBegan) and isinstance(given, TaskGiven)
    assert (began.medium, began.queue, began.customer, began.due_ms) == (
        Medium.TASK,
        OFFICE,
        maria,
        1_900_000_000_000,
    )
    assert await store.text(given.title) == "Send the invoice again"
    assert msgspec.json.decode(await store.content(given.fields)) == {"order": "1001"}
    [arrived] = await _announced(store)
    assert (arrived.interaction, arrived.medium, arrived.queue) == (made.interaction, Medium.TASK, OFFICE)
    assert (arrived.due_ms, arrived.customer, arrived.trust) == (1_900_000_000_000, maria, Trust.VERIFIED)


async def test_the_same_key_is_one_task_also_at_once_and_another_key_or_person_another(store: Store) -> None:
    made = await asyncio.gather(*(_make(store, "k-1") for _ in range(8)))
    assert len({task.interaction for task in made}) == 1
    assert sum(not task.repeated for task in made) == 1
    other = await _make(store, "k-2")
    stranger = await make_task(store, "x", {}, OFFICE, None, None, UserId("crm"), key="k-1")
    assert len({made[0].interaction, other.interaction, stranger.interaction}) == 3
    assert len(await _announced(store)) == 3
    assert [given.source_number for given in await _announced(store)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"key": ""}, "key"),
        ({"fields": {"": "x"}}, "fields"),
        ({"fields": {"a": "x" * 4_001}}, "fields"),
        ({"fields": {str(number): "" for number in range(51)}}, "fields"),
        ({"due_ms": -1}, "due_ms"),
    ],
)
async def test_what_is_missing_or_too_long_is_refused_naming_the_field(
    store: Store, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(TaskRefused, match=f"^{field}: "):
        await _make(store, **wrong)
    assert await _announced(store) == []


async def test_a_task_for_a_customer_keeps_its_words_with_that_customer(store: Store) -> None:
    maria = CustomerId(await create_customer(store, "Maria Lopez"))
    made = await _make(store, "k-1", customer=maria)
    given = (await _facts(store, f"conversation/{made.interaction}"))[1]
    assert isinstance(given, TaskGiven)
    async with store.reading() as connection:
        content = await content_of(connection, store.tenant, given.title)
    assert content is not None and content.owner == maria
