"""Writes the lock files anew: names, versions, markers and hashes, no addresses."""

import subprocess
import sys
from pathlib import Path

LOCKS = {
    "requirements.lock": ["--extra", "build"],
    "requirements-dev.lock": ["--extra", "build", "--extra", "dev"],
}


def main() -> int:
    """Needs uv: `pip install uv` into the environment first."""
    for name, extra in LOCKS.items():
        subprocess.run(
            [
                *(str(Path(sys.executable).parent / "uv"), "pip", "compile", "--universal", "--generate-hashes", "-q"),
                *("--python-version", "3.11", "--no-emit-index-url", "--no-annotate", "--no-header"),
                *(*extra, "-o", name, "pyproject.toml"),
            ],
            check=True,
        )
        if "://" in Path(name).read_text(encoding="utf-8"):
            sys.stderr.write(f"{name} holds an address; it must not.\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
