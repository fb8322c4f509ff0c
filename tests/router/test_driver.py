"""The driver over a real SQLite store: what it promises about commits, effects, answers, recovery and its bounds."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

import router.driver
from history.bus import LocalBus
from history.clock import SystemClock
from history.core.entries import Draft, Entry, Kind
from history.core.registry import REGISTRY
from history.core.routing_settings import RoutingSettings
from history.core.vocabulary import (
    AgentId,
    DispositionId,
    InteractionId,
    Medium,
    Outcome,
    OutcomeReason,
    Presence,
    QueueId,
    ReasonCode,
    SourceId,
)
from history.errors import LeaseLost, StoreUnavailable
from history.feed import Feed
from history.journal import RoutingJournal
from history.lease import Lease
from history.store import Store
from router.core import inputs
from router.core.effects import AnyEffect, RingAgent
from router.core.engine import Engine
from router.core.inputs import AnyInput, Receipt
from router.core.snapshot import snapshot
from router.driver import Driver
from router.errors import RouterUnavailable
from tests.bed.waiting import until
from tests.specs.center import a_queue, an_agent

PATIENCE_S = 10.0
CALLS = a_queue("calls", Medium.VOICE)
MAILS = a_queue("mails", Medium.MAIL)


class TroubledJournal:
    """The real journal behind the driver's port; a test may hold its commits, or let them fail."""

    def __init__(self, journal: RoutingJournal) -> None:
        self._journal = journal
        self.open = asyncio.Event()
        self.open.set()
        self.fails_before = self.fails_after = False
        self.waiting = 0
        self.recoveries = 0
        self.recovered: list[Entry] = []
        self.kept: list[tuple[int, list[bytes]]] = []
        """Each snapshot: the number of its last entry, and its facts."""

    @property
    def last_number(self) -> int:
        return self._journal.last_number

    async def recover(self) -> Sequence[Entry]:
        self.recoveries += 1
        self.recovered = list(await self._journal.recover())
        return self.recovered

    async def append(self, drafts: Sequence[Draft]) -> int:
        self.waiting += 1
        await self.open.wait()
        self.waiting -= 1
        if self.fails_before:
            self.fails_before = False
            raise StoreUnavailable("The disk is full.")
        number = await self._journal.append(drafts)
        if self.fails_after:
            self.fails_after = False
            raise StoreUnavailable("The link broke during the commit.")
        return number

    async def snapshot(self, drafts: Sequence[Draft], through_number: int) -> None:
        await self._journal.snapshot(drafts, through_number)
        self.kept.append((through_number, [draft.body for draft in drafts]))


class Sink:
    """Notes each effect with the facts that a stranger finds committed as it is released."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.released: list[tuple[AnyEffect, set[str]]] = []

    def release(self, effects: Sequence[AnyEffect]) -> None:
        with sqlite3.connect(self._file) as connection:
            found = {str(row[0]) for row in connection.execute("SELECT type FROM journal")}
        connection.close()
        self.released += [(effect, found) for effect in effects]

    def rings(self) -> list[RingAgent]:
        return [effect for effect, _ in self.released if isinstance(effect, RingAgent)]


class Bench:
    """One driver at work, and somebody who tells it things."""

    def __init__(self, store: Store, file: Path, holder: str = "engine-1") -> None:
        self.journal = TroubledJournal(RoutingJournal(store, Lease(store, holder)))
        self.sink = Sink(file)
        self.alarms: list[str] = []
        self.driver = Driver(
            self.journal, REGISTRY, store.clock, sinks=(self.sink,), alarm=self.alarms.append, reached=self._reached
        )
        self.points: list[str] = []
        self._number = 0
        self._file = file

    def _reached(self, point: str) -> None:
        self.points.append(point)

    def input(self, kind: type[AnyInput], **what: object) -> AnyInput:
        self._number += 1
        return kind(source=SourceId("bench"), source_epoch=1, source_number=self._number, **what)  # type: ignore[arg-type]  # the kind says which

    async def tell(self, kind: type[AnyInput], **what: object) -> Receipt:
        return await self.driver.submit(self.input(kind, **what))

    async def define(self) -> None:
        settings = RoutingSettings(
            definition_version=1,
            agents=(an_agent("ann"), an_agent("ben")),
            queues=(CALLS, MAILS),
            reasons=(ReasonCode("break"),),
            dispositions=(DispositionId("done"),),
        )
        await self.tell(inputs.DefinitionApplied, settings=settings)

    def arrival(self, name: str, queue: str = "mails") -> AnyInput:
        medium = Medium.VOICE if queue == "calls" else Medium.MAIL
        interaction = InteractionId(f"i-{name}")
        return self.input(
            inputs.InteractionArrived, interaction=interaction, medium=medium, queue=QueueId(queue), arrived_ms=1
        )

    async def ready(self, agent: str) -> None:
        await self.tell(inputs.PhoneReachable, agent=AgentId(agent))
        await self.tell(inputs.AgentChosePresence, agent=AgentId(agent), presence=Presence.READY)

    def rows(self) -> int:
        with sqlite3.connect(self._file) as connection:
            (count,) = connection.execute("SELECT count(*) FROM journal").fetchone()
        connection.close()
        return int(count)

    def waiting(self) -> set[str]:
        """The interactions that the driver's engine has."""
        return set(self.driver._engine.state.interactions)


