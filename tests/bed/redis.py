"""A Redis of the test's own, keeping nothing on disk."""

import asyncio
import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bed.places import require_program
from tests.bed.ports import free_port
from tests.bed.process import Child, await_answer

START_S = 10.0


class Redis:
    """One server on 127.0.0.1:``port``, in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """Its address as redis-py writes it."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._child.pid if self._child is not None else None

    def start(self) -> None:
        """Start it, or start it again, always empty; wait until it answers."""
        settings = {
            "bind": "127.0.0.1", "port": str(self.port), "save": "", "appendonly": "no", "dir": str(self._folder)
        }  # fmt: skip
        flags = [part for name, value in settings.items() for part in (f"--{name}", value)]
        command = [str(require_program("redis-server")), *flags]
        self._child = Child("redis-server", command, self._folder / f"redis-{self.port}.log")
        await_answer(self._child, self._is_ready, START_S)

    def wipe(self) -> None:
        """Forget everything, as a Redis that was replaced."""
        self._ask(b"FLUSHALL")

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._child is not None:
            self._child.kill()

    def stop(self) -> None:
        """End it."""
        if self._child is not None:
            self._child.stop()
        self._child = None

    def _is_ready(self) -> bool:
        try:
            return self._ask(b"PING").startswith(b"+PONG")
        except OSError:
            return False

    def _ask(self, command: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), 1.0) as line:
            line.sendall(command + b"\r\n")
            return line.recv(64)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)
