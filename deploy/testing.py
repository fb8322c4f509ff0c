"""`make test`: every test, the quick ones first. What the tests need was installed before by `make bed`.

Many tests start processes and measure sound and time on whatever machine this is. A few that fail are tried once
more, alone, and the run says so; one that fails again, or many that fail, fail the run. Simulations depend on nothing
but their seeds: they run side by side, and once.
"""

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

SIMULATIONS = "tests/simulation"
FAULTS = [f"{SIMULATIONS}/test_faults.py", f"{SIMULATIONS}/test_same_trace.py"]
PARTS: dict[str, list[str]] = {
    "quick": ["-m", "not real", f"--ignore={SIMULATIONS}"],
    "with real peers": ["-m", "real"],
}
SIDE_BY_SIDE: dict[str, list[str]] = {
    "simulation: days with faults": FAULTS,
    "simulation: models, rules and planted bugs": [SIMULATIONS, *(f"--ignore={each}" for each in FAULTS)],
}
TRIED_AGAIN_MAX = 4
_FAILED = re.compile(r"(\d+) (?:failed|errors?)\b")
_PYTEST = (sys.executable, "-m", "pytest", "-q", "--durations=10")


def run(selection: Sequence[str]) -> tuple[int, str]:
    """Run tests and show what they print; return the status and pytest's closing line."""
    last = ""
    with subprocess.Popen([*_PYTEST, *selection], stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        for line in tests.stdout:
            print(line, end="", flush=True)
            last = line if line.strip() else last
    return tests.returncode, last


def part(name: str, selection: Sequence[str]) -> int:
    """Run a part, and the few that failed once more; return the status."""
    began = time.perf_counter()
    print(f"\n== {name} ==", flush=True)
    status, closing = run(selection)
    failed = sum(int(count) for count in _FAILED.findall(closing))
    if status == 1 and failed <= TRIED_AGAIN_MAX:
        print(f"\n== {failed} failed: a second try, alone ==", flush=True)
        status, _ = run([*selection, "--last-failed", "--last-failed-no-failures", "none"])
    print(f"== {name}: {time.perf_counter() - began:.0f} s, status {status} ==", flush=True)
    return status


def quietly(name: str) -> tuple[str, int, str, float]:
    """Run simulations; return their name, status, output and seconds."""
    began = time.perf_counter()
    # Two runs at once may not share pytest's memory of what failed.
    command = [*_PYTEST, "-p", "no:cacheprovider", *SIDE_BY_SIDE[name]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return name, done.returncode, done.stdout + done.stderr, time.perf_counter() - began


def main() -> int:
    """0 when every part passed."""
    if status := part("quick", PARTS["quick"]):
        return status
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, ended, output, seconds in pool.map(quietly, SIDE_BY_SIDE):
            print(f"\n== {name} ==\n{output}== {name}: {seconds:.0f} s, status {ended} ==", flush=True)
            status = status or ended
    return status or part("with real peers", PARTS["with real peers"])


if __name__ == "__main__":
    sys.exit(main())
