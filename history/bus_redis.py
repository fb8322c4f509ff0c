"""The bus between processes, over one Redis stream a tenant. Redis carries and keeps nothing that is missed when gone.

What a process publishes reaches its own subscribers at once and the other processes through Redis. When Redis is away,
subscribers are cut and read the database. redis-py is kept from repeating writes and from waiting long by itself.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Self

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from history.bus import LocalBus, LocalSubscription, Message

LOG = logging.getLogger("history.bus")
OUTGOING_MAX = 10_000
"""Messages that wait for Redis; older ones are dropped."""
STREAM_MAX = 20_000
"""About so many messages stand in Redis."""
BATCH = 200
CALL_S = 2.0
BLOCK_MS = 2_000
PAUSE_S = 0.5
CONNECTIONS = 4


class RedisBus:
    """Make it by `start`; `close` ends its two tasks. `trouble` says what is wrong with Redis, or is None."""

    def __init__(self, url: str, tenant: str) -> None:
        self._key = f"switchroom:{tenant}:bus"
        self._origin = secrets.token_bytes(8)
        self._local = LocalBus()
        self._outgoing: deque[Message] = deque(maxlen=OUTGOING_MAX)
        self._wake = asyncio.Event()
        self._writer = _client(url, CALL_S)
        self._reader = _client(url, None)
        self._place = b"0"
        self._tasks: list[asyncio.Task[None]] = []
        self.trouble: str | None = None

    @classmethod
    async def start(cls, url: str, tenant: str) -> Self:
        """Begin to carry; Redis may come and go."""
        bus = cls(url, tenant)
        with suppress(RedisError, OSError, TimeoutError):
            bus._place = await bus._newest()
        bus._tasks = [
            asyncio.create_task(bus._forever(bus._send), name="bus-send"),
            asyncio.create_task(bus._forever(bus._receive), name="bus-receive"),
        ]
        return bus

    def publish(self, messages: Sequence[Message]) -> None:
        self._local.publish(messages)
        self._outgoing.extend(messages)
        self._wake.set()

    def subscribe(self, prefix: str) -> LocalSubscription:
        return self._local.subscribe(prefix)

    async def close(self) -> None:
        """End the tasks and the connections; what was not sent yet is given `CALL_S` to leave."""
        with suppress(RedisError, OSError, TimeoutError):
            await self._send_waiting()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._local.close()
        for client in (self._writer, self._reader):
            await client.aclose()
            await client.connection_pool.disconnect()

    async def _forever(self, carry: Any) -> None:
        while True:
            try:
                await carry()
                self.trouble = None
            except (RedisError, OSError, TimeoutError) as error:
                if self.trouble is None:
                    LOG.warning("the bus does without Redis: %s", error)
                self.trouble = f"Redis cannot be reached ({error}); screens of other processes follow more slowly."
                self._local.cut_all()
                await asyncio.sleep(PAUSE_S)

    async def _send(self) -> None:
        await self._wake.wait()
        self._wake.clear()
        await self._send_waiting()

    async def _send_waiting(self) -> None:
        """Send each message once; a batch whose answer is missing is not repeated, the database has it."""
        while self._outgoing:
            batch = [self._outgoing.popleft() for _ in range(min(BATCH, len(self._outgoing)))]
            async with asyncio.timeout(CALL_S):
                pipeline = self._writer.pipeline(transaction=False)
                for message in batch:
                    fields: dict[Any, Any] = {"o": self._origin, "t": message.topic, "b": message.body}
                    pipeline.xadd(self._key, fields, maxlen=STREAM_MAX, approximate=True)
                await pipeline.execute()

    async def _receive(self) -> None:
        async with asyncio.timeout(BLOCK_MS / 1000 + CALL_S):
            answer: Any = await self._reader.xread({self._key: self._place}, count=BATCH, block=BLOCK_MS)
        if not answer:
            await self._look_for_a_new_beginning()
            return
        for _key, found in answer:
            for place, fields in found:
                self._place = place
                if fields[b"o"] != self._origin:
                    self._local.publish([Message(fields[b"t"].decode(), fields[b"b"])])

    async def _look_for_a_new_beginning(self) -> None:
        """A wiped Redis, or one whose clock went back, counts from below our place."""
        newest = await self._newest()
        if _order(newest) < _order(self._place):
            self._place = newest
            self._local.cut_all()

    async def _newest(self) -> bytes:
        async with asyncio.timeout(CALL_S):
            newest: Any = await self._writer.xrevrange(self._key, count=1)
        return bytes(newest[0][0]) if newest else b"0"


def _client(url: str, socket_s: float | None) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=CALL_S,
        socket_timeout=socket_s,
        socket_connect_timeout=CALL_S,
        retry=Retry(NoBackoff(), 0),
        protocol=2,  # the shape of the replies changes with the protocol
    )
    return Redis(connection_pool=pool)


def _order(place: bytes) -> tuple[int, int]:
    first, _, second = place.partition(b"-")
    return int(first), int(second or 0)
