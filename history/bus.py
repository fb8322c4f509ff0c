"""The bus: carries what was committed to whoever watches, and keeps nothing.

A message may get lost at any time; a subscriber that sees a gap, or is cut, reads the database (`history/feed.py`).
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from history.errors import SubscriptionCut

BUFFER_MAX = 4_096
"""Messages that a subscriber may be behind; then it is cut."""


@dataclass(frozen=True, slots=True)
class Message:
    """`topic` is the stream's name or another room's word; `body` is encoded by who publishes."""

    topic: str
    body: bytes


class Subscription(Protocol):
    async def next(self, within_s: float) -> Message | None:
        """Return the next message, or None when none came in time.

        Raises:
            SubscriptionCut: messages were lost; subscribe anew and read the database.
        """
        ...

    def close(self) -> None: ...


class Bus(Protocol):
    def publish(self, messages: Sequence[Message]) -> None:
        """Send after the commit. Never blocks and never raises; what cannot be carried is lost."""
        ...

    def subscribe(self, prefix: str) -> Subscription:
        """Begin to gather the messages whose topic begins with this."""
        ...

    async def close(self) -> None: ...


class LocalSubscription:
    """A bounded buffer; see `Subscription`."""

    def __init__(self, bus: "LocalBus", prefix: str, buffer_max: int) -> None:
        self._bus = bus
        self._prefix = prefix
        self._buffer_max = buffer_max
        self._buffer: deque[Message] = deque()
        self._news = asyncio.Event()
        self._cut = False

    def offer(self, message: Message) -> None:
        """Take a message; a full buffer cuts the subscription."""
        if self._cut or not message.topic.startswith(self._prefix):
            return
        if len(self._buffer) >= self._buffer_max:
            self.cut()
            return
        self._buffer.append(message)
        self._news.set()

    def cut(self) -> None:
        """Messages were lost: the subscriber is told at its next look."""
        self._cut = True
        self._buffer.clear()
        self._news.set()

    async def next(self, within_s: float) -> Message | None:
        if not self._buffer and not self._cut:
            self._news.clear()
            try:
                async with asyncio.timeout(within_s):
                    await self._news.wait()
            except TimeoutError:
                return None
        if self._cut:
            raise SubscriptionCut("The subscriber was too slow, or the bus was away; the database has what was lost.")
        return self._buffer.popleft() if self._buffer else None

    def close(self) -> None:
        self._bus.forget(self)


class LocalBus:
    """The bus of one process."""

    def __init__(self, buffer_max: int = BUFFER_MAX) -> None:
        self._buffer_max = buffer_max
        self._subscriptions: dict[int, LocalSubscription] = {}

    def publish(self, messages: Sequence[Message]) -> None:
        for message in messages:
            for subscription in tuple(self._subscriptions.values()):
                subscription.offer(message)

    def subscribe(self, prefix: str) -> LocalSubscription:
        subscription = LocalSubscription(self, prefix, self._buffer_max)
        self._subscriptions[id(subscription)] = subscription
        return subscription

    def forget(self, subscription: LocalSubscription) -> None:
        self._subscriptions.pop(id(subscription), None)

    def cut_all(self) -> None:
        """Tell every subscriber that messages were lost."""
        for subscription in self._subscriptions.values():
            subscription.cut()

    async def close(self) -> None:
        self._subscriptions.clear()
