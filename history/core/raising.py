"""Older versions of entries, each raised to the next by a pure function of its body."""

from collections.abc import Callable, Mapping
from typing import Any

OlderBody = dict[str, Any]
Raise = Callable[[OlderBody], OlderBody]

LEVEL_BEFORE_LEVELS = 5
"""What a skill without a level has been since skills have levels: the middle of 1 to 10."""
DECLINED_MS_OF_CALLS = 5_000
"""What every queue of calls had before a queue had back-offs of its own."""


def _requirement(body: OlderBody) -> OlderBody:
    """A list of skills, all of which were needed, as the expression that says so."""
    skills = sorted(set(body.pop("required_skills", ())))
    return {**body, "requirement": " and ".join(skills)} if skills else body


def _routing_defined(body: OlderBody) -> OlderBody:
    """The fact, and the input that brought it."""
    settings = dict(body["settings"])
    settings["queues"] = [_queue(queue) for queue in settings["queues"]]
    settings["agents"] = [
        {**agent, "skills": [[skill, LEVEL_BEFORE_LEVELS] for skill in agent.get("skills", ())]}
        for agent in settings["agents"]
    ]
    return {**body, "settings": settings}


def _queue(queue: OlderBody) -> OlderBody:
    raised = _requirement(dict(queue))
    if queue["medium"] == "voice":
        raised["back_offs"] = {"declined_ms": DECLINED_MS_OF_CALLS}
    return raised


def _interaction_restored(body: OlderBody) -> OlderBody:
    record = _requirement(dict(body["record"]))
    return {"record": {**record, "entered_ms": record["queued_ms"]}}


def _work_started(body: OlderBody) -> OlderBody:
    """Nobody had said what kind of work it was."""
    return {**body, "kind": "other"}


RAISES: Mapping[tuple[str, int], Raise] = {
    ("RoutingDefined", 1): _routing_defined,
    ("DefinitionApplied", 1): _routing_defined,
    ("InteractionQueued", 1): _requirement,
    ("InteractionRestored", 1): _interaction_restored,
    ("WorkStarted", 1): _work_started,
}
"""(type, older version) -> the function that makes the next version's body of it."""
