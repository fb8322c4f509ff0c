"""Sample facts, a clock that is set by hand, and looks into the database."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from sqlalchemy import Table, select

from history.core.conversations import Author, ConversationBegan, LineWritten
from history.core.entries import Draft, Fact, Kind
from history.core.registry import REGISTRY
from history.core.routing import (
    HandlingStarted,
    InteractionClosed,
    InteractionQueued,
    OfferAccepted,
    OfferMade,
    VisitAnswered,
    WrapUpCompleted,
    WrapUpStarted,
)
from history.core.vocabulary import (
    AgentId,
    ClientMessageId,
    CloseReason,
    ContentId,
    ConversationId,
    CustomerId,
    DispositionId,
    EndedBy,
    HandlingId,
    IdentityId,
    InteractionId,
    Medium,
    MessageId,
    OfferId,
    QueueId,
    RulesVersion,
    VisitId,
)
from history.store import Store
from tests.bed.waiting import until

Seen = TypeVar("Seen")

NOON_MS = 1_800_000_000_000
ANN = AgentId("ann")
CHAT = QueueId("chat")
MARIA = CustomerId("k-maria")


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.elapsed_ms = 0

    def now_ms(self) -> int:
        return NOON_MS + self.elapsed_ms

    def monotonic_ms(self) -> int:
        return self.elapsed_ms

    def move(self, by_ms: int) -> None:
        self.elapsed_ms += by_ms


def began(name: str, customer: CustomerId | None = None, medium: Medium = Medium.CHAT) -> ConversationBegan:
    return ConversationBegan(
        conversation=ConversationId(name), interaction=InteractionId(name), medium=medium, queue=CHAT, customer=customer
    )


def line(number: int, text: ContentId, author: Author = Author.CUSTOMER) -> LineWritten:
    return LineWritten(
        message=MessageId(f"m{number}"), author=author, client_message=ClientMessageId(f"c{number}"), text=text
    )


def draft(fact: Fact, at_ms: int = NOON_MS) -> Draft:
    return Draft(
        at_ms=at_ms,
        kind=Kind.FACT,
        type=type(fact).__name__,
        version=fact.version,
        rules=RulesVersion("test/1"),
        cause=None,
        body=REGISTRY.encode(fact),
    )


def input_draft(at_ms: int = NOON_MS) -> Draft:
    return Draft(at_ms, Kind.INPUT, "TimeAdvanced", 1, RulesVersion("test/1"), None, b'{"type":"TimeAdvanced"}')


def queued(
    name: str,
    customer: CustomerId | None = None,
    identity: IdentityId | None = None,
    arrived_ms: int = NOON_MS,
    medium: Medium = Medium.CHAT,
) -> InteractionQueued:
    return InteractionQueued(
        interaction=InteractionId(name),
        visit=VisitId(f"visit-{name}"),
        medium=medium,
        queue=CHAT,
        arrived_ms=arrived_ms,
        due_ms=arrived_ms + 30_000,
        customer=customer,
        identity=identity,
    )


def offered(name: str) -> OfferMade:
    return OfferMade(
        offer=OfferId(f"offer-{name}"),
        interaction=InteractionId(name),
        visit=VisitId(f"visit-{name}"),
        queue=CHAT,
        medium=Medium.CHAT,
        agent=ANN,
        waited_ms=1_000,
        expires_at_ms=NOON_MS + 20_000,
        idle_ms=5_000,
        candidates=1,
    )


def life(name: str, customer: CustomerId | None = None) -> list[Fact]:
    """An interaction from its arrival to its end, as the router tells it."""
    one, handling = InteractionId(name), HandlingId(f"handling-{name}")
    visit, medium = VisitId(f"visit-{name}"), Medium.CHAT
    return [
        queued(name, customer),
        offered(name),
        OfferAccepted(offer=OfferId(f"offer-{name}"), interaction=one, agent=ANN),
        VisitAnswered(visit=visit, interaction=one, queue=CHAT, medium=medium, wait_ms=1_500),
        HandlingStarted(
            handling=handling, interaction=one, agent=ANN, queue=CHAT, medium=medium, offer=OfferId(f"offer-{name}")
        ),
        WrapUpStarted(handling=handling, interaction=one, agent=ANN, by=EndedBy.CUSTOMER, active_ms=60_000),
        WrapUpCompleted(
            handling=handling, interaction=one, agent=ANN, wrap_up_ms=9_000, disposition=DispositionId("sold")
        ),
        InteractionClosed(interaction=one, reason=CloseReason.HANDLED),
    ]


async def rows(store: Store, table: Table) -> list[tuple[Any, ...]]:
    """All rows of a table, ordered by their key."""
    async with store.reading() as connection:
        found = await connection.execute(select(table).order_by(*table.primary_key.columns))
    return [tuple(row) for row in found]


async def columns(store: Store, table: Table, *names: str) -> list[tuple[Any, ...]]:
    """Some columns of all rows, in the same order."""
    async with store.reading() as connection:
        wanted = select(*(table.c[name] for name in names)).order_by(*table.primary_key.columns)
        return [tuple(row) for row in await connection.execute(wanted)]


async def eventually(condition: Callable[[], Coroutine[Any, Any, Seen]], seconds: float, what: str) -> Seen:
    """`until` for a condition that has to be awaited."""
    return await until(condition, seconds, what)
