"""What is wrong with the rules by which agents are shared: ids that point nowhere, rules that cannot act."""

from collections.abc import Iterator

from config.check_words import Known, takes
from config.definition import Definition
from config.definition_blending import Lending, Reserve
from config.definition_routing import Queue
from config.translating import agent_settings, queue_settings
from history.core.routing_settings import AgentSettings
from history.core.vocabulary import LentWhen, Medium, Requirement
from router.core.blending_words import lending_faults, share_faults
from router.core.requirements import is_met, parse
from router.core.steps import steps
from router.errors import BadRequirement

RULES_MAX = 100
"""So many rules of each kind there may be."""


def blending_problems(definition: Definition, known: Known) -> Iterator[str]:
    """What every kind of rule has in common, then each kind by itself."""
    agents = [agent_settings(definition, user) for user in definition.users if user.is_agent]
    queues = {queue.id: queue for queue in definition.queues}
    for kind in ("reserves", "lending", "shares", "floors"):
        count = len(getattr(definition, kind))
        if count > RULES_MAX:
            yield f"{kind}: there are {count} rules; write {RULES_MAX} at most."
    for rule in definition.reserves[:RULES_MAX]:
        where = f"reserves, {rule.id!r}"
        troubles = [*_agents(where, rule.agents, agents, known), *_queues(where, rule.queues, queues)]
        yield from troubles
        if not troubles:
            yield from _reserve(where, rule, _group(rule.agents, agents), queues)
    yield from _against_one_another(definition.reserves[:RULES_MAX], agents)
    for loan in definition.lending[:RULES_MAX]:
        where = f"lending, {loan.id!r}"
        yield from (f"{where}, {fault}" for fault in lending_faults(loan))
        troubles = list(_agents(where, loan.agents, agents, known))
        yield from troubles
        if loan.to not in queues:
            yield f"{where}, to: there is no queue {loan.to!r}; add it under [[queues]]."
        elif not troubles:
            yield from _lending(where, loan, _group(loan.agents, agents), queues[loan.to])
    yield from _shares_and_floors(definition, agents, queues, known)


def _shares_and_floors(
    definition: Definition, agents: list[AgentSettings], queues: dict[str, Queue], known: Known
) -> Iterator[str]:
    for share in definition.shares[:RULES_MAX]:
        where = f"shares, {share.id!r}"
        troubles = [
            *_agents(where, share.agents, agents, known),
            *_queues(where, tuple(share.queues), queues),
            *(f"{where}, {fault}" for fault in share_faults(share)),
        ]
        yield from troubles
        if not troubles:
            yield from _served(where, tuple(share.queues), _group(share.agents, agents), queues)
    for floor in definition.floors[:RULES_MAX]:
        where = f"floors, {floor.id!r}"
        troubles = [*_agents(where, floor.agents, agents, known), *_queues(where, floor.queues, queues)]
        yield from troubles
        if not troubles:
            group = _group(floor.agents, agents)
            yield from _served(where, floor.queues, group, queues)
            if floor.agents_min >= len(group):
                yield (
                    f"{where}, agents_min: {floor.agents_min} of {len(group)} agents are all of them, who would do "
                    "nothing else while there is such work; write fewer, or name more agents."
                )


def _group(text: str, agents: list[AgentSettings]) -> list[AgentSettings]:
    return [each for each in agents if is_met(parse(text), each)]


def _agents(where: str, text: str, agents: list[AgentSettings], known: Known) -> Iterator[str]:
    troubles = list(known.expression(f"{where}, agents", text))
    yield from troubles
    if not troubles and not any(is_met(parse(text), each) for each in agents):
        yield f"{where}, agents: no agent is meant by '{text}'; name a team, a skill or an agent that there is."


def _queues(where: str, named: tuple[str, ...], queues: dict[str, Queue]) -> Iterator[str]:
    if not named:
        yield f"{where}, queues: names none; name one at least."
    for name in dict.fromkeys(named):
        if name not in queues:
            yield f"{where}, queues: there is no queue {name!r}; add it under [[queues]]."
        if named.count(name) > 1:
            yield f"{where}, queues: {name!r} is named twice; take one out."


def _reserve(where: str, rule: Reserve, group: list[AgentSettings], queues: dict[str, Queue]) -> Iterator[str]:
    if rule.keep >= len(group):
        yield (
            f"{where}, keep: {rule.keep} of {len(group)} agents are all of them, who would never be offered anything "
            f"else; write {len(group) - 1} at most, or leave other queues to other agents."
            if len(group) > 1
            else f"{where}, keep: the only agent would never be offered anything else; name more agents."
        )
    if set(rule.queues) == set(queues):
        yield f"{where}, queues: are all there are, so nobody is kept from anything; take some out."
    yield from _served(where, rule.queues, group, queues)


def _served(where: str, named: tuple[str, ...], group: list[AgentSettings], queues: dict[str, Queue]) -> Iterator[str]:
    for name in named:
        if not any(may_serve(each, queues[name]) for each in group):
            yield f"{where}, queues: none of its agents can ever serve {name!r}; take it out, or name other agents."


def _against_one_another(rules: tuple[Reserve, ...], agents: list[AgentSettings]) -> Iterator[str]:
    """Two reserves that keep the same agent for different work keep them from all of it."""
    groups = {}
    for rule in rules:
        try:
            groups[rule.id] = {each.agent for each in _group(rule.agents, agents)}
        except BadRequirement:
            continue
    for number, rule in enumerate(rules):
        for other in rules[:number]:
            both = sorted(groups.get(rule.id, set()) & groups.get(other.id, set()))
            if both and not set(rule.queues) & set(other.queues):
                yield (
                    f"reserves, {rule.id!r}: keeps {both[0]!r} for other queues than {other.id!r} does, so that "
                    "neither gets them; name other agents, or a queue in common."
                )


def _lending(where: str, rule: Lending, group: list[AgentSettings], queue: Queue) -> Iterator[str]:
    if rule.when is LentWhen.EXPECTED_WAIT and queue.medium not in (Medium.VOICE, Medium.CHAT):
        yield f"{where}, when: nobody is told a wait in a queue of {queue.medium}; write 'longest_wait'."
    helpers = [each for each in group if takes(each, queue.medium)]
    if not helpers:
        lacks = "has a phone" if queue.medium is Medium.VOICE else f"takes {queue.medium}"
        yield f"{where}, agents: none of them {lacks}; name others."
    elif not rule.only and all(_serves_at_once(each, queue) for each in helpers):
        yield f"{where}: all of its agents serve {queue.id!r} anyway; write only = true, or take the rule out."


def _serves_at_once(agent: AgentSettings, queue: Queue) -> bool:
    try:
        return is_met(parse(queue_settings(queue).requirement), agent)
    except BadRequirement:
        return False


def may_serve(agent: AgentSettings, queue: Queue) -> bool:
    """Whether an agent can serve a queue, in the end. A queue that cannot be read is told elsewhere."""
    if not takes(agent, queue.medium):
        return False
    try:
        settings = queue_settings(queue)
        last: Requirement = steps(settings.requirement, settings.relaxation, (), ())[-1].requirement
        return is_met(parse(last), agent)
    except BadRequirement:
        return True
