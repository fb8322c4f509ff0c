"""Reading a definition: every key is understood, and every mistake is one sentence that names its place."""

import datetime
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.definition import Definition, of_raw, parse, read
from config.definition_routing import BackOff, Capacity
from config.errors import BadDefinition
from history.core.vocabulary import AgentChoice, Medium, Role, Takes
from tests.config.samples import EVERYTHING, HOURS, ROUTING, everything, raw, sample_text

DATE = datetime.date(2027, 1, 1)
WRONG_VALUES: list[Any] = [None, -1, 3.5, True, "x", "", [], [1], {}, {"x": 1}, 10**30, "\n", ["x", {}], DATE, [DATE]]
WRONG_VALUES += [datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC), datetime.time(12)]


def problem(text: str) -> str:
    with pytest.raises(BadDefinition) as caught:
        parse(text, "center.toml")
    [sentence] = caught.value.problems
    return sentence


def test_every_key_is_understood() -> None:
    definition = everything()
    queue, switch, box = definition.queues[0], definition.switches[0], definition.mailboxes[0]
    assert (queue.offer_s, queue.misses_max, queue.service_level_percent, queue.disposition_required) == (
        15,
        2,
        90,
        False,
    )
    assert (switch.websocket_url, switch.sip_domain) == ("ws://127.0.0.1:8088/ws", "pbx.example")
    assert box.smtp is not None and box.smtp.starttls and box.other_addresses == ("info@shop.example",)
    assert definition.sites[0].away_s == 60
    ann, ada = definition.users
    assert ann.is_agent and ann.phone is not None and ann.phone.kind == "softphone" and ann.role is Role.AGENT
    assert not ada.is_agent
    assert definition.media == (Medium.VOICE, Medium.MAIL, Medium.CHAT)
    assert not definition.is_rehearsal


def test_capacity_is_the_user_s_over_the_center_s_over_the_default() -> None:
    definition = everything()
    ann, ada = definition.users
    assert definition.capacity_of(ann)[Medium.MAIL] == Capacity(weight=20, limit=5, interruptible=True)
    assert definition.capacity_of(ann)[Medium.CHAT] == Capacity(weight=50, limit=2)
    assert definition.capacity_of(ada)[Medium.MAIL] == Capacity(weight=30, limit=3, interruptible=True)


def test_every_key_of_routing_is_understood() -> None:
    definition = parse(ROUTING)
    sales, chat = definition.queues
    assert (sales.requires, sales.preferred_s) == ("french >= 3 and (sales 2..4 or agent:ann)", (20, 10))
    assert (sales.choice, sales.weights) == (AgentChoice.WEIGHTED, {"french": 3, "billing": 1})
    assert (sales.priority_step_s, sales.value_step_s, sales.moved_max_s) == (60, 0.25, 600)
    assert (sales.age_factor, sales.age_max_s) == (1.5, 900)
    first, second = sales.relaxation
    assert (first.after_s, first.drop, first.lower, first.widen) == (30, ("sales",), {"french": 2}, None)
    assert (second.after_s, second.drop, second.lower) == (60, (), {})
    assert second.widen == "team:night and not agent:dora"
    assert sales.back_off == BackOff(declined_s=7, busy_s=8, no_answer_s=9, failed_s=10, unreachable_s=11)
    assert (chat.requires, chat.relaxation, chat.back_off) == (None, (), BackOff())
    assert [team.name for team in definition.teams] == ["By day", "By night"]
    assert definition.users[0].takes is Takes.BEST_SKILL_FIRST
    assert definition.users[1].takes is Takes.MOST_URGENT


def test_skills_are_a_table_of_levels_or_a_list_at_level_5() -> None:
    ann, _, carla, dora, sam = parse(ROUTING).users
    assert ann.levels == {"french": 7, "billing": 2}
    assert carla.levels == {"billing": 5}
    assert dora.levels == {"sales": 5, "french": 5, "billing": 5}
    assert sam.levels == {}


