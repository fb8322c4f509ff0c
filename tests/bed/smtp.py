"""A mail server of the test's own (aiosmtpd): keeps what it gets, delivers into dovecot, misbehaves on request."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.bed.ports import free_port

if TYPE_CHECKING:
    from tests.bed.dovecot import Dovecot

KEPT_MAX = 10_000
HANG_S = 600.0
SIZE_MAX = 40_000_000


class Step(Enum):
    """Where in the conversation a fault strikes."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    AFTER_DATA = "after data"


class Fault(Enum):
    """What happens there instead of the right answer."""

    TEMPORARY = "451 4.3.0 Try again later"
    PERMANENT = "554 5.7.1 Refused"
    CLOSE = "close"
    HANG = "hang"


@dataclass(frozen=True, slots=True)
class Kept:
    """One message that was accepted."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    delivered: bool


class SmtpServer:
    """SMTP at ``port``. Recipients that ``dovecot`` knows get their mail there; all messages are in ``kept``.

    ``script`` sets faults: each is used once, in order, by the first conversation that reaches its step.
    AFTER_DATA strikes when the message is already accepted (CLOSE there is the lost answer).
    """

    def __init__(self, folder: Path, dovecot: "Dovecot | None" = None) -> None:
        self.port = free_port()
        self.kept: list[Kept] = []
        self.connections = 0
        self._log = folder / f"smtp-{self.port}.log"
        self._dovecot = dovecot
        self._faults: list[tuple[Step, Fault]] = []
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.BaseTransport] = set()

    def script(self, *faults: tuple[Step, Fault]) -> None:
        """Add faults, each to strike once."""
        self._faults.extend(faults)

    def faults_left(self) -> int:
        """How many have not struck yet."""
        return len(self._faults)

    async def start(self) -> None:
        """Listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Conversation(self), "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Stop listening and drop all conversations."""
        if self._server is None:
            return
        self._server.close()
        for transport in tuple(self._open):
            transport.close()
        self._server = None

    async def strike(self, step: Step, conversation: SMTP) -> str | None:
        """The answer of a fault that is due at this step; None: nothing is wrong."""
        for index, (where, fault) in enumerate(self._faults):
            if where is step:
                del self._faults[index]
                return await self._carry_out(fault, conversation)
        return None

    async def _carry_out(self, fault: Fault, conversation: SMTP) -> str:
        self._note(f"fault {fault.name}")
        if fault is Fault.CLOSE and isinstance(conversation.transport, asyncio.WriteTransport):
            conversation.transport.abort()
        if fault in (Fault.CLOSE, Fault.HANG):
            await asyncio.sleep(HANG_S)  # the end of the connection cancels this
        return fault.value

    async def accept(self, envelope: Envelope) -> None:
        """Keep a message and hand it to dovecot."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        sender = envelope.mail_from or ""
        recipients = tuple(envelope.rcpt_tos)
        known = [address for address in recipients if self._dovecot and address in self._dovecot.mailboxes]
        if self._dovecot is not None and known:
            await asyncio.to_thread(self._dovecot.deliver, content, known, sender)
        if len(self.kept) < KEPT_MAX:
            self.kept.append(Kept(sender, recipients, content, bool(known)))
        self._note(f"{sender} -> {', '.join(recipients)}: {len(content)} bytes")

    def _note(self, line: str) -> None:
        with self._log.open("a") as log:
            log.write(line + "\n")

    def opened(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        self.connections += 1
        self._open.add(transport)

    def closed(self, transport: asyncio.BaseTransport | None) -> None:
        """A client has gone."""
        if transport is not None:
            self._open.discard(transport)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


class _Handler:
    """aiosmtpd's hooks: ask the script first, then do the right thing."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender."""
        said = await self._server.strike(Step.MAIL, smtp)
        if said is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return said or "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient."""
        said = await self._server.strike(Step.RCPT, smtp)
        if said is None:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return said or "250 OK"

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Take a message; it is kept before a fault after it strikes."""
        said = await self._server.strike(Step.DATA, smtp)
        if said is None:
            await self._server.accept(envelope)
            said = await self._server.strike(Step.AFTER_DATA, smtp)
        return said or "250 OK: taken"


class _Conversation(SMTP):
    """aiosmtpd's protocol, with the fault that no hook can make: at the connection."""

    def __init__(self, server: SmtpServer) -> None:
        super().__init__(_Handler(server), data_size_limit=SIZE_MAX, enable_SMTPUTF8=True, hostname="bed.example.org")
        self._bed = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client connects."""
        self._bed.opened(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """A client goes."""
        self._bed.closed(self.transport)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        said = await self._bed.strike(Step.CONNECT, self)
        if said is None:
            await super()._handle_client()
            return
        await self.push(said)
        self._writer.close()


def texts(kept: Iterable[Kept]) -> list[str]:
    """The contents as text, to look into."""
    return [message.content.decode(errors="replace") for message in kept]
