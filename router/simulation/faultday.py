"""A day of faults by seed: every step is checked, and when the faults stop the queues have to drain.

`fault_day` plays a given scenario, or one that `drawing.py` draws from the seed.
"""

from dataclasses import dataclass

from history.core.entries import Fact
from history.core.routing import InputTaken, OfferExpired
from history.core.vocabulary import Medium
from router.core.engine import Decision
from router.core.inputs import AnyInput
from router.core.invariants import check
from router.core.snapshot import snapshot
from router.errors import BrokenInvariant
from router.simulation import leaving_promises, promises
from router.simulation.customers import SWITCH_SOURCE
from router.simulation.day import Day, Trace
from router.simulation.drawing import DRAWN, drawn_center
from router.simulation.errors import BadScenario, SeedFailed
from router.simulation.exchange import Exchange
from router.simulation.faults import Fault, FaultyLine
from router.simulation.resync import resynchronise
from router.simulation.scenario import Scenario
from router.simulation.supervising import Supervisors
from router.simulation.talkers import Talkers
from router.simulation.watching import Watch
from router.simulation.world import OPENS_MS

FAULTS_PER_MIN = 1.0
LOOK_MS = 4_000
RINGS_ON_MS = 7_000
"""An engine may be down for five seconds before it stops a phone."""
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
        BadScenario: the scenario asks for what no group can do.
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
        self.exchange = exchange = Exchange(day, day.streams.of("exchange"))
        self.line = FaultyLine(
            day.world,
            day.streams.of("faults"),
            FAULTS_PER_MIN,
            lambda: resynchronise(day, exchange.legs.values()),
            {SWITCH_SOURCE},
        )
        day.world.line = self.line
        self.supervisors = Supervisors(day, day.streams.of("supervision"))
        self.talkers = Talkers(day, day.streams.of("talks"))

    def _take(self, at_ms: int, fact: Fact) -> None:
        self.line.committed.take(at_ms, fact)
        self.trace.take(at_ms, fact)
        if isinstance(fact, OfferExpired):
            self._missed(fact)
        self.watch.take(at_ms, fact)

    def _missed(self, fact: OfferExpired) -> None:
        """Nobody is blamed for a call whose ring never reached their phone."""
        offer = self.watch.offers.get(fact.offer)
        rang = offer is None or offer.medium is not Medium.VOICE or fact.offer in self.day.desks.phones.asked
        promises.hold(rang, f"{fact.agent} missed {fact.interaction}, and no ring was ordered")

    def _stepped(self, given: AnyInput | None, decision: Decision) -> None:
        # An input that was ignored or refused has left nothing but its receipt.
        if any(not isinstance(fact, InputTaken) for fact in decision.facts):
            check(self.day.world.engine.state)

    def _look(self) -> None:
        """Look whether what time brings has come, and whether no phone rings for an offer that has long ended."""
        now_ms = self.day.world.now_ms
        promises.in_time(self.watch, now_ms)
        self.watch.talks.in_time(now_ms)
        leaving_promises.gone_in_time(self.watch, now_ms)
        for agent in self.day.desks.by_id.values():
            if agent.ring is not None:
                ended_ms = self.watch.ended_offers.get(agent.ring.offer, now_ms)
                promises.hold(now_ms <= ended_ms + RINGS_ON_MS, f"{agent.agent} rings on for {agent.ring.offer}")
        self.day.world.after(LOOK_MS, self._look)

    def play(self) -> FaultReport:
        day = self.day
        day.open()
        day.world.after(LOOK_MS, self._look)
        day.world.run_until(day.closes_ms)
        day.customers.close()
        self.supervisors.stop()
        self.talkers.stop()
        self.line.mend()
        day.world.run_until(day.closes_ms + DRAINS_MS, day.is_empty)
        if not day.is_empty():
            left = sorted({*day.customers.present, *day.world.engine.state.interactions})
            raise BrokenInvariant(f"the queues did not drain: {', '.join(left[:5])} and others are left")
        self.watch.nothing_is_left()
        if snapshot(self.line.committed.from_facts().state) != snapshot(day.world.engine.state):
            raise BrokenInvariant("the day's facts fold to another state than the engine has")
        return FaultReport(self.seed, day.world.inputs, self.trace.facts, self.trace.hex(), self.line.happened)
