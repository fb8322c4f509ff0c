"""The benchmark runs, small, and says what it measured on."""

from pathlib import Path

from benchmarks import spine


def test_the_spine_is_measured_with_every_decision_committed(tmp_path: Path) -> None:
    figures = spine.run(tmp_path, calls=20, agents=3, at_once=5)
    assert figures["calls"] == 20 and figures["file_system"] != ""
    for figure in ("commits_per_s", "engine_decisions_per_s", "inputs_per_s", "submit_p50_ms"):
        assert figures[figure] > 0, figure
    assert not list(tmp_path.iterdir())
