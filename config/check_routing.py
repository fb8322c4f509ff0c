"""What is wrong with the routing of a definition: words without meaning, rules without effect, work for nobody."""

from collections.abc import Iterator

from config.check_blending import blending_problems
from config.check_words import Known, takes
from config.definition import Definition, User
from config.definition_routing import Queue, Relaxation
from config.translating import agent_settings, queue_settings
from history.core.routing_settings import ANYONE, AgentSettings
from history.core.vocabulary import AgentChoice, Medium, SkillId, WrapUp
from router.core.requirements import (
    LEVEL_MAX,
    LEVEL_MIN,
    HasSkill,
    is_met,
    lowered,
    parse,
    without_skill,
)
from router.core.steps import Step, steps
from router.errors import BadRequirement

EXTENSIONS_MAX = 20
"""So many rules of overflow a queue may have."""
STEPS_MAX = 20
"""So many steps of relaxation a queue may have."""
PREFERRED_MAX = 10
"""So many numbers `preferred_s` may have."""
CALLS_ONLY = ("busy_s", "failed_s", "unreachable_s")
"""Back-offs after what only a phone can do."""


def routing_problems(definition: Definition) -> Iterator[str]:
    known = _known(definition)
    yield from _skill_words(definition)
    for user in definition.users:
        yield from _user(user, known)
    for queue in definition.queues:
        yield from _queue(queue, known)
    agents = [agent_settings(definition, user) for user in definition.users if user.is_agent]
    able = {medium: [agent for agent in agents if takes(agent, medium)] for medium in definition.media}
    for queue in definition.queues:
        yield from _asked(queue, able[queue.medium], known)
    yield from blending_problems(definition, known)


def _known(definition: Definition) -> Known:
    """Where a file has no [[teams]], the teams are those that its users are in."""
    in_teams = frozenset(team for user in definition.users for team in user.teams)
    return Known(
        skills=frozenset(skill.id for skill in definition.skills),
        teams=frozenset(team.id for team in definition.teams) if definition.teams else in_teams,
        agents=frozenset(user.id for user in definition.users if user.is_agent),
    )


def _skill_words(definition: Definition) -> Iterator[str]:
    """A skill has to be what an expression takes its id for."""
    for skill in definition.skills:
        try:
            readable = parse(skill.id) == HasSkill(SkillId(skill.id))
        except BadRequirement:
            readable = False
        if not readable:
            yield f"skills, {skill.id!r}: this means something else in expressions; choose another id."


def _user(user: User, known: Known) -> Iterator[str]:
    where = f"users, {user.id!r}"
    for skill, level in user.levels.items():
        yield from known.skill(f"{where}, skills", skill)
        yield from _out_of_range(f"{where}, skills", "level", skill, level)
    for team in user.teams:
        yield from known.team(f"{where}, teams", team)


def _queue(queue: Queue, known: Known) -> Iterator[str]:
    """What a queue says in words and numbers, each by itself."""
    where = f"queues, {queue.id!r}"
    for skill in queue.skills:
        yield from known.skill(f"{where}, skills", skill)
    if queue.requires is not None:
        yield from known.expression(f"{where}, requires", queue.requires)
    for number, step in enumerate(queue.relaxation[:STEPS_MAX], 1):
        yield from _step_words(f"{where}, relaxation, number {number}", step, known)
    if len(queue.relaxation) > STEPS_MAX:
        yield f"{where}, relaxation: has {len(queue.relaxation)} steps; write {STEPS_MAX} at most."
    if len(queue.preferred_s) > PREFERRED_MAX:
        yield f"{where}, preferred_s: has {len(queue.preferred_s)} numbers; write {PREFERRED_MAX} at most."
    yield from _weights(where, queue, known)
    yield from _without_effect(where, queue)
    yield from _wrap_up(where, queue)


def _step_words(where: str, step: Relaxation, known: Known) -> Iterator[str]:
    for skill in step.drop:
        yield from known.skill(f"{where}, drop", skill)
    for skill, level in step.lower.items():
        yield from known.skill(f"{where}, lower", skill)
        yield from _out_of_range(f"{where}, lower", "level", skill, level)
    if step.widen is not None:
        yield from known.expression(f"{where}, widen", step.widen)


def _weights(where: str, queue: Queue, known: Known) -> Iterator[str]:
    weighted = queue.choice is AgentChoice.WEIGHTED
    if queue.weights and not weighted:
        yield f"{where}, weights: have no effect with choice = '{queue.choice}'; write 'weighted' or take them out."
    if weighted and not queue.weights:
        yield f"{where}, choice: 'weighted' needs weights; add them, such as weights = {{ french = 3 }}."
    for skill, weight in queue.weights.items():
        yield from known.skill(f"{where}, weights", skill)
        yield from _out_of_range(f"{where}, weights", "weight", skill, weight)


def _out_of_range(where: str, what: str, skill: str, given: int) -> Iterator[str]:
    if not LEVEL_MIN <= given <= LEVEL_MAX:
        yield f"{where}: the {what} of {skill!r} is {given}; write a number from {LEVEL_MIN} to {LEVEL_MAX}."


