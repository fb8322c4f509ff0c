"""Rehearsal: customers who call, write and chat on their own, and a shop page with the real chat widget.

A process of its own beside the engine, so that the engine may die without them. It reaches the center only as the
world does: through the rehearsal switch, the rehearsal mailbox's folder and the chat's public socket. Nothing here
pretends to be real: the desktop says on every screen that the center rehearses.
"""

import asyncio
import logging
import random
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import formataddr, make_msgid
from pathlib import Path
from typing import Generic, TypeVar

import httpx
import uvicorn
import websockets

from agent_desktop.server import STOP_WITHIN_S, GuestServer, listen
from channels.mail.rehearsal import RehearsalMailbox
from channels.webchat.sample_shop import sample_shop
from config.compose import rehearsal_mailbox
from config.definition import Definition
from config.rehearsal_visitor import ChatVisitor
from config.translating import Secret
from cti.errors import RehearsalError
from cti.rehearsal.control import RehearsalControl
from history.clock import Clock, SystemClock
from history.core.customers import IdentityKind
from history.core.vocabulary import SiteId, Trust
from history.customers import find_or_create, link_identity
from history.errors import AlreadyThere
from history.store import Store

log = logging.getLogger(__name__)

CALL_EVERY_S = (15.0, 40.0)
MAIL_EVERY_S = (60.0, 120.0)
CHAT_EVERY_S = (45.0, 90.0)
CALLS_MAX, MAILS_MAX, CHATS_MAX = 3, 3, 2
"""So many rehearsal customers are there at once, or one of each medium while nobody has answered anyone yet."""
PATIENCE_S = (60.0, 240.0)
FIRST_PATIENCE_S = 1_800.0
"""Who calls first waits until the newcomer has found the desk."""
MAIL_PATIENCE_S = 900.0
TALK_S = (20.0, 60.0)
LOOK_S = 0.5
CHAT_MAX_S = 900.0
RETRY_S = 2.0


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    phone: str
    mail: str


PEOPLE = (
    Person("Maria Lopez", "+442079460101", "maria.lopez@example.com"),
    Person("Tom Becker", "+442079460102", "tom.becker@example.com"),
    Person("Priya Nair", "+442079460103", "priya.nair@example.com"),
    Person("Jonas Lind", "+442079460104", "jonas.lind@example.com"),
    Person("Aisha Rahman", "+442079460105", "aisha.rahman@example.com"),
    Person("Pat Quinn", "+442079460106", "pat.quinn@example.com"),
)

VISITOR_OF_MARIA = "shop-1001"
"""The visitor whom the sample shop page signs."""

MAILS = (
    (
        "Gears slip on my Quay 3",
        "Hello,\n\nsince last week third gear slips when I start. Can I bring it in on Friday?",
    ),
    ("Invoice for order 4711", "Good morning,\n\ncould you send me the invoice for order 4711 once more? Thank you."),
    ("Child seat on the Minnow?", "Hi,\n\ndoes a child seat fit on the Minnow, or is the frame too small?"),
    ("Delivery to Brighton", "Dear Harbor Bikes,\n\nwhat does delivery to Brighton cost, and how long does it take?"),
)

CHATS = (
    ("Hi, is the Lantern in stock in blue?", "Great. And can I try it on Saturday?", "Perfect, thank you!"),
    ("Hello! My brake squeaks, is that dangerous?", "It is the front one, since the rain.", "I will come by. Thanks!"),
    ("Do you take old bikes in part exchange?", "A Quay 2 from 2019, good condition.", "Sounds fair, bye!"),
)


T = TypeVar("T")


class Deck(Generic[T]):
    """Deals each once, in an order of chance, before any comes again."""

    def __init__(self, items: Sequence[T], chance: random.Random) -> None:
        self._items = tuple(items)
        self._chance = chance
        self._left: list[T] = []

    def deal(self) -> T:
        if not self._left:
            self._left = self._chance.sample(self._items, len(self._items))
        return self._left.pop()


