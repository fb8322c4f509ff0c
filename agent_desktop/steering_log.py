"""The `SteeringLog` over the audit log of the shared history."""

import logging

from agent_desktop.core.rights import Actor
from agent_desktop.ports import SteeringAct
from history import audit
from history.core.customers import Act
from history.core.vocabulary import CustomerId
from history.store import Store

LOG = logging.getLogger("agent_desktop.steering")

_ACTS = {act.value: act for act in Act}


class AuditedSteering:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def steered(self, act: SteeringAct, actor: Actor, *, subject: str, customer: CustomerId | None) -> None:
        """Write one row of the audit log. An act for which the history has no word goes to the center's own log."""
        known = _ACTS.get(act.value)
        if known is None:
            LOG.warning("not in the audit log, which has no such act: %s by %s: %s", act, actor.user, subject)
            return
        await audit.record(self._store, known, user=actor.user, role=actor.role, customer=customer, subject=subject)
