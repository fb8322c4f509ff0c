"""Explanations for the desk, away from the loop: a thread folds the past with connections and a loop of its own.

One is worked out at a time and few wait for it, so that curiosity never takes the engine's processor for long. It
leaves to `router/explaining.py` what an explanation says.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from agent_desktop.errors import ChannelRefused
from history.core.vocabulary import InteractionId
from history.past import RoutingPast
from history.store import Store
from router.explaining import Explanations, explanations, why_waiting

WAITING_MAX: Final = 8
"""More are told to ask again."""

Ask = Callable[[RoutingPast, Store], Awaitable[Explanations | None]]


class ExplanationDesk:
    """Answers why: of the offers that were made, and of what waits."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="explain")
        self._asked = 0

    async def offers(self, interaction: InteractionId, before: int | None = None) -> Explanations | None:
        """Explain an interaction's last offers, or those before an entry; none where nothing is known of it.

        Raises:
            ChannelRefused: too many ask at once.
            history.errors.HistoryError: the past cannot be read.
        """
        return await self._ask(lambda past, store: explanations(past, store.registry, interaction, before=before))

    async def now(self, interaction: InteractionId) -> Explanations | None:
        """Explain why nobody is offered it now; see `offers`."""
        return await self._ask(lambda past, store: why_waiting(past, store.registry, interaction))

    async def _ask(self, ask: Ask) -> Explanations | None:
        if self._asked > WAITING_MAX:
            raise ChannelRefused("Too many explanations are being worked out; ask again in a moment.")
        self._asked += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._work, ask)
        finally:
            self._asked -= 1

    def _work(self, ask: Ask) -> Explanations | None:
        async def work() -> Explanations | None:
            store = self._store.beside()
            try:
                return await ask(RoutingPast(store), store)
            finally:
                await store.close()

        return asyncio.run(work())
