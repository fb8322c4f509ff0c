"""What is wrong with routing: each problem is one sentence with its place and the way out, and what is right has none.

In `ROUTING` ann has french 7 and billing 2 (teams day, night), ben french 2 and billing 1, carla billing 5 (night), all
with a phone; dora has sales, french and billing 5 (night) and none.
"""

import pytest

from config.check import problems_of
from config.check_routing import PREFERRED_MAX, STEPS_MAX
from config.definition import parse
from tests.config.samples import ONLY_MAIL, ROUTING, only_queue, with_change

STEP = "\n[[queues.relaxation]]\nafter_s = 5\n"
OVERFLOW = "\n[[queues.overflow]]\n"


def told(text: str) -> list[str]:
    return problems_of(parse(only_queue(text)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        'requires = "french >= 7"',
        'requires = "french 2..3 and not team:night"',
        'requires = "agent:ben or team:day"',
        'skills = ["french"]\nrequires = "billing = 1"',
        'requires = "french >= 7"' + STEP + "lower = { french = 2 }" + STEP + 'drop = ["french"]',
        'requires = "french >= 7"' + STEP + 'widen = "agent:ben"' + STEP + 'widen = "anyone"',
        'choice = "weighted"\nweights = { french = 1, billing = 10 }',
        "priority_step_s = 1\nmoved_max_s = 1",
        "value_step_s = 0.001\nmoved_max_s = 1",
        "age_factor = 100\nage_max_s = 315360000",
        "age_factor = 1.01\nage_max_s = 1",
        f"preferred_s = {[1] * PREFERRED_MAX}",
        "back_off = { declined_s = 0, busy_s = 3600, no_answer_s = 0, failed_s = 1, unreachable_s = 3600 }",
    ],
)
def test_nothing_is_wrong_with_good_routing(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        # What cannot be read.
        ('requires = "french >="', "requires: a level (a whole number) is missing in 'french >='; add it."),
        ('requires = "(french"', "requires: a ')' is missing in '(french'; add it."),
        ('requires = ""', "requires: '' ends where a skill, 'agent:' or 'team:' has to stand; add it."),
        ('requires = "french ! 3"', "requires: '!' in 'french ! 3' has no meaning; take it out."),
        (
            'requires = "french >= 11"',
            "requires: the level of 'french' in 'french >= 11' has to lie between 1 and 10, the lower one first; "
            "correct it.",
        ),
        (
            STEP + 'widen = "team:night team:day"',
            "relaxation, number 1, widen: 'team:day' in 'team:night team:day' stands where 'and', 'or' or the end has "
            "to stand.",
        ),
        # What there is not.
        ('requires = "not latin or french"', "requires: there is no skill 'latin'; add it under [[skills]]."),
        ('requires = "team:dusk or french"', "requires: there is no team 'dusk'; add it under [[teams]]."),
        (
            'requires = "agent:sam or french"',
            "requires: there is no agent 'sam'; name one of [[users]] who takes work.",
        ),
        ('skills = ["latin"]' + STEP + 'widen = "anyone"', "skills: there is no skill 'latin'; add it under [[sk"),
        (STEP + 'drop = ["latin"]', "relaxation, number 1, drop: there is no skill 'latin'; add it under [[skills]]."),
        (STEP + "lower = { latin = 2 }", "relaxation, number 1, lower: there is no skill 'latin'; add it under [[s"),
        (STEP + 'widen = "latin"', "relaxation, number 1, widen: there is no skill 'latin'; add it under [[skills]]."),
        (
            'choice = "weighted"\nweights = { latin = 2 }',
            "weights: there is no skill 'latin'; add it under [[skills]].",
        ),
        # What is out of range.
        (
            'requires = "french >= 5"' + STEP + "lower = { french = 0 }",
            "relaxation, number 1, lower: the level of 'french' is 0; write a number from 1 to 10.",
        ),
        (
            'choice = "weighted"\nweights = { french = 11 }',
            "weights: the weight of 'french' is 11; write a number from 1 to 10.",
        ),
        (f"preferred_s = {[1] * 11}", "preferred_s: has 11 numbers; write 10 at most."),
        (
            "value_step_s = 0.0004\nmoved_max_s = 1",
            "value_step_s: 0.0004 is too short; write 0.001 (seconds) at least.",
        ),
        *(
            (f"{key} = 315360001\n{rest}", f"{key}: 315360001 is too long; write 315360000 (seconds) at most.")
            for key, rest in (
                ("priority_step_s", "moved_max_s = 1"),
                ("moved_max_s", "priority_step_s = 1"),
                ("age_max_s", "age_factor = 2"),
            )
        ),
        ("value_step_s = 1e30\nmoved_max_s = 1", "value_step_s: 1e+30 is too long; write 315360000 (seconds) at most."),
        (
            "preferred_s = [1, 315360001]",
            "preferred_s, number 2: 315360001 is too long; write 315360000 (seconds) at most.",
        ),
        *(
            (
                f"back_off = {{ {key} = 3601 }}",
                f"back_off, {key}: 3601 is too long; write 3600 (seconds) at most.",
            )
            for key in ("declined_s", "busy_s", "no_answer_s", "failed_s", "unreachable_s")
        ),
        (
            "\n[[queues.relaxation]]\nafter_s = 315360001\nwiden = 'anyone'",
            "relaxation, number 1, after_s: 315360001 is too long; write 315360000 (seconds) at most.",
        ),
        # What has no effect.
        (
            "weights = { french = 3 }",
            "weights: have no effect with choice = 'longest_idle'; write 'weighted' or take them out.",
        ),
        (
            'choice = "weighted"',
            "choice: 'weighted' needs weights; add them, such as weights = { french = 3 }.",
        ),
        ("moved_max_s = 5", "moved_max_s: has no effect without priority_step_s or value_step_s; add one or take it o"),
        ("age_factor = 2", "age_factor: has no effect without age_max_s; add it."),
        ("age_max_s = 2", "age_max_s: has no effect without an age_factor of 1.01 at least; add one or take it out."),
        (STEP, "relaxation, number 1: says nothing; add drop, lower or widen."),
        (
            'requires = "french"' + STEP + 'drop = ["sales"]',
            "relaxation, number 1, drop: the skill 'sales' is not asked at this step; take it out.",
        ),
        (
            'requires = "french"' + STEP + 'drop = ["french"]' + STEP + 'drop = ["french"]',
            "relaxation, number 2, drop: the skill 'french' is not asked at this step; take it out.",
        ),
        (
            'requires = "french >= 3"' + STEP + "lower = { french = 3 }",
            "relaxation, number 1, lower: the skill 'french' is not asked above 3 at this step; take it out.",
        ),
        (
            'requires = "french >= 7"' + STEP + "lower = { french = 3 }",
            "relaxation, number 1: lets no agent in who was not in before; widen it, or take it out (before: "
            "'french >= 7', after: 'french >= 3').",
        ),
        # Dora would be let in, if she had a phone.
        (
            'requires = "team:day"' + STEP + 'widen = "agent:dora"',
            "relaxation, number 1: lets no agent in who was not in before; widen it, or take it out (before: "
            "'team:day', after: 'agent:dora or team:day').",
        ),
        # Wrap-up.
        ("extension_s = 30", "extension_s and extensions_max are for wrap_up = 'timed' only; take them out."),
        (
            'wrap_up = "timed"\nextension_s = 30',
            "extension_s and extensions_max need one another; give both or none.",
        ),
        (
            'wrap_up = "timed"\nextension_s = 3601\nextensions_max = 1',
            "extension_s: 3601 is too long; write 3600 (seconds) at most.",
        ),
        (
            'wrap_up = "timed"\nextension_s = 30\nextensions_max = 21',
            "extensions_max: 21 is too many; write 20 at most.",
        ),
        ('wrap_up = "none"', "nobody has to wrap up with wrap_up = 'none', so no disposition can be required; write"),
        # Overflow.
        (OVERFLOW + 'when = "waited"\nto = "z"\nafter_s = 9', "overflow, number 1, to: there is no queue 'z'; add it"),
        (OVERFLOW + 'when = "waited"\nto = "x"', "overflow, number 1: 'waited' needs after_s; add it, such as"),
        (OVERFLOW + 'when = "length"\nto = "x"', "overflow, number 1: 'length' needs length; add it, such as"),
        (
            OVERFLOW + 'when = "length"\nto = "x"\nlength = 2\nafter_s = 9',
            "overflow, number 1, after_s: has no effect with 'length', which looks at who arrives; take it out.",
        ),
        (
            OVERFLOW + 'when = "expected_wait"\nto = "x"',
            "overflow, number 1: 'expected_wait' needs wait_s; add it, such as wait_s = 300.",
        ),
        (
            OVERFLOW + 'when = "expected_wait"\nto = "x"\nwait_s = 300\nafter_s = 9',
            "overflow, number 1, after_s: has no effect with 'expected_wait', which looks at who arrives; take it out.",
        ),
        (
            OVERFLOW + 'when = "length"\nto = "x"\nlength = 2\nwait_s = 300',
            "overflow, number 1, wait_s: has no effect with 'length'; take it out.",
        ),
        (
            OVERFLOW
            + 'when = "expected_wait"\nto = "x"\nwait_s = 60'
            + OVERFLOW
            + 'when = "expected_wait"\nto = "x"\nwait_s = 90',
            "overflow, number 2: can never hold before an earlier rule does; take it out.",
        ),
        (
            OVERFLOW + 'when = "nobody_ready"\nto = "x"\nlength = 2',
            "overflow, number 1, length: has no effect with 'nobody_ready'; take it out.",
        ),
        (OVERFLOW + 'when = "nobody_ready"\nto = "x"', "overflow: leads in a circle (x > x); break it."),
        (
            OVERFLOW + 'when = "length"\nto = "x"\nlength = 2' + OVERFLOW + 'when = "length"\nto = "x"\nlength = 3',
            "overflow, number 2: can never hold before an earlier rule does; take it out.",
        ),
        (
            (OVERFLOW + 'when = "nobody_ready"\nto = "x"') * 21,
            "overflow: has 21 rules; write 20 at most.",
        ),
        # What nobody can ever do.
        ('requires = "sales"', "no agent can ever serve it; give an agent what it asks ('sales') and a phone."),
        (
            'requires = "french >= 8 and sales"' + STEP + "lower = { french = 2 }",
            "no agent can ever serve it; give an agent what it asks in the end ('french >= 2 and sales') and a phone.",
        ),
    ],
)
def test_each_problem_of_a_queue_is_named(text: str, sentence: str) -> None:
    problems = told(text)
    wanted = (f"queues, 'x', {sentence}", f"queues, 'x': {sentence}")
    assert any(problem.startswith(wanted) for problem in problems), problems
    assert all(problem.endswith(".") for problem in problems)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'requires = "french >="',
            "queues, 'x', requires: a level (a whole number) is missing in 'french >='; add it.",
        ),
        (
            STEP + 'widen = ""',
            "queues, 'x', relaxation, number 1, widen: '' ends where a skill, 'agent:' or 'team:' has to stand; add "
            "it.",
        ),
        (
            "priority_step_s = 5",
            "queues, 'x': priority_step_s and value_step_s move nothing without moved_max_s; add it.",
        ),
    ],
)
def test_one_mistake_is_told_once(text: str, problem: str) -> None:
    assert told(text) == [problem]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("{ french = 7, billing = 2 }", "{ french = 0 }", "users, 'ann', skills: the level of 'french' is 0; write a"),
        ("{ french = 7, billing = 2 }", "{ french = 11 }", "users, 'ann', skills: the level of 'french' is 11; write"),
        ("{ french = 7, billing = 2 }", "{ latin = 7 }", "users, 'ann', skills: there is no skill 'latin'; add it und"),
        ('["day", "night"]', '["dusk"]', "users, 'ann', teams: there is no team 'dusk'; add it under [[teams]]."),
        ('id = "night"', 'id = "day"', "teams, 'day': the id is given twice."),
        ('id = "day"', 'id = "Day!"', "teams, 'Day!': an id has lower-case letters"),
        *(
            ('id = "french"', f'id = "{word}"', f"skills, '{word}': this means something else in expressions; choose")
            for word in ("and", "or", "not", "anyone", "nobody", "3..5x")
        ),
    ],
)
def test_each_problem_of_skills_teams_and_users_is_named(old: str, new: str, sentence: str) -> None:
    problems = problems_of(with_change(ROUTING, old, new))
    assert any(problem.startswith(sentence) for problem in problems), problems


