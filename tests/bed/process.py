"""One child process of a test: its log in a file, stopped by its own process id, gone when the test process goes."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from tests.bed.errors import ServerSilentError
from tests.bed.waiting import until_now

STOP_S = 5.0
LOG_TAIL_CHARACTERS = 2_000
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


# The kernel ends a child when the thread that started it ends: so one thread starts all, and lives as long as we do.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


def _die_with_the_tests() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """A started program; what it prints goes to ``log``."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
    ) -> None:
        """Start ``command``, as ``user`` where one is given (then we must be root)."""
        self.name = name
        self.log = log
        with log.open("ab") as out:
            self._process = _starter.submit(
                subprocess.Popen,
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                start_new_session=True,
                preexec_fn=_die_with_the_tests,
            ).result()

    @property
    def pid(self) -> int:
        """Its process id, also after its end."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-LOG_TAIL_CHARACTERS:]

    def require_running(self) -> None:
        """Refuse to go on with a program that has ended."""
        if self.exit_code is not None:
            raise ServerSilentError(f"{self.name} ended with {self.exit_code}; its log {self.log} ends: {self.tail()}")

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        self._process.send_signal(number)

    def wait(self, seconds: float) -> int:
        """Its exit code, when it ends within ``seconds``."""
        return self._process.wait(seconds)

    def stop(self, number: int = signal.SIGTERM, seconds: float = STOP_S) -> None:
        """Ask it to end with ``number``, kill it after ``seconds``; it is gone when this returns."""
        self.send_signal(number)
        try:
            self.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it and all that it started, as a power cut would; all of it is gone when this returns."""
        self.send_signal(signal.SIGSTOP)  # so that nothing is started while we look
        helpers = _descendants(self.pid) if self.exit_code is None else []
        self.send_signal(signal.SIGKILL)
        for pid in helpers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.wait(STOP_S)
        until_now(lambda: not any(map(_lives, helpers)), STOP_S, f"the end of the helpers of {self.name}")


def _descendants(pid: int) -> list[int]:
    """The processes below one, nearest first."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *_descendants(child)]
    return found


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def await_answer(child: Child, answers: Callable[[], bool], seconds: float) -> None:
    """Wait until ``answers()`` is true; a program that ended meanwhile, or stays silent, is told with its log."""

    def looked() -> bool:
        child.require_running()
        return answers()

    try:
        until_now(looked, seconds, f"{child.name} answering")
    except AssertionError as silent:
        log = child.tail()
        child.kill()
        raise ServerSilentError(f"{silent}; its log {child.log} ends: {log}") from None
