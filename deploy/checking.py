"""`make check`: style, types, layers, core specs, and the types and style of the web; in under 3 minutes."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOOLS = Path(sys.executable).parent
WEB_FOLDERS = ("agent_desktop/web", "channels/webchat/widget")

STEPS: dict[str, list[str]] = {
    "style": [str(TOOLS / "ruff"), "check", "."],
    "format": [str(TOOLS / "ruff"), "format", "--check", "-q", "."],
    "layers": [str(TOOLS / "lint-imports")],
    "types": [str(TOOLS / "mypy")],
    "specs": [
        *(sys.executable, "-m", "pytest", "-q", "-x", "-m", "not real"),
        *("tests/specs", "tests/router", "tests/test_house_style.py"),
        *(f"tests/agent_desktop/test_{name}.py" for name in ("core_conversation", "core_views", "typescript")),
    ],
    **{f"web types of {folder}": [sys.executable, "-m", "deploy.web_check", folder] for folder in WEB_FOLDERS},
    "web style": [sys.executable, "-m", "deploy.web_check", "deploy/lint"],
}


def run(name: str) -> tuple[str, int, str, float]:
    """Return the step's name, status, output and seconds."""
    began = time.perf_counter()
    done = subprocess.run(STEPS[name], capture_output=True, text=True, check=False)
    return name, done.returncode, done.stdout + done.stderr, time.perf_counter() - began


def main() -> int:
    failed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, status, output, seconds in pool.map(run, STEPS):
            print(f"{'ok  ' if status == 0 else 'FAIL'} {name} ({seconds:.0f} s)", flush=True)
            if status:
                failed += 1
                print(output, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
