"""The Python client: signs in, opens the socket, sends requests, holds views. Used by the headless agent and by tests.

async with DesktopClient("http://127.0.0.1:8080") as client:
    await client.sign_in("ann", password)
    async with client.connected():
        await client.open("desk")
        await client.request(SetPresence(id=client.next_id(), presence=Presence.READY))
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from agent_desktop.core import protocol as p
from agent_desktop.core.part import Part
from agent_desktop.core.parts import AnyPart
from agent_desktop.errors import ClientError

ANSWER_WITHIN_S = 15.0
MESSAGE_BYTES_MAX = 16 * 1_048_576

PartType = TypeVar("PartType", bound=Part)

_DECODER = msgspec.json.Decoder(p.AnyMessage)


class DesktopClient:
    """One tab of one user. `tab` and the count of its requests live as long as this object, over reconnects."""

    def __init__(self, address: str, *, token: str | None = None, tab: str | None = None) -> None:
        self.address = address.rstrip("/")
        self.tab = tab or secrets.token_hex(8)
        headers = {"origin": self.address} if token is None else {"authorization": f"Bearer {token}"}
        self.http = httpx.AsyncClient(base_url=self.address, headers=headers, timeout=ANSWER_WITHIN_S)
        self.views: dict[str, dict[str, AnyPart]] = {}
        self.numbers: dict[str, int] = {}
        self.farewell: p.FarewellReason | None = None
        self.gaps = 0
        """Changes that did not fit where this client stood; each was mended by opening the view again."""
        self._last_id = 0
        self._socket: ClientConnection | None = None
        self._answers: dict[int, asyncio.Future[p.Answer | p.Refused]] = {}
        self._news = asyncio.Condition()
        self._reopening: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "DesktopClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def sign_in(self, user: str, password: str) -> None:
        """Begin a session.

        Raises:
            ClientError: refused, or no server there.
        """
        await self.post("/api/sign-in", {"user": user, "password": password})

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """POST a JSON body and return the JSON answer; refusals become `ClientError`."""
        return self._result(await self._send("POST", path, body))

    async def put(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """PUT a JSON body; return the answer as it is, for routes that refuse in their own words."""
        return await self._send("PUT", path, body)

    async def get(self, path: str) -> Any:
        return self._result(await self._send("GET", path, None))

    async def _send(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
        try:
            return await self.http.request(method, path, json=body if body is not None else None)
        except httpx.HTTPError as error:
            raise ClientError(f"{self.address} cannot be reached ({error or type(error).__name__}).") from error

    @staticmethod
    def _result(response: httpx.Response) -> Any:
        if response.status_code == httpx.codes.OK:
            return response.json()
        try:
            refused = msgspec.json.decode(response.content, type=p.Refused)
        except (msgspec.DecodeError, msgspec.ValidationError):
            raise ClientError(f"{response.request.url} answered {response.status_code}.") from None
        raise ClientError(refused.sentence, refused.reason.value)

    # ---- the socket

    @asynccontextmanager
    async def connected(self) -> AsyncGenerator[None]:
        """Hold a socket while the body runs; views that were open before are opened again where they stood.

        Raises:
            ClientError: the server does not let this socket in.
        """
        ticket = (await self.post("/api/ticket"))["ticket"]
        url = f"ws{self.address.removeprefix('http')}/api/socket?ticket={ticket}&tab={self.tab}"
        try:
            socket = await connect(
                f"{url}&protocol={p.PROTOCOL_VERSION}", compression=None, max_size=MESSAGE_BYTES_MAX, proxy=None
            )
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise ClientError(f"{self.address} opened no socket ({error}).") from error
        self._socket, self.farewell = socket, None
        tasks = [asyncio.create_task(self._receive(socket)), asyncio.create_task(self._ping())]
        try:
            for view in tuple(self.views):
                await self.open(view)
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await socket.close()
            self._lost()

    def next_id(self) -> int:
        """The next number of this tab's count."""
        self._last_id += 1
        return self._last_id

    async def request(self, request: p.Request) -> p.Answer | p.Refused:
        """Send a request and wait for its one answer.

        Raises:
            ClientError: the connection ended first; the same request may be sent again.
        """
        if self._socket is None:
            raise ClientError("There is no connection.")
        future: asyncio.Future[p.Answer | p.Refused] = asyncio.get_running_loop().create_future()
        self._answers[request.id] = future
        try:
            await self._socket.send(msgspec.json.encode(request).decode())
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await future
        except (ConnectionClosed, TimeoutError) as error:
            raise ClientError("The connection ended before the answer came.") from error
        finally:
            self._answers.pop(request.id, None)

    async def ask(self, kind: Callable[..., p.Request], /, **fields: Any) -> p.Answer:
        """Send a new request of this kind; a refusal becomes a `ClientError`."""
        reply = await self.request(kind(id=self.next_id(), **fields))
        if isinstance(reply, p.Refused):
            raise ClientError(reply.sentence, reply.reason.value)
        return reply

    async def open(self, view: str) -> None:
        """Show a view; its parts are in `views[view]` when this returns."""
        await self.ask(p.OpenView, view=view, from_number=self.numbers.get(view))
        self.views.setdefault(view, {})

    async def close(self, view: str) -> None:
        await self.ask(p.CloseView, view=view)
        self.views.pop(view, None)
        self.numbers.pop(view, None)

    def parts(self, view: str, kind: type[PartType]) -> list[PartType]:
        """All parts of one kind, in the order in which they were put."""
        return [part for part in self.views.get(view, {}).values() if isinstance(part, kind)]

    async def until(self, condition: Callable[[], bool], within_s: float, what: str) -> None:
        """Wait until a condition on the views holds; it is looked at whenever something came.

        Raises:
            ClientError: it did not hold in time; names `what`.
        """
        try:
            async with asyncio.timeout(within_s), self._news:
                await self._news.wait_for(condition)
        except TimeoutError as error:
            raise ClientError(f"Waited {within_s} s in vain for {what}.") from error

    async def changed(self, within_s: float) -> None:
        """Wait until something comes, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s), self._news:
                await self._news.wait()

    @property
    def is_connected(self) -> bool:
        return self._socket is not None

    async def _receive(self, socket: ClientConnection) -> None:
        try:
            async for data in socket:
                self._take(_DECODER.decode(data))
                async with self._news:
                    self._news.notify_all()
        except ConnectionClosed:
            pass
        finally:
            self._lost()
            async with self._news:
                self._news.notify_all()

    async def _ping(self) -> None:
        """Twice as often as the server wants to hear us."""
        while True:
            await asyncio.sleep(p.HEARTBEAT_MS / 2000)
            with suppress(ClientError):
                await self.request(p.Ping(id=self.next_id()))

    def _lost(self) -> None:
        self._socket = None
        for future in self._answers.values():
            if not future.done():
                future.set_exception(ClientError("The connection ended before the answer came."))

    def _take(self, message: p.AnyMessage) -> None:
        match message:
            case p.Welcome():
                self._last_id = max(self._last_id, message.last_id)
            case p.Snapshot():
                self.views[message.view] = {part.key: part for part in message.parts}
                self.numbers[message.view] = message.number
            case p.Change():
                self._change(message)
            case p.ViewClosed():
                self.views.pop(message.view, None)
                self.numbers.pop(message.view, None)
            case p.Answer() | p.Refused():
                future = self._answers.get(message.id)
                if future is not None and not future.done():
                    future.set_result(message)
            case p.Farewell():
                self.farewell = message.reason
            case p.TypingShown() | p.Heartbeat():
                pass

    def _change(self, change: p.Change) -> None:
        if self.numbers.get(change.view) != change.from_number:
            self.gaps += 1
            self.numbers.pop(change.view, None)
            reopening = asyncio.create_task(self._reopen(change.view))
            self._reopening.add(reopening)
            reopening.add_done_callback(self._reopening.discard)
            return
        parts = self.views.setdefault(change.view, {})
        for key in change.removed:
            parts.pop(key, None)
        for part in change.put:
            parts[part.key] = part
        self.numbers[change.view] = change.number

    async def _reopen(self, view: str) -> None:
        with suppress(ClientError):
            await self.open(view)
