"""`switchroom bench spine`: what one decision costs, in thought and on the disk, through the shipped driver and store.

The same calls (arrival, pop, answer, hang-up, wrap-up) go first through the engine alone, then through driver,
journal and a real file with full sync, many calls at once. The baseline is the disk itself: single-row commits in the
same folder.
"""

import asyncio
import os
import platform
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from history.bus import LocalBus
from history.clock import SystemClock
from history.core.registry import REGISTRY
from history.core.routing_settings import AgentSettings, MediumCapacity, QueueSettings, RoutingSettings
from history.core.vocabulary import (
    AgentId,
    DispositionId,
    HandlingId,
    InteractionId,
    Medium,
    OfferId,
    PhoneName,
    Presence,
    QueueId,
    SourceId,
    SwitchName,
)
from history.journal import RoutingJournal
from history.lease import Lease
from history.store import Store
from router.core import inputs
from router.core.engine import Engine
from router.core.inputs import AnyInput
from router.driver import Driver

AGENTS = 100
CALLS = 2_000
AT_ONCE = 50
BASELINE_COMMITS = 300


def settings(agents: int) -> RoutingSettings:
    capacities = (MediumCapacity(medium=Medium.VOICE, weight=100, limit=1),)
    return RoutingSettings(
        definition_version=1,
        agents=tuple(
            AgentSettings(
                agent=AgentId(f"a{n:05}"),
                capacities=capacities,
                switch=SwitchName("bench"),
                phone=PhoneName(f"a{n:05}"),
            )
            for n in range(agents)
        ),
        queues=(QueueSettings(queue=QueueId("sales"), medium=Medium.VOICE, target_ms=20_000, offer_ms=20_000),),
        reasons=(),
        dispositions=(DispositionId("done"),),
    )


class Source:
    """Numbers the inputs of one source."""

    def __init__(self, name: str) -> None:
        self._name = SourceId(name)
        self._number = 0

    def make(self, kind: Any, **what: Any) -> AnyInput:
        self._number += 1
        made: AnyInput = kind(source=self._name, source_epoch=1, source_number=self._number, **what)
        return made


def beginning(source: Source, agents: int) -> Iterator[AnyInput]:
    """Everybody at their desk and ready."""
    yield source.make(inputs.DefinitionApplied, settings=settings(agents))
    for n in range(agents):
        agent = AgentId(f"a{n:05}")
        yield source.make(inputs.DesktopAttached, agent=agent)
        yield source.make(inputs.PhoneReachable, agent=agent)
        yield source.make(inputs.AgentChosePresence, agent=agent, presence=Presence.READY)


def arrival(source: Source, n: int, now_ms: int) -> AnyInput:
    return source.make(
        inputs.InteractionArrived,
        interaction=InteractionId(f"v-bench-{n}"),
        medium=Medium.VOICE,
        queue=QueueId("sales"),
        arrived_ms=now_ms,
        switch=SwitchName("bench"),
    )


def rest_of_call(source: Source, n: int, offer: OfferId, agent: AgentId, handling: HandlingId) -> Iterator[AnyInput]:
    yield source.make(inputs.PopShown, agent=agent, offer=offer)
    interaction = InteractionId(f"v-bench-{n}")
    yield source.make(inputs.AgentAnswered, offer=offer, interaction=interaction, agent=agent)
    yield source.make(inputs.CustomerLeft, interaction=interaction)
    yield source.make(inputs.AgentCompletedWrapUp, agent=agent, handling=handling, disposition=DispositionId("done"))


def think(calls: int, agents: int) -> float:
    """Return decisions per second of the engine alone, one core."""
    engine, source, now_ms = Engine(), Source("bench"), 1_000_000
    for given in beginning(source, agents):
        engine.handle(given, now_ms)
    began = time.perf_counter()
    decided = 0
    for n in range(calls):
        now_ms += 10
        engine.handle(arrival(source, n, now_ms), now_ms)
        (offer,) = engine.state.offers.values()
        handling = HandlingId(f"h{engine.state.handlings_started + 1}")
        for given in rest_of_call(source, n, offer.offer, offer.agent, handling):
            engine.handle(given, now_ms)
        decided += 5
    return decided / (time.perf_counter() - began)


