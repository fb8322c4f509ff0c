"""What the parts of a scenario have to mean together: each fault is one sentence that names the key and the way out."""

from collections.abc import Iterator
from typing import Any

from router.core.blending_words import lending_faults, share_faults
from router.core.requirements import parse
from router.errors import BadRequirement
from router.simulation.scenario import CustomerType, Floor, Group, Lending, Reserve, Scenario, TimeShare


def faults_of(scenario: Scenario) -> list[str]:
    """Return what keeps the scenario from being simulated; empty when nothing does."""
    found = [*_twice(scenario)]
    groups = {group.id: group for group in scenario.groups}
    for group in scenario.groups:
        found += _by_period(f"groups, {group.id!r}, agents", group.agents, scenario.periods)
        habits = group.habits
        if (habits.between_breaks is None) != (habits.break_length is None):
            found.append(f"groups, {group.id!r}, habits: between_breaks and break_length go together; give both.")
    for customers in scenario.types:
        found += _faults_of_type(customers, groups, scenario.periods)
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
        try:
            parse(rule.agents)
        except BadRequirement as error:
            yield f"{where}, agents: {error}"
        if isinstance(rule, Lending):
            yield from (f"{where}, {fault}" for fault in lending_faults(rule))
        if isinstance(rule, TimeShare):
            yield from (f"{where}, {fault}" for fault in share_faults(rule))


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
