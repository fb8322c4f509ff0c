"""`switchroom bench routing`: what one decision costs, at any number of agents, waiting interactions and work classes.

A decision is one `handle` of the shipped engine, its facts encoded as the driver encodes them. Requirements have three
terms, agents ten skills of forty. Two floors are measured: *busy*, where everybody talks and the given number waits,
and *idle*, where nobody waits and everybody is free. The baseline is the cheapest engine that could be: an arrival put
into a heap and encoded, nothing decided.
"""

import gc
import heapq
import platform
import random
import statistics
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.spine import Source, disk_figures
from history.core.registry import REGISTRY
from history.core.routing_settings import AgentSettings, MediumCapacity, QueueSettings, RoutingSettings, SkillLevel
from history.core.vocabulary import (
    AgentId,
    DispositionId,
    InteractionId,
    Medium,
    PhoneName,
    Presence,
    QueueId,
    Requirement,
    SkillId,
    SwitchName,
)
from router.core import inputs
from router.core.engine import Decision, Engine
from router.core.inputs import AnyInput
from router.core.requirements import parse, text_of
from router.core.snapshot import snapshot

SKILLS = [SkillId(f"skill{n:02}") for n in range(40)]
SKILLS_OF_AN_AGENT = 10
QUEUES = 10
START_MS = 1_000_000_000
TURNS = 9
OPEN = 100_000
"""Interactions over which memory is measured, and which are recovered."""

SIZES = (
    {"agents": 100, "waiting": 1_000, "classes": 50},
    {"agents": 1_000, "waiting": 1_000, "classes": 50},
    {"agents": 1_000, "waiting": 100_000, "classes": 200},
    {"agents": 1_000, "waiting": 1_000_000, "classes": 500},
    {"agents": 10_000, "waiting": 1_000, "classes": 50},
    {"agents": 10_000, "waiting": 100_000, "classes": 500},
)


def settings(agents: int, chance: random.Random) -> RoutingSettings:
    capacities = (MediumCapacity(medium=Medium.VOICE, weight=100, limit=1),)
    return RoutingSettings(
        definition_version=1,
        agents=tuple(
            AgentSettings(
                agent=AgentId(f"a{n:05}"),
                skills=tuple(
                    SkillLevel(skill, chance.randint(1, 10))
                    for skill in sorted(chance.sample(SKILLS, SKILLS_OF_AN_AGENT))
                ),
                capacities=capacities,
                switch=SwitchName("bench"),
                phone=PhoneName(f"a{n:05}"),
            )
            for n in range(agents)
        ),
        queues=tuple(
            QueueSettings(queue=QueueId(f"q{n}"), medium=Medium.VOICE, target_ms=20_000, offer_ms=20_000)
            for n in range(QUEUES)
        ),
        reasons=(),
        dispositions=(DispositionId("done"),),
    )


def requirements(classes: int, chance: random.Random) -> list[Requirement]:
    """Expressions of three terms, such that the number of queue and requirement pairs is that of the classes."""
    found: dict[Requirement, None] = {}
    while len(found) < classes // QUEUES:
        first, second, third = chance.sample(SKILLS, 3)
        found[text_of(parse(f"{first} >= {chance.randint(1, 3)} or {second} and not {third} >= 9"))] = None
    return list(found)


class Floor:
    """An engine with a floor of agents, and the inputs of their calls."""

    def __init__(self, agents: int, classes: int, seed: int = 1) -> None:
        self.chance = random.Random(seed)
        self.engine = Engine()
        self.now_ms = START_MS
        self.source = Source("bench")
        self.requirements = requirements(classes, self.chance)
        self.arrived = 0
        for given in self._beginning(agents):
            self.engine.handle(given, self.now_ms)

    def _beginning(self, agents: int) -> Iterator[AnyInput]:
        yield self.source.make(inputs.DefinitionApplied, settings=settings(agents, self.chance))
        for n in range(agents):
            agent = AgentId(f"a{n:05}")
            yield self.source.make(inputs.DesktopAttached, agent=agent)
            yield self.source.make(inputs.PhoneReachable, agent=agent)
            yield self.source.make(inputs.AgentChosePresence, agent=agent, presence=Presence.READY)

    def arrival(self) -> AnyInput:
        self.arrived += 1
        self.now_ms += 1
        return self.source.make(
            inputs.InteractionArrived,
            interaction=InteractionId(f"v-bench-{self.now_ms}.{self.arrived}"),
            medium=Medium.VOICE,
            queue=QueueId(f"q{self.chance.randrange(QUEUES)}"),
            arrived_ms=self.now_ms,
            switch=SwitchName("bench"),
            requirement=self.chance.choice(self.requirements),
        )

    def fill(self, waiting: int) -> None:
        """Let customers arrive until so many wait; those who are offered are answered."""
        while len(self.engine.state.waiting.places) < waiting:
            self.engine.handle(self.arrival(), self.now_ms)
            for given in self.answers():
                self.engine.handle(given, self.now_ms)

    def answers(self) -> Iterator[AnyInput]:
        for offer in list(self.engine.state.offers.values()):
            yield self.source.make(inputs.PopShown, agent=offer.agent, offer=offer.offer)
            yield self.source.make(
                inputs.AgentAnswered, offer=offer.offer, interaction=offer.interaction, agent=offer.agent
            )

    def ending(self) -> Iterator[AnyInput]:
        handlings = self.engine.state.handlings
        handling = handlings[next(iter(handlings))]
        yield self.source.make(inputs.CustomerLeft, interaction=handling.interaction)
        yield self.source.make(
            inputs.AgentCompletedWrapUp,
            agent=handling.agent,
            handling=handling.handling,
            disposition=DispositionId("done"),
        )


