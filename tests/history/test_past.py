"""The routing stream's past, read back on either database."""

import pytest

from history.core.entries import Kind
from history.core.vocabulary import InteractionId
from history.journal import RoutingJournal
from history.lease import Lease
from history.past import RoutingPast
from history.projector import Projector
from history.store import Store
from tests.history.sample import NOON_MS, draft, input_draft, life


async def keep(store: Store) -> None:
    """Two calls, a minute apart, whose ids begin alike; a snapshot lies between them."""
    journal = RoutingJournal(store, Lease(store, "engine-1"))
    await journal.recover()
    for place, name in enumerate(("v-1", "v-10")):
        at_ms = NOON_MS + place * 60_000
        first = [draft(fact, at_ms) for fact in life(name)]
        await journal.append([input_draft(at_ms), *first])
        if not place:
            await journal.snapshot(first[:2], journal.last_number)
    await Projector(store).catch_up()


async def test_an_interaction_is_found_by_its_whole_id(store: Store) -> None:
    await keep(store)
    past = RoutingPast(store)
    number, _ = await past.newest()
    found = {}
    for name in ("v-1", "v-10"):
        assert await past.stretch_of(InteractionId(name)) is not None
        (found[name],), reached = await past.last_about(InteractionId(name), ("OfferMade",), 1, number + 1)
        assert reached == 1
        (entry,) = [each async for each in past.entries(found[name], found[name] + 1)]
        assert (entry.type, f'"{name}"'.encode() in entry.body) == ("OfferMade", True)
    assert found["v-1"] < found["v-10"]
    assert await past.stretch_of(InteractionId("v-2")) is None
    assert await past.last_about(InteractionId("v-2"), ("OfferMade",), 1, number + 1) == ([], 1)


async def test_a_long_past_is_searched_backwards_a_piece_at_a_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(store)
    past = RoutingPast(store)
    number, _ = await past.newest()
    monkeypatch.setattr("history.past.WINDOW", 4)
    monkeypatch.setattr("history.past.WINDOWS_MAX", 2)
    end, found = number + 1, []
    for _ in range(3):
        numbers, end = await past.last_about(InteractionId("v-1"), ("OfferMade",), 1, end)
        found.append((numbers, end))
    assert found == [([], number - 7), ([3], number - 15), ([], 1)]


async def test_entries_are_read_by_number_type_and_instant(store: Store) -> None:
    await keep(store)
    past = RoutingPast(store)
    number, at_ms = await past.newest()
    assert at_ms == NOON_MS + 60_000
    second = await past.first_number_at(NOON_MS + 1)
    assert second == number // 2 + 1
    assert await past.first_number_at(at_ms + 1) == number + 1
    offers = [each async for each in past.entries(1, number + 1, ("OfferMade",))]
    assert len(offers) == 2 and {each.type for each in offers} == {"OfferMade"}
    before = await past.state_before(second + 3)
    assert [each.number for each in before] == [second - 1, second - 1, second + 1, second + 2]
    assert {each.kind for each in before} == {Kind.FACT}


async def test_an_empty_stream_has_no_past(store: Store) -> None:
    past = RoutingPast(store)
    assert await past.newest() == (0, 0)
    assert await past.first_number_at(NOON_MS) == 1
    assert await past.state_before(1) == []


async def test_a_store_beside_reads_the_same_database_by_itself(store: Store) -> None:
    await keep(store)
    beside = store.beside()
    try:
        assert await RoutingPast(beside).newest() == await RoutingPast(store).newest()
        assert (beside.tenant, beside.domain) == (store.tenant, store.domain)
    finally:
        await beside.close()
