"""What a socket still has to send: bounded, and never waited for by who publishes.

At the maximum the views' messages are dropped and each view's newest snapshot takes their place when the socket writes
again. Answers are never dropped: a socket whose answers pile up is not read from.
"""

import asyncio
from collections import deque
from collections.abc import Callable

import msgspec

from agent_desktop.core.protocol import AnyMessage, Snapshot

MESSAGES_MAX = 256
BYTES_MAX = 1_048_576
ANSWERS_MAX = 64

_ENCODER = msgspec.json.Encoder()


def encoded(message: AnyMessage) -> bytes:
    return _ENCODER.encode(message)


class Outbox:
    def __init__(self, newest: Callable[[str], Snapshot | None]) -> None:
        """`newest` gives the last published snapshot of an open view; none when it is open no more."""
        self._newest = newest
        self._messages: deque[tuple[str | None, bytes]] = deque()
        self._bytes = 0
        self._answers = 0
        self._behind: dict[str, None] = {}
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self.overflows = 0

    def show(self, view: str, data: bytes) -> None:
        """A view's encoded message; see above for the maximum."""
        if view in self._behind:
            return
        if len(self._messages) >= MESSAGES_MAX or (self._messages and self._bytes + len(data) > BYTES_MAX):
            self._fall_behind(view)
            return
        self._put(view, data)

    def lossy(self, message: AnyMessage) -> None:
        """A heartbeat or typing: dropped when the outbox is full."""
        if len(self._messages) < MESSAGES_MAX:
            self._put(None, encoded(message))

    async def answer(self, message: AnyMessage) -> None:
        """An answer; waits while `ANSWERS_MAX` are unsent."""
        await self._room.wait()
        self._answers += 1
        if self._answers >= ANSWERS_MAX:
            self._room.clear()
        self._put("", encoded(message))

    def forget(self, view: str) -> None:
        """The view was closed: nothing of it is sent any more."""
        self._drop(view)
        self._behind.pop(view, None)

    async def next(self) -> bytes:
        """The next message to send; waits for one."""
        while True:
            if self._messages:
                view, data = self._messages.popleft()
                self._bytes -= len(data)
                if view == "":
                    self._answers -= 1
                    self._room.set()
                return data
            if self._behind:
                view = next(iter(self._behind))
                del self._behind[view]
                snapshot = self._newest(view)
                if snapshot is not None:
                    return encoded(snapshot)
                continue
            self._news.clear()
            await self._news.wait()

    def _put(self, view: str | None, data: bytes) -> None:
        self._messages.append((view, data))
        self._bytes += len(data)
        self._news.set()

    def _fall_behind(self, newest: str) -> None:
        self.overflows += 1
        for view in {view for view, _ in self._messages if view} | {newest}:
            self._drop(view)
            self._behind[view] = None
        self._news.set()

    def _drop(self, view: str) -> None:
        kept = [(name, data) for name, data in self._messages if name != view]
        self._messages = deque(kept)
        self._bytes = sum(len(data) for _, data in kept)
