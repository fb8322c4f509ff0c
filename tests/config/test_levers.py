"""Which levers a file has, and that setting them leaves everything else of it as it was written."""

import tomllib
from pathlib import Path

import pytest

from config.check import check
from config.definition import parse
from config.errors import BadSetting
from config.levers import Knob, check_text, moved, of_definition, of_scenario, text_of
from config.translating import routing_settings
from router.simulation import reading
from router.simulation.center import settings_of
from router.tuning import Setting
from tests.simulation.models import n_model, simple_msk

SAMPLE = Path(__file__).parents[2] / "config" / "sample" / "harbor_bikes.toml"

CENTER = """# Two queues that share Ann.
[center]
name = "Two"

[[skills]]
id = "sales"
name = "Sales"

[[queues]]
id = "sales"  # the first one
name = "Sales"
medium = "chat"
skills = ["sales"]
requires = "not agent:bob"
target_s = 20  # twenty seconds
choice = "weighted"
weights = { sales = 3 }

# Later anybody.
[[queues.relaxation]]
after_s = 60
widen = "anyone"

[[queues]]
id = "help"
name = "Help"
medium = "chat"
target_s = 45
service_level_s = 60

[[users]]
id = "ann"
name = "Ann"
role = "agent"
skills = ["sales"]

[[users]]
id = "dan"
name = "Dan"
role = "agent"
skills = ["sales"]

[[users]]
id = "bob"
name = "Bob"
role = "agent"
skills = { sales = 2 }

[[users]]
id = "cid"
name = "Cid"
role = "agent"

[[dispositions]]
id = "done"
name = "Done"
"""


def knobs_of(text: str) -> list[Knob]:
    definition = parse(text)
    check(definition)
    return of_definition(definition, routing_settings(definition, 0, 0))


def set_to(knobs: list[Knob], **values: float) -> Setting:
    """The present setting, but for the levers named (with `_` for whatever is no letter)."""
    wanted = {name: values.pop(name) for name in list(values)}
    found = []
    for knob in knobs:
        name = "".join(letter if letter.isalnum() else "_" for letter in knob.lever.name)
        value = wanted.pop(name, None)
        found.append(knob.lever.now if value is None else list(knob.lever.values).index(value))
    assert not wanted, f"no such levers: {wanted}"
    return tuple(found)


def test_a_definition_has_due_times_steps_weights_and_reserves() -> None:
    assert [knob.lever.name for knob in knobs_of(CENTER)] == [
        "new reserve for sales: keep",
        "sales: target_s",
        "sales: step 1 after_s",
        "sales: weight of sales",
        "new reserve for help: keep",
        "help: target_s",
    ]


def test_what_cannot_matter_is_no_lever() -> None:
    """Where no two queues share an agent, due times and reserves change nothing."""
    apart = CENTER.replace('widen = "anyone"', 'widen = "agent:bob"').replace(
        "target_s = 45", 'target_s = 45\nrequires = "agent:cid"'
    )
    assert [knob.lever.name for knob in knobs_of(apart)] == ["sales: step 1 after_s", "sales: weight of sales"]


def test_values_lie_around_the_present_one() -> None:
    for knob in knobs_of(SAMPLE.read_text(encoding="utf-8")):
        lever = knob.lever
        assert list(lever.values) == sorted(set(lever.values))
        if knob.rule is None:
            assert lever.values[0] < lever.values[lever.now] < lever.values[-1]


@pytest.mark.parametrize("text", [CENTER, SAMPLE.read_text(encoding="utf-8")], ids=["two queues", "sample"])
def test_nothing_moved_is_the_same_text(text: str) -> None:
    knobs = knobs_of(text)
    assert text_of(text, knobs, tuple(knob.lever.now for knob in knobs)) == text


def test_a_value_is_changed_in_place_and_what_hangs_on_it_is_pinned() -> None:
    """The service level was measured against the target; it still is, in so many seconds."""
    knobs = knobs_of(CENTER)
    found = text_of(CENTER, knobs, set_to(knobs, sales__target_s=68, help__target_s=150, sales__step_1_after_s=40))
    assert found == CENTER.replace(
        "target_s = 20  # twenty seconds\n", "target_s = 68  # twenty seconds\nservice_level_s = 20\n"
    ).replace("target_s = 45\n", "target_s = 150\n").replace("after_s = 60\n", "after_s = 40\n")


