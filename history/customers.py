"""Who is this: customers by their identities, made and linked without doubles.

A key is normalised by its channel before it comes here (E.164, mail address in lower case, visitor id).
"""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from history.core.customers import CustomerCreated, IdentityKind, IdentityLinked
from history.core.vocabulary import CustomerId, IdentityId, TenantId, Trust
from history.errors import AlreadyThere, WriteConflict
from history.store import Store
from history.tables import customers, identities
from history.writing import Writing

TRIES = 5


@dataclass(frozen=True, slots=True)
class CustomerFound:
    """A customer, and one identity of theirs. `trust` is the identity's."""

    customer: CustomerId
    name: str | None
    identity: IdentityId
    kind: IdentityKind
    key: str
    trust: Trust


@dataclass(frozen=True, slots=True)
class Customer:
    customer: CustomerId
    name: str | None
    created_ms: int
    identities: tuple[CustomerFound, ...]


async def find_by_identity(store: Store, kind: IdentityKind, key: str) -> CustomerFound | None:
    """Return the one customer with this key, or None."""
    async with store.reading() as connection:
        return await find_in(connection, store.tenant, kind, key)


async def find_in(connection: AsyncConnection, tenant: TenantId, kind: IdentityKind, key: str) -> CustomerFound | None:
    """`find_by_identity` inside a transaction (`Writing.connection`) or a reading."""
    found = await _found(connection, tenant, identities.c.kind == kind.value, identities.c.key == key)
    return found[0] if found else None


async def customer_of(store: Store, customer: CustomerId) -> Customer | None:
    """Return a customer with all identities in the order of their linking, or None."""
    async with store.reading() as connection:
        row = (
            await connection.execute(
                select(customers).where(customers.c.tenant == store.tenant, customers.c.customer == customer)
            )
        ).one_or_none()
        if row is None:
            return None
        found = await _found(connection, store.tenant, identities.c.customer == customer)
    return Customer(CustomerId(row.customer), row.name, row.created_ms, tuple(found))


async def create_customer(store: Store, name: str | None = None, customer: CustomerId | None = None) -> CustomerId:
    """Make a customer that has no identity yet; return the id (the given one, or a new one)."""
    async with store.writing("customers.create") as writing:
        return await add_customer(writing, name, customer)


async def link_identity(store: Store, customer: CustomerId, kind: IdentityKind, key: str, trust: Trust) -> IdentityId:
    """Let this key mean this customer.

    Raises:
        AlreadyThere: the key means a customer already.
    """
    async with store.writing("customers.link") as writing:
        return await add_identity(writing, customer, kind, key, trust)


async def find_or_create(
    store: Store, kind: IdentityKind, key: str, trust: Trust, name: str | None = None
) -> CustomerFound:
    """Return the customer with this key, made now if there is none; two who come at once get the same one.

    An identity that is there keeps its trust.
    """
    for _ in range(TRIES):
        found = await find_by_identity(store, kind, key)
        if found is not None:
            return found
        try:
            async with store.writing("customers.find_or_create") as writing:
                customer = await add_customer(writing, name)
                identity = await add_identity(writing, customer, kind, key, trust)
            return CustomerFound(customer, name, identity, kind, key, trust)
        except (AlreadyThere, WriteConflict):
            continue  # somebody else made it in between: find theirs
    raise WriteConflict(f"A customer could not be made in {TRIES} tries; try again.")


async def add_customer(writing: Writing, name: str | None = None, customer: CustomerId | None = None) -> CustomerId:
    """`create_customer` inside a transaction of one's own."""
    made = customer or CustomerId(f"k-{secrets.token_hex(8)}")
    content = await writing.put_text(made, name) if name else None
    await writing.append(f"customer/{made}", [CustomerCreated(customer=made, name=content)])
    return made


async def add_identity(
    writing: Writing, customer: CustomerId, kind: IdentityKind, key: str, trust: Trust
) -> IdentityId:
    """`link_identity` inside a transaction of one's own; a taken key spoils that transaction."""
    identity = IdentityId(f"i-{secrets.token_hex(8)}")
    content = await writing.put_text(customer, key)
    linked = IdentityLinked(customer=customer, identity=identity, kind=kind, key=content, trust=trust)
    await writing.append(f"customer/{customer}", [linked])
    return identity


async def _found(connection: AsyncConnection, tenant: TenantId, *which: ColumnElement[bool]) -> list[CustomerFound]:
    same = (customers.c.tenant == identities.c.tenant) & (customers.c.customer == identities.c.customer)
    statement = (
        select(identities, customers.c.name)
        .join_from(identities, customers, same, isouter=True)
        .where(identities.c.tenant == tenant, *which)
        .order_by(identities.c.linked_ms, identities.c.identity)
    )
    return [_found_of(row) for row in await connection.execute(statement)]


def _found_of(row: Any) -> CustomerFound:
    return CustomerFound(
        CustomerId(row.customer),
        row.name,
        IdentityId(row.identity),
        IdentityKind(row.kind),
        row.key,
        Trust(row.trust),
    )
