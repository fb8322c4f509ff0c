"""One visitor's socket: reads what the widget says, and writes what the database has.

The writer sends what is committed after the last number it sent; so nothing that was lost on the way needs to be
remembered here. Replies are few and bounded: the reader takes the next frame only when the last one is dealt with.
"""

import asyncio
import logging
from collections import deque
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from channels.core.chat_protocol import (
    LINES_PER_FRAME_MAX,
    Ack,
    Ask,
    FromServer,
    Heartbeat,
    Hello,
    Leave,
    Line,
    Lines,
    LineShown,
    Phase,
    RefusalReason,
    Refused,
    Standing,
    Typing,
    Welcome,
    encode,
    read_from_widget,
)
from channels.core.pace import Pace
from channels.webchat.chats import StoredLine
from channels.webchat.pages import Page
from channels.webchat.service import ChatChannel
from channels.webchat.settings import ChatLimits, SiteSettings
from history.core.conversations import Author
from history.core.vocabulary import ConversationId
from history.errors import StoreUnavailable

LOG = logging.getLogger("channels.webchat")
_REPLIES_MAX = 256
_AGAIN_MS = 1_000
_SENDING_S = 20.0
CLOSE_REFUSED = 4003
CLOSE_SILENT = 4008
CLOSE_SLOW = 4013
_AUTHORS = {Author.CUSTOMER: "visitor", Author.AGENT: "agent", Author.SYSTEM: "system"}