async def introduce(store: Store) -> None:
    """Let the history know the rehearsal people: Maria by phone, mail and chat, the others by phone and mail."""
    for person in PEOPLE:
        found = await find_or_create(store, IdentityKind.PHONE, person.phone, Trust.CLAIMED, person.name)
        with suppress(AlreadyThere):
            await link_identity(store, found.customer, IdentityKind.MAIL, person.mail, Trust.CLAIMED)
        if person is PEOPLE[0]:
            with suppress(AlreadyThere):
                await link_identity(store, found.customer, IdentityKind.CHAT, VISITOR_OF_MARIA, Trust.VERIFIED)


@dataclass(frozen=True, slots=True)
class WaysIn:
    """How rehearsal customers may reach this center; what is empty is not used, since the center has no such medium."""

    numbers: Sequence[str]
    mailbox: RehearsalMailbox | None
    address: str
    site: SiteId | None


def ways_in(definition: Definition, data: Path) -> WaysIn:
    rehearses_calls = any(switch.kind == "rehearsal" for switch in definition.switches)
    numbers = [number.number for number in definition.numbers] or ["100"]
    box = next((box for box in definition.mailboxes if box.kind == "rehearsal"), None)
    return WaysIn(
        numbers=numbers if rehearses_calls else (),
        mailbox=None if box is None else rehearsal_mailbox(data, box.id),
        address="" if box is None else box.address,
        site=SiteId(definition.sites[0].id) if definition.sites else None,
    )


class Customers:
    """All rehearsal customers of one process."""

    def __init__(self, ways: WaysIn, control_port: int, origin: str, chance: random.Random) -> None:
        self._ways = ways
        self._control_port = control_port
        self._socket_url = f"{origin.replace('http', 'ws', 1)}/chat/{ways.site}/socket"
        self._origin = origin
        self._chance = chance
        self._callers, self._writers = Deck(PEOPLE, chance), Deck(PEOPLE, chance)
        self._mails, self._chats = Deck(MAILS, chance), Deck(CHATS, chance)
        self._unanswered: dict[str, asyncio.Event] = {}
        self._somebody_works = False
        """Whether anyone was answered yet. Until then few come, lest a newcomer begins with a queue full of anger."""

    async def run(self) -> None:
        """Call, write and chat until cancelled; the first one comes when the center answers."""
        await self._center_answers()
        async with asyncio.TaskGroup() as tasks:
            if self._ways.numbers:
                tasks.create_task(self._one_after_another(CALL_EVERY_S, CALLS_MAX, self._call))
            if self._ways.mailbox is not None:
                mailbox = self._ways.mailbox
                tasks.create_task(self._one_after_another(MAIL_EVERY_S, MAILS_MAX, lambda: self._write(mailbox)))
                tasks.create_task(self._read_answers(mailbox))
            if self._ways.site is not None:
                tasks.create_task(self._one_after_another(CHAT_EVERY_S, CHATS_MAX, self._chat))

    async def _center_answers(self) -> None:
        async with httpx.AsyncClient(base_url=self._origin, timeout=RETRY_S) as client:
            while True:
                with suppress(httpx.HTTPError):
                    if (await client.get("/healthz")).status_code == httpx.codes.OK:
                        return
                await asyncio.sleep(LOOK_S)

    async def _one_after_another(
        self, every_s: tuple[float, float], open_max: int, contact: Callable[[], Awaitable[None]]
    ) -> None:
        running: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as tasks:
            while True:
                if len(running) < (open_max if self._somebody_works else 1):
                    task = tasks.create_task(self._tried(contact))
                    running.add(task)
                    task.add_done_callback(running.discard)
                await asyncio.sleep(self._chance.uniform(*every_s))

    async def _tried(self, contact: Callable[[], Awaitable[None]]) -> None:
        try:
            await contact()
        except (RehearsalError, OSError, TimeoutError, websockets.WebSocketException) as error:
            log.info("a rehearsal customer gave up: %s", error)
            await asyncio.sleep(RETRY_S)

    async def _call(self) -> None:
        person, number = self._callers.deal(), self._chance.choice(self._ways.numbers)
        patience_s = self._chance.uniform(*PATIENCE_S)
        if not self._somebody_works:
            person, number, patience_s = PEOPLE[0], self._ways.numbers[0], FIRST_PATIENCE_S
        async with await RehearsalControl.connect(self._control_port) as control:
            call = await control.caller_calls(number, person.phone, person.name)
            talk_s = self._chance.uniform(*TALK_S)
            while (state := await control.caller_state(call)) != "gone":
                if state == "talking":
                    self._somebody_works = True
                    talk_s -= LOOK_S
                else:
                    patience_s -= LOOK_S
                if talk_s <= 0 or patience_s <= 0:
                    await control.caller_hangs_up(call)
                await asyncio.sleep(LOOK_S)

    async def _write(self, mailbox: RehearsalMailbox) -> None:
        person = self._writers.deal()
        subject, text = self._mails.deal()
        mail = EmailMessage(policy=SMTP)
        mail["From"] = formataddr((person.name, person.mail))
        mail["To"] = self._ways.address
        mail["Subject"] = subject
        message = make_msgid(domain="example.com")
        mail["Message-ID"] = message
        mail.set_content(f"{text}\n\nKind regards\n{person.name}\n")
        answered = self._unanswered[message] = asyncio.Event()
        mailbox.write(mail.as_bytes())
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(answered.wait(), MAIL_PATIENCE_S)
        finally:
            del self._unanswered[message]

    async def _read_answers(self, mailbox: RehearsalMailbox) -> None:
        """Now and then a customer answers the answer, in the same thread."""
        while True:
            for raw in mailbox.take_answers():
                self._somebody_works = True
                answered = self._unanswered.get(_answers(raw))
                if answered is not None:
                    answered.set()
                if self._chance.random() < 0.3:
                    mailbox.write(_thanks(raw))
            await asyncio.sleep(RETRY_S)

    async def _chat(self) -> None:
        visitor = ChatVisitor(self._socket_url, self._origin, self._chats.deal(), self._chance)
        async with asyncio.timeout(CHAT_MAX_S):
            await visitor.talk(self._was_answered)

    def _was_answered(self) -> None:
        self._somebody_works = True


