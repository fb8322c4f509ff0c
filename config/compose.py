"""The composition root: the only place that constructs adapters and joins the rooms.

`run_engine` is the life of one engine process: open the database, take the lease, fold the journal, let the channels
and the desktop live beside the driver. A channel that fails is started again by itself and shown as down; a driver
that fails ends the process, and the parent starts the next.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette

from agent_desktop.acts import Channels
from agent_desktop.core.rights import Action
from agent_desktop.origins import Origins
from agent_desktop.server import Desk, Mounted, ServerSettings, build_desk
from channels.announcer import Announcer
from channels.mail.imap_source import ImapSource
from channels.mail.rehearsal import RehearsalMailbox
from channels.mail.sending import MailSender, SmtpSender
from channels.mail.service import MailChannel
from channels.mail.settings import MailboxSettings, Pace
from channels.mail.source import MailboxSource
from channels.voice import VoiceChannel
from channels.webchat.documents import read_widget
from channels.webchat.endpoint import chat_routes
from channels.webchat.service import ChatChannel
from channels.webchat.settings import ChatSettings
from config.adapters import (
    ChannelsHealth,
    ChatForDesk,
    MailForDesk,
    RehearsalPhonesForDesk,
    TasksForDesk,
)
from config.applying import DefinitionApplier
from config.check import check
from config.definition import Switch, parse
from config.errors import BadSetting, CannotStart
from config.in_force import InForce
from config.settings import Place, Secrets, variables
from config.translating import (
    NOT_REHEARSING,
    center_settings,
    mailbox_settings,
    missing_settings,
    site_settings,
    voice_settings,
)
from config.translating_leaving import announcement_texts
from cti.asterisk.switch import AsteriskSwitch
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.registry import REGISTRY
from history.core.vocabulary import AgentId, Medium, PhoneName, SwitchName, UserId
from history.definitions import StoredDefinition, newest_definition
from history.errors import HistoryError
from history.feed import Feed
from history.journal import RoutingJournal
from history.kept_folds import KeptFold
from history.lease import Lease
from history.projector import Projector
from history.store import Store
from reports.wallboard import Wallboard
from router.core.effects import AnyEffect
from router.driver import Driver

RETRY_S = (0.5, 1.0, 2.0, 5.0)
REHEARSAL_USER = "switchroom"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RehearsalPorts:
    """Where the rehearsal switch of this host listens: AMI and wishes."""

    ami: int
    control: int


@dataclass(frozen=True, slots=True)
class EngineOptions:
    place: Place
    listening: socket.socket
    reached: Callable[[str], None]
    rehearsal: RehearsalPorts | None = None
    restart: Callable[[], None] = lambda: None
    """Ends this engine so that its parent starts the next: a new definition is taken up by all channels at once."""
    live: Callable[[dict[UserId, str]], None] = lambda made: None
    """Told once the center answers, with the passwords that were made at this start."""


class Center:
    """All parts of one engine process, constructed and joined; `run` starts them."""

    def __init__(self, options: EngineOptions, store: Store, definition: StoredDefinition, secrets: Secrets) -> None:
        self._options = options
        self._store = store
        self._secrets = secrets
        self._version = definition.version
        self._definition = parse(definition.text)
        check(self._definition)
        self._center_settings = center_settings(self._definition, secrets.required)
        self._feed = Feed(store)
        self._lease = Lease(store, holder=f"{socket.gethostname()}:{os.getpid()}")
        self._journal = RoutingJournal(store, self._lease)
        self.driver = Driver(
            self._journal,
            REGISTRY,
            store.clock,
            sinks=(self,),
            reached=options.reached,
            recovered=self._engine_recovered,
        )
        self._voices = [self._voice(switch) for switch in self._definition.switches]
        self._mail = self._mail_channel()
        self._chat, self._chat_settings = self._chat_channel()
        self._health = ChannelsHealth(store.clock, [voice.switch for voice in self._voices], lambda: self._mail)
        self._wallboard = Wallboard(
            store.clock, REGISTRY.fact, self._definition.center.zone, keeping=KeptFold(store, "wallboard")
        )
        self._definitions = DefinitionApplier(
            store,
            self.driver,
            options.restart,
            lambda definition: missing_settings(definition, secrets, rehearsing=options.rehearsal is not None),
        )
        self._in_force = InForce(self._definition, self._version, self.driver, store.clock)
        self.desk = self._desk()

    def release(self, effects: Sequence[AnyEffect]) -> None:
        """The driver's effects go to the switches. A pop needs no carrying: the desk's view folds its offer's fact."""
        for voice in self._voices:
            voice.release(effects)

    async def run(self) -> None:
        """Live until cancelled, or until the driver cannot go on."""
        options = self._options
        made = await self.desk.sign_in.make_first_passwords()
        started = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.driver.run())
                await self.driver.recovered.wait()
                tasks.create_task(self._lease.keep())
                await self._in_force.apply()
                tasks.create_task(self._in_force.keep())
                tasks.create_task(Projector(self._store).run())
                tasks.create_task(Announcer(self._store, self.driver, self._options.reached).run())
                tasks.create_task(self._kept("wallboard", None, lambda: self._wallboard.run(self._feed)))
                for voice in self._voices:
                    tasks.create_task(self._kept(f"Switch {voice.switch.name}", Medium.VOICE, voice.run))
                if self._mail is not None:
                    tasks.create_task(self._kept("E-mail", Medium.MAIL, self._mail.run))
                if self._chat is not None:
                    tasks.create_task(self._kept("Web chat", Medium.CHAT, self._chat.run))
                tasks.create_task(self.desk.run(options.listening, started))
                await started.wait()
                options.live(made)
        finally:
            await self._stop()

    async def _stop(self) -> None:
        try:
            async with asyncio.timeout(5):
                await self.driver.stop()
                await self._lease.give_up()
        except (HistoryError, TimeoutError) as error:
            log.warning("stopped without a snapshot: %s", error)

    def _engine_recovered(self) -> None:
        for voice in self._voices:
            voice.engine_recovered(self._lease.epoch)

    async def _kept(self, name: str, medium: Medium | None, run: Callable[[], Awaitable[None]]) -> None:
        """Run a channel for ever: what it raises costs this channel alone, and is shown as its trouble."""
        failures = 0
        while True:
            try:
                await run()
            except Exception as error:
                log.exception("%s failed and is started again", name)
                if medium is not None:
                    self._health.failed(name, medium, f"{name} failed ({error!r}) and is being started again.")
            await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
            failures += 1
            self._health.recovered(name)

    # -- adapters ------------------------------------------------------------------------------------------------

    def _voice(self, switch: Switch) -> VoiceChannel:
        port, secret, username = switch.port, None, switch.username
        if switch.kind == "rehearsal":
            if self._options.rehearsal is None:
                raise BadSetting(NOT_REHEARSING.format(id=switch.id))
            port, secret = self._options.rehearsal.ami, self._secrets.own("rehearsal")
            username = REHEARSAL_USER
        adapter = AsteriskSwitch(
            SwitchName(switch.id),
            host=switch.host,
            port=port,
            username=username,
            secret=secret or self._secrets.required("ami", switch.id),
            secret_key=" or ".join(variables("ami", switch.id)),
            clock=self._store.clock,
            may_write=self._lease.may_write,
        )
        settings = voice_settings(self._definition, switch, self._secrets.optional)
        return VoiceChannel(
            settings, adapter, self.driver, self._store, self._store.clock, reached=self._options.reached
        )

    def _mail_channel(self) -> MailChannel | None:
        if not self._definition.mailboxes:
            return None
        rehearsing = {
            box.id: rehearsal_mailbox(self._options.place.data, box.id)
            for box in self._definition.mailboxes
            if box.kind == "rehearsal"
        }

        def source(box: MailboxSettings, pace: Pace) -> MailboxSource:
            return rehearsing.get(box.id) or ImapSource(box, pace)

        def sender(box: MailboxSettings, pace: Pace) -> MailSender:
            return rehearsing.get(box.id) or SmtpSender(box.smtp, pace)

        return MailChannel(
            self._store,
            [mailbox_settings(mailbox, self._secrets.required) for mailbox in self._definition.mailboxes],
            reached=self._options.reached,
            source=source,
            sender=sender,
        )

    def _chat_channel(self) -> tuple[ChatChannel | None, ChatSettings | None]:
        if not self._definition.sites:
            return None, None
        place = self._options.place
        settings = ChatSettings(
            sites=site_settings(self._definition, self._secrets.optional),
            token_key=self._secrets.own("chat_tokens"),
            public_origins=(place.origin, *place.public_origins),
            announcements=announcement_texts(self._definition),
        )
        name = self._center_settings.user_name
        channel = ChatChannel(self._store, self._feed, settings, self._store.clock, name, self._options.reached)
        return channel, settings

    def _desk(self) -> Desk:
        definition, place = self._definition, self._options.place
        mounts = []
        if self._chat is not None and self._chat_settings is not None:
            chat_app = Starlette(routes=list(chat_routes(self._chat, self._chat_settings, read_widget())))
            mounts.append(Mounted("/chat", chat_app, Action.CHAT_AS_VISITOR))
        rehearsal = self._options.rehearsal
        phones = {
            AgentId(user.id): PhoneName(user.phone.name)
            for user in definition.users
            if user.phone is not None and user.phone.kind == "rehearsal"
        }
        return build_desk(
            router=self.driver,
            store=self._store,
            feed=self._feed,
            clock=self._store.clock,
            center=lambda: self._center_settings,
            board=self._wallboard,
            settings=ServerSettings(
                origins=origins(place),
                secure_cookies=any(origin.startswith("https:") for origin in place.public_origins),
                phone_urls=tuple(switch.websocket_url for switch in definition.switches if switch.websocket_url),
            ),
            channels=Channels(
                chat=None if self._chat is None else ChatForDesk(self._chat),
                mail=None if self._mail is None else MailForDesk(self._mail),
                tasks=TasksForDesk(self._store) if Medium.TASK in definition.media else None,
                rehearsal=RehearsalPhonesForDesk(rehearsal.control, phones) if rehearsal and phones else None,
            ),
            health=self._health,
            definitions=self._definitions,
            mounts=mounts,
        )


def origins(place: Place) -> Origins:
    """The center's own origins, and that of strangers' files: the other name of this machine."""
    own = frozenset({place.origin, *place.public_origins})
    other = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}.get(place.host)
    return Origins(own=own, files=None if other is None else f"http://{other}:{place.port}")


def rehearsal_mailbox(data: Path, mailbox: str) -> RehearsalMailbox:
    return RehearsalMailbox(data / "rehearsal-mail" / mailbox)


async def run_engine(options: EngineOptions) -> None:
    """The life of one engine process, until it is cancelled.

    Raises:
        ConfigError, HistoryError: it cannot start; the message says why.
        ExceptionGroup: a defect; the parent starts the next engine.
    """
    clock = SystemClock()
    bus = LocalBus()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(bus.close)
        store = await Store.open(options.place.database, clock=clock, bus=bus)
        stack.push_async_callback(store.close)
        clock.start_no_earlier_than(await store.last_instant_ms())
        definition = await newest_definition(store)
        if definition is None:
            raise CannotStart("There is no definition yet: start with the path of one, switchroom serve FILE.")
        center = Center(options, store, definition, Secrets(options.place.data))
        await center.run()
