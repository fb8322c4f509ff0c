"""One connection to an Asterisk's AMI.

panoramisk 1.4 gives the protocol's frame, the message and the action; its reading, its completion of actions and its
connection life cycle are replaced, each for a defect seen: it replays unanswered actions after a reconnect, hangs on
cut lists, loses characters split over two reads, lets line ends inject actions and runs our code while reading.
This module promises: an action is sent at most once and always ends, with its answer or with an AmiError; events come
in order from a bounded queue, and when that overflows the connection is closed; whatever bytes arrive, memory stays
bounded. It never reconnects: `switch.py` does, with a new link.
"""

import asyncio
import codecs
import logging
import re
import socket
import ssl
from collections import deque
from typing import Any

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from cti.asterisk.packet import AmiAction, AmiPacket
from cti.errors import AmiDownError, AmiTimeoutError

log = logging.getLogger(__name__)

MESSAGE_CHARACTERS_MAX = 256_000
EVENTS_MAX = 50_000
LIST_PACKETS_MAX = 200_000
PENDING_MAX = 1_000
UNSENT_BYTES_MAX = 1_000_000
ANSWER_SECONDS = 5.0
CONNECT_SECONDS = 5.0
UNACKNOWLEDGED_MS = 10_000

_GREETING = "Asterisk Call Manager/"
_END_OF_MESSAGE = re.compile(r"\r?\n\r?\n")


class PendingAction(Action):  # type: ignore[misc]  # panoramisk has no types
    """An action under way. It is a list only if its first answer says `EventList: start`."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(headers)
        self.packets: list[AmiPacket] = []

    def add(self, packet: AmiPacket) -> bool:
        """Take one answer; True when it was the last."""
        self.packets.append(packet)
        if len(self.packets) > LIST_PACKETS_MAX:
            return True
        if packet.get("EventList").lower() in ("complete", "cancelled"):
            return True
        return self.packets[0].get("EventList").lower() != "start"


def rendered(action: AmiAction) -> tuple[str, PendingAction, bytes]:
    """The action's id, its waiting place and its bytes. Needs a running event loop."""
    pending = PendingAction({"Action": action.name, **dict(action.headers)})
    return str(pending["ActionID"]), pending, str(pending).encode("utf-8")


def packet_of(block: str) -> AmiPacket | None:
    """One message out of its lines; None for what is neither response nor event. An empty value stays a value."""
    headers = []
    for line in re.split(r"\r?\n", block):
        name, colon, value = line.partition(":")
        if colon:
            headers.append((name.strip(), value.strip(" ")))
    packet = AmiPacket(tuple(headers))
    return packet if packet.get("Event") or packet.get("Response") else None


class _Protocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """Splits bytes into messages; completes actions; hands events to the link's queue."""

    def __init__(self, link: "AmiLink") -> None:
        self._link = link

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._greeted = False
        self._link._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self._text += self._decoder.decode(data)
            self._take()
        except Exception:
            log.exception("AMI %s: reading failed", self._link.peer)
            self._link.abort("its messages could not be read")

    def _take(self) -> None:
        if not self._greeted:
            line, end, rest = self._text.partition("\n")
            if end:
                if not line.startswith(_GREETING):
                    self._link.abort("what answers there is no Asterisk manager")
                    return
                self._greeted, self._text = True, rest
                self._link._greeted.set()
            elif len(self._text) > len(_GREETING) + 100:
                self._link.abort("what answers there is no Asterisk manager")
        if self._greeted and "\n" in self._text:
            *blocks, self._text = _END_OF_MESSAGE.split(self._text)
            for block in blocks:
                packet = packet_of(block)
                if packet is not None:
                    # panoramisk's Message knows which action an answer belongs to.
                    self.handle_message(Message({"ActionID": packet.get("ActionID")}, content=packet))
        if len(self._text) > MESSAGE_CHARACTERS_MAX:
            self._link.abort(f"it sent a message of over {MESSAGE_CHARACTERS_MAX} characters")

    def handle_message(self, message: Any) -> None:
        packet: AmiPacket = message.content
        pending: PendingAction | None = self.responses.get(message.id) if message.id else None
        if pending is not None:
            if pending.add(packet):
                del self.responses[message.id]
                if not pending.future.done():
                    pending.future.set_result(tuple(pending.packets))
        elif packet.get("Event"):
            self._link._hear(packet)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: BaseException | None) -> None:
        self.closed = True
        self._link._over(str(exc) if exc else "the switch closed the connection")

    def close(self) -> None:
        """panoramisk would queue what is unanswered, to send it again; nothing is sent twice here."""
        self._link.abort("closed")


