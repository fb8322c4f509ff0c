"""Whatever happens, numbers have no gaps and only whole transactions are there."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from history.bus import LocalBus
from history.core.conversations import VisitorLeft
from history.core.vocabulary import ConversationId, InteractionId
from history.errors import LeaseLost
from history.journal import RoutingJournal
from history.lease import Lease
from history.projector import rebuild
from history.store import Store
from history.tables import PROJECTIONS, announcements, contents, journal
from tests.history.conftest import sqlite_url
from tests.history.sample import HandClock, columns, draft, input_draft, life, rows
from tests.history.writer import GROUP

LEFT = VisitorLeft(conversation=ConversationId("c"))


class Stop(Exception):
    """The body fails."""


Step = tuple[str, int, int, bool]
"""What is written, into which stream or source, how many, and whether the body fails at its end."""

steps = st.lists(
    st.tuples(
        st.sampled_from(["entries", "announcement", "routing", "take-over"]),
        st.integers(0, 2),
        st.integers(1, 4),
        st.booleans(),
    ),
    max_size=25,
)


async def act(store: Store, journals: list[RoutingJournal], step: Step) -> int:
    """Carry out a step; return how many journal rows it must leave."""
    what, which, count, fails = step
    match what:
        case "routing":
            try:
                await journals[which % len(journals)].append([input_draft()] + [draft(life("c")[0])] * count)
            except LeaseLost:
                return 0
            return count + 1
        case "take-over":
            journals.append(RoutingJournal(store, Lease(store, f"engine-{len(journals)}")))
            await journals[-1].recover()
            return 0
    with suppress(Stop):
        async with store.writing() as writing:
            if what == "announcement":
                for _ in range(count):
                    await writing.announce(f"source-{which}", lambda number: b"%d" % number)
            else:
                await writing.append(f"conversation/c-{which}", [LEFT] * count)
                await writing.append(f"conversation/c-{(which + 1) % 3}", [LEFT])
            if fails:
                raise Stop
        return count + 1 if what == "entries" else 0
    return 0


async def no_gaps(store: Store) -> int:
    """Check all numbers; return the count of journal rows."""
    found = await columns(store, journal, "stream", "number", "position")
    for stream in {stream for stream, _, _ in found}:
        numbers = [number for name, number, _ in found if name == stream]
        assert numbers == list(range(1, len(numbers) + 1)), stream
    positions = sorted(position for _, _, position in found if position is not None)
    assert positions == list(range(1, len(positions) + 1))
    told = await columns(store, announcements, "source", "number", "body")
    for source in {source for source, _, _ in told}:
        numbers = [number for name, number, body in told if name == source and body == b"%d" % number]
        assert numbers == list(range(1, len(numbers) + 1)), source
    return len(found)


@settings(max_examples=30, deadline=None)
@given(steps)
def test_random_transactions_with_failures_leave_numbers_without_gaps(plan: Sequence[Step]) -> None:
    async def run(folder: Path) -> None:
        store = await Store.open(sqlite_url(folder), clock=HandClock(), bus=LocalBus())
        journals = [RoutingJournal(store, Lease(store, "engine-0"))]
        await journals[0].recover()
        expected = sum([await act(store, journals, step) for step in plan])
        assert await no_gaps(store) == expected
        await store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))


def write_and_kill(url: str, run: int, commits: int) -> list[str]:
    """Let a process write, kill it some commits later, return what it has acknowledged."""
    command = [sys.executable, "-m", "tests.history.writer", url, str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(commits)]
        os.kill(process.pid, signal.SIGKILL)
        told += process.stdout.readlines()
        process.wait(10)
    assert all(told), "the writer ended by itself"
    return [one for one in told if one.endswith("\n")]


@pytest.mark.parametrize("seed", range(2))
async def test_kill_9_leaves_whole_groups_only_and_all_that_was_acknowledged(
    database_url: str, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    acknowledged: list[str] = []
    for run in range(3):
        told = await asyncio.to_thread(write_and_kill, database_url, run, chance.randrange(5, 60))
        acknowledged += [f"{run} {one}" for one in told]
    store = await Store.open(database_url, clock=HandClock(), bus=LocalBus())
    await no_gaps(store)
    streams = Counter(stream for (stream,) in await columns(store, journal, "stream"))
    routed = streams.pop("routing/main")
    assert routed % GROUP == 0
    assert routed // GROUP >= sum(" route " in one for one in acknowledged)
    talks = {name: count for name, count in streams.items() if name.startswith("conversation/")}
    assert all(count % 2 == 0 for count in talks.values())
    transactions = sum(talks.values()) // 2
    assert transactions >= sum(" talk " in one for one in acknowledged)
    assert len(await rows(store, announcements)) == transactions
    assert sum(name.startswith("customer/") for name in streams) == transactions
    assert len([1 for (owner,) in await columns(store, contents, "owner") if owner.startswith("c-")]) == transactions
    before = {table.name: await rows(store, table) for table in PROJECTIONS if table.name in ("customers", "messages")}
    await rebuild(store)
    assert {name: await rows(store, table) for table in PROJECTIONS if (name := table.name) in before} == before
    await store.close()


async def test_cancelled_transactions_leave_no_half_ones(store: Store) -> None:
    chance = random.Random(7)

    async def write(number: int) -> None:
        async with store.writing() as writing:
            await writing.append("conversation/c-1", [LEFT, LEFT, LEFT])
            await writing.put_text(InteractionId(f"c-{number}"), "text")

    for number in range(60):
        task = asyncio.create_task(write(number))
        for _ in range(chance.randrange(60)):
            await asyncio.sleep(0)
        if chance.random() < 0.5:
            await asyncio.sleep(chance.random() / 200)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    count = await no_gaps(store)
    assert count % 3 == 0
    assert len(await rows(store, contents)) == count // 3
    await write(99)
    assert await no_gaps(store) == count + 3
