"""The `SteeringLog` over the audit log of the shared history."""

from agent_desktop.core.rights import Actor
from history import audit
from history.core.customers import Act
from history.core.vocabulary import CustomerId
from history.store import Store


class AuditedSteering:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def steered(self, act: Act, actor: Actor, *, subject: str, customer: CustomerId | None) -> None:
        await audit.record(self._store, act, user=actor.user, role=actor.role, customer=customer, subject=subject)
