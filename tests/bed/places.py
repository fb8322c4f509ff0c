"""Where the programs of the test bed are found; standard library only, since the installer uses it too."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from tests.bed.errors import BedError, ServerMissingError

EXTRA_PATH = ("/usr/local/sbin", "/usr/sbin", "/sbin")
POSTGRES_HOMES = "/usr/lib/postgresql"
DOVECOT_HOMES = ("/usr/lib/dovecot", "/usr/libexec/dovecot")
Release = Literal[16, 22]
ASTERISK_SUITES: dict[Release, str] = {22: "sid", 16: "bullseye"}
"""The Debian suite that has each release; 22 is the main one, and stands for those after it too."""
WHOLE_MARK = "srv/switchroom-whole"
VERSION_LIMIT_S = 20


def cache_folder() -> Path:
    """Where large things are kept between runs: ``SWITCHROOM_CACHE`` or ``~/.cache/switchroom``."""
    return Path(os.environ.get("SWITCHROOM_CACHE") or Path.home() / ".cache" / "switchroom")


def find_program(name: str) -> Path | None:
    """A program on the PATH, in the system folders a user's PATH may lack, or of PostgreSQL's newest version."""
    path = os.pathsep.join((os.environ.get("PATH", ""), *EXTRA_PATH, *map(str, _postgres_folders())))
    found = shutil.which(name, path=path)
    return Path(found) if found else None


def require_program(name: str) -> Path:
    """The program, or ServerMissingError with the way out."""
    found = find_program(name)
    if found is None:
        raise ServerMissingError(name)
    return found


def find_dovecot_part(name: str) -> Path | None:
    """``imap`` or ``lmtp``, programs that dovecot starts by itself and keeps off the PATH."""
    return next((part for home in DOVECOT_HOMES if (part := Path(home) / name).is_file()), None)


def _postgres_folders() -> list[Path]:
    homes = [home for home in Path(POSTGRES_HOMES).glob("*/bin") if home.parent.name.isdigit()]
    return sorted(homes, key=lambda home: int(home.parent.name), reverse=True)


@dataclass(frozen=True, slots=True)
class AsteriskHome:
    """An installed Asterisk: inside ``root`` (a folder for chroot), or the machine's own when ``root`` is None."""

    root: Path | None
    program: Path

    @property
    def command(self) -> tuple[str, ...]:
        """What to run it with."""
        if self.root is None:
            return (str(self.program),)
        return (str(require_program("chroot")), str(self.root), str(self.program))

    def outside(self, inside: str) -> Path:
        """Where a path as Asterisk sees it lies on this machine."""
        return Path(inside) if self.root is None else self.root / inside.lstrip("/")


def asterisk_folder(release: Release) -> Path:
    """The cached folder that holds a Debian suite with this Asterisk."""
    return cache_folder() / f"asterisk-{ASTERISK_SUITES[release]}"


def find_asterisk(release: Release = 22) -> AsteriskHome | None:
    """The machine's own Asterisk when it is of this release, then the one in the cached folder."""
    own = find_program("asterisk")
    if own is not None and serves((str(own),), release):
        return AsteriskHome(None, own)
    folder = asterisk_folder(release)
    if (folder / WHOLE_MARK).is_file():
        return AsteriskHome(folder, Path("/usr/sbin/asterisk"))
    return None


@lru_cache
def serves(command: tuple[str, ...], release: Release) -> bool:
    """Whether an asterisk runs and is of this release, or for 22 of a later one."""
    said = subprocess.run((*command, "-V"), capture_output=True, text=True, timeout=VERSION_LIMIT_S, check=False).stdout
    found = re.search(r"\d+", said)
    major = int(found[0]) if found else 0
    return major == release or major > release == 22


def require_asterisk(release: Release = 22) -> AsteriskHome:
    """The Asterisk to use, or ServerMissingError with the way out."""
    home = find_asterisk(release)
    if home is None:
        raise ServerMissingError(f"asterisk {release}")
    if home.root is not None and os.geteuid() != 0:
        raise BedError(
            f"Asterisk in {home.root} runs by chroot: run the tests as root, or put an asterisk {release} on the PATH."
        )
    return home
