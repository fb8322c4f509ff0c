"""Steps: how what an interaction asks widens while it waits, in place.

First the customer's preferred agents, one after the other, each for the queue's own time; then what the queue and the
arrival ask; then that requirement relaxed, step by step. A step that nobody who is signed in could serve is passed
over, so that nobody waits for somebody who has gone home; while no step could be served by anyone signed in, the first
one stands and its time runs.
"""

from collections.abc import Callable
from functools import lru_cache

import msgspec

from history.core.routing_settings import RelaxationStep
from history.core.vocabulary import AgentId, Requirement
from router.core.requirements import Expression, IsAgent, every, lowered, parse, some, text_of, without_skill


class Step(msgspec.Struct, frozen=True, array_like=True):
    """What is asked, and for how long (ms); none: until the end."""

    requirement: Requirement
    lasts_ms: int | None


@lru_cache(maxsize=10_000)
def steps(
    asked: Requirement,
    relaxation: tuple[RelaxationStep, ...],
    preferred: tuple[AgentId, ...],
    preferred_ms: tuple[int, ...],
) -> tuple[Step, ...]:
    """Return all steps of an interaction, the first one first."""
    base = parse(asked)
    found = []
    for place, agent in enumerate(preferred if preferred_ms else ()):
        lasts_ms = preferred_ms[min(place, len(preferred_ms) - 1)]
        found.append(Step(text_of(every((base, IsAgent(agent)))), lasts_ms))
    at = base
    for step in relaxation:
        found.append(Step(text_of(at), step.after_ms))
        at = _relaxed(at, step)
    found.append(Step(text_of(at), None))
    return tuple(found)


def _relaxed(expression: Expression, step: RelaxationStep) -> Expression:
    for skill in step.drop:
        expression = without_skill(expression, skill)
    for each in step.lower:
        expression = lowered(expression, each.skill, each.level)
    return expression if step.widen is None else some((expression, parse(step.widen)))


def first_step(found: tuple[Step, ...], begin: int, servable: Callable[[Requirement], bool]) -> int:
    """Return the first step from `begin` on that somebody signed in could serve, or `begin` when none could be."""
    if begin == len(found) - 1:
        return begin
    return next((at for at in range(begin, len(found)) if servable(found[at].requirement)), begin)
