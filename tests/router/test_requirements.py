"""Expressions over skills: one canonical text each, masks that agree with plain evaluation, relaxing that widens."""

import random

import pytest

from history.core.routing_records import AgentRecord
from history.core.routing_settings import AgentSettings, RoutingSettings
from history.core.vocabulary import AgentId, SkillId, TeamId
from router.core.requirements import (
    Expression,
    HasSkill,
    InTeam,
    IsAgent,
    Not,
    every,
    is_met,
    lowered,
    negated,
    parse,
    some,
    text_of,
    without_skill,
)
from router.core.seats import Seats, numbers_in
from router.errors import BadRequirement
from tests.specs.center import an_agent

SKILLS = ("billing", "french", "sales")
FLOOR = tuple(
    an_agent(f"a{n:02}", *(f"{skill} {level}" for skill, level in skills), teams=("night",) if n % 3 == 0 else ())
    for n, skills in enumerate(
        [(), (("french", 2),), (("french", 9), ("sales", 4)), (("billing", 5),), (("sales", 10), ("billing", 1))] * 3
    )
)


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("french", "french"),
        ("french >= 1", "french"),
        ("french>=3 and sales", "french >= 3 and sales"),
        ("sales and french >= 3 and sales", "french >= 3 and sales"),
        ("sales 2..4 or (billing or agent:ann)", "agent:ann or billing or sales 2..4"),
        ("sales 4..4", "sales = 4"),
        ("sales <= 4", "sales <= 4"),
        ("not (french or team:night)", "not french and not team:night"),
        ("not not french", "french"),
        ("french and (billing or anyone)", "french"),
        ("french or anyone", "anyone"),
        ("french and nobody", "nobody"),
        ("billing or french and sales", "billing or (french and sales)"),
    ],
)
def test_an_expression_has_one_canonical_text(given: str, canonical: str) -> None:
    assert text_of(parse(given)) == canonical
    assert text_of(parse(canonical)) == canonical


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "ends where a skill"),
        ("french and", "ends where a skill"),
        ("french or or sales", "'or' in"),
        ("(french", "a ')' is missing"),
        ("french)", "')' in"),
        ("french >= 11", "between 1 and 10"),
        ("sales 4..2", "between 1 and 10"),
        ("sales >= much", "a level"),
        ("agent: ann", "is no skill"),
        ("group:ann", "is no skill"),
        ("French", "is no skill"),
        ("french & sales", "'&' in"),
        (" and ".join(["french"] * 51), "more than 50 terms"),
        ("(" * 12 + "french" + ")" * 12, "nested deeper than 10"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(given: str, says: str) -> None:
    with pytest.raises(BadRequirement, match=says.replace("(", r"\(").replace(")", r"\)")):
        parse(given)


def drawn(chance: random.Random, depth: int = 3) -> Expression:
    kind = chance.randrange(6) if depth else chance.randrange(4)
    match kind:
        case 0 | 1:
            least = chance.randint(1, 10)
            return HasSkill(SkillId(chance.choice(SKILLS)), least, chance.randint(least, 10))
        case 2:
            return IsAgent(AgentId(f"a{chance.randrange(15):02}"))
        case 3:
            return Not(InTeam(TeamId("night"))) if chance.random() < 0.5 else InTeam(TeamId("night"))
        case 4:
            return every(drawn(chance, depth - 1) for _ in range(chance.randint(1, 3)))
        case _:
            return some(drawn(chance, depth - 1) for _ in range(chance.randint(1, 3)))


def those_who_meet(expression: Expression, floor: tuple[AgentSettings, ...] = FLOOR) -> set[str]:
    return {agent.agent for agent in floor if is_met(expression, agent)}


@pytest.mark.parametrize("seed", range(200))
def test_masks_texts_and_a_plain_evaluation_agree_and_relaxing_only_lets_more_in(seed: int) -> None:
    chance = random.Random(seed)
    expression = drawn(chance)
    able = those_who_meet(expression)
    assert those_who_meet(parse(text_of(expression))) == able
    assert those_who_meet(negated(expression)) == {agent.agent for agent in FLOOR} - able
    seats = Seats()
    seats.define(
        RoutingSettings(definition_version=1, agents=FLOOR, queues=(), reasons=(), dispositions=()),
        {agent.agent: AgentRecord(agent=agent.agent) for agent in FLOOR},
    )
    found = {seats.numbered[number].agent for number in numbers_in(seats.mask_of(text_of(expression)))}
    assert found == able
    for skill in SKILLS:
        assert those_who_meet(without_skill(expression, SkillId(skill))) >= able
        assert those_who_meet(lowered(expression, SkillId(skill), chance.randint(1, 10))) >= able
