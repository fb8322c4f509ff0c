"""An imperfect world by seed: inputs late, lost and sent again, doubled, out of order; commits that fail; restarts.

The promises that sources and engine give one another hold all the same: a source sends in order and repeats an input,
under the same number, until it has the answer. What comes twice therefore has to change nothing, and an engine that is
built again from what was committed has to go on as if nothing had been.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import assert_never

from history.core.entries import Fact
from history.core.vocabulary import Outcome, SourceId
from router.core.engine import Decision, Engine
from router.core.inputs import AnyInput, Receipt
from router.core.snapshot import snapshot
from router.errors import BrokenInvariant
from router.simulation.world import Receipted, World

SNAPSHOT_MS = 240_000
"""Mean time from one kept snapshot to the next; half of the restarts take one as they go down, as a clean stop does."""
COPIES_KEPT = 500
"""So many of the last inputs may come again, out of order."""


class Fault(StrEnum):
    LATE = "late"
    LOST = "lost"
    RECEIPT_LOST = "receipt_lost"
    DOUBLED = "doubled"
    OUT_OF_ORDER = "out_of_order"
    UNAVAILABLE = "unavailable"
    DIES_BEFORE_RELEASE = "dies_before_release"
    RESTART_FROM_SNAPSHOT = "restart_from_snapshot"
    RESTART_FROM_FACTS = "restart_from_facts"


_WEIGHTS = {
    Fault.LATE: 4,
    Fault.LOST: 3,
    Fault.RECEIPT_LOST: 3,
    Fault.DOUBLED: 3,
    Fault.OUT_OF_ORDER: 3,
    Fault.UNAVAILABLE: 2,
    Fault.DIES_BEFORE_RELEASE: 2,
    Fault.RESTART_FROM_SNAPSHOT: 2,
    Fault.RESTART_FROM_FACTS: 1,
}


class Committed:
    """What would be in the database: every fact, and the last snapshot with its place among them."""

    def __init__(self) -> None:
        self.facts: list[tuple[int, Fact]] = []
        self._snapshot: list[Fact] = []
        self._snapshot_ms = 0
        self._since = 0

    def take(self, at_ms: int, fact: Fact) -> None:
        self.facts.append((at_ms, fact))

    def keep_snapshot(self, engine: Engine, at_ms: int) -> None:
        self._snapshot = snapshot(engine.state)
        self._snapshot_ms = at_ms
        self._since = len(self.facts)

    def from_snapshot(self) -> Engine:
        engine = Engine()
        for fact in self._snapshot:
            engine.fold(fact, self._snapshot_ms)
        return self._folded(engine, self._since)

    def from_facts(self) -> Engine:
        return self._folded(Engine(), 0)

    def _folded(self, engine: Engine, since: int) -> Engine:
        for at_ms, fact in self.facts[since:]:
            engine.fold(fact, at_ms)
        return engine


@dataclass(slots=True)
class _Sender:
    """One source's inputs, in order; the first is on its way while `held`."""

    waiting: deque[tuple[AnyInput, Receipted | None]] = field(default_factory=deque)
    held: bool = False
    turn: int = 0
    """Rises when the source forgets what it wanted to send."""


