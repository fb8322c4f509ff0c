"""Writes the lock files anew: names, versions, markers and hashes, no addresses.

npm writes its own locks when a package is added; what they say of funding pages is taken out here.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCKS = {
    "requirements.lock": ["--extra", "build"],
    "requirements-dev.lock": ["--extra", "build", "--extra", "dev"],
}
NPM_LOCKS = (
    "agent_desktop/web/package-lock.json",
    "channels/webchat/widget/package-lock.json",
    "deploy/lint/package-lock.json",
)


def without_funding(lock: Path) -> None:
    """Take the pages on which packages ask for money out of an npm lock; npm installs the same without them."""
    found = json.loads(lock.read_text(encoding="utf-8"))
    for package in found["packages"].values():
        package.pop("funding", None)
    lock.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


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
    for name in NPM_LOCKS:
        without_funding(Path(name))
    for name in (*LOCKS, *NPM_LOCKS):
        if "://" in Path(name).read_text(encoding="utf-8"):
            sys.stderr.write(f"{name} holds an address; it must not.\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
