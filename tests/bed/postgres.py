"""A PostgreSQL of the test's own, with fsync on as in production; as root it runs as an unprivileged user."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bed.errors import BedError
from tests.bed.places import require_program
from tests.bed.ports import free_port
from tests.bed.process import Child, await_answer

START_S = 30.0
INIT_S = 60.0
UNPRIVILEGED = ("postgres", "nobody")


class Postgres:
    """One server on 127.0.0.1; superuser ``switchroom`` without password, database ``switchroom``."""

    def __init__(self, folder: Path, *, fsync: bool = True) -> None:
        """The data folder lies in the system's temporary folder, which an unprivileged user can reach."""
        self.port = free_port()
        self._keep = folder
        self._fsync = fsync
        self._user = _unprivileged() if os.geteuid() == 0 else None
        self._data: Path | None = None
        self._child: Child | None = None

    def url(self, database: str = "switchroom", driver: str = "postgresql+asyncpg") -> str:
        """Its address as SQLAlchemy writes it."""
        return f"{driver}://switchroom@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._child.pid if self._child is not None else None

    def start(self) -> None:
        """Make the cluster, start it, wait until it answers, make the database."""
        self._data = Path(tempfile.mkdtemp(prefix="switchroom-postgres-"))
        if self._user is not None:
            shutil.chown(self._data, self._user)
        options = ("-U", "switchroom", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        self._run("initdb", "-D", str(self._data / "cluster"), *options, "--no-sync")
        self._boot()
        self.create_database("switchroom")

    def _boot(self) -> None:
        assert self._data is not None
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self._data),
            "fsync": "on" if self._fsync else "off",
            "shared_buffers": "32MB",
            "max_connections": "200",
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._child = Child(
            "postgres",
            (require_program("postgres"), "-D", self._data / "cluster", *flags),
            self._keep / f"postgres-{self.port}.log",
            user=self._user,
            cwd=self._data,
        )
        await_answer(self._child, self._is_ready, START_S)

    def restart(self) -> None:
        """Start again on the same data after ``kill``."""
        self._boot()

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._child is not None:
            self._child.kill()

    def create_database(self, name: str) -> str:
        """Make an empty database; its address."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "switchroom", name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, also while somebody is connected to it."""
        self._run("dropdb", "--force", "-h", "127.0.0.1", "-p", str(self.port), "-U", "switchroom", name)

    def stop(self) -> None:
        """End it and remove its data."""
        if self._child is not None:
            self._child.stop(signal.SIGINT)
        self._child = None
        if self._data is not None:
            shutil.rmtree(self._data, ignore_errors=True)

    def _is_ready(self) -> bool:
        line = (str(require_program("pg_isready")), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "switchroom")
        return subprocess.run(line, timeout=10, check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        run = subprocess.run(
            (str(require_program(program)), *arguments),
            capture_output=True, text=True, timeout=INIT_S, check=False, cwd=self._data,
            user=self._user, group=self._user, extra_groups=[] if self._user else None,
        )  # fmt: skip
        if run.returncode != 0:
            raise BedError(f"{program} ended with {run.returncode}: {run.stderr.strip()}")

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)


def _unprivileged() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in names:
            return name
    raise BedError(f"PostgreSQL refuses to run as root, and there is no user {' or '.join(UNPRIVILEGED)}.")