def test_a_team_s_capacity_is_over_the_center_s_and_under_the_user_s_own() -> None:
    definition = parse(
        ROUTING + "\n[capacity.mail]\nweight = 40\nlimit = 1\n\n[capacity.task]\nweight = 5\nlimit = 9\n"
    )
    ann, ben, carla, *_ = (definition.capacity_of(user) for user in definition.users)
    # The first team that says something about a medium counts, medium by medium.
    assert ann[Medium.CHAT] == Capacity(weight=50, limit=2)
    assert carla[Medium.CHAT] == Capacity(weight=20, limit=5)
    assert ann[Medium.MAIL] == carla[Medium.MAIL] == Capacity(weight=10, limit=9)
    assert ben[Medium.MAIL] == Capacity(weight=40, limit=1)
    assert ann[Medium.TASK] == ben[Medium.TASK] == Capacity(weight=5, limit=9)
    assert ann[Medium.VOICE] == Capacity(weight=60, limit=1)
    assert ben[Medium.VOICE] == Capacity(weight=100, limit=1)


def test_a_user_s_teams_count_in_the_user_s_order() -> None:
    definition = parse(ROUTING.replace('["day", "night"]', '["night", "day"]'))
    assert definition.capacity_of(definition.users[0])[Medium.CHAT] == Capacity(weight=20, limit=5)


def test_the_sample_is_a_rehearsal_of_all_media() -> None:
    definition = parse(sample_text())
    assert definition.is_rehearsal
    assert set(definition.media) == set(Medium) & {Medium.VOICE, Medium.MAIL, Medium.CHAT, Medium.TASK}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "target_s = 20",
            "target_z = 20",
            "center.toml: queues, 'sales': the key 'target_z' is not known; correct its spelling or take it out.",
        ),
        ("target_s = 20\n", "", "center.toml: queues, 'sales': the key 'target_s' is missing; add it."),
        ('name = "Everything"\n', "", "center.toml: center: the key 'name' is missing; add it."),
        ("[center]", "[centre]", "center.toml: the key 'centre' is not known;"),
        (
            "target_s = 20",
            'target_s = "20"',
            "center.toml: queues, 'sales', target_s: has to be a whole number, not a text in quotes;",
        ),
        ("target_s = 20", "target_s = 0", "center.toml: queues, 'sales', target_s: has to be at least 1;"),
        (
            'medium = "voice"',
            'medium = "fax"',
            "center.toml: queues, 'sales', medium: the value 'fax' is none of voice, ",
        ),
        ('queue = "sales"\n\n[[sw', "\n[[sw", "center.toml: numbers, '100': the key 'queue' is missing; add it."),
        ("port = 993", "port = 99999", "center.toml: mailboxes, 'hello', imap, port: has to be at most 65535;"),
        ('name = "ann", kind', "kind", "center.toml: users, 'ann', phone: the key 'name' is missing; add it."),
        (
            'skills = ["repairs"]\nteams',
            "skills = [3]\nteams",
            "center.toml: users, 'ann', skills, number 1: has to be a text in quotes, not a whole number;",
        ),
        ("[capacity.voice]", "[capacity.fax]", "center.toml: capacity: the key 'fax' is none of voice, "),
        ("limit = 5", "limit = 0", "center.toml: users, 'ann', capacity, "),
        (
            'role = "administrator"',
            'role = "king"',
            "center.toml: users, 'ada', role: the value 'king' is none of agent, ",
        ),
    ],
)
def test_a_mistake_is_one_sentence_with_table_id_key_and_the_way_out(old: str, new: str, sentence: str) -> None:
    assert old in EVERYTHING
    said = problem(EVERYTHING.replace(old, new, 1))
    assert said.startswith(sentence)
    assert said.endswith(("add it.", "take it out.", "correct it."))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'choice = "weighted"',
            'choice = "fairest"',
            "queues, 'sales', choice: the value 'fairest' is none of longest_idle, least_occupied, best_skill, ",
        ),
        (
            'takes = "best_skill_first"',
            'takes = "easiest"',
            "users, 'ann', takes: the value 'easiest' is none of most_urgent, best_skill_first; correct it.",
        ),
        (
            "preferred_s = [20, 10]",
            "preferred_s = [20, 0]",
            "queues, 'sales', preferred_s, number 2: has to be at least",
        ),
        ("age_factor = 1.5", "age_factor = 0.5", "queues, 'sales', age_factor: has to be at least 1; correct it."),
        ("age_factor = 1.5", "age_factor = nan", "queues, 'sales', age_factor: has to be at least 1; correct it."),
        ("age_factor = 1.5", "age_factor = inf", "queues, 'sales', age_factor: has to be at most 100; correct it."),
        (
            "age_factor = 1.5",
            'age_factor = "x"',
            "queues, 'sales', age_factor: has to be a number with a fraction, not a text in quotes; correct it.",
        ),
        ("moved_max_s = 600", "moved_max_s = -1", "queues, 'sales', moved_max_s: has to be at least 0; correct it."),
        (
            "after_s = 30",
            "after_s = 0",
            "queues, 'sales', relaxation, number 1, after_s: has to be at least 1; correct",
        ),
        ("after_s = 60\n", "", "queues, 'sales', relaxation, number 2: the key 'after_s' is missing; add it."),
        ("widen =", "wider =", "queues, 'sales', relaxation, number 2: the key 'wider' is not known; correct its"),
        ("busy_s = 8", "busy_s = 0", "queues, 'sales', back_off, busy_s: has to be at least 1; correct it."),
        (
            'skills = ["sales", "french", "billing"]',
            'skills = "sales"',
            "users, 'dora', skills: has to be a table or a list in square brackets, not a text in quotes; correct it.",
        ),
        (
            "{ french = 7, billing = 2 }",
            '{ french = "7" }',
            "users, 'ann', skills: has to be a whole number, not a text in quotes; correct it.",
        ),
        ("[teams.capacity.chat]", "[teams.capacity.fax]", "teams, 'day', capacity: the key 'fax' is none of voice, "),
    ],
)
def test_a_mistake_in_routing_is_one_sentence(old: str, new: str, sentence: str) -> None:
    assert old in ROUTING
    assert problem(ROUTING.replace(old, new, 1)).startswith(f"center.toml: {sentence}")


