"""Scenarios that cannot be played are refused before anything is: none ends in a traceback, none runs for ever."""

import pytest

from router.simulation.errors import BadScenario
from router.simulation.reading import parse
from router.simulation.replications import simulate

WHOLE = """
name = "Small"
period_h = 1

[[types]]
id = "calls"
arrivals = { per_h = 60 }
service = { law = "exp", mean_s = 60 }
routes = [{ group = "g" }]

[[groups]]
id = "g"
agents = 2
"""


def changed(old: str, new: str) -> str:
    assert WHOLE.count(old) == 1
    return WHOLE.replace(old, new)


def more(line: str) -> str:
    """The type with one more key."""
    return changed('routes = [{ group = "g" }]', f'routes = [{{ group = "g" }}]\n{line}')


ROUTES, ARRIVALS, SERVICE = 'routes = [{ group = "g" }]', "{ per_h = 60 }", 'law = "exp", mean_s = 60'


BY_GROUP = 'service_by_group = { g = { law = "exp", mean_s = 60 } }'
LENT = (
    changed(f"service = {{ {SERVICE} }}", BY_GROUP)
    + """
[[lending]]
id = "l"
agents = "team:g"
to = "calls"
when = "longest_wait"
above_s = 60
back_s = 10
agents_max = 1
"""
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (changed("mean_s = 60", "mean_s = inf"), "types, 'calls', service, mean_s: inf is no number between"),
        (changed("mean_s = 60", "mean_s = nan"), "mean_s: nan is no number between"),
        (changed("mean_s = 60", "mean_s = 1e-300"), "mean_s: 1e-300 is no number between"),
        (changed("per_h = 60", "per_h = 1e15"), "types, 'calls', arrivals, per_h: 1000000000000000.0 is no number"),
        (changed("per_h = 60", "per_h = 1e9"), "arrivals: more than 10,000,000 customers would come in a day"),
        (changed(ARRIVALS, '{ between = { law = "uniform", from_s = 0, to_s = 0 } }'), "at least 0.001 s; correct it"),
        (
            changed(ARRIVALS, '{ between = { law = "exp", mean_s = 60 }, factor = { law = "gamma", shape = 2 } }'),
            "arrivals, factor: multiplies rates; give per_min or per_h",
        ),
        (changed("period_h = 1", 'period_h = 1\nbusyness = { law = "uniform", low = 2, high = 1 }'), "busyness: high"),
        (changed('id = "calls"', 'id = "anyone"'), "types, 'anyone': 'anyone' is a word of expressions"),
        (changed('id = "calls"', 'id = "not"'), "types, 'not': 'not' is a word of expressions"),
        (changed("agents = 2", "agents = 2\nskills = { calls = 3 }"), "skills: 'calls' is a type with routes"),
        (changed("agents = 2", "agents = 2\nskills = { or = 3 }"), "skills: 'or' is a word of expressions"),
        (changed("agents = 2", "agents = 10_000_000"), "groups, 'g', agents: has to be at most 20000"),
        (changed(ROUTES, 'routes = [{ group = "g", after_s = 30 }]'), "routes: no group serves at once"),
        (changed(ROUTES, 'needs = "french >="'), "types, 'calls', needs: a level (a whole number) is missing"),
        (changed(ROUTES, 'needs = "not team:h"'), "types, 'calls', needs: 'team:h' is no group"),
        (
            changed(ROUTES, 'needs = "anyone"\nrelax = [{ after_s = 5, widen = "team:g or team:h" }]'),
            "types, 'calls', relax, number 1, widen: 'team:h' is no group",
        ),
        (changed(ROUTES, 'needs = "anyone"\nrelax = [{ after_s = 5 }]'), "relax, number 1: relaxes nothing"),
        (more('choice = "weighted"'), 'choice = "weighted" and weights go together'),
        (more('leaves = [{ when = "waited", after_s = 5, to = "h" }]'), "leaves, number 1, to: 'h' is no type"),
        (more('leaves = [{ when = "waited", after_s = 5, to = "calls" }]'), "to: leads back to the type itself"),
        (LENT, "lending, 'l', to: how long those who are lent to 'calls' serve is not said"),
        (more('leaves = [{ when = "length" }]'), "how many have to wait is not said"),
        (more('leaves = [{ when = "expected_wait" }]'), "how long the wait has to be is not said"),
        (more('leaves = [{ when = "closed" }]'), "the queue is never closed"),
        (more("open_min = [[0, 30], [10, 40]]"), "open_min: [10, 40] does not come after what is before it"),
        (more('retrial = { delay = { law = "deterministic", mean_s = 0.001 } }'), "at least 0.1 s"),
        (changed(SERVICE, 'law = "erlang", mean_s = 60, phases = 2000'), "phases: has to be at most 500"),
        (changed(SERVICE, 'law = "weibull", scale_s = 60, shape = 0.001'), "shape: has to be at least 0.05"),
        (WHOLE + '[[rooms]]\ntypes = ["calls"]\n', "rooms, number 1: needs places or lines"),
        (
            changed(
                "agents = 2",
                'agents = 2\nhabits = { between_breaks = { law = "exp", mean_s = 0.01 }, '
                'break_length = { law = "exp", mean_s = 1 } }',
            ),
            "habits, between_breaks: its mean has to be at least 1 s",
        ),
        (
            WHOLE + '[[reserves]]\nid = "r"\nagents = "team:h"\nqueues = ["calls"]\nkeep = 1\n',
            "reserves, 'r', agents: 'team:h' is no group",
        ),
    ],
)
def test_what_could_not_be_played_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(BadScenario) as raised:
        parse(text, "small.toml")
    assert str(raised.value).startswith("small.toml: ")
    assert sentence in str(raised.value)


def test_the_whole_from_which_they_are_made_is_played() -> None:
    found = simulate(parse(WHOLE), seed=1)
    assert found.samples["arrived/calls"][0]


def test_more_delayed_groups_than_an_expression_holds_are_refused() -> None:
    routes = ", ".join(f'{{ group = "g{n}", after_s = {n and 5} }}' for n in range(60))
    groups = "".join(f'\n[[groups]]\nid = "g{n}"\nagents = 1\n' for n in range(60))
    with pytest.raises(BadScenario, match="more than 50"):
        simulate(parse(changed(ROUTES, f"routes = [{routes}]") + groups))
