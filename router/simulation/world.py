"""Virtual time: the engine, and a heap of what people are about to do.

The world carries inputs to the engine and hands its facts and effects to the people (`customers.py`, `agents.py`), who
answer with further inputs, exactly as channels and desktops do: each input has its source, epoch and number. Time jumps
from one event to the next. Inputs go over a `Line`, which may be an imperfect one (`faults.py`).
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from msgspec.structs import replace

from history.core.entries import Fact
from history.core.vocabulary import SourceId
from router.core.effects import AnyEffect
from router.core.engine import Decision, Engine
from router.core.inputs import AnyInput, Receipt
from router.simulation.observing import Collector

OPENS_MS = 1_000_000_000_000
"""Virtual days open at this instant, so that no instant is confused with a length of time."""

Action = Callable[..., None]
Receipted = Callable[[Receipt], None]


class Line(Protocol):
    """What lies between the people and the engine."""

    def send(self, given: AnyInput, receipted: Receipted | None) -> None:
        """Bring an input to the engine: now, later, or again and again until it has an answer, and tell the answer."""
        ...


class DirectLine:
    """Every input arrives at once and once."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def send(self, given: AnyInput, receipted: Receipted | None) -> None:
        receipt = self._world.deliver(given)
        if receipted is not None:
            receipted(receipt)


class World:
    """The engine under virtual time. `now_ms` moves in `run_until` alone."""

    def __init__(self, collect: Collector | None = None) -> None:
        self.engine = Engine()
        self.now_ms = OPENS_MS
        self.line: Line = DirectLine(self)
        self.down = False
        """While the engine is down no deadline comes; the line keeps what is sent."""
        self.mute = False
        """While set, effects are lost: the engine dies between its commit and their release."""
        self.lost = 0
        """How many effects were lost that way."""
        self.thorough = False
        """Whether switches report everything, also what changes nothing where no message is ever lost."""
        self.after_step: Callable[[AnyInput | None, Decision], None] | None = None
        """Is told each step of the engine: the input, or None for time, and what was decided."""
        self.inputs = 0
        self.advances = 0
        self._collect = collect
        self._heap: list[tuple[int, int, Action, tuple[Any, ...]]] = []
        self._order = 0
        self._at_once: deque[tuple[Action, tuple[Any, ...]]] = deque()
        self._reactions: dict[type, list[Action]] = {}
        self._epochs: dict[SourceId, int] = {}
        self._numbers: dict[SourceId, int] = {}

    def on(self, kind: type[Fact] | type[AnyEffect], action: Action) -> None:
        """Let `action` be told each fact or effect of this type. It must only note and plan, never `tell`."""
        self._reactions.setdefault(kind, []).append(action)

    def after(self, delay_ms: int, action: Action, *args: Any) -> None:
        """Plan an action; without delay it comes in this same instant, after what is being done."""
        if delay_ms <= 0:
            self._at_once.append((action, args))
        else:
            self.at(self.now_ms + delay_ms, action, *args)

    def at(self, at_ms: int, action: Action, *args: Any) -> None:
        self._order += 1
        heapq.heappush(self._heap, (at_ms, self._order, action, args))

    def tell(self, source: SourceId, kind: Any, *, receipted: Receipted | None = None, **what: Any) -> None:
        """Send an input, numbered by its source."""
        number = self._numbers.get(source, 0) + 1
        self._numbers[source] = number
        epoch = self._epochs.get(source, 1)
        self.line.send(kind(source=source, source_epoch=epoch, source_number=number, **what), receipted)

    def pass_on(self, source: SourceId, given: AnyInput, receipted: Receipted | None = None) -> None:
        """Send an input that somebody else has made, numbered anew by its source here."""
        number = self._numbers.get(source, 0) + 1
        self._numbers[source] = number
        epoch = self._epochs.get(source, 1)
        self.line.send(replace(given, source=source, source_epoch=epoch, source_number=number), receipted)

    def begin_epoch(self, source: SourceId) -> None:
        """The source has connected anew: what it sent before no longer counts."""
        self._epochs[source] = self._epochs.get(source, 1) + 1
        self._numbers[source] = 0

    def deliver(self, given: AnyInput) -> Receipt:
        """Let the engine decide on an input now, and the people see what follows."""
        self.inputs += 1
        decision = self.engine.handle(given, self.now_ms)
        self._take(given, decision)
        return decision.receipt

    def _advance(self) -> None:
        self.advances += 1
        self._take(None, self.engine.advance(self.now_ms))

    def _take(self, given: AnyInput | None, decision: Decision) -> None:
        if decision.defect is not None:
            raise decision.defect
        if self.after_step is not None:
            self.after_step(given, decision)
        for fact in decision.facts:
            if self._collect is not None:
                self._collect(self.now_ms, fact)
            for action in self._reactions.get(type(fact), ()):
                action(fact)
        if self.mute:
            self.lost += len(decision.effects)
        else:
            self.release(decision.effects)

    def release(self, effects: Iterable[AnyEffect]) -> None:
        """Let the people see what they are to do."""
        for effect in effects:
            for action in self._reactions.get(type(effect), ()):
                action(effect)

    def run_until(self, until_ms: int, done: Callable[[], bool] | None = None) -> None:
        """Let everything happen that happens before `until_ms`, or until `done` says so."""
        while done is None or not done():
            self._settle()
            due_ms = None if self.down else self.engine.next_deadline_ms()
            event_ms = self._heap[0][0] if self._heap else None
            deadline_first = due_ms is not None and (event_ms is None or due_ms <= event_ms)
            next_ms = due_ms if deadline_first else event_ms
            if next_ms is None or next_ms >= until_ms:
                break
            self.now_ms = max(self.now_ms, next_ms)
            if deadline_first:
                self._advance()
            else:
                _, _, action, args = heapq.heappop(self._heap)
                action(*args)
        else:
            return
        self.now_ms = max(self.now_ms, until_ms)

    def _settle(self) -> None:
        while self._at_once:
            action, args = self._at_once.popleft()
            action(*args)