def test_a_new_reserve_stands_at_the_end() -> None:
    knobs = knobs_of(CENTER)
    found = text_of(CENTER, knobs, set_to(knobs, new_reserve_for_sales__keep=1))
    assert found.startswith(CENTER)
    assert found.removeprefix(CENTER) == (
        '\n[[reserves]]\nid = "kept_for_sales"\nagents = "sales and (not agent:bob)"\nqueues = ["sales"]\nkeep = 1\n'
    )


def test_a_reserve_that_is_there_is_moved_instead() -> None:
    text = CENTER + '\n[[reserves]]\nid = "some"\nagents = "anyone"\nqueues = ["sales"]\nkeep = 1\n'
    knobs = knobs_of(text)
    assert "new reserve for sales: keep" not in [knob.lever.name for knob in knobs]
    assert text_of(text, knobs, set_to(knobs, reserve_some__keep=2)) == text.replace("keep = 1", "keep = 2")


def test_a_scenario_has_the_reserves_and_delays_of_its_routes() -> None:
    text = n_model(0, 10)
    scenario = reading.parse(text)
    knobs = of_scenario(scenario, settings_of(scenario))
    found = text_of(text, knobs, set_to(knobs, a_to_both__reserve=3, a_to_both__after_s=9, b__target_s=13))
    assert 'routes = [{ group = "only_a" }, { group = "both", rank = 2, reserve = 3, after_s = 9 }]' in found
    assert 'id = "b"\ntarget_s = 13\n' in found
    reading.parse(found)


def test_what_is_set_is_what_the_text_says() -> None:
    """Every lever at both of its ends."""
    for text, knobs in (
        (CENTER, knobs_of(CENTER)),
        (SAMPLE.read_text(encoding="utf-8"), knobs_of(SAMPLE.read_text(encoding="utf-8"))),
        (simple_msk(1), of_scenario(reading.parse(simple_msk(1)), settings_of(reading.parse(simple_msk(1))))),
    ):
        now = [knob.lever.now for knob in knobs]
        for place, knob in enumerate(knobs):
            for end in (0, len(knob.lever.values) - 1):
                setting = (*now[:place], end, *now[place + 1 :])
                assert tomllib.loads(text_of(text, knobs, setting)) == moved(tomllib.loads(text), knobs, setting)


def test_tables_stay_in_whatever_order_they_were_written() -> None:
    """Skills between the queues, keys with blanks, a step in one line: as people do."""
    text = CENTER.replace('[[skills]]\nid = "sales"\nname = "Sales"\n\n', "")
    text = text.replace(
        '[[queues]]\nid = "help"', '[[skills]]\nid = "sales"\nname = "Sales"\n\n[[ queues ]]  # two\nid = "help"'
    )
    text = text.replace(
        "target_s = 45\n", '  target_s  =  45\n  relaxation = [{ after_s = 30, widen = "agent:cid" }]\n'
    )
    text = text.replace('medium = "chat"\n  target_s', 'medium = "chat"\nrequires = "agent:ann"\n  target_s')
    knobs = knobs_of(text)
    found = text_of(text, knobs, set_to(knobs, help__target_s=150, help__step_1_after_s=68, sales__step_1_after_s=40))
    assert found == text.replace("=  45\n", "=  150\n").replace("after_s = 30", "after_s = 68").replace(
        "after_s = 60", "after_s = 40"
    )


def test_an_unusual_way_of_writing_is_refused_in_a_sentence() -> None:
    """A list of reserves in brackets cannot be followed by a [[reserves]]."""
    text = "reserves = []\n" + CENTER
    knobs = knobs_of(text)
    with pytest.raises(BadSetting, match="in which new reserve for sales: keep cannot be set"):
        check_text(text, knobs)
    check_text(CENTER, knobs)
