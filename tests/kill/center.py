"""A center that is served for real, by its parent process, and whose engine is killed and comes back."""

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from agent_desktop.client import DesktopClient
from channels.mail.rehearsal import RehearsalMailbox
from config.compose import rehearsal_mailbox
from config.crash_points import VARIABLE as DIE_AT
from tests.bed.ports import free_port
from tests.bed.process import Child
from tests.bed.waiting import until

ROOT = Path(__file__).parents[2]
LIVE_S = 40.0
DEATH_S = 30.0
_PASSWORD = re.compile(r"^    (\S+) +(\S{8,})$", re.M)


class ServedCenter:
    """`switchroom serve FILE` in a folder. `async with` starts it and waits until it is live."""

    def __init__(self, folder: Path, definition: str, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "serve.log"
        self._file = folder / "center.toml"
        self._wish = folder / "die-at"
        self.environment = {**environment, DIE_AT: f"@{self._wish}", "PYTHONPATH": str(ROOT), "SWITCHROOM_LOG": "INFO"}
        self._child: Child | None = None
        self._file.write_text(definition)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is not None:
            await asyncio.to_thread(self._child.stop, signal.SIGTERM, 12.0)

    async def start(self) -> None:
        """Serve, also again after `kill_parent`, and wait until the center is live."""
        lives = self.lives()
        command = (sys.executable, "-m", "config", "serve", self._file, "--data", self.data, "--port", str(self.port))
        self._child = Child("serve", command, self.log, env=self.environment, cwd=self.folder)
        await until(lambda: self.lives() > lives or self.parent.exit_code is not None, LIVE_S, "the center being live")
        self.parent.require_running()

    @property
    def parent(self) -> Child:
        assert self._child is not None
        return self._child

    @property
    def password(self) -> dict[str, str]:
        """Of each user, as printed at the first start."""
        return dict(_PASSWORD.findall(self.log.read_text()))

    async def client(self, user: str) -> DesktopClient:
        """Signed in as this user; close it, or use it as a context."""
        client = DesktopClient(self.address)
        await client.sign_in(user, self.password[user])
        return client

    def mailbox(self, name: str) -> RehearsalMailbox:
        """The world's end of a mailbox that is a folder."""
        return rehearsal_mailbox(self.data, name)

    def answers(self, name: str) -> list[bytes]:
        """All answers that have left a mailbox, oldest first; they stay where they are."""
        sent = self.data / "rehearsal-mail" / name / "sent"
        return [path.read_bytes() for path in sorted(sent.glob("*.eml"))]

    # -- its engine ----------------------------------------------------------------------------------------------

    def engine_pid(self) -> int | None:
        """The engine's process id while it runs: the older one, since another stands by to follow it."""
        found = [(_began(pid), pid) for pid in self.processes()[1:] if b"engine" in _words(pid)]
        return min(found)[1] if found else None

    def processes(self) -> list[int]:
        """The parent and all its children that live."""
        found = [self.parent.pid]
        for task in Path(f"/proc/{self.parent.pid}/task").glob("*/children"):
            with suppress(OSError):
                found += map(int, task.read_text().split())
        return [pid for pid in found if process_lives(pid)]

    def kill_engine(self) -> float:
        """kill -9 of the engine alone; the instant."""
        pid = self.engine_pid()
        assert pid is not None, "there is no engine to kill"
        os.kill(pid, signal.SIGKILL)
        return time.time()

    def signal_engine(self, number: int) -> None:
        pid = self.engine_pid()
        assert pid is not None, "there is no engine"
        os.kill(pid, number)

    def arm(self, point: str, count: int = 1) -> None:
        """The engine dies when it comes to this point for the `count`-th time from now."""
        fresh = self._wish.with_suffix(".new")
        fresh.write_text(f"{point}:{count}")
        fresh.rename(self._wish)

    async def dies_at_its_point(self, point: str) -> float:
        """Wait until the engine has come to the point it was armed for; the instant of its death, 10 ms late."""
        await until(lambda: not self._wish.exists(), DEATH_S, f"the engine's coming to {point}")
        return time.time()

    def lives(self) -> int:
        """How many engines have come to live so far."""
        return self.log.read_text(errors="replace").count("Switchroom is live at") if self.log.exists() else 0


def process_lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def _words(pid: int) -> list[bytes]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return []


def _began(pid: int) -> int:
    """In ticks since the machine's start."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    return sys.maxsize
