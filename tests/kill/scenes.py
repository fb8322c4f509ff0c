"""A center with everything under way, on one of the two switches, and what must hold after each death in it."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.serve import DEATHS_MAX, DEATHS_WITHIN_MS
from tests.bed.waiting import until
from tests.kill.center import MortalCenter
from tests.kill.checker import Checker
from tests.kill.definition import definition
from tests.kill.telephones import Telephones, asterisk_telephones, rehearsal_telephones
from tests.kill.world import World, world

PAUSE_S = 70.0


@dataclass(slots=True)
class Scene:
    """Everything is under way; kill the engine, then ask `survives`."""

    center: MortalCenter
    telephones: Telephones
    world: World
    checker: Checker
    _deaths_s: deque[float] = field(default_factory=lambda: deque(maxlen=DEATHS_MAX - 1))

    async def survives(self, killed_s: float, began_s: float, life: "asyncio.Task[None]", where: str) -> None:
        """Routing works again in time, the story that was under way ends well, and nobody has noticed anything."""
        self.died(killed_s)
        await self.world.routing_works(killed_s)
        await life
        await self.world.look(began_s, killed_s)
        faults = [*self.world.faults, *await self.checker.while_open()]
        assert not faults, f"{where}: {faults}"

    def died(self, killed_s: float) -> None:
        self._deaths_s.append(killed_s)

    async def may_die_again(self) -> None:
        """The parent lets an engine die so many times a minute and no more: wait until one more is allowed.

        The next engines stand by then: they are loaded within seconds of the last death, later on a busy machine.
        """
        await self.center.stands_by()
        if len(self._deaths_s) == self._deaths_s.maxlen:
            allowed_s = self._deaths_s[0] + DEATHS_WITHIN_MS / 1_000 + 1
            await until(lambda: time.time() > allowed_s, PAUSE_S, "the parent's patience coming back")

    async def ends(self) -> None:
        """Everything that is under way comes to its end, and the books agree."""
        await self.world.finish()
        faults = [*self.world.faults, *await self.checker.at_the_end()]
        assert not faults, f"at the end: {faults}"


@asynccontextmanager
async def scene(folder: Path, switch: str) -> AsyncIterator[Scene]:
    """`switch` is `rehearsal` or `asterisk`."""
    begin = rehearsal_telephones if switch == "rehearsal" else asterisk_telephones
    async with (
        begin(folder) as telephones,
        MortalCenter(folder, definition(telephones.at), telephones.environment) as center,
        world(center, telephones) as made,
        Checker(made) as checker,
    ):
        yield Scene(center, telephones, made, checker)
