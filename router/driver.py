"""The driver: one task that decides, one that commits, one bounded inbox, one timer, the only clock of its room.

It gathers what has arrived, lets the engine decide, appends inputs and facts as one group, and only then releases the
effects, in order, and answers the sources. The next group is decided while the last one commits; a failed commit drops
all that was decided after it and recovers from the database. Whoever waits for a dropped input is told to send it
again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from history.clock import Clock
from history.core.entries import Draft, Fact, Kind
from history.core.registry import Registry
from history.core.vocabulary import EntryNumber, RulesVersion, SourceId
from history.errors import LeaseLost, StoreUnavailable
from router.core.effects import AnyEffect
from router.core.engine import Decision, Engine
from router.core.inputs import AnyInput, Receipt, TimeAdvanced
from router.core.snapshot import snapshot
from router.errors import BrokenInvariant, RouterUnavailable
from router.ports import EffectSink, JournalWriter

RULES = RulesVersion("router/5")
"""Rises with every change of a rule that could decide the same input otherwise."""
INBOX_MAX = 10_000
"""Inputs that wait for a decision; beyond it a source is told to come back."""
GROUP_MAX = 500
"""Inputs in one group commit."""
SUBMIT_S = 30.0
SNAPSHOT_ENTRIES = 10_000
SNAPSHOT_MS = 600_000
ENCODED_AT_ONCE = 1_000
"""Facts of a snapshot that are encoded before others have their turn: about a millisecond."""
RECOVER_AFTER_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
TIMER = SourceId("timer")

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Waiting:
    given: AnyInput
    answer: "asyncio.Future[Receipt]"


@dataclass(slots=True)
class _Group:
    """What is committed together, and what follows from its commit."""

    drafts: list[Draft] = field(default_factory=list)
    effects: list[AnyEffect] = field(default_factory=list)
    answers: list[tuple[_Waiting, Receipt]] = field(default_factory=list)
    snapshot: list[Fact] | None = None
    snapshot_at_ms: int = 0
    through: int = 0


class Driver:
    """Runs one engine. Give it sinks before `run`; `submit` may be called at any time, also before."""

    def __init__(
        self,
        journal: JournalWriter,
        registry: Registry,
        clock: Clock,
        sinks: Sequence[EffectSink] = (),
        alarm: Callable[[str], None] = log.error,
        reached: Callable[[str], None] = lambda point: None,
        recovered: Callable[[], None] = lambda: None,
    ) -> None:
        """`recovered` is told after each recovery, before its effects are released; `reached` at each named point at
        which a test may kill the process."""
        self._journal = journal
        self._registry = registry
        self._clock = clock
        self._sinks = list(sinks)
        self._alarm = alarm
        self._reached = reached
        self._on_recovered = recovered
        self._inbox: asyncio.Queue[_Waiting] = asyncio.Queue(INBOX_MAX)
        self._engine = Engine()
        self._decided_number = 0
        self._snapshot_number = 0
        self._snapshot_ms = 0
        self._keeping: asyncio.Task[None] | None = None
        self.recovered = asyncio.Event()
        """Set while the engine decides; cleared while the database cannot be reached."""

    async def submit(self, given: AnyInput) -> Receipt:
        """Return the receipt after the commit.

        Raises:
            RouterUnavailable: the inbox is full, the database is away, or 30 s have passed: send the same input again.
        """
        waiting = _Waiting(given, asyncio.get_running_loop().create_future())
        try:
            self._inbox.put_nowait(waiting)
        except asyncio.QueueFull:
            raise RouterUnavailable(f"{INBOX_MAX} inputs wait already; send this one again later") from None
        try:
            async with asyncio.timeout(SUBMIT_S):
                return await waiting.answer
        except TimeoutError:
            raise RouterUnavailable(f"no decision within {SUBMIT_S:.0f} s; send the same input again") from None

    async def run(self) -> None:
        """Recover and decide until cancelled.

        Raises:
            history.errors.LeaseLost: another engine writes this domain.
            router.errors.BrokenInvariant: a defect; end the process, recovery folds the facts.
        """
        failures = 0
        while True:
            try:
                await self._recover()
                failures = 0
                await self._decide_and_commit()
            except StoreUnavailable as error:
                self.recovered.clear()
                self._drop_inbox()
                wait_s = RECOVER_AFTER_S[min(failures, len(RECOVER_AFTER_S) - 1)]
                failures += 1
                self._alarm(f"Nothing can be decided: {error} Trying again in {wait_s} s.")
                await asyncio.sleep(wait_s)

    async def _recover(self) -> None:
        engine = Engine()
        for entry in await self._journal.recover():
            engine.fold(self._registry.fact(entry), entry.at_ms)
        self._engine = engine
        self._decided_number = self._journal.last_number
        self._snapshot_number = self._decided_number
        self._snapshot_ms = self._clock.now_ms()
        self._on_recovered()
        self.recovered.set()
        outstanding = engine.outstanding()
        log.info("recovered through entry %d, %d effects outstanding", self._decided_number, len(outstanding))
        self._release(outstanding)

    async def _decide_and_commit(self) -> None:
        """Two tasks over a queue of one: while a group commits, the next is decided."""
        decided: asyncio.Queue[_Group] = asyncio.Queue(maxsize=1)
        in_flight: list[_Group] = []
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._decide_groups(decided, in_flight))
                tasks.create_task(self._commit_groups(decided, in_flight))
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from group
        finally:
            if self._keeping is not None:
                self._keeping.cancel()
                await asyncio.gather(self._keeping, return_exceptions=True)
            for dropped in in_flight:
                self._drop(dropped)

    async def _decide_groups(self, decided: "asyncio.Queue[_Group]", in_flight: list[_Group]) -> None:
        while True:
            waiting = await self._gather()
            group = _Group()
            in_flight.append(group)
            now_ms = self._clock.now_ms()
            self._decide_time(group, now_ms)
            for each in waiting:
                self._decide_input(group, each, now_ms)
            if not group.drafts and not group.answers:
                in_flight.remove(group)
                continue
            self._decided_number += len(group.drafts)
            group.through = self._decided_number
            self._take_snapshot_if_due(group, now_ms)
            await decided.put(group)

    async def _gather(self) -> list[_Waiting]:
        """Wait for an input or the next deadline; return all inputs that are there, none when time alone came."""
        deadline_ms = self._engine.next_deadline_ms()
        first: _Waiting | None = None
        if deadline_ms is None:
            first = await self._inbox.get()
        else:
            wait_s = max(0, deadline_ms - self._clock.now_ms()) / 1000
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    first = await self._inbox.get()
        gathered = [] if first is None else [first]
        while len(gathered) < GROUP_MAX and not self._inbox.empty():
            gathered.append(self._inbox.get_nowait())
        return gathered

    def _decide_time(self, group: _Group, now_ms: int) -> None:
        deadline_ms = self._engine.next_deadline_ms()
        if deadline_ms is None or deadline_ms > now_ms:
            return
        given = TimeAdvanced(source=TIMER, source_epoch=0, source_number=0)
        decision = self._engine.advance(now_ms)
        if decision.facts:
            self._add(group, given, decision, now_ms)
        elif decision.defect is not None:
            self._alarm(f"A deadline's rule failed and was left out: {decision.defect!r}")

    def _decide_input(self, group: _Group, waiting: _Waiting, now_ms: int) -> None:
        try:
            decision = self._engine.handle(waiting.given, now_ms)
        except BrokenInvariant:
            raise
        except Exception as error:  # a defect: only apply changes state, so nothing has changed
            log.exception("input set aside: %s", type(waiting.given).__name__)
            self._alarm(f"{type(waiting.given).__name__} from {waiting.given.source} was set aside: {error!r}")
            decision = self._engine.set_aside(waiting.given, now_ms)
        first_fact = self._decided_number + len(group.drafts) + 2
        receipt = msgspec.structs.replace(decision.receipt, number=first_fact if decision.facts else 0)
        self._add(group, waiting.given, decision, now_ms)
        group.answers.append((waiting, receipt))

    def _add(self, group: _Group, given: AnyInput, decision: Decision, now_ms: int) -> None:
        if decision.defect is not None:
            self._alarm(f"A rule failed and its part was left out: {decision.defect!r}")
        if not decision.facts:
            return
        cause = EntryNumber(self._decided_number + len(group.drafts) + 1)
        body = msgspec.json.encode(given)
        group.drafts.append(Draft(now_ms, Kind.INPUT, type(given).__name__, given.version, RULES, None, body))
        for fact in decision.facts:
            group.drafts.append(self._draft(fact, now_ms, cause))
        group.effects += decision.effects

    def _draft(self, fact: Fact, at_ms: int, cause: EntryNumber | None) -> Draft:
        return Draft(at_ms, Kind.FACT, type(fact).__name__, fact.version, RULES, cause, self._registry.encode(fact))

    def _take_snapshot_if_due(self, group: _Group, now_ms: int) -> None:
        entries = group.through - self._snapshot_number
        if entries >= SNAPSHOT_ENTRIES or (entries > 0 and now_ms - self._snapshot_ms >= SNAPSHOT_MS):
            group.snapshot = snapshot(self._engine.state)
            group.snapshot_at_ms = self._snapshot_ms = now_ms
            self._snapshot_number = group.through

    async def _commit_groups(self, decided: "asyncio.Queue[_Group]", in_flight: list[_Group]) -> None:
        while True:
            group = await decided.get()
            if group.drafts:
                self._reached("before_commit")
                await self._journal.append(group.drafts)
            self._reached("after_commit_before_effect")
            in_flight.remove(group)
            self._release(group.effects)
            for waiting, receipt in group.answers:
                if not waiting.answer.done():
                    waiting.answer.set_result(receipt)
            if group.snapshot is not None:
                self._keep_meanwhile(group.snapshot, group.snapshot_at_ms, group.through)

    def _keep_meanwhile(self, facts: Sequence[Fact], at_ms: int, through: int) -> None:
        """Keep a snapshot while deciding and committing go on; one that comes before the last is kept is left out."""
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._try_to_keep(facts, at_ms, through))

    async def _try_to_keep(self, facts: Sequence[Fact], at_ms: int, through: int) -> None:
        try:
            await self._keep_snapshot(facts, at_ms, through)
        except (StoreUnavailable, LeaseLost) as error:  # the next commit finds the same, and says so
            log.warning("no snapshot is kept now, so a start would read more entries: %s", error)

    async def stop(self) -> None:
        """Keep a snapshot for a quick start; call it after `run` has been cancelled."""
        if self.recovered.is_set() and self._journal.last_number == self._decided_number:
            await self._keep_snapshot(snapshot(self._engine.state), self._clock.now_ms(), self._decided_number)

    async def _keep_snapshot(self, facts: Sequence[Fact], at_ms: int, through: int) -> None:
        drafts = []
        for fact in facts:
            drafts.append(self._draft(fact, at_ms, None))
            if len(drafts) % ENCODED_AT_ONCE == 0:
                await asyncio.sleep(0)
        await self._journal.snapshot(drafts, through)

    def _release(self, effects: Sequence[AnyEffect]) -> None:
        if effects:
            for sink in self._sinks:
                sink.release(effects)

    def _drop_inbox(self) -> None:
        """What waits behind a dropped group is sent again behind it too: a source's lower number, decided after a
        higher one, would count as handled already and be lost."""
        while not self._inbox.empty():
            waiting = self._inbox.get_nowait()
            if not waiting.answer.done():
                waiting.answer.set_exception(RouterUnavailable("the database is away; send the same input again"))

    def _drop(self, group: _Group) -> None:
        for waiting, _ in group.answers:
            if not waiting.answer.done():
                waiting.answer.set_exception(RouterUnavailable("the decision could not be committed; send it again"))
