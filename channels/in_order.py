"""Submitting a source's inputs: in order, many at once, each until it has its receipt.

The router's inbox keeps the order in which inputs are put in, and a source may ask again with the same number; so a
batch is submitted together, and after a failure it is sent again from the first input that has no receipt.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from router.core.inputs import AnyInput, Receipt
from router.errors import RouterUnavailable
from router.ports import Router

BATCH_MAX = 200
BUFFER_MAX = 20_000
RETRY_S = 0.2


Receipted = Callable[[Receipt], None]
"""Told the receipt of an input."""


@dataclass(frozen=True, slots=True)
class Pending:
    given: AnyInput
    receipted: Receipted | None = None
    """Told the receipt, in order."""


class BufferFull(Exception):
    """More inputs wait for the router than may; the source has to begin anew (a switch: resynchronise)."""


class InOrder:
    """One source's way to the router. `put` never blocks; `run` submits for ever."""

    def __init__(self, router: Router, buffer_max: int = BUFFER_MAX) -> None:
        self._router = router
        self._pending: deque[Pending] = deque()
        self._buffer_max = buffer_max
        self._wake = asyncio.Event()

    def put(self, given: AnyInput, receipted: Receipted | None = None) -> None:
        """Raises BufferFull."""
        if len(self._pending) >= self._buffer_max:
            raise BufferFull(f"{self._buffer_max} inputs of {given.source} wait for the router")
        self._pending.append(Pending(given, receipted))
        self._wake.set()

    def forget(self) -> None:
        """Drop what has no receipt yet: a higher epoch tells it anew."""
        self._pending.clear()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._pending:
                if not await self._submit(list(self._pending)[:BATCH_MAX]):
                    await asyncio.sleep(RETRY_S)

    async def _submit(self, batch: list[Pending]) -> bool:
        answers = await asyncio.gather(*(self._router.submit(each.given) for each in batch), return_exceptions=True)
        for each, answer in zip(batch, answers, strict=True):
            if isinstance(answer, RouterUnavailable):
                return False
            if isinstance(answer, BaseException):
                raise answer
            # `forget` may have emptied the buffer meanwhile; then there is nothing left to take off.
            if self._pending and self._pending[0] is each:
                self._pending.popleft()
                if each.receipted is not None:
                    each.receipted(answer)
        return True
