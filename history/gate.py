"""Who may write next on SQLite: one transaction at a time, the router's groups before all others."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from history.errors import StoreUnavailable

WAITING_MAX = 2_000


class WriteGate:
    """Lets one through at a time. First those in a hurry, each group in order of coming.

    At most `WAITING_MAX` wait, each at most `wait_s`; who comes later or waits longer is refused.
    """

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self._taken = False
        self._hurried: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def passing(self, hurry: bool) -> AsyncIterator[None]:
        """Hold the gate for the body.

        Raises:
            StoreUnavailable: too many wait, or the wait took too long; nothing was written.
        """
        await self._enter(self._hurried if hurry else self._others)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, line: "deque[asyncio.Future[None]]") -> None:
        if not self._taken:
            self._taken = True
            return
        if len(line) >= WAITING_MAX:
            raise StoreUnavailable(f"{WAITING_MAX} transactions wait for the database; try again in a moment.")
        turn = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            async with asyncio.timeout(self._wait_s):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._leave()  # our turn came in the same instant: pass it on
            elif turn in line:
                line.remove(turn)
            if isinstance(error, TimeoutError):
                raise StoreUnavailable(
                    f"The database was busy for {self._wait_s:g} s; try again in a moment."
                ) from error
            raise

    def _leave(self) -> None:
        for line in (self._hurried, self._others):
            while line:
                turn = line.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._taken = False
