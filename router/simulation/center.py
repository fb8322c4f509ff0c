"""A scenario as routing settings: the one place where the scenario's words meet the engine's.

Each type of customers becomes a queue of the same id; each group becomes a team of as many agents as it ever has.
Routes become a skill named after the type: its level is 10 in the groups of the lowest rank, 9 in those of the next,
and so on, so that the engine's best skill is the first choice. A route with a delay becomes a step that widens the
requirement by that group.
"""

from history.core.routing_blending import Reserve
from history.core.routing_settings import (
    AgentSettings,
    MediumCapacity,
    QueueSettings,
    RelaxationStep,
    RoutingSettings,
    SkillLevel,
)
from history.core.vocabulary import (
    AgentChoice,
    AgentId,
    DispositionId,
    HoursId,
    Medium,
    PhoneName,
    QueueId,
    ReasonCode,
    Requirement,
    RuleId,
    SkillId,
    SwitchName,
    TeamId,
)
from router.core.blending_words import floor_of, lending_of, reserve_of, share_of
from router.core.order import PRIORITY_MAX
from router.core.requirements import every_requirement, is_met, parse
from router.errors import BadRequirement
from router.simulation.errors import BadScenario
from router.simulation.scenario import CustomerType, Group, Route, Scenario
from router.simulation.ways_out import emergency_of, hours_of, overflow_of

SWITCH = SwitchName("s1")
BREAK = ReasonCode("break")
LEAVING = ReasonCode("leaving")
OFFER_MS = 20_000
POP_WAIT_MS = 350
BEST_LEVEL = 10


def settings_of(scenario: Scenario, version: int = 1) -> RoutingSettings:
    """Return what the engine has to know of the scenario.

    Raises:
        BadScenario: it asks for what no group can do.
    """
    found = [sentence for customers in scenario.types for sentence in _cannot_be_said(customers, scenario)]
    for group in scenario.groups:
        asked = _reserves_of(group, scenario)
        if asked and min(asked.values()):
            found.append(
                f"groups, {group.id!r}: every route leaves some of them free for nobody; lower a reserve to 0."
            )
    if found:
        raise BadScenario([f"{scenario.name}: {sentence}" for sentence in found])
    return RoutingSettings(
        definition_version=version,
        agents=tuple(
            agent_settings(agent, group, scenario) for group in scenario.groups for agent in agents_of(group, scenario)
        ),
        queues=tuple(queue_settings(customers) for customers in scenario.types),
        reasons=(BREAK, LEAVING),
        dispositions=(DispositionId("done"),),
        hours=hours_of(scenario),
        pop_wait_ms=POP_WAIT_MS,
        reserves=(*_reserves(scenario), *(reserve_of(rule) for rule in scenario.reserves)),
        lending=tuple(lending_of(rule) for rule in scenario.lending),
        shares=tuple(share_of(rule) for rule in scenario.shares),
        floors=tuple(floor_of(rule) for rule in scenario.floors),
    )


def _reserves(scenario: Scenario) -> tuple[Reserve, ...]:
    """A route that leaves so many of its group free: they are kept for the types that may have more of them."""
    found = []
    for group in scenario.groups:
        asked = _reserves_of(group, scenario)
        for keep in sorted({reserve for reserve in asked.values() if reserve}):
            found.append(
                Reserve(
                    rule=RuleId(f"{group.id}.{keep}"),
                    agents=every_requirement(f"team:{group.id}"),
                    queues=tuple(QueueId(name) for name, reserve in asked.items() if reserve < keep),
                    keep=keep,
                )
            )
    return tuple(found)


def _reserves_of(group: Group, scenario: Scenario) -> dict[str, int]:
    """By type: how many of the group its route leaves free."""
    return {
        customers.id: route.reserve
        for customers in scenario.types
        for route in customers.routes
        if route.group == group.id
    }


def _cannot_be_said(customers: CustomerType, scenario: Scenario) -> list[str]:
    where = f"types, {customers.id!r}"
    found = []
    if len({route.rank for route in customers.routes}) > BEST_LEVEL:
        found.append(f"{where}, routes: there are more than {BEST_LEVEL} ranks; give some groups the same.")
    try:
        _requirement(customers)
        _delays(customers)
        if not serving(customers, scenario):
            found.append(f"{where}, needs: no group has what it takes; correct it, or give a group the skills.")
        _relaxation(customers)
    except BadRequirement as error:
        found.append(f"{where}: {error}")
    return found


def serving(customers: CustomerType, scenario: Scenario) -> tuple[Group, ...]:
    """Return the groups that may serve a type as it arrives, in order of the file.

    Raises:
        BadRequirement: what it needs cannot be read.
    """
    if customers.routes:
        at_once = {route.group for route in customers.routes if not route.after_s}
        return tuple(group for group in scenario.groups if group.id in at_once)
    needed = parse(customers.needs or "anyone")
    return tuple(
        group
        for group in scenario.groups
        if is_met(needed, agent_settings(AgentId(f"{group.id}.001"), group, scenario))
    )