class FaultyLine:
    """A `Line` on which a fault happens so many times a minute, until `mend`."""

    def __init__(
        self, world: World, chance: Random, per_min: float, resynchronise: Callable[[], None], sources: set[SourceId]
    ) -> None:
        """`resynchronise` lets the switches tell afresh what they have, after a restart; `sources` are theirs, who
        forget what they wanted to send before."""
        self.committed = Committed()
        self.happened: dict[Fault, int] = dict.fromkeys(Fault, 0)
        self._world = world
        self._chance = chance
        self._per_ms = per_min / 60_000.0
        self._resynchronise = resynchronise
        self._forgetful = sources
        self._senders: dict[SourceId, _Sender] = {}
        self._armed: deque[Fault] = deque()
        self._copies: deque[tuple[AnyInput, Receipt]] = deque(maxlen=COPIES_KEPT)
        self._mended = False
        self._plan()
        self._plan_snapshot()

    def mend(self) -> None:
        """From now on everything arrives."""
        self._mended = True
        self._armed.clear()

    def _plan(self) -> None:
        if self._per_ms > 0:
            self._world.after(max(1, round(self._chance.expovariate(self._per_ms))), self._comes_up)

    def _comes_up(self) -> None:
        if self._mended:
            return
        self._plan()
        fault = self._chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
        if fault in (Fault.RESTART_FROM_SNAPSHOT, Fault.RESTART_FROM_FACTS):
            if not self._world.down:
                self.happened[fault] += 1
                self._go_down(fault)
        else:
            self._armed.append(fault)

    def _keep_snapshot(self) -> None:
        if not self._world.down:
            self.committed.keep_snapshot(self._world.engine, self._world.now_ms)
        self._plan_snapshot()

    def _plan_snapshot(self) -> None:
        """At no round instant, so that any state may be caught."""
        self._world.after(max(1, round(self._chance.expovariate(1 / SNAPSHOT_MS))), self._keep_snapshot)

    def send(self, given: AnyInput, receipted: Receipted | None) -> None:
        sender = self._senders.setdefault(given.source, _Sender())
        sender.waiting.append((given, receipted))
        self._pump(sender)

    def _pump(self, sender: _Sender) -> None:
        while sender.waiting and not sender.held and not self._world.down:
            given, receipted = sender.waiting[0]
            fault = self._armed.popleft() if self._armed else None
            if fault is None:
                self._arrives(sender, given, receipted)
            else:
                self.happened[fault] += self._goes_wrong(sender, given, receipted, fault)

    def _goes_wrong(self, sender: _Sender, given: AnyInput, receipted: Receipted | None, fault: Fault) -> bool:
        """Return whether the fault was of consequence; otherwise it waits for the next input."""
        match fault:
            case Fault.LATE | Fault.LOST:
                self._hold(sender)
            case Fault.RECEIPT_LOST:
                self._deliver(given)
                self._hold(sender)
            case Fault.DOUBLED:
                self._arrives(sender, given, receipted)
                self._comes_again(*self._copies[-1])
            case Fault.OUT_OF_ORDER:
                if self._copies:
                    self._comes_again(*self._chance.choice(self._copies))
                self._arrives(sender, given, receipted)
            case Fault.UNAVAILABLE:
                self._fails_to_commit(given)
                self._hold(sender)
            case Fault.DIES_BEFORE_RELEASE:
                return self._dies_with(sender, given, receipted)
            case Fault.RESTART_FROM_SNAPSHOT | Fault.RESTART_FROM_FACTS:
                raise AssertionError("a restart befalls no single input")
            case _:
                assert_never(fault)
        return True

    def _hold(self, sender: _Sender) -> None:
        """The source waits for an answer, and sends again when none comes."""
        sender.held = True
        self._world.after(self._chance.choice((40, 300, 1_500, 4_000, 12_000)), self._again, sender, sender.turn)

    def _again(self, sender: _Sender, turn: int) -> None:
        if sender.turn == turn:
            sender.held = False
            self._pump(sender)

    def _arrives(self, sender: _Sender, given: AnyInput, receipted: Receipted | None) -> None:
        self._receipt(sender, self._deliver(given), receipted)

    def _receipt(self, sender: _Sender, receipt: Receipt, receipted: Receipted | None) -> None:
        sender.waiting.popleft()
        if receipted is not None:
            receipted(receipt)

    def _deliver(self, given: AnyInput) -> Receipt:
        receipt = self._world.deliver(given)
        if receipt.outcome is Outcome.DEFECT:
            raise BrokenInvariant(f"the engine set {given!r} aside")
        self._copies.append((given, receipt))
        return receipt

    def _comes_again(self, given: AnyInput, answered: Receipt) -> None:
        """A copy of what the engine has had: the same answer, and nothing else; an older epoch's is refused."""
        before = len(self.committed.facts)
        receipt = self._world.deliver(given)
        if len(self.committed.facts) != before:
            raise BrokenInvariant(f"{given!r} came twice and counted twice")
        forgotten = receipt.outcome in (Outcome.IGNORED, Outcome.REFUSED)
        if receipt != answered and not forgotten:
            raise BrokenInvariant(f"{given!r} came twice and was answered {receipt!r} after {answered!r}")

    def _fails_to_commit(self, given: AnyInput) -> None:
        """The engine decides, the database does not take it: what was decided is dropped, and the engine built anew."""
        world = self._world
        lost: Decision = world.engine.handle(given, world.now_ms)
        world.engine = self.committed.from_snapshot() if self._chance.random() < 0.8 else self.committed.from_facts()
        del lost
        world.release(world.engine.outstanding())

    def _dies_with(self, sender: _Sender, given: AnyInput, receipted: Receipted | None) -> bool:
        """What follows from the input is committed, and neither its answer nor its effects get out."""
        before = self._world.lost
        self._world.mute = True
        receipt = self._deliver(given)
        self._world.mute = False
        if self._world.lost > before:
            self._go_down(Fault.DIES_BEFORE_RELEASE)
            return True
        self._receipt(sender, receipt, receipted)
        self._armed.append(Fault.DIES_BEFORE_RELEASE)
        return False

    def _go_down(self, fault: Fault) -> None:
        if fault is Fault.RESTART_FROM_SNAPSHOT and self._chance.random() < 0.5:
            self.committed.keep_snapshot(self._world.engine, self._world.now_ms)
        self._world.down = True
        self._world.after(self._chance.choice((200, 700, 2_000, 5_000)), self._come_up, fault)

    def _come_up(self, fault: Fault) -> None:
        world = self._world
        snapshot_used = fault is not Fault.RESTART_FROM_FACTS
        engine = self.committed.from_snapshot() if snapshot_used else self.committed.from_facts()
        if snapshot(engine.state) != snapshot(world.engine.state):
            raise BrokenInvariant(f"the engine came back different ({fault})")
        world.engine = engine
        world.down = False
        due = engine.outstanding()
        for source in self._forgetful & self._senders.keys():
            sender = self._senders[source]
            sender.waiting.clear()
            sender.held = False
            sender.turn += 1
            world.begin_epoch(source)
        self._resynchronise()
        world.release(due)
        for sender in self._senders.values():
            self._pump(sender)
