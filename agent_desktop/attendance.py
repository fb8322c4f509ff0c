"""Which agents have a live desktop, told to the router.

A desktop that closed may come back within `SILENCE_MAX_MS` (a reload) before its agent is lost; so may, after a restart
of the server, each desktop that the journal still calls connected. What the router was told is compared with what is
so, and told again until it took it.
"""

import asyncio
import logging
from collections.abc import Callable

from agent_desktop.core.floor import Floor
from agent_desktop.core.protocol import SILENCE_MAX_MS
from history.clock import Clock
from history.core.vocabulary import AgentId, SourceId
from router.core.inputs import DesktopAttached, DesktopLost
from router.errors import RouterUnavailable
from router.ports import Router

LOG = logging.getLogger("agent_desktop.attendance")

LOOK_S = 0.5
SOURCE = SourceId("desktops")


class Attendance:
    def __init__(
        self, router: Router, clock: Clock, floor: Callable[[], Floor], silence_max_ms: int = SILENCE_MAX_MS
    ) -> None:
        self._router = router
        self._clock = clock
        self._floor = floor
        self._silence_max_ms = silence_max_ms
        self._epoch = clock.now_ms()
        self._number = 0
        self._heard_ms: dict[AgentId, int] = {}
        self._told: dict[AgentId, bool] = {}
        self._news = asyncio.Event()

    def heard(self, agent: AgentId) -> None:
        """A desktop of the agent is alive."""
        fresh = agent not in self._heard_ms
        self._heard_ms[agent] = self._clock.monotonic_ms()
        if fresh:
            self._news.set()

    def has_desktop(self, agent: AgentId) -> bool:
        return agent in self._heard_ms

    async def run(self, ready: asyncio.Event) -> None:
        """Keep the router told, for ever; begin when the floor is folded."""
        await ready.wait()
        for agent, state in self._floor().agents.items():
            if state.desktop_connected:
                self._told[agent] = True
                self._heard_ms.setdefault(agent, self._clock.monotonic_ms())
        # A desktop that came before has to be told anew, since the journal may say otherwise.
        while True:
            await self._tell()
            self._news.clear()
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._news.wait()
            except TimeoutError:
                pass

    async def _tell(self) -> None:
        now_ms = self._clock.monotonic_ms()
        for agent in [item for item, heard in self._heard_ms.items() if now_ms - heard > self._silence_max_ms]:
            del self._heard_ms[agent]
        for agent in sorted({*self._heard_ms, *self._told}):
            live = agent in self._heard_ms
            if self._told.get(agent, False) is live:
                continue
            self._number += 1
            kind = DesktopAttached if live else DesktopLost
            try:
                await self._router.submit(
                    kind(source=SOURCE, source_epoch=self._epoch, source_number=self._number, agent=agent)
                )
            except RouterUnavailable as error:
                LOG.warning("the desktop of %s is told again: %s", agent, error)
                return
            self._told[agent] = live
