"""A chat center of a test: real SQLite, real server, and the router's side played by hand through its own journal."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import uvicorn
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import Mount

from channels.webchat.documents import Widget
from channels.webchat.endpoint import chat_routes
from channels.webchat.service import ChatChannel
from channels.webchat.settings import ChatLimits, ChatSettings, SiteSettings
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.entries import Draft, Entry, Fact, Kind
from history.core.routing import CustomerLegEnded, HandlingStarted, WrapUpStarted
from history.core.vocabulary import (
    AgentId,
    AnnouncementId,
    EndedBy,
    HandlingId,
    InteractionId,
    Medium,
    OfferId,
    QueueId,
    RulesVersion,
    SiteId,
)
from history.feed import Feed, entry_of
from history.journal import RoutingJournal
from history.lease import Lease
from history.store import Store
from history.tables import announcements, journal
from router.core.inputs import AnyInput
from tests.bed.waiting import until

SECRET = "the shop's own secret"
KEY = "the server's own key"
HARBOR = SiteId("harbor")
ANN = AgentId("ann")
CLOSED = "We are open again tomorrow at eight."


def settings_of(*origins: str, limits: ChatLimits | None = None, away_ms: int = 300_000) -> ChatSettings:
    site = SiteSettings(
        site=HARBOR,
        title="Harbor Bikes",
        queue=QueueId("chat"),
        origins=origins or ("http://localhost:1",),
        identity_secret=SECRET,
        greeting="Ahoy! What can we do for you?",
        away_ms=away_ms,
    )
    other = SiteSettings(site=SiteId("other"), title="Other", queue=QueueId("chat"), origins=("http://localhost:2",))
    return ChatSettings(
        sites=(site, other),
        token_key=KEY,
        limits=limits or ChatLimits(),
        announcements={AnnouncementId("closed"): CLOSED},
    )


@dataclass
class Center:
    """One store, one channel, and the hand that plays the router."""

    store: Store
    channel: ChatChannel
    settings: ChatSettings
    clock: SystemClock
    journal: RoutingJournal
    facts: int = 0
    url: str = ""
    sockets: list[socket.socket] = field(default_factory=list)

    async def announced(self) -> list[AnyInput]:
        async with self.store.reading() as connection:
            rows = await connection.execute(
                select(announcements).order_by(announcements.c.source, announcements.c.number)
            )
            return [msgspec.json.decode(row.body, type=AnyInput) for row in rows]

    async def entries(self, prefix: str = "conversation/") -> list[Entry]:
        wanted = select(journal).where(journal.c.stream.startswith(prefix)).order_by(journal.c.position)
        async with self.store.reading() as connection:
            return [entry_of(row) for row in await connection.execute(wanted)]

    async def written(self, conversation: str) -> list[Fact]:
        return [self.store.registry.fact(entry) for entry in await self.entries(f"conversation/{conversation}")]

    async def decide(self, *facts: Fact) -> None:
        """Journal what the router would decide."""
        drafts = [
            Draft(
                at_ms=self.clock.now_ms(),
                kind=Kind.FACT,
                type=type(fact).__name__,
                version=fact.version,
                rules=RulesVersion("test/1"),
                cause=None,
                body=self.store.registry.encode(fact),
            )
            for fact in facts
        ]
        await self.journal.append(drafts)

    async def ann_takes(self, conversation: str) -> HandlingId:
        self.facts += 1
        handling = HandlingId(f"h-{self.facts}")
        await self.decide(
            HandlingStarted(
                handling=handling,
                interaction=InteractionId(conversation),
                agent=ANN,
                queue=QueueId("chat"),
                medium=Medium.CHAT,
                offer=OfferId(f"o-{self.facts}"),
            )
        )
        return handling

    async def ann_ends(self, conversation: str, handling: HandlingId) -> None:
        interaction = InteractionId(conversation)
        await self.decide(
            WrapUpStarted(handling=handling, interaction=interaction, agent=ANN, by=EndedBy.AGENT, active_ms=1),
            CustomerLegEnded(interaction=interaction),
        )


@asynccontextmanager
async def chat_center(folder: Path, settings: ChatSettings, url: str | None = None) -> AsyncIterator[Center]:
    """A center whose channel runs; the database is a file of this folder (or the `url`), kept when the center stops."""
    clock = SystemClock()
    bus = LocalBus()
    store = await Store.open(url or f"sqlite+aiosqlite:///{folder / 'switchroom.db'}", clock=clock, bus=bus)
    routing = RoutingJournal(store, Lease(store, "test"))
    await routing.recover()
    names = {"ann": "Ann", "ben": "Ben"}
    channel = ChatChannel(store, Feed(store), settings, clock, lambda agent: names.get(agent, "Our team"))
    running = asyncio.create_task(channel.run())
    try:
        yield Center(store, channel, settings, clock, routing)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await store.close()
        await bus.close()


@asynccontextmanager
async def served(app: Starlette, host: str = "127.0.0.1", listening: socket.socket | None = None) -> AsyncIterator[str]:
    """Serve an app over real uvicorn; give its origin."""
    listening = listening or listen()
    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=65_536,
        log_level="warning",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started:
            assert not task.done(), "the server did not start"
            await asyncio.sleep(0.005)
        yield f"http://{host}:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        server.force_exit = True
        await task
        listening.close()


async def until_so(condition: Callable[[], bool | Awaitable[bool]], seconds: float, what: str) -> None:
    """`until` for conditions that ask the database."""
    await until(condition, seconds, what)


def listen(port: int = 0) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    return listening


def chat_app(center: Center, widget: Widget | None = None) -> Starlette:
    routes = chat_routes(center.channel, center.settings, widget or Widget(b"", b"", b""))
    return Starlette(routes=[Mount("/chat", routes=list(routes))])
