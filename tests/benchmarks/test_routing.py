"""The benchmark runs, small, and every figure it promises is there."""

from pathlib import Path

from benchmarks import routing


def test_decisions_are_measured_busy_and_idle_with_memory_and_recovery(tmp_path: Path) -> None:
    figures = routing.run(tmp_path, rounds=20, sizes=({"agents": 5, "waiting": 30, "classes": 20},), waiting=50)
    (size,) = figures["sizes"]
    assert size["busy"]["decisions"] >= 80 and size["idle"]["decisions"] >= 15
    for floor in ("busy", "idle"):
        assert 0 < size[floor]["p50_us"] <= size[floor]["p99_us"]
    for figure in ("baseline_heap_and_encode_per_s", "bytes_per_agent", "bytes_per_waiting", "commits_per_s"):
        assert figures[figure] > 0, figure
    (growth,) = figures["times_the_cost_of_the_smallest"]
    assert growth["agents"] == 5 and growth["busy"] > 0 and growth["idle"] > 0
    assert figures["open_recovered"] == 50
    assert not list(tmp_path.iterdir())
