"""A switch port with somebody who listens to it, as the engine does."""

import asyncio
import time
from types import TracebackType
from typing import Any, Self, TypeVar

from cti.asterisk.switch import AsteriskSwitch
from cti.core.events import (
    SwitchEvent,
    SwitchResynchronised,
)
from history.core.vocabulary import SwitchName
from tests.bed.waiting import until

Event = TypeVar("Event", bound=SwitchEvent)


class RealClock:
    """The machine's clocks."""

    def now_ms(self) -> int:
        """UTC milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        """Milliseconds since some instant."""
        return time.monotonic_ns() // 1_000_000


class Lease:
    """What `may_write` is asked of."""

    def __init__(self) -> None:
        self.holds = True

    def __call__(self) -> bool:
        return self.holds


class Engine:
    """Runs an AsteriskSwitch and keeps what it tells."""

    def __init__(self, port: int, secret: str, *, epoch: int = 1, username: str = "switchroom") -> None:
        self.lease = Lease()
        self.switch = AsteriskSwitch(
            SwitchName("main"),
            host="127.0.0.1",
            port=port,
            username=username,
            secret=secret,
            clock=RealClock(),
            may_write=self.lease,
        )
        self.switch.set_epoch(epoch)
        self.heard: list[SwitchEvent] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self.start()
        await self.sees(SwitchResynchronised)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def start(self) -> None:
        """Begin, without waiting for the switch."""
        self._tasks = [asyncio.create_task(self.switch.run()), asyncio.create_task(self._listen())]

    async def stop(self) -> None:
        """Die at once, as the engine does under kill -9: the switch is told nothing."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self) -> None:
        async for event in self.switch.events():
            self.heard.append(event)

    def all(self, kind: type[Event], **fields: object) -> list[Event]:
        """Every such event so far."""
        return [event for event in self.heard if isinstance(event, kind) and _fits(event, fields)]

    async def sees(self, kind: type[Event], seconds: float = 6.0, times: int = 1, **fields: Any) -> Event:
        """The `times`-th such event, when it comes."""

        def looked() -> Event | None:
            found = self.all(kind, **fields)
            return found[times - 1] if len(found) >= times else None

        try:
            event = await until(looked, seconds, f"{kind.__name__} {fields}")
        except AssertionError as late:
            story = "\n".join(map(repr, self.heard))
            raise AssertionError(f"{late}\n{self.switch.health()}\n{story}") from None
        assert event is not None
        return event


def _fits(event: object, fields: dict[str, object]) -> bool:
    return all(getattr(event, name) == value for name, value in fields.items())
