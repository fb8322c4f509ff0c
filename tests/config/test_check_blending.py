"""What is wrong with rules by which agents are shared: each problem is one sentence with its place and the way out.

In `ROUTING` ann has french 7 and billing 2 (teams day, night), ben french 2 and billing 1, carla billing 5 (night), all
with a phone; dora has sales, french and billing 5 (night) and none.
"""

import pytest

from config.blending import blending_settings
from config.check import problems_of
from config.definition import parse
from history.core.routing_blending import Reserve
from history.core.vocabulary import QueueId, Requirement, RuleId
from tests.config.samples import ROUTING

QUEUES = """
[[queues]]
id = "french"
name = "French"
medium = "voice"
requires = "french >= 2"
target_s = 20

[[queues]]
id = "bills"
name = "Bills"
medium = "voice"
requires = "billing >= 2"
target_s = 20

[[queues]]
id = "letters"
name = "Letters"
medium = "mail"
target_s = 20
"""


def told(text: str) -> list[str]:
    return problems_of(parse(ROUTING + QUEUES + text))


def a_reserve(**changed: object) -> str:
    given = {"agents": '"team:day or team:night"', "queues": '["french"]', "keep": 1, **changed}
    return '\n[[reserves]]\nid = "calm"\n' + "".join(f"{key} = {value}\n" for key, value in given.items())


def test_nothing_is_wrong_with_a_good_reserve() -> None:
    assert told(a_reserve()) == []
    definition = parse(ROUTING + QUEUES + a_reserve())
    assert blending_settings(definition)["reserves"] == (
        Reserve(
            rule=RuleId("calm"),
            agents=Requirement("team:day or team:night"),
            queues=(QueueId("french"),),
            keep=1,
        ),
    )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"agents": '"team:noon"'}, "agents: there is no team 'noon'; add it under [[teams]]."),
        ({"agents": '"team:"'}, "agents: "),
        (
            {"agents": '"french >= 9"'},
            "agents: no agent is meant by 'french >= 9'; name a team, a skill or an agent that there is.",
        ),
        ({"queues": "[]"}, "queues: names none; name one at least."),
        ({"queues": '["noon"]'}, "queues: there is no queue 'noon'; add it under [[queues]]."),
        ({"queues": '["french", "french"]'}, "queues: 'french' is named twice; take one out."),
        (
            {"agents": '"billing = 5"', "keep": 1},
            "queues: none of its agents can ever serve 'french'; take it out, or name other agents.",
        ),
        (
            {"keep": 3},
            "keep: 3 of 3 agents are all of them, who would never be offered anything else; write 2 at most, or leave "
            "other queues to other agents.",
        ),
        (
            {"agents": '"agent:ann"'},
            "keep: the only agent would never be offered anything else; name more agents.",
        ),
    ],
)
def test_each_problem_of_a_reserve_is_named(changed: dict[str, object], sentence: str) -> None:
    problems = told(a_reserve(**changed))
    assert any(problem.startswith(f"reserves, 'calm', {sentence}") for problem in problems), problems


def test_a_reserve_for_all_queues_is_none() -> None:
    queues = [queue.id for queue in parse(ROUTING + QUEUES).queues]
    assert any("queues: are all there are" in problem for problem in told(a_reserve(queues=str(queues))))


def test_an_id_is_given_once() -> None:
    assert "reserves, 'calm': the id is given twice." in told(a_reserve() + a_reserve())


def a_loan(**changed: object) -> str:
    given = {
        "agents": '"team:night"',
        "to": '"french"',
        "when": '"longest_wait"',
        "above_s": 60,
        "back_s": 10,
        "agents_max": 2,
        **changed,
    }
    return '\n[[lending]]\nid = "help"\n' + "".join(
        f"{key} = {value}\n" for key, value in given.items() if value is not None
    )


