"""`make test`: every test, the quick ones first. What the tests need was installed before by `make bed`."""

import subprocess
import sys
import time

PARTS = {
    "quick": ["-m", "not real"],
    "with real peers": ["-m", "real"],
}


def main() -> int:
    """0 when every part passed."""
    for name, selection in PARTS.items():
        began = time.perf_counter()
        print(f"\n== {name} ==", flush=True)
        command = [sys.executable, "-m", "pytest", "-q", "--durations=10", *selection]
        status = subprocess.run(command, check=False).returncode
        print(f"== {name}: {time.perf_counter() - began:.0f} s, status {status} ==", flush=True)
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
