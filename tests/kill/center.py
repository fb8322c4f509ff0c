"""A center whose engine is killed and comes back: `RunningCenter` with a hand on the engine behind the parent."""

import os
import re
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from agent_desktop.client import DesktopClient
from channels.mail.rehearsal import RehearsalMailbox
from config.compose import rehearsal_mailbox
from config.crash_points import VARIABLE as DIE_AT
from config.serve import AT_WORK, SPARES, STANDING_BY
from tests.bed.process import STOP_S, Child
from tests.bed.waiting import until
from tests.journeys.center import RunningCenter

DEATH_S = 30.0
SWITCH_S = 20.0
SPARE_S = 40.0
_CONNECTED = re.compile(r"switch main is connected$", re.M)


class MortalCenter(RunningCenter):
    """`switchroom serve` whose engine dies where and when a test wants it to."""

    def __init__(self, folder: Path, definition: str, environment: Mapping[str, str]) -> None:
        """`environment` says where the switch is, and its secret."""
        self._wish = folder / "die-at"
        # INFO: how a test in trouble is told what the engine was doing.
        self.environment = {**environment, DIE_AT: f"@{self._wish}", "SWITCHROOM_LOG": "INFO"}
        super().__init__(folder, definition, self.environment)

    async def start(self) -> None:
        """Also wait for the switch: a caller who comes before the engine's first heartbeat meets the fallback."""
        before = self._connections()
        await super().start()
        await until(lambda: self._connections() > before, SWITCH_S, "the switch being connected")

    @property
    def is_served(self) -> bool:
        return self._child is not None

    @property
    def parent(self) -> Child:
        return self.child

    async def client(self, user: str) -> DesktopClient:
        """Signed in as this user, without a socket; use it as a context, so that it is closed."""
        client = DesktopClient(self.origin)
        await client.sign_in(user, self.passwords[user])
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
        """The engine's process id while it runs; those of the ones that stand by are others."""
        return next((pid for pid in self.processes()[1:] if _name(pid) == AT_WORK), None)

    async def stands_by(self) -> None:
        """Wait until the next engines are loaded."""

        def loaded() -> bool:
            return [_name(pid) for pid in self.processes()].count(STANDING_BY) == SPARES

        await until(loaded, SPARE_S, "the next engines standing by")

    def processes(self) -> list[int]:
        """The parent and all its children that live."""
        found = [self.parent.pid]
        for task in Path(f"/proc/{self.parent.pid}/task").glob("*/children"):
            with suppress(OSError):
                found += map(int, task.read_text().split())
        return [pid for pid in found if process_lives(pid)]

    def kill_engine(self) -> float:
        """kill -9 of the engine alone; the instant."""
        self.signal_engine(signal.SIGKILL)
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

    # -- its parent ----------------------------------------------------------------------------------------------

    def kill_parent(self) -> float:
        """kill -9 of the parent alone; the instant. `start` serves again."""
        killed_s = time.time()
        self.parent.send_signal(signal.SIGKILL)
        self.parent.wait(STOP_S)
        self._child = None
        return killed_s

    def gives_up(self, seconds: float) -> int:
        """Wait until the parent has ended by itself; its exit status."""
        status = self.parent.wait(seconds)
        self._child = None
        return status

    def lives(self) -> int:
        """How many engines have come to live so far."""
        return self.log.read_text(errors="replace").count("Switchroom is live at")

    def _connections(self) -> int:
        return len(_CONNECTED.findall(self.log.read_text(errors="replace"))) if self.log.exists() else 0


def process_lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def _name(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""
