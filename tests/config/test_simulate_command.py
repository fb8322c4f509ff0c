"""`switchroom simulate` as an operator runs it: figures, days with faults, and sentences for what cannot be played."""

import json
from pathlib import Path

import pytest

from tests.config.command_line import switchroom

SCENARIO = """
name = "Two desks"
days = 3
periods = 2
period_h = 1

[[types]]
id = "calls"
arrivals = { per_h = 30 }
patience = { law = "exp", mean_s = 120 }
service = { law = "exp", mean_s = 180 }
routes = [{ group = "desk" }]

[[groups]]
id = "desk"
agents = [2, 3]
"""


async def test_a_scenario_is_played_and_its_figures_are_those_of_the_reports(tmp_path: Path) -> None:
    scenario = tmp_path / "two.toml"
    scenario.write_text(SCENARIO)
    done = await switchroom("simulate", scenario, "--seed", "3")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Two desks, seed 3: 3 days, ")
    assert done.out.splitlines()[-1].endswith(" times as fast as life")
    lines = done.out.splitlines()
    head = next(n for n, line in enumerate(lines) if line.startswith("queue "))
    assert lines[head].split("  ")[-1].strip() == "Longest answered wait"
    assert lines[head + 1].startswith("calls ") and lines[head + 1].count("+-") == 7
    assert any(line.startswith("desk ") and " %" in line for line in lines)
    assert "+-" not in (await switchroom("simulate", scenario, "--days", "1")).out.replace("+- is half", "")
    found = json.loads((await switchroom("simulate", scenario, "--seed", "3", "--json")).out)
    figures = {name: value["mean"] for name, value in found["figures"].items()}
    assert figures["offered/calls"] == figures["arrived/calls"] == figures["offered/all"] > 30
    assert figures["abandoned/calls"] == figures["lost_patience/calls"]
    assert 0 < figures["service_level/calls"] <= 1
    assert 0 < figures["occupancy/desk"] < 1
    assert figures["wait_p90_ms/calls"] >= figures["wait_median_ms/calls"]
    level, answered = found["figures"]["service_level/calls"], figures["answered/calls"]
    assert level["mean"] * level["denominator"] == pytest.approx(level["numerator"])
    assert level["numerator"] <= answered <= level["denominator"]
    assert figures["offered/calls/1"] + figures["offered/calls/2"] == pytest.approx(figures["offered/calls"])
    assert found["figures"]["occupancy/desk/2"]["denominator"] == 3 * 3_600_000
    again = json.loads((await switchroom("simulate", scenario, "--seed", "3", "--json")).out)
    assert again["figures"] == found["figures"]


async def test_a_day_with_faults_says_what_happened(tmp_path: Path) -> None:
    done = await switchroom("simulate", "drawn", "--seed", "5", "--faults")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("seed 5: no promise broken in ")
    found = json.loads((await switchroom("simulate", "drawn", "--seed", "5", "--faults", "--json")).out)
    assert sum(found["faults"].values()) >= 60


async def test_what_cannot_be_played_is_said_in_a_sentence(tmp_path: Path) -> None:
    missing = await switchroom("simulate", tmp_path / "none.toml")
    assert (missing.status, len(missing.err.splitlines())) == (78, 1)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(SCENARIO.replace('"desk" }', '"desq" }'))
    refused = await switchroom("simulate", wrong)
    assert refused.status == 78
    assert "desq" in refused.err
