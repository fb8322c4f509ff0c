"""The worst decision of the last month is explained in time, at the size that the promise names."""

from pathlib import Path

from benchmarks import explain
from history.snapshots import APART_MAX

PROMISED_S = 2.0


def test_the_last_offer_before_the_next_snapshot_is_explained_in_time(tmp_path: Path) -> None:
    figures = explain.run(tmp_path, times=2)
    assert (figures["agents"], figures["open"], figures["others_told"]) == (1_000, 10_000, 999)
    assert figures["entries_behind_the_snapshot"] >= APART_MAX - 1
    assert figures["offer_best_s"] < PROMISED_S
    assert figures["now_s"] < PROMISED_S
    assert figures["loop_lag_worst_ms"] < 1_000 * figures["offer_worst_s"]
    assert not list(tmp_path.iterdir())
