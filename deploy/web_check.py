"""Runs what a web folder has of checks (types, style) and unit tests: `python -m deploy.web_check FOLDER`."""

import os
import subprocess
import sys
from pathlib import Path


def main(folder: Path) -> int:
    tools = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}
    for script in ("check", "test"):
        done = subprocess.run(["npm", "run", "--if-present", script], cwd=folder, env=environment, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
