"""What is wrong with a definition as it reaches the router: what it names has to be there, once, and in its bounds.

`config` says so in sentences before a definition is applied. This is the last line of defence: settings that the state
could not live with are refused as any other input is, and nothing of them is applied.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from history.core.routing_settings import AgentSettings, QueueSettings, RoutingSettings
from history.core.vocabulary import OutcomeReason, QueueId, Requirement
from router.core.capacity import FULL
from router.core.requirements import LEVEL_MAX, LEVEL_MIN, parse
from router.errors import BadRequirement


def fault_of(settings: RoutingSettings) -> OutcomeReason | None:
    """Return why the settings cannot be used, or None."""
    known = {queue.queue for queue in settings.queues}
    hours = {each.hours for each in settings.hours}
    if any(queue.hours is not None and queue.hours not in hours for queue in settings.queues):
        return OutcomeReason.UNKNOWN_HOURS
    if any(_unreadable(text) for text in _expressions(settings)):
        return OutcomeReason.REQUIREMENT_UNREADABLE
    if not known.issuperset(_named(settings)):
        return OutcomeReason.UNKNOWN_QUEUE
    if not all(_in_bounds(settings)):
        return OutcomeReason.OUT_OF_RANGE
    return None


def _expressions(settings: RoutingSettings) -> Iterator[Requirement]:
    for queue in settings.queues:
        yield queue.requirement
        yield from (step.widen for step in queue.relaxation if step.widen is not None)
    yield from (rule.agents for rule in settings.reserves)
    yield from (rule.agents for rule in settings.lending)
    yield from (rule.agents for rule in settings.shares)
    yield from (rule.agents for rule in settings.floors)


def _unreadable(text: Requirement) -> bool:
    try:
        parse(text)
    except BadRequirement:
        return True
    return False


def _named(settings: RoutingSettings) -> Iterator[QueueId]:
    """The queues that rules of blending name."""
    yield from (queue for rule in settings.reserves for queue in rule.queues)
    yield from (queue for rule in settings.floors for queue in rule.queues)
    yield from (rule.to for rule in settings.lending)
    yield from (each.queue for rule in settings.shares for each in rule.queues)


def _in_bounds(settings: RoutingSettings) -> Iterator[bool]:
    """One truth for each bound; ids occur once."""
    yield _once(agent.agent for agent in settings.agents)
    yield _once(queue.queue for queue in settings.queues)
    yield _once(each.hours for each in settings.hours)
    for agent in settings.agents:
        yield from _of_agent(agent)
    for queue in settings.queues:
        yield from _of_queue(queue)
    for each in settings.hours:
        yield all(window.from_ms < window.until_ms for window in each.open)
        yield all(before.until_ms <= after.from_ms for before, after in pairwise(each.open))
    yield all(rule.keep > 0 for rule in settings.reserves)
    yield all(rule.agents_max > 0 and rule.stay_ms >= 0 for rule in settings.lending)
    yield all(each.percent > 0 for rule in settings.shares for each in rule.queues)
    yield all(rule.agents_min > 0 for rule in settings.floors)


def _once(ids: Iterable[str]) -> bool:
    given = list(ids)
    return len(given) == len(set(given))


def _of_agent(agent: AgentSettings) -> Iterator[bool]:
    yield all(LEVEL_MIN <= each.level <= LEVEL_MAX for each in agent.skills)
    yield all(1 <= each.weight <= FULL and each.limit >= 1 for each in agent.capacities)
    yield _once(each.medium for each in agent.capacities)


def _of_queue(queue: QueueSettings) -> Iterator[bool]:
    yield queue.offer_ms > 0
    yield queue.misses_max > 0
    yield queue.age_percent >= 100
    lengths = (queue.target_ms, queue.age_max_ms, queue.closing_ms or 0, queue.short_abandon_ms, queue.again_ms)
    yield min(*lengths, queue.wrap_up_ms, queue.extension_ms, queue.extensions_max) >= 0
    yield all(step.after_ms >= 0 for step in queue.relaxation)
    yield all(LEVEL_MIN <= each.level <= LEVEL_MAX for step in queue.relaxation for each in step.lower)
