"""`switchroom bench explain`: how long an explanation takes at worst, and what it does to the loop meanwhile.

Snapshots of the last month are never more than 20,000 entries apart, so the worst decision to explain is the last one
before the next snapshot. The journal is a real one: a snapshot of a floor with everything in it, 20,000 entries of
calls after it, and as the last of them the offer that is asked about.
"""

import asyncio
import platform
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import insert

from agent_desktop.explanations import ExplanationDesk
from benchmarks.routing import Floor
from benchmarks.spine import disk_figures
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.entries import Draft, Fact, Kind
from history.core.registry import REGISTRY
from history.core.routing import OfferMade
from history.core.vocabulary import EntryNumber, InteractionId
from history.journal import RoutingJournal
from history.lease import Lease
from history.snapshots import APART_MAX
from history.store import Store
from history.tables import interactions
from router.core.inputs import AnyInput
from router.core.snapshot import snapshot
from router.driver import RULES

AGENTS = 1_000
OPEN = 10_000
GROUP = 1_000
TIMES = 5
TICK_S = 0.005


def draft(at_ms: int, value: Fact | AnyInput, cause: int | None = None) -> Draft:
    kind = Kind.FACT if isinstance(value, Fact) else Kind.INPUT
    number = None if cause is None else EntryNumber(cause)
    return Draft(at_ms, kind, type(value).__name__, value.version, RULES, number, msgspec.json.encode(value))


def calls(floor: Floor, first: int, entries: int) -> Iterator[Draft]:
    """Yield the entries of one call after another, numbered from `first`, up to the offer that comes after so many."""
    number = first
    while True:
        for given in (floor.arrival(), *floor.ending()):
            decided = floor.engine.handle(given, floor.now_ms).facts
            cause = number
            yield draft(floor.now_ms, given)
            number += 1
            for fact in decided:
                yield draft(floor.now_ms, fact, cause)
                number += 1
                if number - first >= entries and isinstance(fact, OfferMade):
                    return
        for given in list(floor.answers()):
            cause = number
            yield draft(floor.now_ms, given)
            number += 1
            for fact in floor.engine.handle(given, floor.now_ms).facts:
                yield draft(floor.now_ms, fact, cause)
                number += 1


async def build(store: Store, agents: int, waiting: int, entries: int) -> InteractionId:
    """Write the journal; return the interaction of its last offer."""
    floor = Floor(agents, 200)
    floor.fill(waiting)
    journal = RoutingJournal(store, Lease(store, "bench"))
    await journal.recover()
    kept = [draft(floor.now_ms, fact) for fact in snapshot(floor.engine.state)]
    await journal.append(kept[:1])
    await journal.snapshot(kept, 1)
    written = list(calls(floor, 2, entries))
    for first in range(0, len(written), GROUP):
        await journal.append(written[first : first + GROUP])
    asked = InteractionId(msgspec.json.decode(written[-1].body)["interaction"])
    record = floor.engine.state.interactions[asked]
    async with store.writing("bench.interaction") as writing:
        await writing.connection.execute(
            insert(interactions).values(
                **writing.scope.row,
                interaction=asked,
                medium=record.medium,
                queue=record.queue,
                trust=record.trust,
                state=record.phase,
                arrived_ms=record.arrived_ms,
                due_ms=record.due_ms,
            )
        )
    return asked


async def measure(folder: Path, agents: int, waiting: int, entries: int, times: int) -> dict[str, Any]:
    store = await Store.open(
        f"sqlite+aiosqlite:///{folder / 'explain.sqlite'}", clock=SystemClock(), bus=LocalBus(), registry=REGISTRY
    )
    try:
        asked = await build(store, agents, waiting, entries)
        desk = ExplanationDesk(store)
        took, lags = [], []
        number = told = 0
        for _ in range(times):
            ticking = asyncio.create_task(longest_lag())
            began = time.perf_counter()
            found = await desk.offers(asked)
            took.append(time.perf_counter() - began)
            ticking.cancel()
            lags.append(await ticking)
            assert found is not None, "the last call is known"
            (why,) = found.offers
            number, told = why.number, len(why.explanation.others)
        began = time.perf_counter()
        now = await desk.now(asked)
        now_s = time.perf_counter() - began
        assert now is not None
    finally:
        await store.close()
    return {
        "agents": agents,
        "open": waiting,
        "entries_behind_the_snapshot": number - 1,
        "others_told": told,
        "offer_worst_s": round(max(took), 3),
        "offer_best_s": round(min(took), 3),
        "now_s": round(now_s, 3),
        "loop_lag_worst_ms": round(max(lags) * 1000, 1),
    }


async def longest_lag() -> float:
    """Tick until cancelled; return by how much the latest tick was late."""
    worst = 0.0
    try:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK_S)
            worst = max(worst, time.perf_counter() - began - TICK_S)
    except asyncio.CancelledError:
        return worst


def run(
    folder: Path | None, agents: int = AGENTS, waiting: int = OPEN, entries: int = APART_MAX, times: int = TIMES
) -> dict[str, Any]:
    """Measure in a folder of its own, inside `folder` where that is given."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        figures = asyncio.run(measure(Path(made), agents, waiting, entries - 1, times))
    return {"bench": "explain", "python": platform.python_version(), **disk_figures(folder), **figures}
