"""Same seed, same trace: whatever the process's hash seed is, and every time."""

import os
import subprocess
import sys
from pathlib import Path

from router.simulation.faultday import fault_day

ROOT = Path(__file__).parent.parent.parent
PLAY = """
from router.simulation.day import Day, Trace
from router.simulation.drawing import drawn_center
from router.simulation.faultday import fault_day
print(fault_day(11).trace)
trace = Trace()
Day(drawn_center(12), 12, trace.take).run()
print(trace.hex())
"""


def traces(hash_seed: str) -> list[str]:
    shown = subprocess.run(
        [sys.executable, "-c", PLAY],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hash_seed},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return shown.stdout.split()


def test_the_trace_does_not_depend_on_the_hash_seed() -> None:
    first, second = traces("0"), traces("4242")
    assert len(first) == 2 and len(set(first)) == 2
    assert first == second
    assert fault_day(11).trace == first[0]


def test_another_seed_is_another_trace() -> None:
    assert fault_day(1).trace != fault_day(2).trace
