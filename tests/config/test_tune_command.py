"""`switchroom tune` as an operator runs it: on a scenario's file, and on a recorded day."""

import json
import tomllib
from pathlib import Path
from unittest.mock import ANY

import pytest

from config.check import check
from config.definition import parse
from config.errors import BadSetting
from config.tune import as_json_text, lines_of, of_day, of_file, propose, reason
from router.simulation import reading
from tests.config.command_line import switchroom
from tests.config.test_levers import SAMPLE
from tests.config.test_what_if_command import SCENARIO, definition, keep_a_day
from tests.simulation.models import n_model

LONGER = (
    SCENARIO.replace("per_h = 50", "per_h = 60").replace("per_h = 20", "per_h = 30").replace("= 1\n\n", "= 2\n\n", 1)
)
"""Both busy, for four hours."""


def hours(text: str, count: int) -> str:
    """A model as days of so many hours."""
    lines = [line for line in text.splitlines() if not line.startswith(("period_h", "warm_up_h", "batches", "closing"))]
    return "\n".join([*lines[:2], f"period_h = {count}", *lines[2:]]) + "\n"


async def test_a_scenario_is_tuned_and_the_proposal_is_one(tmp_path: Path) -> None:
    """The N-model: B shares its agents with A, and is served worse until some of them are kept for it."""
    model, better = tmp_path / "n.toml", tmp_path / "better.toml"
    model.write_text(hours(n_model(0, 1), 2))
    found = propose(of_file(model), seed=1, tries=4, days=2, fresh_days=10, processes=1)
    assert found.holds
    gain = found.tuned.gain
    assert gain is not None
    assert gain.worst_now == "b"
    assert gain.worst.mean > 0.03
    lines = list(lines_of(found, 1, better))
    assert any(line.startswith("The worst queue: b with ") and "points (95 %)" in line for line in lines)
    assert '-routes = [{ group = "only_a" }, { group = "both", rank = 2 }]' in lines
    kept = tomllib.loads(found.text)["types"][0]["routes"][1]["reserve"]
    assert f'+routes = [{{ group = "only_a" }}, {{ group = "both", rank = 2, reserve = {kept} }}]' in lines
    assert f"  a to both: reserve 0 -> {kept}" in lines
    assert f"Written to {better}." in lines

    told = await switchroom(
        *("tune", model, "--tries", "4", "--days", "2", "--fresh-days", "10", "--processes", "2"),
        *("--write", better, "--json"),
    )
    assert (told.status, told.err) == (0, "")
    assert told.out == as_json_text(found, 1) + "\n", "the same seed gives the same in however many processes"
    said = json.loads(told.out)
    assert said["gain"]["worst"] == {"mean": gain.worst.mean, "half_95": gain.worst.half_95}
    assert {"lever": "a to both: reserve", "now": 0, "proposed": kept, "worth": ANY} in said["changes"]
    assert better.read_text() == found.text
    reading.parse(found.text)
    refused = await switchroom("tune", model, "--write", better)
    assert (refused.status, refused.out) == (78, "")
    assert refused.err == f"--write {better}: is there already; give another name, or take it away.\n"


async def test_a_recorded_day_is_tuned_with_the_definition_that_holds(tmp_path: Path) -> None:
    """West sells too since yesterday, and its own customers wait for it: one of three is to be kept for them."""
    data, better = tmp_path / "data", tmp_path / "better.toml"
    data.mkdir()
    await keep_a_day(data, definition(west_sells=True), LONGER)
    subject = await of_day("2001-09-09", data, None)
    assert subject.name == "definition-1.toml"
    found = propose(subject, seed=1, tries=16, days=2, fresh_days=4, processes=1)
    assert [each.lever.name for each in found.tuned.changes] == ["new reserve for service: keep"]
    assert found.tuned.gain is not None
    assert found.tuned.gain.difference.keys() == {"sales", "service"}
    assert found.tuned.gain.worst.mean > 0.02
    check(parse(found.text))
    assert "The interval holds what chance leaves open in this day" in list(lines_of(found, 1, None))[-1]

    quick = ("--tries", "2", "--days", "2", "--fresh-days", "3", "--data", data)
    told = await switchroom("tune", "2001-09-09", *quick, "--write", better)
    assert (told.status, told.err) == (0, "")
    assert told.out.startswith("definition-1.toml, seed 1: ")
    assert better.exists() is not ("Nothing to propose." in told.out)
    for day, sentence in (
        ("1999-01-01", "Nothing is recorded between these two instants; give a FROM and a TO with work in between."),
        ("2001-09-31", "'2001-09-31' is no day; write one such as 2026-11-20."),
    ):
        refused = await switchroom("tune", day, "--data", data)
        assert (refused.status, refused.out, refused.err) == (78, "", f"{sentence}\n")


