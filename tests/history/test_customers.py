"""Customers are found by their identities and never doubled; on SQLite and PostgreSQL."""

import asyncio

import pytest

from history.core.customers import IdentityKind
from history.core.vocabulary import CustomerId, Trust
from history.customers import (
    add_customer,
    add_identity,
    create_customer,
    customer_of,
    find_by_identity,
    find_in,
    find_or_create,
    link_identity,
)
from history.errors import AlreadyThere
from history.store import Store
from history.tables import customers, identities
from tests.history.sample import HandClock, rows

PHONE = "+442079460101"
MAIL = "maria.lopez@example.com"


async def test_a_customer_is_found_by_each_identity(store: Store, clock: HandClock) -> None:
    maria = await create_customer(store, "Maria Lopez")
    phone = await link_identity(store, maria, IdentityKind.PHONE, PHONE, Trust.CLAIMED)
    clock.move(5)
    mail = await link_identity(store, maria, IdentityKind.MAIL, MAIL, Trust.VERIFIED)
    found = await find_by_identity(store, IdentityKind.MAIL, MAIL)
    assert found is not None
    assert (found.customer, found.name, found.identity, found.trust) == (maria, "Maria Lopez", mail, Trust.VERIFIED)
    assert await find_by_identity(store, IdentityKind.PHONE, MAIL) is None
    whole = await customer_of(store, maria)
    assert whole is not None
    assert [one.identity for one in whole.identities] == [phone, mail]
    assert (whole.name, whole.identities[0].key) == ("Maria Lopez", PHONE)


async def test_a_customer_may_have_no_name_and_a_given_id(store: Store) -> None:
    assert await create_customer(store, customer=CustomerId("k-7")) == "k-7"
    whole = await customer_of(store, CustomerId("k-7"))
    assert whole is not None
    assert (whole.name, whole.identities) == (None, ())
    assert await customer_of(store, CustomerId("k-8")) is None


async def test_a_key_means_one_customer(store: Store) -> None:
    first, second = await create_customer(store), await create_customer(store)
    await link_identity(store, first, IdentityKind.PHONE, PHONE, Trust.CLAIMED)
    with pytest.raises(AlreadyThere):
        await link_identity(store, second, IdentityKind.PHONE, PHONE, Trust.VERIFIED)
    assert [row[4:6] for row in await rows(store, identities)] == [(PHONE, first)]


async def test_first_contacts_that_come_at_once_make_one_customer(store: Store) -> None:
    found = await asyncio.gather(
        *(find_or_create(store, IdentityKind.MAIL, MAIL, Trust.CLAIMED, "Maria") for _ in range(12))
    )
    assert len({one.customer for one in found}) == 1
    assert len(await rows(store, customers)) == 1
    assert len(await rows(store, identities)) == 1


async def test_a_customer_is_made_and_found_inside_one_transaction(store: Store) -> None:
    async with store.writing() as writing:
        maria = await add_customer(writing, "Maria")
        await add_identity(writing, maria, IdentityKind.CHAT, "shop-1001", Trust.VERIFIED)
        inside = await find_in(writing.connection, store.tenant, IdentityKind.CHAT, "shop-1001")
    assert inside is not None
    assert inside == await find_by_identity(store, IdentityKind.CHAT, "shop-1001")
