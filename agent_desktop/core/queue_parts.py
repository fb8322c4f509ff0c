"""The parts of the view `queue:<id>`: what waits in one queue."""

from agent_desktop.core.part import Part
from history.core.vocabulary import AgentId, CustomerId, InteractionId, Medium, QueueId, Requirement, Trust


class QueueHead(Part, frozen=True, kw_only=True):
    """Key `head`."""

    queue: QueueId
    name: str
    medium: Medium
    waiting: int
    """How many wait; the oldest `QUEUE_ROWS_MAX` of them are shown."""
    expected_p50_ms: int | None
    expected_p90_ms: int | None
    """How long somebody who comes now will wait: half of all at most the first, nine of ten at most the second; null
    while it is unknown, and always for mail and tasks."""
    named: bool
    """Whether the viewer is told who waits."""


class WaitingRow(Part, frozen=True, kw_only=True):
    """Key `waiting/<interaction>`. One interaction that waits, with where it stands."""

    interaction: InteractionId
    queue: QueueId
    medium: Medium
    who: str
    """Empty when the viewer may not see it."""
    customer: CustomerId | None
    trust: Trust
    why: str
    arrived_ms: int
    due_ms: int
    priority: int
    """From -10 to 10; higher is sooner."""
    parked_until_ms: int | None
    requirement: Requirement
    """What is asked now, in ids and numbers; `anyone` asks nothing."""
    step: int
    """How many steps of relaxation have been taken."""
    next_step_ms: int | None
    offered_to: AgentId | None
    offered_name: str
