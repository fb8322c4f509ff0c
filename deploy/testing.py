"""`make test`: every test, the quick ones first. What the tests need was installed before by `make bed`.

What measures sound and time, or kills engines and asks for their return in time, runs alone. Everything else runs in
two processes side by side, a file always in one of them. Many tests start processes on whatever machine this is: a
few that fail are tried once more, alone, and the run says so; one that fails again, or many that fail, fail the run.
Simulations depend on nothing but their seeds, and are tried once.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

SIMULATIONS = "tests/simulation"
MEASURED = (
    *(f"tests/benchmarks/test_{name}.py" for name in ("explain", "routing", "spine")),
    *("tests/journeys/test_calls.py", "tests/journeys/test_soft_phone.py"),
    *("tests/cti/test_dialplan_sound.py", "tests/integration", "tests/kill"),
)
ELSEWHERE = tuple(f"--ignore={each}" for each in (SIMULATIONS, *MEASURED))
FILES_SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
TESTS_SIDE_BY_SIDE = ("-n", "2", "--dist", "worksteal")
TRIED_AGAIN_MAX = 4
_FAILED = re.compile(r"(\d+) (?:failed|errors?)\b")
_PYTEST = (sys.executable, "-m", "pytest", "-q", "--durations=10")


@dataclass(frozen=True, slots=True)
class Part:
    """Tests that run together. `lanes` are pytest's arguments for running them side by side."""

    selection: Sequence[str]
    lanes: Sequence[str] = ()
    tried_again: bool = True


PARTS: dict[str, Part] = {
    "quick": Part(["-m", "not real", *ELSEWHERE], FILES_SIDE_BY_SIDE),
    "simulations": Part([SIMULATIONS], TESTS_SIDE_BY_SIDE, tried_again=False),
    "with real peers": Part(["-m", "real", *ELSEWHERE], FILES_SIDE_BY_SIDE),
    "measured": Part(MEASURED),
}


def run(selection: Sequence[str]) -> tuple[int, str]:
    """Run tests and show what they print; return the status and pytest's closing line."""
    last = ""
    with subprocess.Popen([*_PYTEST, *selection], stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        for line in tests.stdout:
            print(line, end="", flush=True)
            last = line if line.strip() else last
    return tests.returncode, last


def play(name: str, part: Part) -> int:
    """Run a part, and the few that failed once more; return the status."""
    began = time.perf_counter()
    print(f"\n== {name} ==", flush=True)
    status, closing = run([*part.selection, *part.lanes])
    failed = sum(int(count) for count in _FAILED.findall(closing))
    if status == 1 and part.tried_again and failed <= TRIED_AGAIN_MAX:
        print(f"\n== {failed} failed: a second try, alone ==", flush=True)
        status, _ = run([*part.selection, "--last-failed", "--last-failed-no-failures", "none"])
    print(f"== {name}: {time.perf_counter() - began:.0f} s, status {status} ==", flush=True)
    return status


def main() -> int:
    """0 when every part passed; after one that failed no other begins."""
    # A test that starts the program pays a second of compiling each time where Python may not keep what it compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return next(filter(None, (play(name, part) for name, part in PARTS.items())), 0)


if __name__ == "__main__":
    sys.exit(main())