def test_nothing_is_wrong_with_good_lending() -> None:
    assert told(a_loan()) == []
    level = {"when": '"service_level"', "above_s": None, "back_s": None, "below_percent": 75, "back_percent": 80}
    assert told(a_loan(**level)) == []
    (rule,) = blending_settings(parse(ROUTING + QUEUES + a_loan(**level, stay_min=20)))["lending"]
    assert (rule.lend_at, rule.back_at, rule.window_ms, rule.stay_ms) == (75, 80, 900_000, 1_200_000)
    (rule,) = blending_settings(parse(ROUTING + QUEUES + a_loan()))["lending"]
    assert (rule.lend_at, rule.back_at, rule.window_ms, rule.stay_ms) == (60_000, 10_000, 0, 900_000)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"to": '"noon"'}, "to: there is no queue 'noon'; add it under [[queues]]."),
        ({"agents": '"team:noon"'}, "agents: there is no team 'noon'; add it under [[teams]]."),
        ({"agents": '"agent:dora"'}, "agents: none of them has a phone; name others."),
        ({"above_s": None}, "when: 'longest_wait' needs above_s; add it."),
        ({"back_s": 60}, "back_s: 60 is not below above_s, so agents would come and go; write less than 60."),
        ({"below_percent": 70}, "below_percent: has no effect with 'longest_wait'; take it out."),
        ({"window_min": 10}, "window_min: has no effect with 'longest_wait'; take it out."),
        (
            {"when": '"service_level"', "above_s": None, "back_s": None, "below_percent": 80, "back_percent": 80},
            "back_percent: 80 is not above below_percent, so agents would come and go; write more than 80.",
        ),
        ({"agents": '"agent:ann"', "to": '"french"'}, ""),
        (
            {"when": '"expected_wait"', "to": '"letters"'},
            "when: nobody is told a wait in a queue of mail; write 'longest_wait'.",
        ),
    ],
)
def test_each_problem_of_lending_is_named(changed: dict[str, object], sentence: str) -> None:
    problems = told(a_loan(**changed))
    wanted = f"lending, 'help', {sentence}" if sentence else "lending, 'help': all of its agents serve 'french' anyway"
    assert any(problem.startswith(wanted) for problem in problems), problems


def test_reserves_that_keep_an_agent_from_everything_are_told() -> None:
    other = a_reserve(queues='["bills"]').replace('"calm"', '"other"')
    assert told(a_reserve() + other) == [
        "reserves, 'other': keeps 'ann' for other queues than 'calm' does, so that neither gets them; name other "
        "agents, or a queue in common."
    ]


def test_nothing_is_wrong_with_good_shares_and_floors() -> None:
    good = '\n[[shares]]\nid = "time"\nagents = "anyone"\nqueues = { french = 60, bills = 40 }\n'
    good += '\n[[floors]]\nid = "bills"\nqueues = ["bills"]\nagents_min = 1\n'
    assert told(good) == []
    settings = blending_settings(parse(ROUTING + QUEUES + good))
    (share,), (floor,) = settings["shares"], settings["floors"]
    assert [(each.queue, each.percent) for each in share.queues] == [("french", 60), ("bills", 40)]
    assert (floor.agents, floor.queues, floor.agents_min) == ("anyone", ("bills",), 1)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '[[shares]]\nid = "time"\nagents = "anyone"\nqueues = { french = 60, bills = 30 }',
            "shares, 'time', queues: the shares add up to 90; make them 100.",
        ),
        (
            '[[shares]]\nid = "time"\nagents = "anyone"\nqueues = { french = 100 }',
            "shares, 'time', queues: the share of 'french' is not between 1 and 99; correct it.",
        ),
        (
            '[[shares]]\nid = "time"\nagents = "anyone"\nqueues = { french = 50, noon = 50 }',
            "shares, 'time', queues: there is no queue 'noon'; add it under [[queues]].",
        ),
        (
            '[[floors]]\nid = "bills"\nagents = "team:night"\nqueues = ["bills"]\nagents_min = 3',
            "floors, 'bills', agents_min: 3 of 3 agents are all of them, who would do nothing else while there is such "
            "work; write fewer, or name more agents.",
        ),
        (
            '[[floors]]\nid = "bills"\nagents = "agent:ben"\nqueues = ["bills"]\nagents_min = 1',
            "floors, 'bills', queues: none of its agents can ever serve 'bills'; take it out, or name other agents.",
        ),
    ],
)
def test_each_problem_of_shares_and_floors_is_named(text: str, sentence: str) -> None:
    assert sentence in told("\n" + text + "\n")
