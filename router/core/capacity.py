"""How much an agent carries, and whether one more interaction of a medium still fits.

Load is the set of live leases (offers and handlings), never a counter. Media have weights against the agent's 100 and
limits; interruptible work (mail, tasks) is not counted against work that is not interruptible, so that a call finds
agents who answer mail in between.
"""

from history.core.routing_settings import AgentSettings, MediumCapacity
from history.core.vocabulary import AgentId, Medium, Presence
from router.core.state import State

FULL = 100


def capacity_of(settings: AgentSettings, medium: Medium) -> MediumCapacity | None:
    """Return the agent's capacity for the medium, or None where they take none of it."""
    for capacity in settings.capacities:
        if capacity.medium is medium:
            return capacity
    return None


def leases(state: State, agent: AgentId) -> list[Medium]:
    """Return the medium of each live lease of the agent."""
    held = [offer.medium for offer in state.agent_offers[agent].values()]
    held += [handling.medium for handling in state.agent_handlings[agent].values()]
    return held


def fits(state: State, settings: AgentSettings, medium: Medium) -> bool:
    """Whether one more interaction of this medium fits beside the agent's leases."""
    wanted = capacity_of(settings, medium)
    if wanted is None:
        return False
    held = leases(state, settings.agent)
    if held.count(medium) >= wanted.limit:
        return False
    load = wanted.weight
    for each in held:
        capacity = capacity_of(settings, each)
        # A medium taken out of an agent's settings while they hold work of it occupies them wholly.
        if capacity is None:
            load += FULL
        elif wanted.interruptible or not capacity.interruptible:
            load += capacity.weight
    if state.agents[settings.agent].phone_busy and Medium.VOICE not in held:
        load += FULL  # a call that did not come through us
    return load <= FULL


def is_available(state: State, settings: AgentSettings, medium: Medium, now_ms: int) -> bool:
    """Ready, reachable over what the medium needs, not backing off, and with capacity to spare. Never stored."""
    agent = state.agents[settings.agent]
    if agent.presence is not Presence.READY or agent.backed_off_until_ms > now_ms:
        return False
    if medium is Medium.VOICE:
        reachable = settings.phone is not None and agent.phone_reachable and not agent.phone_busy
    else:
        reachable = agent.desktop
    return reachable and not is_asked(state, settings, medium) and fits(state, settings, medium)


def is_asked(state: State, settings: AgentSettings, medium: Medium) -> bool:
    """Whether a live offer stands in the way: one question at a time, but a call may pass a mail that is offered."""
    wanted = capacity_of(settings, medium)
    for offer in state.agent_offers[settings.agent].values():
        offered = capacity_of(settings, offer.medium)
        if wanted is None or wanted.interruptible or offered is None or not offered.interruptible:
            return True
    return False
