"""A scenario as routing settings: the one place where the scenario's words meet the engine's.

Each type of customers becomes a queue of the same id that requires the skill of that id; each group becomes as many
agents as it ever has, with the skills of the types that are routed to it.
"""

from history.core.routing_settings import AgentSettings, MediumCapacity, QueueSettings, RoutingSettings
from history.core.vocabulary import (
    AgentId,
    DispositionId,
    Medium,
    PhoneName,
    QueueId,
    ReasonCode,
    SkillId,
    SwitchName,
)
from router.simulation.errors import BadScenario
from router.simulation.scenario import Choice, CustomerType, Group, Scenario, Takes

SWITCH = SwitchName("s1")
BREAK = ReasonCode("break")
LEAVING = ReasonCode("leaving")
OFFER_MS = 20_000
POP_WAIT_MS = 350


def settings_of(scenario: Scenario, version: int = 1) -> RoutingSettings:
    """Return what the engine has to know of the scenario.

    Raises:
        BadScenario: it asks for a rule that the engine does not have.
    """
    _refuse_what_cannot_be_said(scenario)
    return RoutingSettings(
        definition_version=version,
        agents=tuple(
            agent_settings(agent, group, scenario) for group in scenario.groups for agent in agents_of(group, scenario)
        ),
        queues=tuple(queue_settings(customers) for customers in scenario.types),
        reasons=(BREAK, LEAVING),
        dispositions=(DispositionId("done"),),
        pop_wait_ms=POP_WAIT_MS,
    )


def _refuse_what_cannot_be_said(scenario: Scenario) -> None:
    found = []
    if scenario.choice is not Choice.LONGEST_IDLE:
        found.append(f"choice: the engine has no rule {scenario.choice!r}; use 'longest_idle'.")
    if scenario.takes is not Takes.LONGEST_WAIT:
        found.append(f"takes: the engine has no rule {scenario.takes!r}; use 'longest_wait'.")
    for customers in scenario.types:
        where = f"types, {customers.id!r}, routes"
        if len({route.rank for route in customers.routes}) > 1:
            found.append(f"{where}: the engine has no ranks; give all groups the same.")
        if any(route.after_s for route in customers.routes):
            found.append(f"{where}: the engine has no delays; take after_s out.")
        if any(route.reserve for route in customers.routes):
            found.append(f"{where}: the engine has no reserves; take reserve out.")
    if found:
        raise BadScenario([f"{scenario.name}: {sentence}" for sentence in found])


def sizes(group: Group, periods: int) -> tuple[int, ...]:
    """Return how many agents of the group are to be signed in, by period."""
    return group.agents if isinstance(group.agents, tuple) else (group.agents,) * periods


def agents_of(group: Group, scenario: Scenario) -> tuple[AgentId, ...]:
    """Return the ids of all agents that the group ever has, in order."""
    return tuple(AgentId(f"{group.id}.{n:03}") for n in range(1, max(sizes(group, scenario.periods)) + 1))


def agent_settings(agent: AgentId, group: Group, scenario: Scenario) -> AgentSettings:
    served = [each for each in scenario.types if any(route.group == group.id for route in each.routes)]
    return AgentSettings(
        agent=agent,
        skills=tuple(SkillId(customers.id) for customers in served),
        capacities=_capacities(group, sorted({customers.medium for customers in served})),
        switch=SWITCH,
        phone=PhoneName(agent),
    )


def _capacities(group: Group, served: list[Medium]) -> tuple[MediumCapacity, ...]:
    if not group.capacity:
        return tuple(MediumCapacity(medium=medium, weight=100, limit=1) for medium in served)
    return tuple(
        MediumCapacity(medium=medium, weight=each.weight, limit=each.limit, interruptible=each.interruptible)
        for medium, each in sorted(group.capacity.items())
    )


def queue_settings(customers: CustomerType) -> QueueSettings:
    return QueueSettings(
        queue=QueueId(customers.id),
        medium=customers.medium,
        required_skills=(SkillId(customers.id),),
        target_ms=customers.target_s * 1000,
        offer_ms=OFFER_MS,
        misses_max=customers.misses_max,
        short_abandon_ms=0,
        service_level_ms=round(customers.within_s * 1000),
        disposition_required=False,
    )