async def test_what_cannot_be_tuned_is_said_in_a_sentence(tmp_path: Path) -> None:
    refused = await switchroom("tune", SAMPLE)
    assert (refused.status, refused.out) == (78, "")
    assert refused.err.startswith(f"{SAMPLE}: is a center's definition; give a recorded day")
    refused = await switchroom("tune", tmp_path / "none.toml")
    assert (refused.status, refused.out) == (78, "")
    assert (
        refused.err
        == f"{tmp_path / 'none.toml'}: cannot be read (No such file or directory); give the path of a scenario.\n"
    )


def why_not(tmp_path: Path, text: str, tries: int = 6) -> str:
    (tmp_path / "model.toml").write_text(text)
    found = propose(of_file(tmp_path / "model.toml"), seed=1, tries=tries, days=4, fresh_days=4, processes=1)
    assert not found.holds
    return reason(found)


def test_why_nothing_is_to_be_had(tmp_path: Path) -> None:
    apart = hours(n_model(0, 1), 1).replace(', { group = "both", rank = 2 }', "")
    assert why_not(tmp_path, apart) == "There is nothing to set: no two queues share agents, and no queue widens."
    nobody = hours(n_model(0, 1), 1).replace("per_min = 4", "per_min = 0")
    assert why_not(tmp_path, nobody) == "Nobody came on the days that were played."
    calm = hours(n_model(0, 1), 1).replace("per_min = 4", "per_min = 1")
    assert why_not(tmp_path, calm).startswith("Every queue is served in time (")
    crowded = hours(n_model(0, 1), 1).replace("per_min = 4", "per_min = 12")
    crowded = crowded.replace(', { group = "both", rank = 2 }', ', { group = "both", rank = 2, reserve = 1 }')
    assert "are served alike" in why_not(tmp_path, crowded, tries=1)


def test_the_worst_that_shares_nobody_is_told_so(tmp_path: Path) -> None:
    """A third type with agents of its own, far too few."""
    text = (
        hours(n_model(0, 1), 1).replace("per_min = 4", "per_min = 2")
        + """
[[types]]
id = "c"
arrivals = { per_min = 4 }
patience = { law = "exp", mean_min = 2 }
service = { law = "exp", mean_min = 3 }
routes = [{ group = "few" }]

[[groups]]
id = "few"
agents = 6
"""
    )
    assert "shares no agent with another queue: only more agents" in why_not(tmp_path, text)


def test_a_file_that_cannot_be_written_so_is_told_before_the_search(tmp_path: Path) -> None:
    text = hours(n_model(0, 1), 1)
    skills = text.replace('id = "both"\n', 'id = "both"\nskills = { b = 1, a = 1 }\n').replace(
        'id = "only_a"\n', 'id = "only_a"\nskills = { a = 1 }\n'
    )
    skills = skills.replace('routes = [{ group = "only_a" }, { group = "both", rank = 2 }]', 'needs = "a"').replace(
        'routes = [{ group = "both" }]', 'needs = "b"'
    )
    (tmp_path / "model.toml").write_text("reserves = []\n" + skills)
    with pytest.raises(BadSetting, match="in which new reserve for a: keep cannot be set"):
        propose(of_file(tmp_path / "model.toml"), seed=1, tries=6, days=4, fresh_days=4, processes=1)