def _answers(raw: bytes) -> str:
    """The id of the mail that this one answers."""
    return str(BytesParser(policy=SMTP).parsebytes(raw, headersonly=True)["In-Reply-To"] or "").strip()


def _thanks(raw: bytes) -> bytes:
    answered = BytesParser(policy=SMTP).parsebytes(raw)
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = answered["To"], answered["From"]
    mail["Subject"] = f"Re: {answered['Subject']}"
    mail["Message-ID"] = make_msgid(domain="example.com")
    mail["In-Reply-To"] = answered["Message-ID"]
    mail["References"] = f"{answered.get('References', '')} {answered['Message-ID']}".strip()
    mail.set_content("Thank you, that helps!\n")
    return mail.as_bytes()


async def rehearse_center(
    definition: Definition,
    data: Path,
    origin: str,
    control_port: int,
    shop_port: int,
    secret: Secret,
    chance: random.Random,
) -> None:
    """Let customers come to the center at `origin` until cancelled, and serve the shop page where it has a chat."""
    ways = ways_in(definition, data)
    customers = Customers(ways, control_port, origin, chance)
    if ways.site is None:
        await customers.run()
        await asyncio.Event().wait()  # a center without any medium of ours has nobody to rehearse with
    else:
        with listen("localhost", shop_port) as listening:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(customers.run())
                signing = secret("site", ways.site)
                tasks.create_task(serve_shop(listening, origin, ways.site, signing, SystemClock()))


async def serve_shop(listening: socket.socket, origin: str, site: str, secret: str, clock: Clock) -> None:
    """Serve the sample shop on a socket of another origin until cancelled."""
    app = sample_shop(origin, SiteId(site), secret, clock)
    config = uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=STOP_WITHIN_S)
    await GuestServer(config).serve_until_cancelled(listening)