class AmiLink:
    """A connection that has been made. `closed` ends with the reason when it is over."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._greeted = asyncio.Event()
        self._protocol: Any = None
        self._transport: Any = None
        self._reason: str | None = None
        self._events: deque[AmiPacket] = deque()
        self._heard = asyncio.Event()

    @classmethod
    async def open(cls, host: str, port: int, tls: ssl.SSLContext | None = None) -> "AmiLink":
        """Connect and wait for the greeting. Raises AmiDownError with a sentence that names the address."""
        # At INFO and below panoramisk writes whole actions, the Login with its secret among them.
        logging.getLogger("panoramisk").setLevel(logging.WARNING)
        link = cls(f"{host}:{port}")
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                loop = asyncio.get_running_loop()
                _, link._protocol = await loop.create_connection(lambda: _Protocol(link), host, port, ssl=tls)
                link._bound_silence()
                await link._greeted.wait()
        except TimeoutError as error:
            link.abort("no greeting came")
            raise AmiDownError(f"{link.peer} does not answer as an Asterisk manager") from error
        except OSError as error:
            raise AmiDownError(f"{link.peer} cannot be reached: {error.strerror or error}") from error
        except asyncio.CancelledError:
            link.abort("cancelled")
            raise
        if link.closed.done():
            raise AmiDownError(f"{link.peer}: {link.closed.result()}")
        return link

    def _bound_silence(self) -> None:
        raw: socket.socket | None = self._transport.get_extra_info("socket")
        if raw is not None and hasattr(socket, "TCP_USER_TIMEOUT") and raw.family != socket.AF_UNIX:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)

    async def call(self, action: AmiAction, seconds: float = ANSWER_SECONDS) -> tuple[AmiPacket, ...]:
        """Send once; all answers, the response first. Raises AmiDownError or AmiTimeoutError: outcome unknown."""
        if self.closed.done():
            raise AmiDownError(f"{self.peer}: {self.closed.result()}")
        responses: dict[str, PendingAction] = self._protocol.responses
        if len(responses) >= PENDING_MAX:
            raise AmiTimeoutError(f"{self.peer} has {PENDING_MAX} unanswered actions")
        action_id, pending, data = rendered(action)
        responses[action_id] = pending
        try:
            self._transport.write(data)
            if self._transport.get_write_buffer_size() > UNSENT_BYTES_MAX:
                self.abort("it does not read what we send")
            async with asyncio.timeout(seconds):
                answers: tuple[AmiPacket, ...] = await pending.future
                return answers
        except TimeoutError as error:
            raise AmiTimeoutError(f"{self.peer} did not answer {action.name} within {seconds:g} s") from error
        finally:
            responses.pop(action_id, None)

    async def ask(self, action: AmiAction, seconds: float = ANSWER_SECONDS) -> AmiPacket:
        """`call` for actions with one answer."""
        return (await self.call(action, seconds))[0]

    async def events(self) -> list[AmiPacket]:
        """All events that have come, at least one, in order. Raises AmiDownError at the end."""
        while not self._events:
            if self.closed.done():
                raise AmiDownError(f"{self.peer}: {self.closed.result()}")
            self._heard.clear()
            await self._heard.wait()
        batch = list(self._events)
        self._events.clear()
        return batch

    def abort(self, reason: str) -> None:
        """Close now. What is under way fails with AmiDownError; may be called again."""
        if self._reason is None:
            self._reason = reason
        if self._transport is not None:
            self._transport.abort()
        self._over(reason)

    def _hear(self, packet: AmiPacket) -> None:
        if len(self._events) >= EVENTS_MAX:
            self.abort(f"over {EVENTS_MAX} events waited to be read")
            return
        self._events.append(packet)
        self._heard.set()

    def _over(self, reason: str) -> None:
        if self.closed.done():
            return
        self.closed.set_result(self._reason or reason)
        self._heard.set()
        self._greeted.set()
        if self._protocol is None:
            return
        for pending in list(self._protocol.responses.values()):
            if not pending.future.done():
                pending.future.set_exception(AmiDownError(f"{self.peer}: {self.closed.result()}"))
        self._protocol.responses.clear()
