"""The command line as real processes: one command to its end, by the environment that an operator has."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.center import ROOT

COMMAND_S = 60.0


def clean_environment(**more: str) -> dict[str, str]:
    """Ours without any setting of Switchroom, so that no test depends on where it runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SWITCHROOM_")}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


@dataclass(frozen=True)
class Ended:
    status: int
    out: str
    err: str


async def switchroom(*arguments: str | Path, **environment: str) -> Ended:
    """Run one command to its end. What it says is never a traceback."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "config", *map(str, arguments)),
        cwd=ROOT,
        env=clean_environment(**environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), COMMAND_S)
    except TimeoutError:
        process.send_signal(signal.SIGTERM)
        await process.wait()
        raise
    assert b"Traceback" not in out + err, err.decode()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())
