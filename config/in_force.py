"""Keeping the stored definition in force: told to the router at the start and, where it has opening hours, each day.

The router knows hours as instants of the next 400 days. Applied once a day, they never run out, and a new time zone
database or a changed law is taken up with the next start.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from config.definition import Definition
from config.hours import DAY_MS, MINUTE_MS
from config.translating import routing_settings
from history.clock import Clock
from history.core.vocabulary import Outcome, SourceId
from router.core.inputs import DefinitionApplied
from router.errors import RouterUnavailable
from router.ports import Router

DEFINITION_SOURCE = SourceId("definition")
AGAIN_S = 0.5
"""The pause before a router that was not available is told again."""
AFTER_MIDNIGHT_MS = 5 * MINUTE_MS
"""Into each UTC day, away from what others do on the stroke of midnight."""

log = logging.getLogger(__name__)


class InForce:
    """One definition that is told to the router."""

    def __init__(
        self,
        definition: Definition,
        version: int,
        router: Router,
        clock: Clock,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`wait` returns after so many seconds."""
        self._definition = definition
        self._version = version
        self._router = router
        self._clock = clock
        self._wait = wait

    async def apply(self) -> None:
        """Tell the router what the definition says from now on, as often as it takes; what it has already is no
        change."""
        now_ms = self._clock.now_ms()
        given = DefinitionApplied(
            source=DEFINITION_SOURCE,
            source_epoch=now_ms,
            source_number=1,
            settings=routing_settings(self._definition, self._version, now_ms),
        )
        while True:
            try:
                receipt = await self._router.submit(given)
            except RouterUnavailable as error:
                log.warning("the definition is applied again: %s", error)
                await self._wait(AGAIN_S)
            else:
                break
        if receipt.outcome is Outcome.REFUSED:
            # The stored version was accepted when it was applied; work that came since holds the older one.
            log.warning("the definition's version %d waits: it takes away what still has work", self._version)

    async def keep(self) -> None:
        """Apply it anew each day until cancelled; return at once where no queue has hours."""
        if all(queue.hours is None for queue in self._definition.queues):
            return
        while True:
            due_ms = next_application_ms(self._clock.now_ms())
            while (left_ms := due_ms - self._clock.now_ms()) > 0:
                await self._wait(left_ms / 1000)
            await self.apply()


def next_application_ms(now_ms: int) -> int:
    """The first instant after now that lies five minutes into a UTC day (UTC ms)."""
    return now_ms - (now_ms - AFTER_MIDNIGHT_MS) % DAY_MS + DAY_MS
