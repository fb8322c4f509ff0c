"""A widget without a browser, and a wire that loses frames: for what has to hold on any network."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from channels.core.chat_protocol import (
    CHAT_PROTOCOL_VERSION,
    Ack,
    Ask,
    FromServer,
    FromWidget,
    Heartbeat,
    Hello,
    Line,
    Lines,
    LineShown,
    Refused,
    Standing,
    Welcome,
    encode,
    read_from_server,
)


def socket_url(origin: str, site: str = "harbor") -> str:
    return f"{origin.replace('http', 'ws', 1)}/chat/{site}/socket"


class Talk:
    """One open socket: send messages, wait for one of a kind."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, message: FromWidget) -> None:
        await self._connection.send(encode(message))

    async def send_raw(self, frame: str | bytes) -> None:
        await self._connection.send(frame)

    async def next(self, within_s: float = 5.0) -> FromServer:
        async with asyncio.timeout(within_s):
            return read_from_server(await self._connection.recv())

    async def until(self, kind: type[Any], within_s: float = 5.0) -> Any:
        async with asyncio.timeout(within_s):
            while True:
                message = read_from_server(await self._connection.recv())
                if isinstance(message, kind):
                    return message

    async def close_code(self, within_s: float = 5.0) -> int | None:
        async with asyncio.timeout(within_s):
            with suppress(ConnectionClosed):
                while True:
                    await self._connection.recv()
            return self._connection.close_code


def _as(origin: str | None) -> Origin | None:
    return None if origin is None else Origin(origin)


@asynccontextmanager
async def opened(origin: str, site: str = "harbor", page_origin: str | None = "own") -> AsyncIterator[Talk]:
    own = origin if page_origin == "own" else page_origin
    async with connect(socket_url(origin, site), origin=_as(own), compression=None) as connection:
        yield Talk(connection)


def hello(token: str | None = None, visitor: str | None = None, **more: Any) -> Hello:
    return Hello(version=CHAT_PROTOCOL_VERSION, token=token, visitor=visitor, **more)


class StubbornVisitor:
    """Writes its lines in order, each again until its ack; applies only the next number and asks for the rest."""

    def __init__(self, origin: str, lines: list[str]) -> None:
        self.origin = origin
        self.unsent = [Line(client_id=f"client-{place:05d}", text=text) for place, text in enumerate(lines)]
        self.acked: list[str] = []
        self.shown: list[LineShown] = []
        self.token: str | None = None
        self.conversation: str | None = None
        self.standing: Standing | None = None

    async def run(self) -> None:
        while True:
            with suppress(ConnectionClosed, InvalidHandshake, TimeoutError, OSError):
                async with opened(self.origin) as talk:
                    await self._talk(talk)
            await asyncio.sleep(0.02)

    async def _talk(self, talk: Talk) -> None:
        await talk.send(hello(self.token, conversation=self.conversation, last_seq=len(self.shown)))
        welcome = await talk.until(Welcome, 0.5)
        self.token, self.conversation = welcome.token, welcome.conversation
        while True:
            if self.unsent:
                await talk.send(self.unsent[0])
            try:
                self._take(await talk.next(0.1))
            except TimeoutError:
                await talk.send(Ask(last_seq=len(self.shown)))

    def _take(self, message: FromServer) -> None:
        match message:
            case Ack():
                self.conversation = message.conversation
                self.unsent = [line for line in self.unsent if line.client_id != message.client_id]
                if message.client_id not in self.acked:
                    self.acked.append(message.client_id)
            case Lines():
                for line in message.lines:
                    if line.seq == len(self.shown) + 1:
                        self.shown.append(line)
            case Standing():
                self.standing = message
            case Refused() if message.again_ms is None:
                raise AssertionError(message)
            case Heartbeat() | _:
                pass


@asynccontextmanager
async def losing_wire(origin: str, seed: int, lost: float) -> AsyncIterator[str]:
    """A proxy that loses this share of all frames in both directions, and now and then the connection."""
    chance = random.Random(seed)
    page_origin = origin

    async def pump(source: Any, target: Any) -> None:
        with suppress(ConnectionClosed):
            async for frame in source:
                if chance.random() < lost / 20:
                    return
                if chance.random() >= lost:
                    await target.send(frame)

    async def carry(outer: ServerConnection) -> None:
        assert outer.request is not None
        url = origin.replace("http", "ws", 1) + outer.request.path
        async with connect(url, origin=_as(page_origin), compression=None) as inner:
            pumps = [asyncio.create_task(pump(outer, inner)), asyncio.create_task(pump(inner, outer))]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for task in pumps:
                task.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async with serve(carry, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"http://127.0.0.1:{port}"
