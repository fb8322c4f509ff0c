"""What the parts of a scenario have to mean together: each fault is one sentence that names the key and the way out."""

from collections.abc import Iterator
from typing import Any

from router.core.blending_words import lending_faults, share_faults
from router.core.requirements import RESERVED
from router.simulation.checking_types import faults_of_expression, faults_of_ways
from router.simulation.laws import UniformFactor
from router.simulation.scenario import CustomerType, Floor, Group, Lending, Reserve, Scenario, TimeShare

BREAKS_MIN_S = 1.0
"""Shorter on average, and nobody would do anything else."""


def faults_of(scenario: Scenario) -> list[str]:
    """Return what keeps the scenario from being simulated; empty when nothing does."""
    found = [*_twice(scenario)]
    groups = {group.id: group for group in scenario.groups}
    for group in scenario.groups:
        found += _faults_of_group(group, scenario)
    for customers in scenario.types:
        found += _faults_of_type(customers, groups, scenario.periods)
        found += faults_of_ways(customers, scenario)
    factors = (("busyness", scenario.busyness), *((each.id, each.arrivals.factor) for each in scenario.types))
    for name, factor in factors:
        if isinstance(factor, UniformFactor) and factor.high < factor.low:
            found.append(f"{name}: high has to be at least low; correct it.")
    known = {customers.id for customers in scenario.types}
    roomed: set[str] = set()
    for number, room in enumerate(scenario.rooms, 1):
        for name in room.types:
            if name not in known:
                found.append(f"rooms, number {number}, types: {name!r} is no type; correct it.")
            if name in roomed:
                found.append(f"rooms, number {number}, types: {name!r} is in another room too; take it out of one.")
            roomed.add(name)
    found += _faults_of_blending(scenario, known)
    if scenario.batches is not None and scenario.days != 1:
        found.append("batches: they divide one long day, and days is not 1; take one of the two out.")
    return found


def _faults_of_blending(scenario: Scenario, known: set[str]) -> Iterator[str]:
    rules: list[tuple[str, Reserve | Lending | TimeShare | Floor, tuple[str, ...]]] = [
        *(("reserves", rule, rule.queues) for rule in scenario.reserves),
        *(("lending", rule, (rule.to,)) for rule in scenario.lending),
        *(("shares", rule, tuple(rule.queues)) for rule in scenario.shares),
        *(("floors", rule, rule.queues) for rule in scenario.floors),
    ]
    for kind, rule, names in rules:
        where = f"{kind}, {rule.id!r}"
        for name in names:
            if name not in known:
                yield f"{where}: {name!r} is no type; correct it."
        yield from faults_of_expression(f"{where}, agents", rule.agents, [group.id for group in scenario.groups])
        if isinstance(rule, Lending) and any(each.id == rule.to and each.service is None for each in scenario.types):
            yield f"{where}, to: how long those who are lent to {rule.to!r} serve is not said; give the type service."
        if isinstance(rule, Lending):
            yield from (f"{where}, {fault}" for fault in lending_faults(rule))
        if isinstance(rule, TimeShare):
            yield from (f"{where}, {fault}" for fault in share_faults(rule))


def _faults_of_group(group: Group, scenario: Scenario) -> Iterator[str]:
    where = f"groups, {group.id!r}"
    yield from _by_period(f"{where}, agents", group.agents, scenario.periods)
    habits = group.habits
    if (habits.between_breaks is None) != (habits.break_length is None):
        yield f"{where}, habits: between_breaks and break_length go together; give both."
    elif habits.between_breaks is not None and habits.between_breaks.mean < BREAKS_MIN_S:
        yield f"{where}, habits, between_breaks: its mean has to be at least {BREAKS_MIN_S:g} s; correct it."
    routed = {customers.id for customers in scenario.types if customers.routes}
    for skill in group.skills:
        if skill in RESERVED:
            yield f"{where}, skills: {skill!r} is a word of expressions; give the skill another name."
        if skill in routed:
            yield f"{where}, skills: {skill!r} is a type with routes; give the skill another name."


def _twice(scenario: Scenario) -> Iterator[str]:
    for what, names in (
        ("types", [customers.id for customers in scenario.types]),
        ("groups", [group.id for group in scenario.groups]),
        ("reserves", [rule.id for rule in scenario.reserves]),
        ("lending", [rule.id for rule in scenario.lending]),
        ("shares", [rule.id for rule in scenario.shares]),
        ("floors", [rule.id for rule in scenario.floors]),
    ):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"{what}: the id {name!r} is given twice; give each its own."


def _by_period(where: str, given: Any, periods: int) -> Iterator[str]:
    if isinstance(given, tuple) and len(given) != periods:
        yield f"{where}: has {len(given)} values for {periods} periods; give one for each, or one for all."


def _faults_of_type(customers: CustomerType, groups: dict[str, Group], periods: int) -> Iterator[str]:
    where = f"types, {customers.id!r}"
    arrivals = customers.arrivals
    ways = (arrivals.per_min, arrivals.per_h, arrivals.between, arrivals.instants_s)
    if sum(way is not None for way in ways) != 1:
        yield f"{where}, arrivals: needs exactly one of per_min, per_h, between and instants_s; give that one."
    yield from _by_period(f"{where}, arrivals", arrivals.per_min or arrivals.per_h, periods)
    yield from _by_period(f"{where}, patience", customers.patience, periods)
    yield from _by_period(f"{where}, service", customers.service, periods)
    for name, laws in customers.service_by_group.items():
        yield from _by_period(f"{where}, service_by_group, {name!r}", laws, periods)
        if name not in groups:
            yield f"{where}, service_by_group: {name!r} is no group; correct it."
    if customers.service is None and (not customers.routes or not customers.service_by_group):
        yield f"{where}: how long they are served is not said; give service."
    if bool(customers.routes) == (customers.needs is not None):
        yield f"{where}: needs exactly one of routes and needs; give that one."
    if customers.routes and customers.relax:
        yield f"{where}, relax: routes widen by their own after_s; take relax out, or say needs instead of routes."
    for number, widened in enumerate((customers.needs, *(step.widen for step in customers.relax))):
        if widened is not None:
            at = f"{where}, relax, number {number}, widen" if number else f"{where}, needs"
            yield from faults_of_expression(at, widened, list(groups))
    yield from _faults_of_routes(where, customers, groups)


def _faults_of_routes(where: str, customers: CustomerType, groups: dict[str, Group]) -> Iterator[str]:
    if customers.routes and all(route.after_s for route in customers.routes):
        yield f"{where}, routes: no group serves at once; take after_s from one of them."
    seen: set[str] = set()
    for number, route in enumerate(customers.routes, 1):
        at = f"{where}, routes, number {number}"
        if route.group not in groups:
            yield f"{at}: {route.group!r} is no group; correct it."
            continue
        if route.group in seen:
            yield f"{at}: the group {route.group!r} is named twice; take one out."
        seen.add(route.group)
        if customers.service is None and route.group not in customers.service_by_group:
            yield f"{at}: how long {route.group!r} serves is not said; give service or service_by_group."
        capacity = groups[route.group].capacity
        if capacity and customers.medium not in capacity:
            yield f"{at}: {route.group!r} has no capacity for {customers.medium}; add it to the group's capacity."