def test_broken_toml_names_line_and_column() -> None:
    assert re.fullmatch(r"center\.toml: is not valid TOML: .*line 2, column 8.*\.", problem("[center]\nname = = 1"))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'[center]\nname = "Caf\xe9"\n')
    for path, sentence in (
        (tmp_path / "none.toml", "cannot be read (No such file or directory); give the path of a definition."),
        (tmp_path, "cannot be read (Is a directory); give the path of a definition."),
        (latin, "is not UTF-8 (byte 20); save it as UTF-8."),
    ):
        with pytest.raises(BadDefinition, match=re.escape(f"{path}: {sentence}")):
            read(path)


def test_a_read_definition_comes_with_its_text(tmp_path: Path) -> None:
    path = tmp_path / "center.toml"
    path.write_text(EVERYTHING, encoding="utf-8")
    assert read(path) == (everything(), EVERYTHING)


def places(value: Any, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place of the tree, the root left out."""
    found = [here] if here else []
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        found += places(child, (*here, key))
    return found


PLACES = [(text, place) for text in (EVERYTHING, ROUTING, HOURS, sample_text()) for place in places(raw(text))]


def changed(text: str, place: tuple[str | int, ...], value: Any, *, remove: bool = False) -> dict[str, Any]:
    tree = raw(text)
    at: Any = tree
    for key in place[:-1]:
        at = at[key]
    if remove:
        del at[place[-1]]
    else:
        at[place[-1]] = value
    return tree


def answered(tree: dict[str, Any]) -> None:
    """Either a definition, or exactly one sentence that begins with the file's name and ends with a full stop."""
    try:
        definition = of_raw(tree, "center.toml")
    except BadDefinition as error:
        [sentence] = error.problems
        assert re.fullmatch(r"center\.toml: .+\.", sentence, re.DOTALL)
        assert not re.search(r"Object|Expected|`\$", sentence)
    else:
        assert isinstance(definition, Definition)


@pytest.mark.parametrize(("text", "place"), PLACES, ids=lambda part: "" if isinstance(part, str) else str(part))
def test_any_key_removed_or_mistyped_gives_a_definition_or_a_sentence(text: str, place: tuple[str | int, ...]) -> None:
    answered(changed(text, place, None, remove=True))
    for value in WRONG_VALUES:
        answered(changed(text, place, value))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(PLACES),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    ),
)
def test_anything_anywhere_gives_a_definition_or_a_sentence(
    where: tuple[str, tuple[str | int, ...]], value: Any
) -> None:
    answered(changed(where[0], where[1], value))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(EVERYTHING) - 1), st.text(max_size=6), st.integers(0, 20))
def test_a_damaged_file_gives_a_definition_or_sentences(start: int, put: str, taken: int) -> None:
    try:
        parse(EVERYTHING[:start] + put + EVERYTHING[start + taken :], "center.toml")
    except BadDefinition as error:
        assert all(problem.startswith("center.toml: ") and problem.endswith(".") for problem in error.problems)
