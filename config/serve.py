"""`switchroom serve`: a small parent that takes the data folder and the port, starts the engine and keeps it alive.

The engine may die at any instant. It is started again after 0.2 s, doubling to 5 s; after five deaths in a minute it
stays down and the parent says why. Loading the program takes seconds on a busy machine, so two more engines stand by,
loaded and idle, and begin when they are told: routing is back within 5 s of a death, also of one that follows another
at once. The listening socket is the parent's, so a browser that calls meanwhile waits in its backlog. Companions (the
rehearsal switch and its customers) are kept alive in the same way.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.settings import Place
from history.clock import Clock
from history.datafolder import DataFolder

FIRST_WAIT_S = 0.2
WAIT_MAX_S = 5.0
DEATHS_MAX = 5
SPARES = 2
SPARE_AFTER_S = 0.5
"""How long after an engine's start the next ones begin to load, so that they do not delay it."""
DEATHS_WITHIN_MS = 60_000
STOP_S = 10.0
RESTART_CODE = 75
"""Exit status of an engine that wants to be started again: a new definition has to be taken up by its channels."""
REFUSED_CODE = 78
"""Exit status of an engine that could not start and has said why: starting it again would change nothing."""


@dataclass(slots=True)
class Child:
    """A process that is kept alive."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    pass_fds: tuple[int, ...] = ()
    spares_wanted: int = 0
    """So many more processes of the same command stand by; each begins at the first line of its standard input."""
    spares: deque[asyncio.subprocess.Process] = field(default_factory=deque)
    """The longest loaded first."""
    deaths_ms: deque[int] = field(default_factory=deque)
    process: asyncio.subprocess.Process | None = None


class Parent:
    """Keeps children alive until it is told to stop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stopping = asyncio.Event()
        self.failed = False

    async def run(self, children: Sequence[Child]) -> None:
        """Return when SIGINT or SIGTERM came, or the engine stays down."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping.set)
        keepers = [asyncio.create_task(self._keep(child)) for child in children]
        await self._stopping.wait()
        for child in reversed(children):
            await _stop(child)
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)

    async def _keep(self, child: Child) -> None:
        wait_s = FIRST_WAIT_S
        while not self._stopping.is_set():
            started_ms = self._clock.monotonic_ms()
            try:
                code = await _run(child)
            except OSError as error:
                _say(f"The {child.name} cannot be started ({error}); see that the program is whole.")
                self._give_up()
                return
            if self._stopping.is_set():
                return
            if code == REFUSED_CODE:
                self._give_up()
                return
            if code == RESTART_CODE:
                continue
            now_ms = self._clock.monotonic_ms()
            child.deaths_ms.append(now_ms)
            while child.deaths_ms and now_ms - child.deaths_ms[0] > DEATHS_WITHIN_MS:
                child.deaths_ms.popleft()
            if len(child.deaths_ms) >= DEATHS_MAX:
                _say(
                    f"The {child.name} has died {DEATHS_MAX} times within a minute, last with status {code}, and "
                    "stays down: its messages above say why. Start again when that is mended."
                )
                self._give_up()
                return
            if now_ms - started_ms > DEATHS_WITHIN_MS:
                wait_s = FIRST_WAIT_S
            _say(f"The {child.name} has ended with status {code}; it starts again in {wait_s:g} s.")
            if child.spares_wanted and not child.spares:
                child.spares.append(await _load(child))  # it loads while we wait
            await asyncio.sleep(wait_s)
            wait_s = min(WAIT_MAX_S, wait_s * 2)

    def _give_up(self) -> None:
        self.failed = True
        self._stopping.set()


async def _run(child: Child) -> int:
    """Start the child, or let its spare begin, and wait for its end."""
    child.spares = deque(spare for spare in child.spares if spare.returncode is None)
    process = child.spares.popleft() if child.spares else await _load(child)
    child.process = process
    if not child.spares_wanted:
        return await process.wait()
    ended = asyncio.Event()
    readying = asyncio.create_task(_ready_spares(child, ended))
    try:
        _let_begin(process)
        return await process.wait()
    finally:
        ended.set()
        await asyncio.shield(readying)


async def _load(child: Child) -> asyncio.subprocess.Process:
    """It holds the data folder's lock too, and ends with its parent's pipe."""
    return await asyncio.create_subprocess_exec(
        *child.command,
        stdin=asyncio.subprocess.PIPE,
        env=dict(child.environment),
        pass_fds=child.pass_fds,
        start_new_session=True,
    )


def _let_begin(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None and not process.stdin.is_closing():
        process.stdin.write(b"\n")  # one byte fits into any pipe; a process that has ended is seen by its wait


async def _ready_spares(child: Child, ended: asyncio.Event) -> None:
    """Load the next ones, one after the other in a while, unless this one has ended before."""
    while len(child.spares) < child.spares_wanted:
        try:
            async with asyncio.timeout(SPARE_AFTER_S):
                await ended.wait()
                return
        except TimeoutError:
            child.spares.append(await _load(child))


async def _stop(child: Child) -> None:
    for spare in child.spares:
        if spare.returncode is None:
            spare.kill()  # it has not begun, so there is nothing to stop in order
            await spare.wait()
    if child.process is None or child.process.returncode is not None:
        return
    child.process.terminate()
    try:
        async with asyncio.timeout(STOP_S):
            await child.process.wait()
    except TimeoutError:
        child.process.kill()
        await child.process.wait()


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def engine_child(place: Place, folder: DataFolder, listening: socket.socket, environment: Mapping[str, str]) -> Child:
    """The engine as a child: `switchroom engine` on the parent's socket, with the next ones standing by."""
    command = [
        *(sys.executable, "-m", "config", "engine"),
        *("--data", str(place.data), "--host", place.host, "--port", str(place.port)),
        *("--socket", str(listening.fileno())),
    ]
    # Every user of the machine sees a command line, and a database's address may hold a password.
    told = {"SWITCHROOM_DATABASE": place.database, "SWITCHROOM_ORIGINS": " ".join(place.public_origins)}
    passed = (listening.fileno(), folder.fileno())
    return Child("engine", command, {**environment, **told}, passed, spares_wanted=SPARES)


STANDING_BY, AT_WORK = "standing by", "engine"
"""How the processes call themselves, for whoever looks at them with ps."""


def told_to_begin() -> bool:
    """Wait until the parent lets this process begin; False if the parent has gone instead."""
    _call_myself(STANDING_BY)
    begins = bool(os.read(0, 1))
    _call_myself(AT_WORK)
    return begins


def _call_myself(name: str) -> None:
    with contextlib.suppress(OSError):  # a system without /proc has no such name
        Path("/proc/self/comm").write_text(name, encoding="ascii")


async def ends_with_parent() -> None:
    """Return when the parent's end of our standard input is closed, however it ended."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(0, "rb"))
    try:
        while await reader.read(1024):
            pass
    finally:
        transport.close()
