"""A small real center for the desktop's tests: SQLite, the real engine, real uvicorn; the channels are fakes."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from argon2 import PasswordHasher

from agent_desktop.acts import Channels
from agent_desktop.client import DesktopClient
from agent_desktop.core.rights import Actor
from agent_desktop.core.settings import CenterSettings, QueueShown, UserSettings
from agent_desktop.errors import ChannelRefused
from agent_desktop.origins import Origins
from agent_desktop.passwords import Passwords
from agent_desktop.server import Desk, ServerSettings, build_desk, listen
from channels.mail.messages import Address, MailHeaders
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.conversations import Author, ConversationBegan, LineWritten, MailQueued, MailReceived, TaskGiven
from history.core.customers import Act, IdentityKind
from history.core.entries import Draft, Kind
from history.core.registry import REGISTRY
from history.core.routing_settings import AgentSettings, MediumCapacity, QueueSettings, RoutingSettings
from history.core.vocabulary import (
    AgentId,
    ClientMessageId,
    ContentId,
    ConversationId,
    CustomerId,
    DigestHex,
    DispositionId,
    HandlingId,
    InteractionId,
    MailboxId,
    Medium,
    MessageId,
    PhoneName,
    QueueId,
    ReasonCode,
    Role,
    RulesVersion,
    SourceId,
    SwitchName,
    TeamId,
    Trust,
    UserId,
)
from history.customers import find_or_create
from history.errors import StoreUnavailable
from history.feed import Feed
from history.journal import RoutingJournal
from history.kept_folds import KeptFold
from history.lease import Lease
from history.projector import Projector
from history.store import Store
from reports.wallboard import Wallboard
from router.core.engine import Engine
from router.core.inputs import AnyInput, DefinitionApplied, InteractionArrived, Receipt
from router.errors import RouterUnavailable

CAPACITIES = (
    MediumCapacity(medium=Medium.VOICE, weight=100, limit=1),
    MediumCapacity(medium=Medium.CHAT, weight=30, limit=2),
    MediumCapacity(medium=Medium.MAIL, weight=30, limit=2, interruptible=True),
    MediumCapacity(medium=Medium.TASK, weight=30, limit=2, interruptible=True),
)
MEDIA_OF = {"sales": Medium.VOICE, "mail": Medium.MAIL, "chat": Medium.CHAT, "tasks": Medium.TASK}


def routing_settings() -> RoutingSettings:
    return RoutingSettings(
        definition_version=1,
        agents=tuple(
            AgentSettings(
                agent=AgentId(name), capacities=CAPACITIES, switch=SwitchName("s1"), phone=PhoneName(name), skills=()
            )
            for name in ("ann", "ben")
        ),
        queues=tuple(
            QueueSettings(queue=QueueId(name), medium=medium, target_ms=20_000, offer_ms=20_000)
            for name, medium in MEDIA_OF.items()
        ),
        reasons=(ReasonCode("lunch"),),
        dispositions=(DispositionId("solved"), DispositionId("later")),
    )


def center_settings() -> CenterSettings:
    team = frozenset({TeamId("floor")})
    return CenterSettings(
        name="Harbor Bikes",
        zone="Europe/London",
        media=tuple(MEDIA_OF.values()),
        users=(
            UserSettings(UserId("ann"), "Ann Archer", Role.AGENT, team, is_agent=True),
            UserSettings(UserId("ben"), "Ben Baker", Role.AGENT, team, is_agent=True),
            UserSettings(UserId("sam"), "Sam Stone", Role.SUPERVISOR, team),
            UserSettings(UserId("ada"), "Ada Admin", Role.ADMINISTRATOR),
            UserSettings(UserId("crm"), "The CRM", Role.INTEGRATOR),
        ),
        queues=tuple(QueueShown(QueueId(name), name.title(), medium) for name, medium in MEDIA_OF.items()),
        reasons=((ReasonCode("lunch"), "Lunch"),),
        dispositions=((DispositionId("solved"), "Solved"), (DispositionId("later"), "Later")),
        rehearsal=True,
        mailboxes=((MailboxId("help"), ("office@harbor-bikes.example", "help@harbor-bikes.example")),),
    )


class EngineRouter:
    """The router port over the real engine: one input, one commit. `inputs` records what came."""

    def __init__(self, store: Store, clock: SystemClock, holder: str = "test") -> None:
        self.inputs: list[AnyInput] = []
        self.down = False
        self._journal = RoutingJournal(store, Lease(store, holder))
        self._clock = clock
        self._engine = Engine()
        self._gate = asyncio.Lock()

    async def recover(self) -> None:
        for entry in await self._journal.recover():
            self._engine.fold(REGISTRY.fact(entry), entry.at_ms)

    async def submit(self, given: AnyInput) -> Receipt:
        async with self._gate:
            if self.down:
                raise RouterUnavailable("down, as the test wants it")
            self.inputs.append(given)
            now_ms = self._clock.now_ms()
            decision = self._engine.handle(given, now_ms)
            await self._journal.append(
                [
                    Draft(
                        at_ms=now_ms,
                        kind=Kind.FACT,
                        type=type(fact).__name__,
                        version=fact.version,
                        rules=RulesVersion("test/1"),
                        cause=None,
                        body=msgspec.json.encode(fact),
                    )
                    for fact in decision.facts
                ]
            )
            return decision.receipt


class FakeChat:
    """Speaks into the conversation's stream as the chat channel does; one line for each client id."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.said: dict[tuple[str, str], MessageId] = {}
        self.typings: list[tuple[str, bool]] = []
        self.refuses = ""

    async def say(
        self,
        *,
        interaction: InteractionId,
        handling: HandlingId,
        agent: AgentId,
        client_message: ClientMessageId,
        text: str,
    ) -> MessageId:
        if self.refuses:
            raise ChannelRefused(self.refuses)
        key = (interaction, client_message)
        if key not in self.said:
            self.said[key] = await say(self._store, interaction, text, agent=agent, client=client_message)
        return self.said[key]

    def typing(self, interaction: InteractionId, typing: bool) -> None:
        self.typings.append((interaction, typing))


