"""`make test`: every test, the quick ones first. What the tests need was installed before by `make bed`.

Many tests start processes and measure sound and time on whatever machine this is. A few that fail are tried once
more, alone, and the run says so; one that fails again, or many that fail, fail the run.
"""

import re
import subprocess
import sys
import time

PARTS = {
    "quick": ["-m", "not real"],
    "with real peers": ["-m", "real"],
}
TRIED_AGAIN_MAX = 4
_FAILED = re.compile(r"(\d+) (?:failed|errors?)\b")


def run(selection: list[str]) -> tuple[int, str]:
    """Run tests and show what they print; return the status and pytest's closing line."""
    command = [sys.executable, "-m", "pytest", "-q", "--durations=10", *selection]
    last = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        for line in tests.stdout:
            print(line, end="", flush=True)
            last = line if line.strip() else last
    return tests.returncode, last


def main() -> int:
    """0 when every part passed."""
    for name, selection in PARTS.items():
        began = time.perf_counter()
        print(f"\n== {name} ==", flush=True)
        status, closing = run(selection)
        failed = sum(int(count) for count in _FAILED.findall(closing))
        if status == 1 and failed <= TRIED_AGAIN_MAX:
            print(f"\n== {failed} failed: a second try, alone ==", flush=True)
            status, _ = run([*selection, "--last-failed", "--last-failed-no-failures", "none"])
        print(f"== {name}: {time.perf_counter() - began:.0f} s, status {status} ==", flush=True)
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
