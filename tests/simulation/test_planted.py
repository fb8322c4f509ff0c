"""Bugs planted in the engine's source are found by a few days with faults, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.planted import BUGS, NOT_FOUND

ROOT = Path(__file__).parent.parent.parent


def test_bugs_are_planted_in_every_part_of_the_engine() -> None:
    kinds = {bug.kind for bug in BUGS.values()}
    assert kinds >= {
        "capacity",
        "order",
        "offer end",
        "transfer",
        "wrap-up",
        "recovery",
        "duplicate input",
        "snapshot",
        "relaxation",
        "hours",
        "overflow",
        "emergency",
        "blending",
    }


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found(name: str) -> None:
    played = subprocess.run(
        [sys.executable, "-m", "tests.simulation.planted", name],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stderr.strip() or NOT_FOUND
    assert "play it again with: switchroom simulate drawn --seed " in played.stdout
