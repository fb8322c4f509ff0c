"""Whose queues are whose, as the definition has it."""

from history.core.routing_settings import AgentSettings, QueueSettings
from router.core.requirements import is_met, parse


def serves(settings: AgentSettings, queue: QueueSettings) -> bool:
    """Whether the queue is one of the agent's own: they meet what it asks and have a limit for its medium."""
    has_medium = any(capacity.medium is queue.medium and capacity.limit > 0 for capacity in settings.capacities)
    return has_medium and is_met(parse(queue.requirement), settings)
