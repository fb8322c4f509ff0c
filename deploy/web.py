"""Installs and builds a web folder with the Node that comes from the Python registry: `python -m deploy.web FOLDER`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def main(folder: Path) -> int:
    """Install the locked packages and build; 0, or 1 with one sentence and the log's place."""
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}
    npm = tools / "npm"
    if not npm.exists():
        found = shutil.which("npm")
        if found is None:
            sys.stderr.write("npm is missing: run make clean, then again, to install Node from the Python registry.\n")
            return 1
        npm = Path(found)
    log = folder / "build.log"
    print(f"Building {folder} (a minute the first time) ...", flush=True)
    for words in (["ci", "--no-audit", "--no-fund"], ["run", "--if-present", "build"]):
        with log.open("ab") as output:
            done = subprocess.run(
                [str(npm), *words], cwd=folder, env=environment, stdout=output, stderr=output, check=False
            )
        if done.returncode:
            sys.stderr.write(log.read_text(encoding="utf-8", errors="replace")[-3000:])
            sys.stderr.write(f"\nBuilding {folder} failed at npm {' '.join(words)}; the whole log is {log}.\n")
            return 1
    log.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
