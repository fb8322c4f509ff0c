"""Levers of `switchroom tune`: what may be set in a scenario or a definition, and the text in which it is set.

A lever changes a value in the file that people wrote: their comments and their order stay. Tried are due times, steps
of relaxation, reserves (also new ones) and the weights of a weighted choice, and only where two queues share agents or
a queue widens: elsewhere they change nothing.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError

from config.definition import Definition
from config.definition_routing import Queue
from config.errors import BadSetting
from config.toml_text import Path, with_value
from history.core.routing_settings import QueueSettings, RoutingSettings
from history.core.vocabulary import AgentChoice, AgentId
from router.core.requirements import is_met, parse
from router.core.steps import steps
from router.simulation.scenario import CustomerType, Scenario
from router.tuning import Lever, Setting

KEEP_MAX: Final = 12
"""So many agents a reserve keeps at the most."""
SHORTEST_S: Final = 5


@dataclass(frozen=True, slots=True)
class Knob:
    """A lever and where it stands in the file."""

    lever: Lever
    path: Path
    pins: Mapping[Path, int] | None = None
    """What is written beside it, so that it changes nothing else."""
    rule: Mapping[str, Any] | None = None
    """A table that is added at `path` with the value as its `keep`, unless that is 0."""


def serving(settings: RoutingSettings) -> dict[str, frozenset[AgentId]]:
    """Return by queue the agents who may serve it, at once or once it has widened."""
    return {queue.queue: _able(queue, settings) for queue in settings.queues}


def _able(queue: QueueSettings, settings: RoutingSettings) -> frozenset[AgentId]:
    asked = [parse(step.requirement) for step in steps(queue.requirement, queue.relaxation, (), ())]
    return frozenset(
        agent.agent
        for agent in settings.agents
        if any(capacity.medium is queue.medium for capacity in agent.capacities)
        and any(is_met(each, agent) for each in asked)
    )


def sharing(able: Mapping[str, frozenset[AgentId]]) -> dict[str, frozenset[str]]:
    """Return by queue all queues that share an agent with it, itself included."""
    return {queue: frozenset(other for other in able if able[other] & agents) for queue, agents in able.items()}


def of_definition(definition: Definition, settings: RoutingSettings) -> list[Knob]:
    """Return the levers of a definition whose routing these settings are."""
    floor = _Floor(serving(settings), definition.reserves)
    found = floor.reserves()
    for number, queue in enumerate(definition.queues):
        at: Path = ("queues", number)
        found += floor.new_reserve(queue.id, _asked(queue))
        pins = None if queue.service_level_s else {(*at, "service_level_s"): queue.target_s}
        found += floor.of_queue(queue, at, (*at, "relaxation"), queue.relaxation, pins)
    return found


def of_scenario(scenario: Scenario, settings: RoutingSettings) -> list[Knob]:
    """Return the levers of a scenario whose routing these settings are."""
    floor = _Floor(serving(settings), scenario.reserves)
    found = floor.reserves()
    for number, customers in enumerate(scenario.types):
        at: Path = ("types", number)
        if customers.routes:
            found += _routes(customers, at, scenario, floor.shared[customers.id])
        else:
            found += floor.new_reserve(customers.id, customers.needs or "anyone")
        found += floor.of_queue(customers, at, (*at, "relax"), customers.relax)
    return found


class _Floor:
    """Who serves what, and the reserves that there are: what both files have in common."""

    def __init__(self, able: Mapping[str, frozenset[AgentId]], rules: Sequence[Any]) -> None:
        self.shared = sharing(able)
        self._able = able
        self._rules = rules

    def reserves(self) -> list[Knob]:
        found = []
        for number, rule in enumerate(self._rules):
            keeps = sorted({*range(1, KEEP_MAX + 1), rule.keep})
            bears_on = frozenset[str]().union(*(self.shared[queue] for queue in rule.queues))
            lever = _lever(f"reserve {rule.id}: keep", keeps, rule.keep, bears_on, step=2)
            found.append(Knob(lever, ("reserves", number, "keep")))
        return found

    def new_reserve(self, queue: str, agents: str) -> Iterator[Knob]:
        """One for a queue that shares its agents and has none."""
        bears_on, count = self.shared[queue], len(self._able[queue])
        if len(bears_on) > 1 and count > 1 and not any(queue in rule.queues for rule in self._rules):
            keeps = tuple(range(min(KEEP_MAX, count - 1) + 1))
            rule = {"id": f"kept_for_{queue}", "agents": agents, "queues": [queue]}
            yield Knob(_lever(f"new reserve for {queue}: keep", keeps, 0, bears_on, step=2), ("reserves",), rule=rule)

    def of_queue(
        self, queue: Any, at: Path, steps_at: Path, relaxation: Sequence[Any], pins: Mapping[Path, int] | None = None
    ) -> Iterator[Knob]:
        """Due time, steps and weights of a queue or type."""
        bears_on = self.shared[queue.id]
        if len(bears_on) > 1:
            lengths = _lengths(queue.target_s, least=1)
            yield Knob(_lever(f"{queue.id}: target_s", lengths, queue.target_s, bears_on), (*at, "target_s"), pins)
        for number, step in enumerate(relaxation):
            name = f"{queue.id}: step {number + 1} after_s"
            lever = _lever(name, _lengths(step.after_s, least=1), step.after_s, bears_on)
            yield Knob(lever, (*steps_at, number, "after_s"))
        for skill, weight in queue.weights.items() if queue.choice is AgentChoice.WEIGHTED else ():
            lever = _lever(f"{queue.id}: weight of {skill}", range(1, 11), weight, bears_on)
            yield Knob(lever, (*at, "weights", skill))


def _routes(customers: CustomerType, at: Path, scenario: Scenario, bears_on: frozenset[str]) -> Iterator[Knob]:
    """A route may leave some of its group free for others, or come later."""
    sizes = {group.id: group.agents for group in scenario.groups}
    for number, route in enumerate(customers.routes):
        size = sizes[route.group]
        agents = max(size) if isinstance(size, tuple) else size
        others = [other for other in scenario.types if other is not customers and _leads(other, route.group)]
        if others and agents > 1:
            keeps = sorted({*range(min(KEEP_MAX, agents - 1) + 1), route.reserve})
            name = f"{customers.id} to {route.group}: reserve"
            yield Knob(_lever(name, keeps, route.reserve, bears_on, step=2), (*at, "routes", number, "reserve"))
    for number, route in enumerate(customers.routes if len(customers.routes) > 1 else ()):
        lengths = sorted({0.0, *_lengths(route.after_s or 20, least=1), route.after_s})
        name = f"{customers.id} to {route.group}: after_s"
        yield Knob(_lever(name, lengths, route.after_s, bears_on), (*at, "routes", number, "after_s"))


def _leads(customers: CustomerType, group: str) -> bool:
    return any(route.group == group for route in customers.routes)


def _asked(queue: Queue) -> str:
    if queue.requires is not None and not queue.skills:
        return queue.requires
    return " and ".join([*queue.skills, *([] if queue.requires is None else [f"({queue.requires})"])]) or "anyone"


def _lever(name: str, values: Sequence[float], now: float, bears_on: frozenset[str], step: int = 4) -> Lever:
    return Lever(name, tuple(values), list(values).index(now), step, bears_on)


def _lengths(now: float, *, least: int) -> list[float]:
    """Return lengths from an eighth to sixteen times as long, each half as long again as the one before, around the
    present one."""
    middle = max(now, SHORTEST_S)
    others = {float(max(least, _rounded(middle * 1.5**power))) for power in range(-5, 8) if power or middle != now}
    return sorted({*others, float(now)})


def _rounded(length_s: float) -> int:
    """Return a length as people write it: two digits that say something."""
    unit = 1
    while length_s / unit >= 100:
        unit *= 10
    return round(length_s / unit) * unit


def moved(raw: Mapping[str, Any], knobs: Sequence[Knob], setting: Setting) -> dict[str, Any]:
    """Return what a file says (as `tomllib` reads it) with these levers set."""
    found = deepcopy(dict(raw))
    for knob, index in zip(knobs, setting, strict=True):
        if index == knob.lever.now:
            continue
        for path, value in _writes(knob, index).items():
            at: Any = found
            for part in path[:-1]:
                at = at[part]
            at[path[-1]] = value
        if knob.rule is not None:
            found.setdefault("reserves", []).append(_rule(knob, index))
    return found


def _writes(knob: Knob, index: int) -> dict[Path, float]:
    """By path what is written for a value, the value itself first."""
    if knob.rule is not None:
        return {}
    return {knob.path: _number(knob.lever.values[index]), **(knob.pins or {})}


def _rule(knob: Knob, index: int) -> dict[str, Any]:
    return {**(knob.rule or {}), "keep": _number(knob.lever.values[index])}


def _number(value: float) -> float:
    """Return a value as it is written: without a fraction where it has none."""
    return int(value) if value == int(value) else value


def text_of(text: str, knobs: Sequence[Knob], setting: Setting) -> str:
    """Return a file's text with these levers set. Comments and order stay.

    Raises:
        BadSetting: the file is written in a way that cannot be changed so.
    """
    changed, names, rules = text, [], []
    try:
        for knob, index in zip(knobs, setting, strict=True):
            if index == knob.lever.now:
                continue
            names.append(knob.lever.name)
            for path, value in _writes(knob, index).items():
                changed = with_value(changed, path, value)
            if knob.rule is not None:
                rules.append(f"\n[[reserves]]\n{tomlkit.dumps(_rule(knob, index))}")
        if rules:
            changed = "".join([changed.rstrip("\n"), "\n", *rules])
        if tomllib.loads(changed) == moved(tomllib.loads(text), knobs, setting):
            return changed
    except (KeyError, TOMLKitError, tomllib.TOMLDecodeError):
        pass
    raise BadSetting(
        f"The file is written in a way in which {', '.join(names)} cannot be set; write [[queues]], [[types]] and "
        "[[reserves]]."
    )


def check_text(text: str, knobs: Sequence[Knob]) -> None:
    """Raise BadSetting unless each lever can be set in this text; to be asked before a long search."""
    now = tuple(knob.lever.now for knob in knobs)
    for place, at in enumerate(now):
        text_of(text, knobs, (*now[:place], at - 1 if at else at + 1, *now[place + 1 :]))
