"""The routing stream: groups, take-over, recovery, snapshots; the same on SQLite and PostgreSQL."""

import asyncio
from itertools import pairwise

import pytest
from sqlalchemy import update

from history.core.entries import Draft, Entry, Kind
from history.core.routing import CustomerLegEnded
from history.core.vocabulary import InteractionId, RulesVersion
from history.errors import LeaseLost, UnknownEntryType, UnreadableEntry
from history.journal import RoutingJournal
from history.lease import LEASE_MS, Lease
from history.snapshots import APART_MAX, KEPT_MS, superfluous
from history.store import Store
from history.tables import journal, leases, snapshots
from tests.history.sample import NOON_MS, HandClock, draft, eventually, input_draft, life, rows


async def opened(store: Store, holder: str = "engine-1") -> RoutingJournal:
    made = RoutingJournal(store, Lease(store, holder))
    await made.recover()
    return made


def told(entries: list[Entry]) -> list[tuple[int, str]]:
    return [(entry.number, entry.type) for entry in entries]


async def test_groups_are_numbered_on_and_recovery_gives_the_facts_in_order(store: Store) -> None:
    writer = await opened(store)
    facts = life("c-1")
    assert await writer.append([input_draft(), *map(draft, facts[:2])]) == 1
    assert await writer.append([]) == 4
    assert await writer.append([input_draft(), *map(draft, facts[2:])]) == 4
    assert writer.last_number == 10
    again = RoutingJournal(store, Lease(store, "engine-1"))
    entries = list(await again.recover())
    assert told(entries) == [
        (number, type(fact).__name__) for number, fact in zip((2, 3, 5, 6, 7, 8, 9, 10), facts, strict=True)
    ]
    assert [store.registry.fact(entry) for entry in entries] == facts
    assert again.last_number == 10
    assert await again.append([input_draft()]) == 11


async def test_recovery_begins_at_the_newest_snapshot(store: Store) -> None:
    writer = await opened(store)
    facts = life("c-1")
    await writer.append([draft(fact) for fact in facts])
    await writer.snapshot([draft(facts[0])], through_number=3)
    await writer.snapshot([draft(facts[0]), draft(facts[1])], through_number=6)
    entries = list(await writer.recover())
    assert told(entries) == [
        (6, "InteractionQueued"),
        (6, "OfferMade"),
        (7, "WrapUpCompleted"),
        (8, "InteractionClosed"),
    ]


async def test_snapshots_that_stand_close_are_thinned_out_and_one_can_be_taken_anew(store: Store) -> None:
    writer = await opened(store)
    for through in (1, 2, 3, 4, 5, 5):
        await writer.snapshot([draft(life("c-1")[0])], through_number=through)
    assert [row[3] for row in await rows(store, snapshots)] == [1, 3, 4, 5]