class FakeMail:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.answers: list[str] = []

    async def answer(
        self,
        *,
        interaction: InteractionId,
        handling: HandlingId,
        agent: AgentId,
        client_message: ClientMessageId,
        text: str,
    ) -> MessageId:
        message = MessageId(f"out-{client_message}")
        async with self._store.writing("test.mail") as writing:
            content = await writing.put_text(interaction, text)
            headers = await writing.put_text(interaction, "{}")
            queued = MailQueued(message=message, handling=handling, agent=agent, headers=headers, text=content)
            await writing.append(f"conversation/{interaction}", [queued])
        self.answers.append(text)
        return message


class FakeTasks:
    def __init__(self) -> None:
        self.center: TestCenter | None = None
        self.made: dict[str, ConversationId] = {}

    async def make(
        self,
        *,
        key: str,
        title: str,
        fields: Mapping[str, str],
        queue: QueueId,
        customer: CustomerId | None,
        due_ms: int | None,
        by: UserId,
    ) -> ConversationId:
        if queue not in MEDIA_OF:
            raise ChannelRefused(f"There is no queue {queue}.")
        if key not in self.made:
            interaction = InteractionId(f"t-{secrets.token_hex(4)}")
            assert self.center is not None
            store = self.center.store
            async with store.writing("test.task") as writing:
                text = await writing.put_text(interaction, title)
                given = await writing.put_text(interaction, msgspec.json.encode(dict(fields)).decode())
                began = ConversationBegan(
                    conversation=ConversationId(interaction), interaction=interaction, medium=Medium.TASK, queue=queue
                )
                await writing.append(f"conversation/{interaction}", [began, TaskGiven(title=text, fields=given)])
            await self.center.arrives(interaction, "tasks")
            self.made[key] = ConversationId(interaction)
        return self.made[key]


class FakeSteeringLog:
    """Remembers what was steered; while `down` it cannot write."""

    def __init__(self) -> None:
        self.rows: list[tuple[Act, UserId, str, CustomerId | None]] = []
        self.down = False

    async def steered(self, act: Act, actor: Actor, *, subject: str, customer: CustomerId | None) -> None:
        if self.down:
            raise StoreUnavailable("down, as the test wants it")
        self.rows.append((act, actor.user, subject, customer))


class FakePhones:
    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []

    async def answer(self, agent: AgentId) -> None:
        self.done.append(("answer", agent))

    async def decline(self, agent: AgentId) -> None:
        self.done.append(("decline", agent))

    async def hang_up(self, agent: AgentId) -> None:
        raise ChannelRefused("The phone is not in a call.")


async def say(
    store: Store, interaction: str, text: str, agent: AgentId | None = None, client: str | None = None
) -> MessageId:
    """One chat line, of the customer when no agent is named."""
    message = MessageId(f"l-{secrets.token_hex(4)}")
    async with store.writing("test.say") as writing:
        content = await writing.put_text(InteractionId(interaction), text)
        line = LineWritten(
            message=message,
            author=Author.AGENT if agent else Author.CUSTOMER,
            agent=agent,
            client_message=ClientMessageId(client or message),
            text=content,
        )
        await writing.append(f"conversation/{interaction}", [line])
    return message


