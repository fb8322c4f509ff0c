"""The audit log: the append-only stream `access`, one entry a privileged or security-relevant act."""

from dataclasses import dataclass

from sqlalchemy import select

from history.contents import Owner
from history.core.customers import Accessed, Act
from history.core.entries import Fact
from history.core.vocabulary import ContentId, CustomerId, InteractionId, Role, SessionId, UserId
from history.feed import entry_of
from history.store import Store
from history.tables import journal
from history.writing import Writing

STREAM = "access"
NOBODY = InteractionId("access")
"""Owner of what the audit log quotes: no customer's."""
QUOTED_MAX = 500


@dataclass(frozen=True, slots=True)
class AuditRow:
    number: int
    at_ms: int
    accessed: Accessed


async def record(
    store: Store,
    act: Act,
    *,
    user: UserId | None = None,
    session: SessionId | None = None,
    role: Role | None = None,
    customer: CustomerId | None = None,
    subject: str | None = None,
    address: str | None = None,
) -> None:
    """Write one row in a transaction of its own; `subject` and `address` are texts and become contents."""
    async with store.writing("audit.record") as writing:
        await record_in(
            writing,
            act,
            user=user,
            session=session,
            role=role,
            customer=customer,
            subject=subject,
            address=address,
        )


async def record_in(
    writing: Writing,
    act: Act,
    *,
    user: UserId | None = None,
    session: SessionId | None = None,
    role: Role | None = None,
    customer: CustomerId | None = None,
    subject: str | None = None,
    address: str | None = None,
) -> None:
    """`record` in the transaction of the act itself."""
    owner: Owner = customer if customer is not None else NOBODY
    fact: Fact = Accessed(
        act=act,
        user=user,
        session=session,
        role=role,
        customer=customer,
        subject=await _quote(writing, owner, subject),
        address=await _quote(writing, owner, address),
    )
    await writing.append(STREAM, [fact])


async def audit_log(store: Store, before: int | None = None, limit: int = 100) -> list[AuditRow]:
    """Return rows, newest first, with numbers below `before`."""
    which = [journal.c.tenant == store.tenant, journal.c.stream == STREAM]
    if before is not None:
        which.append(journal.c.number < before)
    statement = select(journal).where(*which).order_by(journal.c.number.desc()).limit(limit)
    async with store.reading() as connection:
        entries = [entry_of(row) for row in await connection.execute(statement)]
    rows = [(entry, store.registry.fact(entry)) for entry in entries]
    return [AuditRow(entry.number, entry.at_ms, fact) for entry, fact in rows if isinstance(fact, Accessed)]


async def _quote(writing: Writing, owner: Owner, text: str | None) -> ContentId | None:
    return await writing.put_text(owner, text[:QUOTED_MAX]) if text is not None else None
