"""The smallest run of the voice bench, on a real Asterisk: every figure is there, and none is out of this world."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import voice

SECONDS = 3.0
AGENTS = 6


@pytest.mark.real
@pytest.mark.timeout(240)
def test_every_row_has_every_figure(tmp_path: Path) -> None:
    rows = ("queue", "engine", "engine-desktops")
    wanted = voice.Options(rows=rows, waiting=(2,), rates=(8,), seconds=SECONDS, agents=AGENTS)
    figures = voice.run(tmp_path, wanted)
    assert figures["asterisk"].startswith("Asterisk ")
    assert (figures["agents"], figures["sync"]) == (AGENTS, "WAL, synchronous=FULL")
    assert figures["commits_per_s"] > 0
    assert tuple(figures["rows"]) == rows
    for name, row in figures["rows"].items():
        _look_at(name, row)
    for name in ("engine", "engine-desktops"):
        assert figures["rows"][name]["offers"] > 0
    assert figures["rows"]["engine"]["pops_shown"] == 0
    assert figures["rows"]["engine-desktops"]["pops_shown"] > 0
    assert set(figures["ratios"]) == {"2"}
    assert len(figures["aims"]) >= 5
    assert all(aim["met"] in (True, False) for aim in figures["aims"])
    assert not list(tmp_path.iterdir()), "what was measured in is cleaned up"


def _look_at(name: str, row: dict[str, Any]) -> None:
    idle, waiting, sustained = row["enter_to_dial"], row["free_to_dial"]["2"], row["sustained"]["8"]
    for part in (idle, waiting):
        assert part["n"] > 0, name
        assert 0 < part["p50_ms"] <= part["p95_ms"] <= part["p99_ms"] <= part["max_ms"] < 10_000, name
    assert waiting["dispatches"] > 0
    assert 0 <= waiting["out_of_order"] <= waiting["out_of_order_strictly"] <= waiting["dispatches"]
    assert sustained["entered_per_s"] == pytest.approx(8, abs=2)
    assert sustained["answered_per_s"] > 0
    assert sustained["waiting_at_end"] <= sustained["waiting_max"] + 1
    assert idle["asterisk_cpu_ms_per_call"] > 0
    assert ("engine_cpu_ms_per_call" in idle) is name.startswith("engine")
    assert ("headless_agents_cpu_ms_per_call" in idle) is (name == "engine-desktops")
