"""Makes the folder that Asterisk runs in: a small Debian suite, by debootstrap, whole or not at all."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bed.mirror import debian_mirror
from tests.bed.places import ASTERISK_SUITES, WHOLE_MARK, asterisk_folder, cache_folder

PACKAGES = "asterisk,asterisk-core-sounds-en-gsm"
LIMIT_S = 1_200
LOG_LINES = 8


class CannotInstallError(Exception):
    """One sentence: what cannot be had, and what to do."""


def build_asterisk() -> Path:
    """Sid's Asterisk (22 or newer), or with a clear word bullseye's (16.28); the folder stands only when whole."""
    if os.geteuid() != 0:
        raise CannotInstallError("Asterisk is built into a folder by debootstrap, which needs root: run this as root.")
    mirror = debian_mirror()
    if mirror is None:
        raise CannotInstallError(
            "apt's sources name no Debian mirror for Asterisk: put its address into SWITCHROOM_DEBIAN_MIRROR, "
            "or put an asterisk on the PATH."
        )
    failures = []
    for suite in ASTERISK_SUITES:
        failure = _build(suite, mirror)
        if failure is None:
            return asterisk_folder(suite)
        failures.append(f"{suite}: {failure}")
        if suite != ASTERISK_SUITES[-1]:
            print(f"Asterisk of Debian {suite} cannot be had ({failure}); taking an older one.", file=sys.stderr)
    raise CannotInstallError(
        f"Asterisk could not be built ({'; '.join(failures)}); put an asterisk on the PATH instead."
    )


def _build(suite: str, mirror: str) -> str | None:
    """None when the folder stands, else why it does not."""
    _sweep()
    workplace = Path(tempfile.mkdtemp(prefix=f"asterisk-{suite}.building-", dir=cache_folder()))
    workplace.chmod(0o755)
    try:
        failure = _debootstrap(suite, mirror, workplace) or _try_out(workplace)
        if failure is None:
            (workplace / WHOLE_MARK).touch()
            final = asterisk_folder(suite)
            if final.exists():
                _remove(final)
            workplace.rename(final)
        return failure
    finally:
        if workplace.exists():
            _remove(workplace)


def _debootstrap(suite: str, mirror: str, folder: Path) -> str | None:
    log = cache_folder() / f"asterisk-{suite}.log"
    command = ("debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, str(folder), mirror)
    with log.open("wb") as out:
        try:
            run = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, timeout=LIMIT_S, check=False)
        except subprocess.TimeoutExpired:
            return f"debootstrap did not end within {LIMIT_S} s"
    if run.returncode == 0:
        shutil.rmtree(folder / "var/cache/apt/archives", ignore_errors=True)
        return None
    last = " / ".join(log.read_text(errors="replace").splitlines()[-LOG_LINES:])
    return f"debootstrap ended with {run.returncode}: {last}"


def _try_out(folder: Path) -> str | None:
    run = subprocess.run(
        ("chroot", str(folder), "/usr/sbin/asterisk", "-V"), capture_output=True, text=True, timeout=60, check=False
    )
    return None if run.returncode == 0 else f"its asterisk does not run: {run.stderr.strip()}"


def _sweep() -> None:
    """Remove what a run that was killed left behind; the installer's lock keeps a living run's folder safe."""
    for left in cache_folder().glob("asterisk-*.building-*"):
        _remove(left)


def _remove(folder: Path) -> None:
    """Delete a folder, after its mounts: debootstrap mounts /proc in it and may have been killed."""
    for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
        where = line.split()[1]
        if where.startswith(f"{folder}/"):
            subprocess.run(("umount", where), check=True)
    shutil.rmtree(folder)