def sizes(group: Group, periods: int) -> tuple[int, ...]:
    """Return how many agents of the group are to be signed in, by period."""
    return group.agents if isinstance(group.agents, tuple) else (group.agents,) * periods


def agents_of(group: Group, scenario: Scenario) -> tuple[AgentId, ...]:
    """Return the ids of all agents that the group ever has, in order."""
    return tuple(AgentId(f"{group.id}.{n:03}") for n in range(1, max(sizes(group, scenario.periods)) + 1))


def agent_settings(agent: AgentId, group: Group, scenario: Scenario) -> AgentSettings:
    return AgentSettings(
        agent=agent,
        skills=_skills(group, scenario),
        teams=(TeamId(group.id),),
        takes=group.takes,
        capacities=_capacities(group),
        switch=SWITCH,
        phone=PhoneName(agent),
    )


def _skills(group: Group, scenario: Scenario) -> tuple[SkillLevel, ...]:
    levels = dict(group.skills)
    for customers in scenario.types:
        for route in customers.routes:
            if route.group == group.id:
                levels[customers.id] = _level(route, customers)
    return tuple(SkillLevel(SkillId(skill), level) for skill, level in sorted(levels.items()))


def _level(route: Route, customers: CustomerType) -> int:
    ranks = sorted({each.rank for each in customers.routes})
    return BEST_LEVEL - ranks.index(route.rank)


def _capacities(group: Group) -> tuple[MediumCapacity, ...]:
    if not group.capacity:
        return tuple(MediumCapacity(medium=medium, weight=100, limit=1) for medium in sorted(Medium))
    return tuple(
        MediumCapacity(medium=medium, weight=each.weight, limit=each.limit, interruptible=each.interruptible)
        for medium, each in sorted(group.capacity.items())
    )


def queue_settings(customers: CustomerType) -> QueueSettings:
    return QueueSettings(
        queue=QueueId(customers.id),
        medium=customers.medium,
        requirement=_requirement(customers),
        relaxation=(*_delays(customers), *_relaxation(customers)),
        choice=_choice(customers),
        weights=tuple(SkillLevel(SkillId(skill), level) for skill, level in sorted(customers.weights.items())),
        preferred_ms=() if customers.preferred is None else (round(customers.preferred.wait_s * 1000),),
        target_ms=customers.target_s * 1000,
        hours=HoursId(customers.id) if customers.open_min else None,
        closing_ms=None if customers.closing_s is None else round(customers.closing_s * 1000),
        overflow=overflow_of(customers),
        emergency=emergency_of(customers),
        again_ms=round(customers.again_s * 1000),
        priority_step_ms=round(customers.priority_step_s * 1000),
        moved_max_ms=round(customers.priority_step_s * 1000) * PRIORITY_MAX,
        age_percent=customers.age_percent,
        age_max_ms=round(customers.age_max_s * 1000),
        offer_ms=OFFER_MS,
        misses_max=customers.misses_max,
        short_abandon_ms=0,
        service_level_ms=round(customers.within_s * 1000),
        wrap_up=customers.wrap_up_mode,
        wrap_up_ms=round(customers.wrap_up_max_s * 1000),
        extension_ms=round(customers.extension_s * 1000),
        extensions_max=customers.extensions_max,
        disposition_required=False,
    )


def _choice(customers: CustomerType) -> AgentChoice:
    if customers.choice is not None:
        return customers.choice
    ranked = len({route.rank for route in customers.routes}) > 1
    return AgentChoice.BEST_SKILL if ranked else AgentChoice.LONGEST_IDLE


def _requirement(customers: CustomerType) -> Requirement:
    if not customers.routes:
        return every_requirement(customers.needs or "anyone")
    if not any(route.after_s for route in customers.routes):
        return every_requirement(customers.id)
    return _of_teams(customers, [route for route in customers.routes if not route.after_s])


def _of_teams(customers: CustomerType, routes: list[Route]) -> Requirement:
    teams = " or ".join(f"team:{route.group}" for route in routes)
    return every_requirement(customers.id, teams or "nobody")


def _delays(customers: CustomerType) -> list[RelaxationStep]:
    found = []
    before_ms = 0
    for delay_ms in sorted({round(route.after_s * 1000) for route in customers.routes if route.after_s}):
        late = [route for route in customers.routes if round(route.after_s * 1000) == delay_ms]
        found.append(RelaxationStep(after_ms=delay_ms - before_ms, widen=_of_teams(customers, late)))
        before_ms = delay_ms
    return found


def _relaxation(customers: CustomerType) -> list[RelaxationStep]:
    return [
        RelaxationStep(
            after_ms=round(step.after_s * 1000),
            drop=tuple(SkillId(skill) for skill in step.drop),
            lower=tuple(SkillLevel(SkillId(skill), level) for skill, level in sorted(step.lower.items())),
            widen=None if step.widen is None else every_requirement(step.widen),
        )
        for step in customers.relax
    ]