def test_more_steps_than_anybody_needs_are_refused() -> None:
    levels = "".join(f"{STEP}lower = {{ french = {level} }}" for level in range(STEPS_MAX + 1))
    assert "queues, 'x', relaxation: has 21 steps; write 20 at most." in told('requires = "french"' + levels)


def test_terms_that_are_too_many_only_together_are_refused() -> None:
    teams = " or ".join(f"team:t{number}" for number in range(30))
    more = " or ".join(f"team:u{number}" for number in range(30))
    problems = told(f'requires = "{teams}"' + STEP + f'widen = "{more}"')
    [problem] = [each for each in problems if "there is no team" not in each]
    assert problem.startswith("queues, 'x': skills, requires and relaxation together cannot be held: 'team:t0 or ")
    assert problem.endswith(" has more than 50 terms; use a team or fewer skills.")


def test_only_calls_know_a_phone_that_is_busy_or_cannot_be_reached() -> None:
    letters = ONLY_MAIL.replace("3600", "3600\nback_off = { declined_s = 1, no_answer_s = 1 }")
    assert problems_of(parse(letters)) == []
    for key in ("busy_s", "failed_s", "unreachable_s"):
        letters = ONLY_MAIL.replace("3600", f"3600\nback_off = {{ {key} = 1 }}")
        assert problems_of(parse(letters)) == [
            f"queues, 'mail', back_off, {key}: is for queues of calls only; take it out."
        ]


