"""Who looked at a customer's record that their own work did not bring to their screen: a row of the audit log each.

What an offer pops up, and all of a customer whom somebody is offered or handles now, is their work and no row. The row
is committed before anything is shown. It leaves to `core/rights.py` who may look at all.
"""

from collections import OrderedDict
from collections.abc import Callable

from sqlalchemy import select

from agent_desktop.core.floor import Floor
from agent_desktop.signin import Who
from history import audit
from history.clock import Clock
from history.core.customers import Act
from history.core.vocabulary import AgentId, ConversationId, CustomerId, InteractionId
from history.store import Store
from history.tables import conversations, interactions

SAME_LOOK_MS = 600_000
"""Looks of one session at one conversation within this time are one row, so that a program that polls writes few."""
LOOKS_KEPT = 4_096


class Viewings:
    def __init__(self, store: Store, clock: Clock, floor: Callable[[], Floor]) -> None:
        self._store = store
        self._clock = clock
        self._floor = floor
        self._looked: OrderedDict[tuple[str, ConversationId], int] = OrderedDict()

    async def record(self, who: Who, conversation: ConversationId) -> None:
        """Write that somebody who may is about to see this conversation, unless it is their own work."""
        now_ms = self._clock.monotonic_ms()
        last_ms = self._looked.get((who.session, conversation))
        if last_ms is not None and now_ms - last_ms < SAME_LOOK_MS:
            return
        customer = await self._customer_of(conversation)
        if self._at_work_with(AgentId(who.actor.user), InteractionId(conversation), customer):
            return
        await audit.record(
            self._store,
            Act.CUSTOMER_VIEWED,
            user=who.actor.user,
            session=who.session,
            role=who.actor.role,
            customer=customer,
            subject=f"conversation/{conversation}",
        )
        self._looked[who.session, conversation] = now_ms
        self._looked.move_to_end((who.session, conversation))
        while len(self._looked) > LOOKS_KEPT:
            self._looked.popitem(last=False)

    def _at_work_with(self, agent: AgentId, interaction: InteractionId, customer: CustomerId | None) -> bool:
        floor = self._floor()
        at_work = {offer.interaction for offer in floor.offers_to(agent)}
        at_work |= {work.interaction for work in floor.work_of(agent)}
        if interaction in at_work:
            return True
        known = [floor.interactions.get(name) for name in at_work]
        return customer is not None and any(one is not None and one.customer == customer for one in known)

    async def _customer_of(self, conversation: ConversationId) -> CustomerId | None:
        known = self._floor().interactions.get(InteractionId(conversation))
        if known is not None and known.customer is not None:
            return known.customer
        async with self._store.reading() as connection:
            for table, key in (
                (interactions, interactions.c.interaction),
                (conversations, conversations.c.conversation),
            ):
                which = (table.c.tenant == self._store.tenant) & (key == conversation)
                customer = await connection.scalar(select(table.c.customer).where(which))
                if customer is not None:
                    return CustomerId(customer)
        return None