@asynccontextmanager
async def at_work(bench: Bench) -> AsyncIterator[Bench]:
    running = asyncio.create_task(bench.driver.run())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await bench.driver.recovered.wait()
        yield bench
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    bus = LocalBus()
    opened = await Store.open(f"sqlite+aiosqlite:///{file_of(tmp_path)}", clock=SystemClock(), bus=bus)
    yield opened
    await opened.close()
    await bus.close()


def file_of(folder: Path) -> Path:
    return folder / "driver.sqlite"


@pytest_asyncio.fixture
async def bench(store: Store, tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(store, file_of(tmp_path))
    async with at_work(made):
        await made.define()
        yield made


async def test_an_effect_is_released_only_after_its_fact_is_committed(bench: Bench) -> None:
    await bench.ready("ann")
    await bench.driver.submit(bench.arrival("1", "calls"))
    await until(bench.sink.rings, PATIENCE_S, "the ring")
    assert all("RingOrdered" in found for effect, found in bench.sink.released if isinstance(effect, RingAgent))
    assert bench.points[-2:] == ["before_commit", "after_commit_before_effect"]


async def test_while_a_group_commits_nothing_is_released_and_nobody_answered(bench: Bench) -> None:
    await bench.ready("ann")
    bench.journal.open.clear()
    first = asyncio.create_task(bench.driver.submit(bench.arrival("1", "calls")))
    await until(lambda: bench.journal.waiting == 1, PATIENCE_S, "the commit")
    second = asyncio.create_task(bench.driver.submit(bench.arrival("2", "calls")))
    await until(lambda: "i-2" in bench.waiting(), PATIENCE_S, "the next group being decided")
    assert not first.done() and not second.done() and not bench.sink.rings()
    bench.journal.open.set()
    numbers = [(await answer).number for answer in (first, second)]
    assert numbers == sorted(numbers)
    assert [ring.interaction for ring in bench.sink.rings()] == ["i-1"]


async def test_a_failed_commit_drops_all_decided_after_it_and_the_sources_say_it_again(bench: Bench) -> None:
    bench.journal.open.clear()
    given = [bench.arrival(name) for name in ("1", "2")]
    first = asyncio.create_task(bench.driver.submit(given[0]))
    await until(lambda: bench.journal.waiting == 1, PATIENCE_S, "the commit")
    second = asyncio.create_task(bench.driver.submit(given[1]))
    await until(lambda: "i-2" in bench.waiting(), PATIENCE_S, "the next group being decided")
    rows = bench.rows()
    bench.journal.fails_before = True
    bench.journal.open.set()
    for answer in (first, second):
        with pytest.raises(RouterUnavailable):
            await answer
    await until(lambda: bench.journal.recoveries == 2, PATIENCE_S, "the recovery")
    await until(bench.driver.recovered.is_set, PATIENCE_S, "deciding again")
    assert bench.rows() == rows and bench.waiting() == set()
    assert "The disk is full." in bench.alarms[-1]
    outcomes = [(await bench.driver.submit(one)).outcome for one in given]
    assert outcomes == [Outcome.ACCEPTED, Outcome.ACCEPTED]
    assert bench.waiting() == {"i-1", "i-2"}


async def test_a_commit_of_unknown_outcome_counts_once(bench: Bench) -> None:
    given = bench.arrival("1")
    bench.journal.fails_after = True
    with pytest.raises(RouterUnavailable):
        await bench.driver.submit(given)
    await until(lambda: bench.journal.recoveries == 2, PATIENCE_S, "the recovery")
    await until(bench.driver.recovered.is_set, PATIENCE_S, "deciding again")
    rows = bench.rows()
    assert (await bench.driver.submit(given)).outcome is Outcome.ACCEPTED
    assert bench.rows() == rows
    assert bench.waiting() == {"i-1"}


async def test_a_repeated_input_gets_its_first_answer_and_changes_nothing(bench: Bench) -> None:
    accepted = bench.arrival("1")
    refused = bench.input(inputs.AgentChosePresence, agent=AgentId("ann"), presence=Presence.NOT_READY)
    answers = [(await bench.driver.submit(given)).outcome for given in (accepted, refused)]
    assert answers == [Outcome.ACCEPTED, Outcome.REFUSED]
    rows = bench.rows()
    again = [await bench.driver.submit(given) for given in (accepted, refused)]
    assert [receipt.outcome for receipt in again] == answers
    assert again[1].reason is OutcomeReason.REASON_MISSING
    assert bench.rows() == rows


async def test_a_defect_is_set_aside_told_and_not_tried_again(bench: Bench) -> None:
    broken = msgspec.structs.replace(bench.arrival("1"), arrived_ms="no number")
    assert (await bench.driver.submit(broken)).outcome is Outcome.DEFECT
    assert "was set aside" in bench.alarms[-1]
    assert bench.waiting() == set()
    assert (await bench.driver.submit(broken)).outcome is Outcome.DEFECT
    assert len(bench.alarms) == 1
    assert (await bench.driver.submit(bench.arrival("2"))).outcome is Outcome.ACCEPTED


async def test_recovery_gives_the_same_state_and_releases_what_is_due(
    bench: Bench, store: Store, tmp_path: Path
) -> None:
    await bench.ready("ann")
    for number in range(20):
        await bench.driver.submit(bench.arrival(str(number), "calls" if number % 2 else "mails"))
    await until(bench.sink.rings, PATIENCE_S, "the ring")
    before = snapshot(bench.driver._engine.state)
    later = Bench(store, file_of(tmp_path))
    async with at_work(later):
        assert snapshot(later.driver._engine.state) == before
        assert later.sink.rings() == bench.sink.rings(), "the phone was told to ring and nobody knows whether it does"


async def test_a_snapshot_shortens_recovery_to_the_same_state(
    bench: Bench, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(router.driver, "SNAPSHOT_ENTRIES", 30)
    for number in range(20):
        await bench.driver.submit(bench.arrival(str(number)))
    before = snapshot(bench.driver._engine.state)
    later = Bench(store, file_of(tmp_path))
    async with at_work(later):
        kinds = [entry.type for entry in later.journal.recovered]
        assert kinds[0] == "RoutingDefined" and "CountersRestored" in kinds
        assert kinds.count("InteractionQueued") < 20
        assert snapshot(later.driver._engine.state) == before


async def test_a_snapshot_holds_the_state_after_its_entry_though_deciding_goes_on(
    bench: Bench, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written while later groups are decided, which change the same records."""
    monkeypatch.setattr(router.driver, "SNAPSHOT_ENTRIES", 10)
    monkeypatch.setattr(router.driver, "GROUP_MAX", 3)
    names = [str(number) for number in range(60)]
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bench.ready("ann"))
        tasks.create_task(bench.ready("ben"))
        for name in names:
            tasks.create_task(bench.driver.submit(bench.arrival(name)))
            tasks.create_task(bench.tell(inputs.CustomerLeft, interaction=InteractionId(f"i-{name}")))
    await until(lambda: len(bench.journal.kept) >= 3, PATIENCE_S, "three snapshots")
    for through, kept in bench.journal.kept:
        engine = Engine()
        async with aclosing(Feed(store).follow("routing/main")) as entries:
            async for entry in entries:
                if entry.kind is Kind.FACT:
                    engine.fold(REGISTRY.fact(entry), entry.at_ms)
                if entry.number == through:
                    break
        assert kept == [REGISTRY.encode(fact) for fact in snapshot(engine.state)], f"through {through}"


async def test_a_clean_stop_keeps_a_snapshot(bench: Bench, store: Store, tmp_path: Path) -> None:
    await bench.driver.submit(bench.arrival("1"))
    await bench.driver.stop()
    later = Bench(store, file_of(tmp_path))
    async with at_work(later):
        assert "InteractionQueued" not in [entry.type for entry in later.journal.recovered]
        assert later.waiting() == {"i-1"}


async def test_a_driver_whose_lease_another_has_taken_stops(store: Store, tmp_path: Path) -> None:
    old, new = Bench(store, file_of(tmp_path), "engine-1"), Bench(store, file_of(tmp_path), "engine-2")
    running = asyncio.create_task(old.driver.run())
    await until(old.driver.recovered.is_set, PATIENCE_S, "the first engine")
    await old.define()
    async with at_work(new):
        rows = new.rows()
        asking = asyncio.create_task(old.driver.submit(old.arrival("1")))
        with pytest.raises(LeaseLost, match="engine-2 writes it"):
            await running
        with pytest.raises(RouterUnavailable):
            await asking
        assert new.rows() == rows and new.waiting() == set()


async def test_the_inbox_is_bounded(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router.driver, "INBOX_MAX", 3)
    bench = Bench(store, file_of(tmp_path))
    asking = [asyncio.create_task(bench.driver.submit(bench.arrival(str(number)))) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(RouterUnavailable, match="wait already"):
        await bench.driver.submit(bench.arrival("too many"))
    async with at_work(bench):
        assert [(await answer).outcome for answer in asking] == [Outcome.REFUSED] * 3, "there is no queue yet"


async def test_an_unanswered_ring_is_taken_back_by_the_timer_alone(store: Store, tmp_path: Path) -> None:
    bench = Bench(store, file_of(tmp_path))
    async with at_work(bench):
        settings = RoutingSettings(
            definition_version=1,
            agents=(an_agent("ann"),),
            queues=(msgspec.structs.replace(CALLS, offer_ms=100),),
            reasons=(),
            dispositions=(),
        )
        await bench.tell(inputs.DefinitionApplied, settings=settings)
        await bench.ready("ann")
        await bench.driver.submit(bench.arrival("1", "calls"))
        await until(lambda: "OfferExpired" in _types(file_of(tmp_path)), PATIENCE_S, "the offer's end being committed")


def _types(file: Path) -> set[str]:
    with sqlite3.connect(file) as connection:
        found = {str(row[0]) for row in connection.execute("SELECT type FROM journal")}
    connection.close()
    return found