def decisions(floor: Floor, rounds: int, *, busy: bool) -> list[float]:
    """Return the seconds that each decision took: arrival, offer, answer and end, over so many calls."""
    took: list[float] = []
    engine, clock, encode = floor.engine, time.perf_counter, REGISTRY.encode

    def decide(given: AnyInput) -> Decision:
        began = clock()
        decision = engine.handle(given, floor.now_ms)
        for fact in decision.facts:
            encode(fact)
        took.append(clock() - began)
        return decision

    for _ in range(rounds):
        decide(floor.arrival())
        if busy:
            for given in floor.ending():
                decide(given)
        for given in list(floor.answers()):
            decide(given)
        if not busy:
            for given in floor.ending():
                decide(given)
    return took


def growth(small: dict[str, int], large: dict[str, int], rounds: int) -> dict[str, float]:
    """Return how many times as much a decision costs on the large floor. Both are measured in turns, since a machine
    is faster at one minute than at another; the median turn counts."""
    found = {}
    for busy in (False, True):
        floors = [Floor(size["agents"], size["classes"]) for size in (small, large)]
        costs: list[list[float]] = [[], []]
        for floor, size in zip(floors, (small, large), strict=True):
            if busy:
                floor.fill(size["waiting"])
        gc.collect()
        for _ in range(TURNS):
            for floor, cost in zip(floors, costs, strict=True):
                took = decisions(floor, max(1, rounds // TURNS), busy=busy)
                cost.append(sum(took) / len(took))
        few, many = (statistics.median(cost[1:]) for cost in costs)
        found["busy" if busy else "idle"] = round(many / few, 2)
    return found


def figures(took: list[float]) -> dict[str, Any]:
    took = sorted(took)
    return {
        "decisions": len(took),
        "per_s": round(len(took) / sum(took)),
        "p50_us": round(took[len(took) // 2] * 1e6, 1),
        "p99_us": round(took[len(took) * 99 // 100] * 1e6, 1),
    }


def baseline(rounds: int) -> float:
    """Return how many arrivals a second go into a heap and are encoded, with nothing decided."""
    floor = Floor(1, 50)
    heap: list[tuple[int, str]] = []
    given = [floor.arrival() for _ in range(rounds)]
    began = time.perf_counter()
    for each in given:
        assert isinstance(each, inputs.InteractionArrived)
        heapq.heappush(heap, (each.arrived_ms, each.interaction))
        msgspec.json.encode(each)
    return rounds / (time.perf_counter() - began)


def memory(waiting: int) -> dict[str, int]:
    """Return the bytes that one more agent and one more waiting interaction take."""
    gc.collect()
    tracemalloc.start()
    floor = Floor(1_000, 200)
    gc.collect()
    with_agents = tracemalloc.get_traced_memory()[0]
    floor.fill(waiting)
    gc.collect()
    with_waiting = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return {
        "bytes_per_agent": round(with_agents / 1_000),
        "bytes_per_waiting": round((with_waiting - with_agents) / waiting),
    }


def recovery(waiting: int) -> float:
    """Return the seconds from the encoded snapshot of an engine with so many open interactions to one that decides."""
    floor = Floor(1_000, 200)
    floor.fill(waiting)
    kept = [(type(fact).__name__, fact.version, REGISTRY.encode(fact)) for fact in snapshot(floor.engine.state)]
    began = time.perf_counter()
    engine = Engine()
    for name, version, body in kept:
        engine.fold(REGISTRY.decode(name, version, body), floor.now_ms)
    engine.handle(floor.arrival(), floor.now_ms)
    took = time.perf_counter() - began
    assert len(engine.state.interactions) == len(floor.engine.state.interactions) + 1
    return took


def run(
    folder: Path | None, rounds: int = 20_000, sizes: tuple[dict[str, int], ...] = SIZES, waiting: int = OPEN
) -> dict[str, Any]:
    """Measure on one core. `folder` is where the disk is measured for comparison with other machines."""
    found = []
    for size in sizes:
        floor = Floor(size["agents"], size["classes"])
        idle_took = decisions(floor, rounds // 4, busy=False)
        floor.fill(size["waiting"])
        gc.collect()
        busy_took = decisions(floor, rounds, busy=True)
        found.append({**size, "busy": figures(busy_took), "idle": figures(idle_took)})
    return {
        "bench": "routing",
        "python": platform.python_version(),
        **disk_figures(folder),
        "baseline_heap_and_encode_per_s": round(baseline(rounds)),
        "sizes": found,
        "times_the_cost_of_the_smallest": [
            {**size, **growth(sizes[0], size, rounds)}
            for size in sizes
            if size["agents"] == max(each["agents"] for each in sizes)
        ],
        **memory(waiting),
        "open_recovered": waiting,
        "recovery_s": round(recovery(waiting), 2),
    }