async def decide(folder: Path, calls: int, agents: int, at_once: int) -> dict[str, float]:
    """Return inputs per second and the wait of a source from submitting to its receipt (ms), with every group
    committed."""
    clock, bus = SystemClock(), LocalBus()
    store = await Store.open(f"sqlite+aiosqlite:///{folder / 'bench.sqlite'}", clock=clock, bus=bus)
    driver = Driver(RoutingJournal(store, Lease(store, "bench")), REGISTRY, clock)
    running = asyncio.create_task(driver.run())
    try:
        await driver.recovered.wait()
        source = Source("bench")
        for given in beginning(source, agents):
            await driver.submit(given)
        return await _calls(driver, clock, calls, at_once)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await store.close()
        await bus.close()


async def _calls(driver: Driver, clock: SystemClock, calls: int, at_once: int) -> dict[str, float]:
    waits: list[float] = []
    turns = asyncio.Semaphore(at_once)

    async def submit(given: AnyInput) -> None:
        began = time.perf_counter()
        await driver.submit(given)
        waits.append((time.perf_counter() - began) * 1000)

    async def one(n: int) -> None:
        async with turns:
            source = Source(f"call{n}")
            await submit(arrival(source, n, clock.now_ms()))
            await submit(source.make(inputs.CustomerLeft, interaction=InteractionId(f"v-bench-{n}")))

    began = time.perf_counter()
    await asyncio.gather(*(one(n) for n in range(calls)))
    seconds = time.perf_counter() - began
    waits.sort()
    return {
        "inputs_per_s": round(len(waits) / seconds),
        "submit_p50_ms": round(waits[len(waits) // 2], 2),
        "submit_p99_ms": round(waits[len(waits) * 99 // 100], 2),
    }


def disk(folder: Path) -> float:
    """Return single-row commits per second with full sync: what every durable promise costs at least."""
    connection = sqlite3.connect(folder / "baseline.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (n INTEGER)")
    began = time.perf_counter()
    for n in range(BASELINE_COMMITS):
        connection.execute("INSERT INTO t VALUES (?)", (n,))
    seconds = time.perf_counter() - began
    connection.close()
    return BASELINE_COMMITS / seconds


def file_system(folder: Path) -> str:
    """Return the type of the file system that holds the folder, as the kernel calls it."""
    best, kind = "", "unknown"
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _, point, found, *_ = line.split()
        if str(folder).startswith(point) and len(point) > len(best):
            best, kind = point, found
    return kind


def disk_figures(parent: Path | None) -> dict[str, Any]:
    """Return what a reader needs to compare machines: file system, sync mode, commits per second of the bare disk."""
    with tempfile.TemporaryDirectory(dir=parent or Path.cwd(), prefix="bench-") as name:
        folder = Path(name).resolve()
        return {
            "cores": os.cpu_count(),
            "file_system": file_system(folder),
            "sync": "WAL, synchronous=FULL",
            "commits_per_s": round(disk(folder)),
        }


def run(parent: Path | None, calls: int = CALLS, agents: int = AGENTS, at_once: int = AT_ONCE) -> dict[str, Any]:
    """Measure in a folder of its own below `parent` (the working directory, if not given), and clean up."""
    with tempfile.TemporaryDirectory(dir=parent or Path.cwd(), prefix="bench-") as name:
        folder = Path(name).resolve()
        thought = think(calls, agents)
        decided = asyncio.run(decide(folder, calls, agents, at_once))
    surroundings = disk_figures(parent)
    return {
        "bench": "spine",
        "python": platform.python_version(),
        **surroundings,
        "agents": agents,
        "calls": calls,
        "calls_at_once": at_once,
        "engine_decisions_per_s": round(thought),
        **decided,
        "inputs_per_commit_of_the_bare_disk": round(decided["inputs_per_s"] / surroundings["commits_per_s"], 2),
    }
