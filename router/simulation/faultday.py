"""A day of faults by seed: every step is checked, and when the faults stop the queues have to drain.

`fault_day` plays a given scenario, `drawn_center` draws one: at least 20 agents, three media, two hours, and people
who are late, silent, hang up, decline, miss and take breaks.
"""

from dataclasses import dataclass

from history.core.entries import Fact
from history.core.vocabulary import Medium
from router.core.engine import Decision
from router.core.inputs import AnyInput
from router.core.invariants import check
from router.core.snapshot import snapshot
from router.errors import BrokenInvariant
from router.simulation.customers import SWITCH_SOURCE
from router.simulation.day import Day, Trace
from router.simulation.errors import BadScenario, SeedFailed
from router.simulation.faults import Fault, FaultyLine
from router.simulation.laws import Deterministic, Exponential, Gamma, Lognormal
from router.simulation.resync import resynchronise
from router.simulation.scenario import (
    Arrivals,
    Capacity,
    CustomerType,
    Group,
    Habits,
    Retrial,
    Route,
    Scenario,
)
from router.simulation.streams import Streams
from router.simulation.watching import Watch
from router.simulation.world import OPENS_MS

DRAWN = "drawn"
"""Stands for a scenario's file where the seed draws the center too."""
FAULTS_PER_MIN = 1.0
DRAINS_MS = 6 * 3_600_000
"""So long at most after the last fault and arrival somebody may still be served."""


@dataclass(frozen=True, slots=True)
class FaultReport:
    """What a clean seed has been through."""

    seed: int
    inputs: int
    facts: int
    trace: str
    """A digest of every fact and its instant."""
    faults: dict[Fault, int]


def fault_day(seed: int, scenario: Scenario | None = None, name: str = DRAWN) -> FaultReport:
    """Play one day with faults; without a scenario the seed draws the center. `name` is what replays it.

    Raises:
        SeedFailed: a promise was broken, or the engine raised.
        BadScenario: the scenario asks for a rule that the engine does not have.
    """
    run = _FaultRun(seed, scenario or drawn_center(seed))
    try:
        return run.play()
    except BadScenario:
        raise
    # Whatever the engine raises is the seed's finding; the message has to say how to see it again.
    except Exception as error:
        said = str(error) or repr(error)
        raise SeedFailed(name, seed, run.day.world.now_ms - OPENS_MS, said) from error


class _FaultRun:
    def __init__(self, seed: int, scenario: Scenario) -> None:
        self.seed = seed
        self.trace = Trace()
        self.watch = Watch(scenario)
        self.day = day = Day(scenario, seed, self._take)
        day.world.thorough = True
        day.world.after_step = self._stepped
        self.line = FaultyLine(
            day.world, day.streams.of("faults"), FAULTS_PER_MIN, lambda: resynchronise(day), {SWITCH_SOURCE}
        )
        day.world.line = self.line

    def _take(self, at_ms: int, fact: Fact) -> None:
        self.line.committed.take(at_ms, fact)
        self.trace.take(at_ms, fact)
        self.watch.take(at_ms, fact)

    def _stepped(self, given: AnyInput | None, decision: Decision) -> None:
        if decision.facts:
            check(self.day.world.engine.state)

    def play(self) -> FaultReport:
        day = self.day
        day.open()
        day.world.run_until(day.closes_ms)
        day.customers.close()
        self.line.mend()
        day.world.run_until(day.closes_ms + DRAINS_MS, day.is_empty)
        if not day.is_empty():
            left = sorted({*day.customers.present, *day.world.engine.state.interactions})
            raise BrokenInvariant(f"the queues did not drain: {', '.join(left[:5])} and others are left")
        self.watch.nothing_is_left()
        if snapshot(self.line.committed.from_facts().state) != snapshot(day.world.engine.state):
            raise BrokenInvariant("the day's facts fold to another state than the engine has")
        return FaultReport(self.seed, day.world.inputs, self.trace.facts, self.trace.hex(), self.line.happened)


def drawn_center(seed: int) -> Scenario:
    """Return a center with its people, drawn from the seed."""
    chance = Streams(seed).of("center")
    groups = tuple(
        Group(
            id=name,
            agents=chance.randint(7, 9),
            speed=chance.choice((0.8, 1.0, 1.25)),
            pop=Gamma(mean_s=chance.choice((0.1, 0.2, 0.4)), shape=2),
            answer=Lognormal(mean_s=chance.choice((3, 5, 9)), sd_s=4),
            wrap_up=Exponential(mean_s=chance.choice((5, 20, 40))),
            capacity={
                Medium.VOICE: Capacity(weight=100, limit=1),
                Medium.CHAT: Capacity(weight=chance.choice((30, 50)), limit=chance.choice((1, 2, 3))),
                Medium.MAIL: Capacity(weight=40, limit=chance.choice((1, 2)), interruptible=chance.random() < 0.7),
            },
            habits=Habits(
                misses=0.04,
                declines=0.03,
                hangs_up=0.3,
                loses_leg=0.02,
                between_breaks=Exponential(mean_min=40),
                break_length=Exponential(mean_min=6),
            ),
        )
        for name in ("first", "second", "third")
    )
    types = []
    for name, medium, per_h, service_s, patience_s, target_s in (
        ("sales", Medium.VOICE, 50, 170, 90, 20),
        ("service", Medium.VOICE, 40, 200, 120, 40),
        ("chat", Medium.CHAT, 55, 300, 150, 30),
        ("mail", Medium.MAIL, 45, 240, None, 1800),
    ):
        served_by = chance.sample(groups, chance.choice((2, 3)))
        types.append(
            CustomerType(
                id=name,
                medium=medium,
                arrivals=Arrivals(per_h=per_h * chance.uniform(0.7, 1.3)),
                patience=None if patience_s is None else Exponential(mean_s=patience_s),
                service=chance.choice((Exponential(mean_s=service_s), Gamma(mean_s=service_s, shape=3))),
                retrial=Retrial(delay=Deterministic(mean_min=3), after_abandon=0.3) if medium is Medium.VOICE else None,
                routes=tuple(Route(group=group.id) for group in served_by),
                target_s=target_s,
                misses_max=chance.choice((1, 2)),
            )
        )
    return Scenario(name=f"{DRAWN} by {seed}", periods=2, period_min=60, types=tuple(types), groups=groups)
