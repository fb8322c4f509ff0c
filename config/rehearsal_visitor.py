"""A rehearsal customer in a chat window: talks over the chat's public socket as the widget does."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress

import websockets
from websockets.asyncio.client import ClientConnection
from websockets.typing import Origin

from channels.core import chat_protocol as chat

HEARTBEAT_S = 15.0
THINKS_S = (2.0, 6.0)
RETRY_S = 2.0


class ChatVisitor:
    """Somebody in a chat window. As the window does, they come back to their conversation when the link broke."""

    def __init__(
        self,
        socket_url: str,
        origin: str,
        lines: Sequence[str],
        chance: random.Random,
        thinks_s: tuple[float, float] = THINKS_S,
    ) -> None:
        self._socket_url = socket_url
        self._origin = Origin(origin)
        self._chance = chance
        self._thinks_s = thinks_s
        first, *self._left = lines
        self._under_way: chat.Line | None = self._line(first)
        """What is sent again until the center has acknowledged it."""
        self._token: str | None = None
        self._begun = False
        self._heard = 0
        self._owes = False
        """Whether the agent has said something that was not answered yet."""
        self._leaving = False

    async def talk(self, answered: Callable[[], None]) -> None:
        """Say each line after an answer, then leave; returns when the conversation has ended."""
        ended = False
        while not ended:
            with suppress(OSError, websockets.WebSocketException):
                async with websockets.connect(self._socket_url, origin=self._origin) as link:
                    ended = await self._converse(link, answered)
            if not ended:
                await asyncio.sleep(RETRY_S)

    async def _converse(self, link: ClientConnection, answered: Callable[[], None]) -> bool:
        """Whether the conversation has ended; raises when the link breaks."""
        await link.send(chat.encode(chat.Hello(version=chat.CHAT_PROTOCOL_VERSION, token=self._token)))
        heart = asyncio.create_task(_beat(link))
        greeted = False
        try:
            while True:
                message = chat.read_from_server(await link.recv())
                if isinstance(message, chat.Welcome):
                    self._token = message.token
                elif isinstance(message, chat.Standing):
                    if self._is_over(message.phase):
                        return True
                    if not greeted:
                        await self._send(link)
                    greeted = True
                elif isinstance(message, chat.Ack) and self._is_under_way(message.client_id):
                    self._under_way, self._begun = None, True
                elif isinstance(message, chat.Lines) and self._hears(message):
                    self._owes = True
                    answered()
                if self._owes and self._under_way is None:
                    await asyncio.sleep(self._chance.uniform(*self._thinks_s))
                    self._go_on()
                    await self._send(link)
        finally:
            heart.cancel()

    def _is_over(self, phase: chat.Phase) -> bool:
        return self._begun and phase in (chat.Phase.ENDED, chat.Phase.NONE)

    def _is_under_way(self, client_id: str) -> bool:
        return self._under_way is not None and self._under_way.client_id == client_id

    def _hears(self, message: chat.Lines) -> bool:
        """Whether the agent says something new there."""
        heard = max((line.seq for line in message.lines if line.author == "agent"), default=0)
        is_new = heard > self._heard
        self._heard = max(self._heard, heard)
        return is_new

    def _go_on(self) -> None:
        self._owes = False
        if self._left:
            self._under_way = self._line(self._left.pop(0))
        else:
            self._leaving = True

    async def _send(self, link: ClientConnection) -> None:
        if self._under_way is not None:
            await link.send(chat.encode(self._under_way))
        elif self._leaving:
            await link.send(chat.encode(chat.Leave()))

    def _line(self, text: str) -> chat.Line:
        return chat.Line(client_id=f"{self._chance.getrandbits(64):016x}", text=text)


async def _beat(link: ClientConnection) -> None:
    with suppress(websockets.ConnectionClosed):
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            await link.send(chat.encode(chat.Heartbeat()))
