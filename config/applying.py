"""Putting a new definition into force in the running center.

It is checked, shown to the router (which refuses what would take away a queue or an agent with work), stored as the
next version, and then the engine is started again: a restart costs nobody anything, and every channel takes up the
new version in one and the same way.
"""

import asyncio
from collections.abc import Callable

from agent_desktop.errors import DefinitionProblems
from config.check import problems_of
from config.definition import Definition, parse
from config.errors import BadDefinition
from config.in_force import DEFINITION_SOURCE
from config.translating import routing_settings
from history.core.vocabulary import Outcome, UserId
from history.definitions import newest_definition, store_definition
from history.store import Store
from router.core.inputs import DefinitionApplied
from router.ports import Router

RESTART_AFTER_S = 0.3
"""Lets the answer reach whoever asked."""
WORK_IN_HAND = (
    "It takes away a queue that has work in it, or an agent who has work in hand: "
    "finish that work first, or leave them in the definition until it is done."
)


class DefinitionApplier:
    """`agent_desktop.ports.DefinitionKeeper`."""

    def __init__(
        self,
        store: Store,
        router: Router,
        restart: Callable[[], None],
        missing: Callable[[Definition], list[str]] = lambda definition: [],
    ) -> None:
        """`missing` says what a start with this definition would not find; secrets cannot come to a running process."""
        self._missing = missing
        self._store = store
        self._router = router
        self._restart = restart

    async def current(self) -> tuple[int, str]:
        stored = await newest_definition(self._store)
        return (0, "") if stored is None else (stored.version, stored.text)

    def check(self, text: str) -> None:
        self._checked(text)

    async def apply(self, text: str, by: UserId) -> int:
        definition = self._checked(text)
        version, held = await self.current()
        if held == text:
            return version
        await self._tell_router(definition, version + 1)
        stored = await store_definition(self._store, text, by)
        asyncio.get_running_loop().call_later(RESTART_AFTER_S, self._restart)
        return stored.version

    def _checked(self, text: str) -> Definition:
        try:
            definition = parse(text)
        except BadDefinition as error:
            raise DefinitionProblems(error.problems) from error
        if problems := problems_of(definition, self._store.clock.now_ms()) or self._missing(definition):
            raise DefinitionProblems(problems)
        return definition

    async def _tell_router(self, definition: Definition, version: int) -> None:
        now_ms = self._store.clock.now_ms()
        receipt = await self._router.submit(
            DefinitionApplied(
                source=DEFINITION_SOURCE,
                source_epoch=now_ms,
                source_number=1,
                settings=routing_settings(definition, version, now_ms),
            )
        )
        if receipt.outcome is Outcome.REFUSED:
            raise DefinitionProblems([WORK_IN_HAND])
