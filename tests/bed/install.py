"""Installs what the tests need, once: ``python -m tests.bed.install``, as root on Debian.

What is there already is not installed again, and then the network is not touched. Each version is printed.
Where something cannot be had, one sentence says what and how, and the exit code is 1. Standard library only.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bed.asterisk_folder import CannotInstallError, build_asterisk
from tests.bed.mirror import release
from tests.bed.places import ASTERISK_SUITES, Release, cache_folder, find_asterisk, find_dovecot_part, find_program

APT_LISTS = Path("/var/lib/apt/lists")
FONTS = Path("/usr/share/fonts")
APT_LIMIT_S = 1_200
LOCK_WAIT_S = 1_200
VERSION_LIMIT_S = 20


@dataclass(frozen=True, slots=True)
class Need:
    """A thing the tests use, the Debian packages that bring it, and how it tells its version."""

    name: str
    packages: tuple[str, ...]
    is_there: Callable[[], bool]
    version: tuple[str, ...] = ()


def _program(name: str) -> Callable[[], bool]:
    return lambda: find_program(name) is not None


NEEDS = (
    Need("sipp", ("sip-tester",), _program("sipp"), ("sipp", "-v")),
    Need(
        "dovecot",
        ("dovecot-imapd", "dovecot-lmtpd"),
        lambda: all((find_program("dovecot"), find_dovecot_part("imap"), find_dovecot_part("lmtp"))),
        ("dovecot", "--version"),
    ),
    Need("redis-server", ("redis-server",), _program("redis-server"), ("redis-server", "--version")),
    Need(
        "postgres",
        ("postgresql",),
        lambda: all((find_program("postgres"), find_program("initdb"))),
        ("postgres", "--version"),
    ),
    Need("chromium", ("chromium",), _program("chromium"), ("chromium", "--version")),
    Need("fonts", ("fonts-dejavu-core",), lambda: any(FONTS.rglob("DejaVuSans.ttf"))),
)
DEBOOTSTRAP = Need("debootstrap", ("debootstrap",), _program("debootstrap"))


def main() -> int:
    """Install what is missing and print what is there; 0 when all of it is."""
    try:
        if _missing() or _missing_asterisk():
            with _alone():
                _install()
    except CannotInstallError as reason:
        print(f"The test bed is incomplete: {reason}", file=sys.stderr)
        return 1
    _print_versions()
    return 0


def _missing() -> list[Need]:
    return [need for need in NEEDS if not need.is_there()]


def _missing_asterisk() -> list[Release]:
    return [number for number in ASTERISK_SUITES if find_asterisk(number) is None]


def _install() -> None:
    builds = _missing_asterisk()
    if builds and _may_build():
        if not DEBOOTSTRAP.is_there():
            _apt_install(DEBOOTSTRAP.packages)
        names = " and ".join(map(str, builds))
        print(f"Asterisk {names}: making the folders they run in (a minute or two, 500 MB each, once)", flush=True)
        # It needs the network and one core, as apt does; neither waits for the other.
        with ThreadPoolExecutor(1) as beside:
            building = beside.submit(build_asterisk, builds)
            _install_packages([])
            building.result()
    else:
        _install_packages(["asterisk"] if builds else [])
    still = [need.name for need in _missing()] + [f"asterisk {number}" for number in _missing_asterisk()]
    if still:
        raise CannotInstallError(
            f"{', '.join(still)} cannot be found after the installation; install by hand, an asterisk on the PATH."
        )


def _may_build() -> bool:
    """Whether Asterisk can be had from Debian: here is Debian, or somebody has given its mirror."""
    return release("ID") == "debian" or bool(os.environ.get("SWITCHROOM_DEBIAN_MIRROR"))


def _install_packages(others: Sequence[str]) -> None:
    wanted = [package for need in _missing() for package in need.packages] + list(others)
    if wanted:
        _apt_install(wanted)


def _apt_install(packages: Sequence[str]) -> None:
    line = f"apt-get install {' '.join(packages)}"
    if find_program("apt-get") is None:
        raise CannotInstallError(
            f"{', '.join(packages)} needed, and this is no Debian; install the like of them by hand."
        )
    if os.geteuid() != 0:
        raise CannotInstallError(f"{', '.join(packages)} needed: run this as root, or run: sudo {line}")
    print(f"Installing {', '.join(packages)}", flush=True)
    updated = not any(APT_LISTS.glob("*_Packages*"))
    if updated:
        _apt("update")
    command = ("install", "-y", "--no-install-recommends", *packages)
    if not _apt(*command) and (updated or not _apt("update") or not _apt(*command)):
        raise CannotInstallError(
            f"apt could not install {', '.join(packages)}; what it says is above; mend it, then: {line}"
        )


def _apt(*arguments: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ("apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *arguments)
    try:
        return subprocess.run(command, env=environment, timeout=APT_LIMIT_S, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        raise CannotInstallError(f"{' '.join(command)} did not end within {APT_LIMIT_S} s; try again.") from None


@contextmanager
def _alone() -> Iterator[None]:
    """One run at a time; a second waits for the first and then finds everything there."""
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "install.lock").open("w") as lock:
        deadline = time.monotonic() + LOCK_WAIT_S
        told = False
        while not _lock(lock.fileno()):
            if not told:
                print(f"Waiting for another run that holds {lock.name}", flush=True)
                told = True
            if time.monotonic() > deadline:
                raise CannotInstallError(
                    f"another run has held {lock.name} for {LOCK_WAIT_S} s; end it, then try again."
                )
            time.sleep(0.2)
        yield


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _print_versions() -> None:
    asked: list[tuple[str, tuple[str, ...]]] = [(need.name, need.version) for need in NEEDS if need.version]
    for number in ASTERISK_SUITES:
        home = find_asterisk(number)
        if home is not None:
            asked.append((f"asterisk {number}", (*home.command, "-V")))
    with ThreadPoolExecutor() as at_once:
        for (name, _), said in zip(asked, at_once.map(lambda one: _version(one[1]), asked), strict=True):
            print(f"{name}: {said}")


def _version(command: tuple[str, ...]) -> str:
    program = find_program(command[0]) or command[0]
    run = subprocess.run((program, *command[1:]), capture_output=True, text=True, timeout=VERSION_LIMIT_S, check=False)
    lines = [line.strip() for line in (run.stdout + run.stderr).splitlines() if any(c.isdigit() for c in line)]
    return lines[0] if lines else f"says nothing of its version (exit code {run.returncode})"


if __name__ == "__main__":
    sys.exit(main())
