"""Projections: followed within moments, and equal when they are rebuilt; on SQLite and PostgreSQL."""

import asyncio
import random

import pytest
from sqlalchemy import delete, insert

from history.bus import LocalBus
from history.core.conversations import NoteWritten, TaskGiven, VisitorLeft
from history.core.customers import IdentityKind
from history.core.entries import Fact
from history.core.routing import OfferExpired
from history.core.vocabulary import ConversationId, HandlingId, InteractionId, OfferId, Trust
from history.customers import find_or_create
from history.journal import RoutingJournal
from history.lease import Lease
from history.projector import Projector, rebuild
from history.store import Store
from history.tables import PROJECTIONS, interactions, positions
from tests.bed.waiting import until
from tests.history.sample import ANN, HandClock, began, columns, draft, input_draft, life, line, offered, rows


async def dump(store: Store) -> dict[str, list[tuple[object, ...]]]:
    return {table.name: await rows(store, table) for table in PROJECTIONS}


async def busy_day(store: Store, seed: int) -> None:
    """Customers, conversations and routing in mixed order; the routing is folded now and then."""
    chance = random.Random(seed)
    journal = RoutingJournal(store, Lease(store, "engine-1"))
    await journal.recover()
    projector = Projector(store)
    lives: dict[str, list[Fact]] = {}
    for number in range(40):
        name = f"c-{chance.randrange(8)}"
        if name not in lives:
            found = await find_or_create(
                store, IdentityKind.CHAT, f"shop-{chance.randrange(4)}", Trust.CLAIMED, "Maria"
            )
            lives[name] = life(name, found.customer)
            lives[name][1:1] = [
                offered(name),
                OfferExpired(offer=OfferId(f"offer-{name}"), interaction=InteractionId(name), agent=ANN, misses=1),
            ]
            async with store.writing() as writing:
                await writing.append(f"conversation/{name}", [began(name, found.customer)])
        facts = [lives[name].pop(0) for _ in range(min(len(lives[name]), chance.randrange(4)))]
        await journal.append([input_draft(), *map(draft, facts)])
        async with store.writing() as writing:
            text = await writing.put_text(InteractionId(name), f"text {number}")
            note = NoteWritten(handling=HandlingId(f"handling-{name}"), agent=ANN, text=text)
            task = TaskGiven(title=text, fields=text)
            left = VisitorLeft(conversation=ConversationId(name))
            await writing.append(f"conversation/{name}", [line(number, text), chance.choice((note, task, left))])
        if chance.random() < 0.3:
            await projector.step()
    await projector.catch_up()


@pytest.mark.parametrize("seed", range(3))
async def test_rebuilt_projections_are_equal(store: Store, seed: int) -> None:
    await busy_day(store, seed)
    before = await dump(store)
    assert all(before.values())
    async with store.writing() as writing:
        await writing.connection.execute(delete(interactions))
        forged = {**writing.scope.row, "stream": "routing/gone", "number": 3}
        await writing.connection.execute(insert(positions).values(forged))
    await rebuild(store)
    assert await dump(store) == before
    projector = Projector(store)
    assert await projector.step() == 0
    assert projector.number == before["positions"][0][3]


async def test_an_expired_offer_leaves_the_interaction_waiting(store: Store) -> None:
    journal = RoutingJournal(store, Lease(store, "engine-1"))
    await journal.recover()
    expired = OfferExpired(offer=OfferId("offer-c-1"), interaction=InteractionId("c-1"), agent=ANN, misses=1)
    await journal.append([draft(fact) for fact in (*life("c-1")[:2], expired)])
    await Projector(store).catch_up()
    assert await columns(store, interactions, "state", "agent") == [("waiting", None)]


async def _until_folded(projector: Projector, journal: RoutingJournal) -> None:
    await until(lambda: projector.number == journal.last_number, 10, "folding")


async def test_the_follower_keeps_up_and_goes_on_where_it_was(store: Store) -> None:
    journal = RoutingJournal(store, Lease(store, "engine-1"))
    await journal.recover()
    for _ in range(2):
        projector = Projector(store)
        task = asyncio.create_task(projector.run())
        name = f"c-{journal.last_number}"
        for fact in life(name):
            await journal.append([input_draft(), draft(fact)])
        await _until_folded(projector, journal)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await columns(store, interactions, "state") == [("closed",), ("closed",)]


async def test_a_follower_that_was_cut_reads_the_database(database_url: str, clock: HandClock) -> None:
    bus = LocalBus()
    store = await Store.open(database_url, clock=clock, bus=bus)
    journal = RoutingJournal(store, Lease(store, "engine-1"))
    await journal.recover()
    projector = Projector(store)
    task = asyncio.create_task(projector.run())
    await journal.append([draft(life("c-1")[0])])
    await until(lambda: projector.number == 1, 10, "folding")
    bus.cut_all()
    await journal.append([draft(life("c-1")[1])])
    await until(lambda: projector.number == 2, 10, "folding after the cut")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await store.close()


async def test_batches_become_shorter_when_the_database_is_slow(store: Store, clock: HandClock) -> None:
    journal = RoutingJournal(store, Lease(store, "engine-1"))
    await journal.recover()
    await journal.append([input_draft()] * 200)
    projector = Projector(store)
    assert [await projector.step() for _ in range(3)] == [32, 64, 104]
    await journal.append([input_draft()] * 200)
    slow = Projector(store)
    clock_of_store, moved = store.clock, 0

    class SlowClock(HandClock):
        def monotonic_ms(self) -> int:
            nonlocal moved
            moved += 6
            return moved

    store.clock = SlowClock()
    assert [await slow.step() for _ in range(5)] == [32, 16, 8, 4, 4]
    store.clock = clock_of_store
