"""What one type of customers has to mean in itself, each fault one sentence; `checking.py` has the rest."""

from collections.abc import Iterator, Sequence

from router.core.requirements import RESERVED, Every, Expression, InTeam, Not, Some, parse
from router.errors import BadRequirement
from router.simulation.arrivals import rates_per_ms
from router.simulation.scenario import Arrivals, CustomerType, Leaves, LeavesWhen, Scenario

CUSTOMERS_MAX = 10_000_000
"""So many of one type come in one day at the most, on average."""
BETWEEN_MIN_S = 0.001
AGAIN_MIN_S = 0.1
"""Shorter on average, and the same customers would come for ever in one instant."""


def faults_of_ways(customers: CustomerType, scenario: Scenario) -> Iterator[str]:
    """Yield what is wrong with how customers come, come again, are chosen for, and leave by rule."""
    where = f"types, {customers.id!r}"
    if customers.id in RESERVED:
        yield f"{where}: {customers.id!r} is a word of expressions; give the type another id."
    yield from _of_arrivals(f"{where}, arrivals", customers.arrivals, scenario)
    retrial = customers.retrial
    if retrial is not None and retrial.delay.mean < AGAIN_MIN_S:
        yield f"{where}, retrial, delay: its mean has to be at least {AGAIN_MIN_S:g} s; correct it."
    if (customers.choice == "weighted") != bool(customers.weights):
        yield f'{where}: choice = "weighted" and weights go together; give both.'
    for number, step in enumerate(customers.relax, 1):
        if not step.drop and not step.lower and step.widen is None:
            yield f"{where}, relax, number {number}: relaxes nothing; give drop, lower or widen."
    yield from _of_hours(f"{where}, open_min", customers.open_min)
    for number, rule in enumerate(customers.leaves, 1):
        yield from _of_leaving(f"{where}, leaves, number {number}", rule, customers, scenario)


def _of_arrivals(where: str, arrivals: Arrivals, scenario: Scenario) -> Iterator[str]:
    if arrivals.factor is not None and arrivals.per_min is None and arrivals.per_h is None:
        yield f"{where}, factor: multiplies rates; give per_min or per_h, or take it out."
    if arrivals.between is not None:
        if arrivals.between.mean < BETWEEN_MIN_S:
            yield f"{where}, between: its mean has to be at least {BETWEEN_MIN_S:g} s; correct it."
        elif scenario.open_ms / 1000 / arrivals.between.mean > CUSTOMERS_MAX:
            yield _too_many(where)
    rates = arrivals.per_min if arrivals.per_min is not None else arrivals.per_h
    complete = not isinstance(rates, tuple) or len(rates) == scenario.periods
    if complete and sum(rates_per_ms(arrivals, scenario.periods)) * scenario.period_ms > CUSTOMERS_MAX:
        yield _too_many(where)


def _too_many(where: str) -> str:
    return f"{where}: more than {CUSTOMERS_MAX:,} customers would come in a day; correct it."


def _of_hours(where: str, windows: Sequence[tuple[float, float]]) -> Iterator[str]:
    until = -1.0
    for begin, end in windows:
        if begin >= end or begin < until:
            yield f"{where}: [{begin:g}, {end:g}] does not come after what is before it, or is empty; correct it."
        until = end


def _of_leaving(where: str, rule: Leaves, customers: CustomerType, scenario: Scenario) -> Iterator[str]:
    media = {each.id: each.medium for each in scenario.types}
    if rule.to == customers.id:
        yield f"{where}, to: leads back to the type itself; name another, or take it out."
    elif rule.to is not None and rule.to not in media:
        yield f"{where}, to: {rule.to!r} is no type; correct it."
    elif rule.to is not None and media[rule.to] is not customers.medium:
        yield f"{where}, to: {rule.to!r} is {media[rule.to]}, not {customers.medium}; name one of the same medium."
    elif rule.to is not None and customers.service is None:
        yield f"{where}, to: how long the groups of {rule.to!r} would serve is not said; give service."
    if rule.when is LeavesWhen.LENGTH and not rule.length:
        yield f"{where}: how many have to wait is not said; give length."
    if rule.when is LeavesWhen.EXPECTED_WAIT and not rule.wait_s:
        yield f"{where}: how long the wait has to be is not said; give wait_s."
    if rule.when is LeavesWhen.CLOSED and not customers.open_min:
        yield f"{where}: the queue is never closed; give open_min."


def faults_of_expression(where: str, text: str, groups: Sequence[str]) -> Iterator[str]:
    """Yield why an expression cannot be read, or which group it names that there is not."""
    try:
        expression = parse(text)
    except BadRequirement as error:
        yield f"{where}: {error}"
        return
    for team in _teams(expression):
        if team not in groups:
            yield f"{where}: 'team:{team}' is no group; correct it."


def _teams(expression: Expression) -> Iterator[str]:
    match expression:
        case InTeam():
            yield expression.team
        case Not():
            yield from _teams(expression.of)
        case Every() | Some():
            for part in expression.parts:
                yield from _teams(part)
        case _:
            pass
