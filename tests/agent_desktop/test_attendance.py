"""Desktops that come, fall silent and come back, as the router is told of them. Time is the test's own."""

import asyncio

from agent_desktop.attendance import Attendance
from agent_desktop.core.floor import Floor
from agent_desktop.core.on_floor import AgentOnFloor
from history.core.vocabulary import AgentId, Outcome
from router.core.inputs import AnyInput, DesktopAttached, DesktopLost, Receipt
from router.errors import RouterUnavailable
from tests.bed.waiting import until

ANN, BEN = AgentId("ann"), AgentId("ben")


class HandClock:
    def __init__(self) -> None:
        self.ms = 1_000_000

    def now_ms(self) -> int:
        return self.ms

    def monotonic_ms(self) -> int:
        return self.ms


class ListeningRouter:
    """Takes every input; refuses the first `failures` as a router that cannot commit."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.told: list[tuple[type, str]] = []
        self.pairs: list[tuple[int, int]] = []

    async def submit(self, given: AnyInput) -> Receipt:
        assert isinstance(given, DesktopAttached | DesktopLost)
        self.pairs.append((given.source_epoch, given.source_number))
        if self.failures:
            self.failures -= 1
            raise RouterUnavailable("not now")
        self.told.append((type(given), given.agent))
        return Receipt(outcome=Outcome.ACCEPTED)


async def test_a_desktop_is_lost_after_fifteen_seconds_of_silence_and_told_once() -> None:
    router, clock, floor, ready = ListeningRouter(failures=1), HandClock(), Floor(), asyncio.Event()
    attendance = Attendance(router, clock, lambda: floor)
    running = asyncio.create_task(attendance.run(ready))
    try:
        ready.set()
        attendance.heard(ANN)
        attendance.heard(ANN)
        await until(lambda: router.told == [(DesktopAttached, "ann")], seconds=5, what="the attached desktop")
        clock.ms += 15_000
        attendance.heard(BEN)
        await until(lambda: len(router.told) == 2, seconds=5, what="the second desktop")
        assert attendance.has_desktop(ANN)
        clock.ms += 1
        await until(lambda: len(router.told) == 3, seconds=5, what="the lost desktop")
        assert router.told[1:] == [(DesktopAttached, "ben"), (DesktopLost, "ann")]
        assert not attendance.has_desktop(ANN)
        attendance.heard(ANN)
        await until(lambda: len(router.told) == 4, seconds=5, what="the desktop that came back")
        assert router.told[3] == (DesktopAttached, "ann")
        assert router.pairs == sorted(set(router.pairs))
    finally:
        running.cancel()


async def test_after_a_restart_a_desktop_has_fifteen_seconds_to_come_back() -> None:
    router, clock, ready = ListeningRouter(), HandClock(), asyncio.Event()
    floor = Floor(agents={ANN: AgentOnFloor(desktop_connected=True), BEN: AgentOnFloor(desktop_connected=True)})
    attendance = Attendance(router, clock, lambda: floor)
    running = asyncio.create_task(attendance.run(ready))
    try:
        ready.set()
        await until(lambda: attendance.has_desktop(ANN), seconds=5, what="the journal to be believed")
        assert router.told == []
        clock.ms += 15_001
        attendance.heard(BEN)
        await until(lambda: router.told == [(DesktopLost, "ann")], seconds=5, what="who did not come back")
    finally:
        running.cancel()