class VisitorSession:
    """An accepted socket from hello to its end. `beginnings` counts the conversations of the same address."""

    def __init__(
        self, socket: WebSocket, channel: ChatChannel, site: SiteSettings, limits: ChatLimits, beginnings: Pace
    ) -> None:
        self._socket = socket
        self._channel = channel
        self._site = site
        self._limits = limits
        self._beginnings = beginnings
        self._frames = Pace(limits.frames_burst, limits.frames_per_minute)
        self._lines = Pace(limits.lines_burst, limits.lines_per_minute)
        self._refusals = 0
        self._replies: deque[FromServer] = deque()
        self._conversation: ConversationId | None = None
        self._sent_seq = 0
        self._standing: Standing | None = None

    async def run(self) -> None:
        """Serve until either side closes. Never raises for what the visitor does."""
        with suppress(WebSocketDisconnect):
            page = await self._welcome()
            if page is None:
                return
            try:
                await self._serve(page)
            finally:
                await asyncio.shield(self._channel.depart(page))

    async def _serve(self, page: Page) -> None:
        reader = asyncio.create_task(self._read(page))
        writer = asyncio.create_task(self._write(page))
        try:
            await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reader, writer):
                task.cancel()
            results = await asyncio.gather(reader, writer, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(
                result, asyncio.CancelledError | WebSocketDisconnect
            ):
                raise result

    # -- Hello

    async def _welcome(self) -> Page | None:
        hello = await self._frame(self._limits.hello_within_ms)
        message = None if hello is None else read_from_widget(hello)
        if not isinstance(message, Hello):
            sentence = "The first message has to be hello, within seconds of the opening."
            refused = message if isinstance(message, Refused) else None
            await self._refuse_for_good(refused or Refused(reason=RefusalReason.HELLO_MISSING, sentence=sentence))
            return None
        try:
            page = await self._channel.arrive(self._site, message)
        except StoreUnavailable as error:
            LOG.warning("web chat: a visitor of %s could not be welcomed: %s", self._site.site, error)
            await self._refuse_for_good(_unavailable(None))
            return None
        if isinstance(page, Refused):
            await self._refuse_for_good(page)
            return None
        if message.conversation is not None and message.conversation == page.conversation:
            self._conversation = page.conversation
            self._sent_seq = max(0, message.last_seq)
        try:
            await self._greet(page)
        except BaseException:
            await asyncio.shield(self._channel.depart(page))
            raise
        return page

    async def _greet(self, page: Page) -> None:
        welcome = Welcome(
            token=page.token,
            site=self._site.site,
            title=self._site.title,
            greeting=self._site.greeting,
            known=page.signed is not None,
            conversation=page.conversation,
        )
        await self._send(welcome)
        page.wake()

    # -- Reading

    async def _read(self, page: Page) -> None:
        while True:
            frame = await self._frame(self._limits.silence_ms)
            if frame is None:
                await self._close(CLOSE_SILENT)
                return
            wait_ms = self._frames.wait_ms(self._channel.clock.monotonic_ms())
            if wait_ms > 0:
                await self._refuse(page, _too_fast(None, wait_ms))
                await asyncio.sleep(min(wait_ms, _AGAIN_MS) / 1000)  # reads no more meanwhile: the link pushes back
            else:
                await self._take(page, frame)
            if self._refusals > self._limits.refusals_max:
                await self._close(CLOSE_REFUSED)
                return
            if len(self._replies) > _REPLIES_MAX:
                await self._close(CLOSE_SLOW)
                return

    async def _take(self, page: Page, frame: str | bytes) -> None:
        message = read_from_widget(frame)
        match message:
            case Refused():
                await self._refuse(page, message)
            case Line():
                await self._take_line(page, message)
            case Ask():
                self._sent_seq = min(self._sent_seq, max(0, message.last_seq))
                page.wake()
            case Typing():
                self._channel.visitor_types(page)
            case Leave():
                try:
                    await self._channel.leave(page)
                except StoreUnavailable:
                    self._reply(page, _unavailable(None))
            case Heartbeat():
                self._reply(page, Heartbeat(last_seq=self._sent_seq))
            case Hello():
                await self._refuse(
                    page, Refused(reason=RefusalReason.UNREADABLE, sentence="A socket says hello once, as it opens.")
                )

    async def _take_line(self, page: Page, line: Line) -> None:
        now_ms = self._channel.clock.monotonic_ms()
        wait_ms = self._lines.wait_ms(now_ms)
        if wait_ms == 0 and (self._standing is None or self._standing.phase is Phase.ENDED):
            wait_ms = self._beginnings.wait_ms(now_ms)
        if wait_ms > 0:
            self._reply(page, _too_fast(line.client_id, wait_ms))
            return
        try:
            committed = await self._channel.write(page, line)
        except StoreUnavailable as error:
            LOG.warning("web chat: a line on %s was not written: %s", self._site.site, error)
            self._reply(page, _unavailable(line.client_id))
            return
        ack = Ack(client_id=line.client_id, conversation=committed.conversation, seq=committed.seq)
        self._reply(page, ack)

    async def _frame(self, within_ms: int) -> str | bytes | None:
        """Return the next frame, or None when none came in time."""
        try:
            async with asyncio.timeout(within_ms / 1000):
                event = await self._socket.receive()
        except TimeoutError:
            return None
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1005))
        text: str | None = event.get("text")
        data: bytes | None = event.get("bytes")
        return text if text is not None else (data or b"")

    # -- Writing

    async def _write(self, page: Page) -> None:
        while True:
            try:
                async with asyncio.timeout(self._limits.heartbeat_ms / 1000):
                    await page.news.wait()
            except TimeoutError:
                await self._send(Heartbeat(last_seq=self._sent_seq))
                continue
            page.news.clear()
            try:
                await self._send_news(page)
            except StoreUnavailable as error:
                LOG.warning("web chat: a visitor of %s cannot be shown the news: %s", self._site.site, error)
                await asyncio.sleep(_AGAIN_MS / 1000)
                page.wake()
            while self._replies:
                await self._send(self._replies.popleft())

    async def _send_news(self, page: Page) -> None:
        now = await self._channel.look(page)
        standing = Standing(phase=Phase.NONE)
        if now is not None:
            if now.view.conversation != self._conversation:
                self._conversation = now.view.conversation
                self._sent_seq = 0
            await self._send_lines(now.view.conversation)
            standing = Standing(phase=now.view.phase, agent=now.agent, ended=now.view.ended)
        if standing != self._standing:
            self._standing = standing
            await self._send(standing)
        if page.agent_types:
            page.agent_types = False
            await self._send(Typing())

    async def _send_lines(self, conversation: ConversationId) -> None:
        while True:
            after = self._sent_seq
            lines = await self._channel.lines(conversation, after, LINES_PER_FRAME_MAX)
            if not lines:
                return
            if self._sent_seq == after:  # otherwise the widget has asked for earlier ones meanwhile
                self._sent_seq = lines[-1].seq
            await self._send(Lines(conversation=conversation, lines=tuple(self._shown(line) for line in lines)))

    def _shown(self, line: StoredLine) -> LineShown:
        return LineShown(
            seq=line.seq,
            at_ms=line.at_ms,
            author=_AUTHORS[line.author],
            text=line.text,
            client_id=line.client_id if line.author is Author.CUSTOMER else None,
            name=None if line.agent is None else self._channel.name_of(line.agent),
        )

    async def _send(self, message: FromServer) -> None:
        try:
            async with asyncio.timeout(_SENDING_S):
                await self._socket.send_text(encode(message))
        except TimeoutError as error:
            raise WebSocketDisconnect(CLOSE_SLOW) from error

    def _reply(self, page: Page, message: FromServer) -> None:
        self._replies.append(message)
        page.wake()

    async def _refuse(self, page: Page, refused: Refused) -> None:
        self._refusals += 1
        self._reply(page, refused)

    async def _refuse_for_good(self, refused: Refused) -> None:
        await self._send(refused)
        await self._close(CLOSE_REFUSED)

    async def _close(self, code: int) -> None:
        with suppress(RuntimeError, OSError):  # closed already by the other side
            await self._socket.close(code)


def _too_fast(client_id: str | None, wait_ms: int) -> Refused:
    return Refused(
        reason=RefusalReason.TOO_FAST,
        sentence="That is faster than anybody writes; it is taken again in a moment.",
        client_id=client_id,
        again_ms=wait_ms,
    )


def _unavailable(client_id: str | None) -> Refused:
    return Refused(
        reason=RefusalReason.UNAVAILABLE,
        sentence="The message could not be kept just now; it is sent again by itself.",
        client_id=client_id,
        again_ms=_AGAIN_MS,
    )
