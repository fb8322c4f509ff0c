"""The command line as real processes: one command to its end, or a center that serves while the test looks at it."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from agent_desktop.client import DesktopClient
from agent_desktop.core.parts import ChannelDown
from tests.bed.ports import free_port
from tests.bed.process import Child
from tests.bed.waiting import until

ROOT = Path(__file__).parents[2]
START_S = 120.0
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


@dataclass
class Center:
    """A center that serves. `passwords` are those it printed at its first start."""

    child: Child
    data: Path
    port: int
    passwords: Mapping[str, str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        return self.child.log.read_text(errors="replace")

    @asynccontextmanager
    async def signed_in(self, user: str) -> AsyncIterator[DesktopClient]:
        async with DesktopClient(self.address) as client:
            await client.sign_in(user, self.passwords[user])
            yield client

    async def channel_down(self, user: str, view: str, name: str) -> str:
        """The sentence of a channel that is down, as that user's view shows it."""
        async with self.signed_in(user) as client, client.connected():
            await client.open(view)

            def shown() -> str | None:
                parts = [part for part in client.parts(view, ChannelDown) if part.name == name]
                # "Connecting to …" is what every mailbox says before its first try has ended.
                found = [part.sentence for part in parts if not part.sentence.startswith("Connecting")]
                return found[0] if found else None

            sentence = await until(shown, START_S, f"{name} down on {view}")
            assert sentence is not None
            return sentence


@asynccontextmanager
async def serving(folder: Path, *arguments: str | Path, **environment: str) -> AsyncIterator[Center]:
    """`switchroom serve` until the body ends; it says where it is live first."""
    port = free_port()
    data = folder / "data"
    child = Child(
        "switchroom serve",
        [sys.executable, "-m", "config", "serve", *arguments, "--data", data, "--port", str(port)],
        folder / "serve.log",
        env={**clean_environment(**environment)},
        cwd=ROOT,
    )
    try:

        def live() -> bool:
            child.require_running()
            return "Ctrl-C stops it" in child.log.read_text(errors="replace")

        await until(live, START_S, "the center live")
        words = re.findall(r"^ {4}(\S+) +(\S+)$", child.log.read_text(errors="replace"), re.MULTILINE)
        yield Center(child, data, port, dict(words))
    finally:
        await asyncio.to_thread(child.stop, signal.SIGTERM, 20)
    assert "Traceback" not in child.log.read_text(errors="replace"), child.tail()
