"""Who is this, asked of the history as something arrives: quickly, or not at all."""

import asyncio

import msgspec

from history.clock import Clock
from history.core.customers import IdentityKind
from history.core.routing import Attributes
from history.core.vocabulary import CustomerId, IdentityId, Trust
from history.customers import find_by_identity
from history.errors import HistoryError
from history.store import Store

LOOK_UP_MS = 50


class Known(msgspec.Struct, frozen=True):
    """A customer as they were when they were looked up. `trust` is how sure this arrival makes us."""

    customer: CustomerId
    identity: IdentityId
    trust: Trust
    attributes: Attributes = Attributes()


async def who_is_this(store: Store, kind: IdentityKind, key: str, clock: Clock) -> Known | None:
    """Return the customer with this key, or None: there is none, or the history did not answer within 50 ms.

    Never raises for a slow or absent database: an arrival is queued without a name rather than late.
    """
    began_ms = clock.monotonic_ms()
    try:
        async with asyncio.timeout(LOOK_UP_MS / 1000):
            found = await find_by_identity(store, kind, key)
    except (TimeoutError, HistoryError):
        return None
    if found is None or clock.monotonic_ms() - began_ms > LOOK_UP_MS:
        return None
    return Known(found.customer, found.identity, found.trust)
