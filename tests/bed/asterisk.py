"""A real Asterisk for a test: its own configuration, ports and folders; several run beside one another."""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bed import asterisk_config as config
from tests.bed import tones
from tests.bed.asterisk_config import Layout, Phone
from tests.bed.errors import BedError
from tests.bed.places import AsteriskHome, Release, require_asterisk
from tests.bed.ports import free_port, media_range
from tests.bed.process import Child, await_answer

START_S = 20.0
CLI_S = 10.0
MODULE_FOLDERS = ("/usr/lib/asterisk/modules", "/usr/lib/*/asterisk/modules", "/usr/lib64/asterisk/modules")
INSTANCES, OWN_INSTANCES = "/srv/switchroom", "/switchroom-asterisk"
OWNER = "owner"
GREETING_MS, WORD_MS = 1_000, 200

__all__ = ["Asterisk", "Phone", "Release"]


class Asterisk:
    """One instance. Callers arrive in context ``from-trunk``, phones' own calls in ``from-phones``.

    ``dialplan`` is the text of extensions; in it ``${BED}/sounds/greeting`` is 1 s of 880 Hz, ``${BED}/sounds/word``
    200 ms of it. ``files`` are more files of the configuration folder (for its ``#include``; ``manager-extra.conf``
    adds manager users). ``release`` says which Asterisk.
    AMI users: ``switchroom`` (the product's rights) and ``bed`` (all rights), both with ``ami_secret``.
    """

    def __init__(
        self,
        folder: Path,
        dialplan: str,
        phones: Sequence[Phone] = (),
        files: Mapping[str, str] | None = None,
        release: Release = 22,
    ) -> None:
        """Nothing starts yet; ``folder`` gets the log when the instance is removed."""
        self._home: AsteriskHome = require_asterisk(release)
        self._keep = folder
        self._dialplan = dialplan
        self._files = dict(files or {})
        instances = tempfile.gettempdir() + OWN_INSTANCES if self._home.root is None else INSTANCES
        self._inside = f"{instances}/{secrets.token_hex(6)}"
        self._outside = self._home.outside(self._inside)
        self._child: Child | None = None
        self.phones = {phone.name: _with_port(phone) for phone in phones}
        self.ami_secret = secrets.token_urlsafe(16)
        modules = self._modules()
        # Without a codec to turn opus into a caller's u-law (Debian's 16 has none), nobody may speak it.
        opus = (self._home.outside(modules) / "codec_opus_open_source.so").is_file()
        self.layout = Layout(
            *(self._inside, modules, free_port(), free_port(), free_port(), media_range()),
            browser_codecs="opus,ulaw" if opus else "ulaw",
        )

    @property
    def sip_port(self) -> int:
        """Where callers and phones send SIP (UDP, 127.0.0.1)."""
        return self.layout.sip_port

    @property
    def ami_port(self) -> int:
        """Where the manager interface listens."""
        return self.layout.ami_port

    @property
    def websocket_url(self) -> str:
        """Where a browser's phone connects."""
        return f"ws://127.0.0.1:{self.layout.http_port}/ws"

    @property
    def log(self) -> Path:
        """Its full log while it exists; after ``stop`` it lies in the folder given at construction."""
        return self._outside / "log" / "full"

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._child.pid if self._child is not None else None

    def start(self) -> None:
        """Write the configuration, start, and wait until it is fully booted."""
        if not self._outside.exists():
            _sweep(self._outside.parent)
            self._write()
        self._boot()

    def _boot(self) -> None:
        command = (*self._home.command, "-f", "-C", f"{self._inside}/etc/asterisk.conf")
        self._child = Child("Asterisk", command, self._keep / f"asterisk-{self._outside.name}.console")
        await_answer(self._child, self._is_booted, START_S)

    def restart(self) -> None:
        """Start again after ``kill`` or ``halt``, with the same ports and configuration."""
        self._boot()

    def kill(self) -> None:
        """End it as a power cut does: nobody gets a BYE."""
        if self._child is not None:
            self._child.kill()

    def halt(self) -> None:
        """End it in order: callers and phones get BYE."""
        if self._child is not None:
            self._child.stop(signal.SIGTERM)

    def freeze(self) -> None:
        """Let it stand still with its sockets open, until ``thaw``."""
        if self._child is not None:
            self._child.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self._child is not None:
            self._child.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Take it away: nobody gets a BYE, its folder is removed, its log is kept in the test's own folder.

        A test that looks at how a switch ends calls `halt` before; in order it takes most of a second.
        """
        self.kill()
        self._child = None
        if self._outside.exists():
            if self.log.exists():
                shutil.copyfile(self.log, self._keep / f"asterisk-{self._outside.name}.log")
            shutil.rmtree(self._outside)

    def cli(self, command: str) -> str:
        """What the console answers to one command, such as ``core show channels concise``."""
        run = self._run(command)
        if run.returncode != 0:
            raise BedError(f"asterisk -rx '{command}' ended with {run.returncode}: {run.stdout}{run.stderr}")
        return run.stdout

    def _run(self, command: str) -> "subprocess.CompletedProcess[str]":
        line = (*self._home.command, "-C", f"{self._inside}/etc/asterisk.conf", "-rx", command)
        return subprocess.run(line, capture_output=True, text=True, timeout=CLI_S, check=False)

    def channels(self) -> list[list[str]]:
        """The living channels, each as the fields of ``core show channels concise``."""
        return [line.split("!") for line in self.cli("core show channels concise").splitlines() if "!" in line]

    def version(self) -> str:
        """Such as "Asterisk 22.10.1"."""
        run = subprocess.run((*self._home.command, "-V"), capture_output=True, text=True, timeout=CLI_S, check=True)
        return run.stdout.strip()

    def _is_booted(self) -> bool:
        if not (self._outside / "run" / "asterisk.ctl").exists():
            return False
        return "fully booted" in self._run("core waitfullybooted").stdout

    def _modules(self) -> str:
        root = self._home.root or Path("/")
        for pattern in MODULE_FOLDERS:
            for folder in root.glob(pattern.lstrip("/")):
                if (folder / "chan_pjsip.so").is_file():
                    return f"/{folder.relative_to(root)}"
        raise BedError(f"{self._home.program} has no chan_pjsip.so in {', '.join(MODULE_FOLDERS)}")

    def _write(self) -> None:
        self._outside.mkdir(parents=True)
        (self._outside / OWNER).write_text(str(os.getpid()))
        for name in ("etc", "run", "db", "log", "spool", "music", "sounds"):
            (self._outside / name).mkdir()
        (self._outside / "music" / "rising.ulaw").write_bytes(_music())
        (self._outside / "sounds" / "greeting.ulaw").write_bytes(tones.tone(880, GREETING_MS))
        (self._outside / "sounds" / "word.ulaw").write_bytes(tones.tone(880, WORD_MS))
        modules = self._home.outside(self.layout.modules)
        loads = [f"load = {name}.so" for name in config.MODULES if (modules / f"{name}.so").is_file()]
        texts = {
            "asterisk.conf": config.asterisk_conf(self.layout),
            "modules.conf": "[modules]\nautoload = no\n" + "\n".join(loads) + "\n",
            "pjsip.conf": config.pjsip_conf(self.layout, list(self.phones.values())),
            "manager.conf": config.manager_conf(self.layout, self.ami_secret),
            "dialplan.conf": self._dialplan,
            **config.other_files(self.layout),
            **self._files,
        }
        for name, text in texts.items():
            (self._outside / "etc" / name).write_text(text)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)


_music_made: list[bytes] = []


def _music() -> bytes:
    if not _music_made:
        _music_made.append(tones.music())
    return _music_made[0]


def _with_port(phone: Phone) -> Phone:
    registers = phone.secret is not None
    return phone if registers or phone.port else replace(phone, port=free_port())


def _sweep(instances: Path) -> None:
    """Remove folders of test processes that were killed; those of living ones stay."""
    for left in instances.glob("*/"):
        owner = left / OWNER
        written = owner.is_file()
        if written and not Path(f"/proc/{owner.read_text().strip()}").exists():
            shutil.rmtree(left, ignore_errors=True)
