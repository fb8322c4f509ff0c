"""A center of this version on a kept data folder, among the people and calls of then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from channels.core.chat_protocol import LineShown
from config.settings import Secrets
from cti.rehearsal import RehearsalSwitch
from tests.bed.waiting import until
from tests.kill.center import MortalCenter
from tests.kill.definition import PHONES
from tests.kill.telephones import RehearsalTelephones
from tests.kill.world import World
from tests.upgrades.folders import CallThen, WorldThen

RING_MS = 500_000


class SwitchOfThen(RehearsalSwitch):
    """A switch that has outlived the center: the calls of then, under the names of then."""

    def __init__(self, secret: str, calls: tuple[CallThen, ...]) -> None:
        super().__init__(secret, phones=PHONES)
        self._names = [call.unique_id for call in calls]

    def _new_channel(self) -> str:
        return self._names.pop(0) if self._names else super()._new_channel()

    async def bring_back(self, calls: tuple[CallThen, ...]) -> None:
        """Everybody calls again, and the legs of then are rung as the engine of then did."""
        self.write_global("SWITCHROOM_HEARTBEAT", str(int(float(self.now()))))
        for call in calls:
            assert self.caller_calls(call.number, "+442079460123", "Ann") == call.unique_id
        for call in calls:
            await until(lambda: self.caller_state(call.unique_id) == "waiting", 5, "the caller waiting")  # noqa: B023 - awaited at once
            if call.leg:
                assert self.redirect(call.unique_id, ("switchroom-ring", f"1*{RING_MS}*{call.phone}*{call.leg}"))
                await until(lambda: self.phone_ringing(call.phone), 5, f"{call.phone} ringing")  # noqa: B023 - the same
            if call.talking:
                self.phone_answers(call.phone)
                await until(lambda: self.phone_talking(call.phone), 5, f"{call.phone} talking")  # noqa: B023 - the same


@asynccontextmanager
async def gone_on(folder: Path, then: WorldThen) -> AsyncIterator[World]:
    """This version on the data of then, with the people and calls of then."""
    secret = Secrets(folder / "data").own("rehearsal")
    async with AsyncExitStack() as stack:
        switch = SwitchOfThen(secret, then.calls)
        await stack.enter_async_context(switch)
        telephones = RehearsalTelephones(switch)
        for call in then.calls:
            telephones.knows(call.unique_id)
        await switch.bring_back(then.calls)
        watching = asyncio.create_task(telephones.watch())
        stack.callback(watching.cancel)
        center = MortalCenter(folder, then.definition, telephones.environment)
        center.passwords.update(then.passwords)
        await stack.enter_async_context(center)
        world = World(center, telephones, stack)
        world.visitor.token, world.visitor.conversation = then.visitor_token, then.visitor_conversation
        world.visitor.shown = [LineShown(seq=at, at_ms=0, author=who, text=text) for at, (who, text) in lines(then)]
        world.lines = list(then.lines)
        await world.come_in(robot=False)
        yield world


def lines(then: WorldThen) -> list[tuple[int, tuple[str, str]]]:
    return list(enumerate(then.lines, start=1))