def _without_effect(where: str, queue: Queue) -> Iterator[str]:
    """Numbers that change nothing, since another one is missing or the medium has no such thing."""
    moves = queue.priority_step_s > 0 or queue.value_step_s > 0
    if moves and not queue.moved_max_s:
        yield f"{where}: priority_step_s and value_step_s move nothing without moved_max_s; add it."
    if queue.moved_max_s and not moves:
        yield f"{where}, moved_max_s: has no effect without priority_step_s or value_step_s; add one or take it out."
    if 0 < queue.value_step_s < 0.001:
        yield f"{where}, value_step_s: {queue.value_step_s} is too short; write 0.001 (seconds) at least."
    if queue.age_factor > 1 and not queue.age_max_s:
        yield f"{where}, age_factor: has no effect without age_max_s; add it."
    if queue.age_max_s and round(queue.age_factor, 2) == 1:
        yield f"{where}, age_max_s: has no effect without an age_factor of 1.01 at least; add one or take it out."
    if queue.medium is not Medium.VOICE:
        for key in CALLS_ONLY:
            if getattr(queue.back_off, key) is not None:
                yield f"{where}, back_off, {key}: is for queues of calls only; take it out."


def _wrap_up(where: str, queue: Queue) -> Iterator[str]:
    if queue.wrap_up is WrapUp.TIMED:
        if bool(queue.extension_s) != bool(queue.extensions_max):
            yield f"{where}: extension_s and extensions_max need one another; give both or none."
    elif queue.extension_s or queue.extensions_max:
        yield f"{where}: extension_s and extensions_max are for wrap_up = 'timed' only; take them out."
    if queue.extensions_max > EXTENSIONS_MAX:
        yield f"{where}, extensions_max: {queue.extensions_max} is too many; write {EXTENSIONS_MAX} at most."
    if queue.disposition_required and queue.wrap_up in (WrapUp.NONE, WrapUp.OPTIONAL):
        yield (
            f"{where}: nobody has to wrap up with wrap_up = '{queue.wrap_up}', so no disposition can be required; "
            "write disposition_required = false."
        )


def _asked(queue: Queue, able: list[AgentSettings], known: Known) -> Iterator[str]:
    """What the steps of a queue do together. What cannot be read was told before."""
    expressions = [queue.requires, *(step.widen for step in queue.relaxation)]
    if any(text is not None and _unreadable(text) for text in expressions):
        return
    where = f"queues, {queue.id!r}"
    try:
        settings = queue_settings(queue)
        found = steps(settings.requirement, settings.relaxation, (), ())
        for each in found:
            parse(each.requirement)
    except BadRequirement as error:
        yield f"{where}: skills, requires and relaxation together cannot be held: {error}"
        return
    for number, step in enumerate(queue.relaxation[:STEPS_MAX], 1):
        place = f"{where}, relaxation, number {number}"
        if not any(_step_words(place, step, known)):
            yield from _step(place, step, found[number - 1], found[number], able)
    yield from _unservable(where, queue, found[-1], able)


def _unreadable(text: str) -> bool:
    try:
        parse(text)
    except BadRequirement:
        return True
    return False


def _step(where: str, step: Relaxation, before: Step, after: Step, able: list[AgentSettings]) -> Iterator[str]:
    """A step has to let somebody in, and each word of it has to act."""
    if not (step.drop or step.lower or step.widen):
        yield f"{where}: says nothing; add drop, lower or widen."
        return
    useless = list(_words_without_effect(where, step, before))
    yield from useless
    asked, widened = parse(before.requirement), parse(after.requirement)
    if not useless and not any(is_met(widened, agent) and not is_met(asked, agent) for agent in able):
        yield (
            f"{where}: lets no agent in who was not in before; widen it, or take it out (before: "
            f"'{before.requirement}', after: '{after.requirement}')."
        )


def _words_without_effect(where: str, step: Relaxation, before: Step) -> Iterator[str]:
    asked = parse(before.requirement)
    for skill in step.drop:
        dropped = without_skill(asked, SkillId(skill))
        if dropped == asked:
            yield f"{where}, drop: the skill {skill!r} is not asked at this step; take it out."
        asked = dropped
    for skill, level in step.lower.items():
        lower = lowered(asked, SkillId(skill), level)
        if lower == asked:
            yield f"{where}, lower: the skill {skill!r} is not asked above {level} at this step; take it out."
        asked = lower


def _unservable(where: str, queue: Queue, last: Step, able: list[AgentSettings]) -> Iterator[str]:
    """A queue whose last step no agent can meet would hold its customers for ever; steps only widen."""
    asked = parse(last.requirement)
    if any(is_met(asked, agent) for agent in able):
        return
    lacking = []
    if last.requirement != ANYONE:
        lacking.append(f"what it asks{' in the end' if queue.relaxation else ''} ('{last.requirement}')")
    if queue.medium is Medium.VOICE:
        lacking.append("a phone")
    way_out = f"give an agent {' and '.join(lacking)}" if lacking else "let a user take work"
    yield f"{where}: no agent can ever serve it; {way_out}."