def test_for_a_month_no_entry_is_far_from_a_snapshot() -> None:
    day_ms = 86_400_000
    taken = [(number * 3_000, number * day_ms // 10) for number in range(500, 0, -1)]
    kept = taken
    for newest in range(len(taken), 0, -1):  # as they come, one after the other
        here = taken[newest - 1 :]
        gone = superfluous([each for each in here if each in kept or each == here[0]], here[0][1])
        kept = [each for each in kept if each[0] not in gone]
    now_ms = taken[0][1]
    numbers = [through for through, taken_ms in kept]
    assert numbers[:3] == [1_500_000, 1_497_000, 1_494_000]
    assert all(newer - older <= APART_MAX for newer, older in pairwise(numbers))
    assert len(numbers) < 3 + 2 * 310 * 3_000 // APART_MAX
    assert min(taken_ms for _, taken_ms in kept) >= now_ms - KEPT_MS


async def test_a_damaged_snapshot_is_named_with_the_way_out(store: Store) -> None:
    writer = await opened(store)
    await writer.snapshot([draft(life("c-1")[0])], through_number=1)
    async with store.writing() as writing:
        await writing.connection.execute(update(snapshots).values(body=b"\x92\x01"))
    with pytest.raises(UnreadableEntry, match=r"snapshot of routing/main through entry 1 .* delete its row"):
        await writer.recover()


async def test_a_taken_over_engine_can_write_nothing_more(store: Store) -> None:
    first = await opened(store, "engine-1")
    await first.append([draft(life("c-1")[0])])
    async with store.writing() as writing:
        await writing.connection.execute(update(leases).values(expires_ms=0))
    second = await opened(store, "engine-2")
    with pytest.raises(LeaseLost, match=r"epoch 1, holder engine-1\) is lost: engine-2 writes it with epoch 2"):
        await first.append([draft(life("c-2")[0])])
    with pytest.raises(LeaseLost):
        await first.snapshot([], through_number=1)
    assert await second.append([draft(life("c-2")[0])]) == 2
    assert len(await rows(store, journal)) == 2


async def test_each_taking_raises_the_epoch_also_by_the_same_holder(store: Store) -> None:
    lease = Lease(store, "engine-1")
    assert [await lease.take(), await lease.take()] == [1, 2]
    older = Lease(store, "engine-1")
    older.epoch = 1
    with pytest.raises(LeaseLost):
        await older.renew()
    await lease.renew()


async def test_without_a_lease_nothing_is_written(store: Store) -> None:
    writer = RoutingJournal(store, Lease(store, "engine-1"))
    with pytest.raises(LeaseLost, match="nobody holds it"):
        await writer.append([input_draft()])
    assert await rows(store, journal) == []


async def test_may_write_ends_at_two_thirds_of_the_lease(store: Store, clock: HandClock) -> None:
    lease = Lease(store, "engine-1")
    assert not lease.may_write()
    await lease.take()
    clock.move(LEASE_MS * 2 // 3 - 1)
    assert lease.may_write()
    clock.move(1)
    assert not lease.may_write()
    await lease.renew()
    assert lease.may_write()
    await RoutingJournal(store, lease).append([input_draft()])
    clock.move(LEASE_MS // 2)
    assert lease.may_write()


async def test_a_lost_lease_may_not_write_at_once(store: Store) -> None:
    lease = Lease(store, "engine-1")
    await lease.take()
    async with store.writing() as writing:
        await writing.connection.execute(update(leases).values(holder="engine-2", epoch=2))
    with pytest.raises(LeaseLost):
        await lease.keep()
    assert not lease.may_write()


async def test_keeping_the_lease_makes_it_longer(store: Store) -> None:
    lease = Lease(store, "engine-1", lease_ms=300)
    await lease.take()
    before = (await rows(store, leases))[0][4]
    keeping = asyncio.create_task(lease.keep())

    async def longer() -> bool:
        return bool((await rows(store, leases))[0][4] > before + 100)

    await eventually(longer, 5, "a longer lease")
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


@pytest.mark.real
async def test_on_postgresql_a_standby_waits_until_the_lease_is_over_or_given_up(
    postgres_url: str, clock: HandClock
) -> None:
    from history.bus import LocalBus

    store = await Store.open(postgres_url, clock=clock, bus=LocalBus())
    try:
        first, second = Lease(store, "engine-1", lease_ms=60_000), Lease(store, "engine-2", lease_ms=300)
        await first.take()
        assert not await second.try_take()
        standby = asyncio.create_task(second.take())
        await first.give_up()
        assert not first.may_write()
        assert await asyncio.wait_for(standby, 5) == 2
        assert not await first.try_take()
        assert await asyncio.wait_for(first.take(), 5) == 3  # the short lease ends by the database's clock
    finally:
        await store.close()


async def test_on_sqlite_the_next_engine_takes_over_at_once(sqlite_store: Store) -> None:
    await Lease(sqlite_store, "engine-1").take()
    assert await Lease(sqlite_store, "engine-2").try_take()


async def test_a_fact_that_this_version_does_not_know_stops_the_start(store: Store) -> None:
    writer = await opened(store)
    await writer.append([draft(CustomerLegEnded(interaction=InteractionId("v-1")))])
    async with store.writing() as writing:
        await writing.connection.execute(update(journal).values(type="CustomerVanished"))
    with pytest.raises(UnknownEntryType, match="CustomerVanished"):
        await writer.recover()


async def test_a_fact_that_cannot_be_read_stops_the_start_and_is_named(store: Store) -> None:
    writer = await opened(store)
    broken = Draft(NOON_MS, Kind.FACT, "CustomerLegEnded", 1, RulesVersion("1"), None, b'{"interaction":7}')
    await writer.append([broken])
    with pytest.raises(UnreadableEntry, match="routing/main, entry 1: An entry of type CustomerLegEnded"):
        await writer.recover()


async def test_a_start_refuses_types_of_a_later_version(store: Store, database_url: str, clock: HandClock) -> None:
    writer = await opened(store)
    later = Draft(NOON_MS, Kind.FACT, "CustomerVanished", 1, RulesVersion("9"), None, b"{}")
    await writer.append([later])
    with pytest.raises(UnknownEntryType, match="entries of type CustomerVanished, which this version"):
        await Store.open(database_url, clock=clock, bus=store.bus)