@dataclass
class TestCenter:
    """A running center. `passwords` are the first ones of all users."""

    __test__ = False

    store: Store
    clock: SystemClock
    router: EngineRouter
    desk: Desk
    address: str
    passwords: dict[UserId, str]
    chat: FakeChat
    mail: FakeMail
    phones: FakePhones
    wallboard: Wallboard
    steered: FakeSteeringLog
    settings: list[CenterSettings] = field(default_factory=list)
    _number: int = 0

    async def arrives(self, interaction: str, queue: str, customer: CustomerId | None = None) -> None:
        self._number += 1
        receipt = await self.router.submit(
            InteractionArrived(
                source=SourceId("test/arrivals"),
                source_epoch=self.clock.now_ms(),
                source_number=self._number,
                interaction=InteractionId(interaction),
                medium=MEDIA_OF[queue],
                queue=QueueId(queue),
                arrived_ms=self.clock.now_ms(),
                customer=customer,
                trust=Trust.VERIFIED if customer else Trust.CLAIMED,
            )
        )
        assert receipt.outcome == "accepted"

    async def defines(self, settings: RoutingSettings) -> None:
        """Put other routing settings into force."""
        given = DefinitionApplied(
            source=SourceId("test/definition"), source_epoch=self.clock.now_ms(), source_number=1, settings=settings
        )
        assert (await self.router.submit(given)).outcome != "refused"  # the same as before is ignored

    async def chat_begins(self, interaction: str, text: str, customer: CustomerId | None = None) -> None:
        async with self.store.writing("test.begin") as writing:
            began = ConversationBegan(
                conversation=ConversationId(interaction),
                interaction=InteractionId(interaction),
                medium=Medium.CHAT,
                queue=QueueId("chat"),
                customer=customer,
            )
            await writing.append(f"conversation/{interaction}", [began])
        await say(self.store, interaction, text)
        await self.arrives(interaction, "chat", customer)

    async def mail_comes(self, interaction: str, subject: str, text: str, attachment: bytes | None = None) -> None:
        owner = InteractionId(interaction)
        headers = MailHeaders(
            sender=Address("", "maria.lopez@example.com"),
            to=(Address("Shop", "Help@harbor-bikes.example"),),
            subject=subject,
        )
        async with self.store.writing("test.mail_comes") as writing:
            raw = await writing.put_bytes(owner, b"raw", "message/rfc822")
            files: tuple[ContentId, ...] = ()
            if attachment is not None:
                files = (await writing.put_bytes(owner, attachment, "text/html", "bill.html"),)
            received = MailReceived(
                message=MessageId(f"in-{interaction}"),
                raw=raw,
                digest=DigestHex("0" * 64),
                headers=await writing.put_text(owner, msgspec.json.encode(headers).decode()),
                text=await writing.put_text(owner, f"{text}\n> earlier words"),
                new_text=await writing.put_text(owner, text),
                attachments=files,
            )
            began = ConversationBegan(
                conversation=ConversationId(interaction),
                interaction=owner,
                medium=Medium.MAIL,
                queue=QueueId("mail"),
                subject=await writing.put_text(owner, subject),
                mailbox=MailboxId("help"),
            )
            await writing.append(f"conversation/{interaction}", [began, received])
        await self.arrives(interaction, "mail")

    async def maria(self) -> CustomerId:
        found = await find_or_create(self.store, IdentityKind.CHAT, "shop-1001", Trust.VERIFIED, "Maria Lopez")
        return found.customer

    @asynccontextmanager
    async def signed_in(self, user: str) -> AsyncGenerator[DesktopClient]:
        async with DesktopClient(self.address) as client:
            await client.sign_in(user, self.passwords[UserId(user)])
            yield client


@asynccontextmanager
async def running_center(
    folder: Path, passwords: dict[UserId, str] | None = None, port: int = 0
) -> AsyncGenerator[TestCenter]:
    """Start a center in this folder; a second one in the same folder goes on where the first one stopped."""
    async with AsyncExitStack() as stack:
        clock, bus = SystemClock(), LocalBus()
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/test.sqlite", clock=clock, bus=bus)
        stack.push_async_callback(store.close)
        clock.start_no_earlier_than(await store.last_instant_ms() + 1)
        router, feed = EngineRouter(store, clock), Feed(store, look_s=0.2)
        await router.recover()
        settings = [center_settings()]
        wallboard = Wallboard(clock, store.registry.fact, settings[0].zone, keeping=KeptFold(store, "wallboard"))
        chat, mail, phones = FakeChat(store), FakeMail(store), FakePhones()
        listening = listen("127.0.0.1", port)
        port = listening.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        tasks, steered = FakeTasks(), FakeSteeringLog()
        web = folder / "web"
        web.mkdir(exist_ok=True)
        (web / "index.html").write_text("<!doctype html><title>Switchroom</title>")
        desk = build_desk(
            router=router,
            store=store,
            feed=feed,
            clock=clock,
            center=lambda: settings[0],
            board=wallboard,
            settings=ServerSettings(
                Origins(frozenset({address}), f"http://localhost:{port}"), web=web, phone_urls=("ws://127.0.0.1:8088",)
            ),
            channels=Channels(chat=chat, mail=mail, tasks=tasks, rehearsal=phones),
            passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
            steering_log=steered,
        )
        made = await desk.sign_in.make_first_passwords()
        center = TestCenter(
            store, clock, router, desk, address, passwords or made, chat, mail, phones, wallboard, steered, settings
        )
        tasks.center = center
        await center.defines(routing_settings())
        started = asyncio.Event()
        running = [
            asyncio.create_task(Projector(store).run()),
            asyncio.create_task(wallboard.run(feed)),
            asyncio.create_task(desk.run(listening, started)),
        ]
        try:
            async with asyncio.timeout(10):
                await started.wait()
                await desk.views.ready.wait()
            yield center
        finally:
            for task in reversed(running):
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            listening.close()
