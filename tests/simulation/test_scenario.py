"""The scenario language: what is wrong is said in one sentence that names the key and the way out."""

from pathlib import Path

import pytest

from router.simulation.errors import BadScenario
from router.simulation.reading import parse, read
from router.simulation.scenario import Scenario

WHOLE = """
name = "Small"
period_min = 60
periods = 2
warm_up_min = 5

[[types]]
id = "sales"
arrivals = { per_h = [60, 90] }
patience = { law = "exp", mean_min = 2 }
service = { law = "lognormal", mean_s = 180, sd_s = 90 }
routes = [{ group = "g" }]

[[groups]]
id = "g"
agents = [4, 6]
"""


def test_a_whole_scenario_is_read() -> None:
    scenario = parse(WHOLE)
    assert isinstance(scenario, Scenario)
    assert (scenario.period_ms, scenario.open_ms, scenario.warm_up_ms) == (3_600_000, 7_200_000, 300_000)
    assert scenario.types[0].arrivals.per_h == (60, 90)


def changed(before: str, after: str) -> str:
    assert before in WHOLE
    return WHOLE.replace(before, after)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (changed('name = "Small"\n', ""), "the key 'name' is missing; add it."),
        (changed("agents =", "agnets ="), "groups, 'g': the key 'agnets' is not known; correct its spelling"),
        (changed('law = "exp"', 'law = "expo"'), "types, 'sales', patience, law: 'expo' is not known there"),
        (
            changed("mean_min = 2", 'mean_min = "2"'),
            "patience, mean_min: has to be a number, not a text",
        ),
        (
            changed("mean_min = 2", "mean_min = 0"),
            "patience, mean_min: has to be more than 0; correct it.",
        ),
        (
            changed("mean_min = 2", "mean_min = 2, mean_s = 120"),
            "types, 'sales', patience: needs exactly one of mean_s, mean_min and mean_h, and more than one is given",
        ),
        (changed(", mean_min = 2", ""), "needs exactly one of mean_s, mean_min and mean_h, and none is given"),
        (changed("period_min = 60\n", ""), "needs exactly one of period_s, period_min and period_h"),
        (changed("warm_up_min = 5", "warm_up_h = 2"), "warm_up has to be shorter than all periods together"),
        (changed("[4, 6]", "[4, 6, 8]"), "groups, 'g', agents: has 3 values for 2 periods; give one for each"),
        (changed("[60, 90]", "[60]"), "types, 'sales', arrivals: has 1 values for 2 periods"),
        (
            changed("[60, 90]", "[60, -1]"),
            "arrivals, per_h, number 2: has to be at least 0; correct it.",
        ),
        (changed('group = "g"', 'group = "h"'), "types, 'sales', routes, number 1: 'h' is no group; correct it."),
        (changed('id = "sales"', 'id = "Sales Team"'), "types, 'Sales Team', id: has to be a short name of small"),
        (changed("per_h = [60, 90]", "busyness = false"), "arrivals: needs exactly one of per_min, per_h, between"),
        (changed('service = { law = "lognormal", mean_s = 180, sd_s = 90 }\n', ""), "how long 'g' serves is not said"),
        (changed("[[groups]]", "[groups]"), "groups: has to be a list, not a table; correct it."),
        (WHOLE + "capacity = { mail = { limit = 2 } }\n", "'g' has no capacity for voice; add it"),
        (WHOLE + '[[groups]]\nid = "g"\nagents = 1\n', "groups: the id 'g' is given twice; give each its own."),
        (WHOLE + '[[rooms]]\ntypes = ["seles"]\nplaces = 3\n', "rooms, number 1, types: 'seles' is no type"),
        ("name = ", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_said(text: str, sentence: str) -> None:
    with pytest.raises(BadScenario) as raised:
        parse(text, "small.toml")
    assert str(raised.value).startswith("small.toml: ")
    assert sentence in str(raised.value)


def test_several_faults_are_all_said() -> None:
    with pytest.raises(BadScenario) as raised:
        parse(changed("[4, 6]", "[4]").replace('group = "g"', 'group = "h"'))
    assert len(raised.value.sentences) == 2


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadScenario, match=r"gone\.toml: cannot be read"):
        read(tmp_path / "gone.toml")
    wrong = tmp_path / "latin.toml"
    wrong.write_bytes(b'name = "\xe9"')
    with pytest.raises(BadScenario, match=r"latin\.toml: is not UTF-8"):
        read(wrong)
    good = tmp_path / "small.toml"
    good.write_text(WHOLE, encoding="utf-8")
    assert read(good) == parse(WHOLE)