def test_a_queue_may_begin_with_what_nobody_has_when_a_later_step_lets_somebody_in() -> None:
    assert told('requires = "french >= 9 and sales"' + STEP + 'drop = ["sales"]\nlower = { french = 7 }') == []


def test_a_queue_that_asks_nothing_still_needs_somebody() -> None:
    nobody = ONLY_MAIL.replace('role = "agent"', 'role = "supervisor"')
    assert problems_of(parse(nobody)) == ["queues, 'mail': no agent can ever serve it; let a user take work."]
    no_phones = only_queue("")
    for phone in ("ann", "ben", "carla"):
        no_phones = no_phones.replace(f'phone = {{ switch = "main", name = "{phone}" }}\n', "")
    assert problems_of(parse(no_phones)) == ["queues, 'x': no agent can ever serve it; give an agent a phone."]


def test_without_teams_of_its_own_a_file_knows_those_that_its_users_are_in() -> None:
    letters = ONLY_MAIL.replace('role = "agent"', 'role = "agent"\nteams = ["North Side", "night"]')
    assert problems_of(parse(letters)) == []
    assert problems_of(parse(letters.replace("3600", '3600\nrequires = "team:night"'))) == []
    [problem, *_] = problems_of(parse(letters.replace("3600", '3600\nrequires = "team:day"')))
    assert problem == "queues, 'mail', requires: there is no team 'day'; add it under [[teams]]."


def test_overflow_that_leads_in_a_circle_or_to_another_medium_is_told_once() -> None:
    def queue(name: str, medium: str, to: str) -> str:
        rule = f'when = "waited"\nafter_s = 60\nto = "{to}"\n'
        return f'\n[[queues]]\nid = "{name}"\nname = "Q"\nmedium = "{medium}"\ntarget_s = 20\n{OVERFLOW}{rule}\n'

    cut = ROUTING.index("[[switches]]")
    circle = queue("one", "voice", "two") + queue("two", "voice", "three") + queue("three", "voice", "one")
    text = ROUTING[:cut] + circle + queue("four", "voice", "chat") + ROUTING[cut:]
    assert problems_of(parse(text)) == [
        "queues, 'four', overflow, number 1, to: the queue 'chat' is for chat, not for voice.",
        "queues, 'one', overflow: leads in a circle (one > two > three > one); break it.",
    ]
