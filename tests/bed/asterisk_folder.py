"""Makes the folders that Asterisk runs in: each a small Debian suite, by debootstrap, whole or not at all."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bed.mirror import debian_mirror
from tests.bed.places import ASTERISK_SUITES, WHOLE_MARK, Release, asterisk_folder, cache_folder, serves

PACKAGES = "asterisk,asterisk-core-sounds-en-gsm"
LIMIT_S = 1_200
LOG_LINES = 8


class CannotInstallError(Exception):
    """One sentence: what cannot be had, and what to do."""


def build_asterisk(releases: Sequence[Release]) -> None:
    """Make the folders of these releases side by side; each stands only when whole, also if another fails."""
    if os.geteuid() != 0:
        raise CannotInstallError("Asterisk is built into a folder by debootstrap, which needs root: run this as root.")
    mirror = debian_mirror()
    if mirror is None:
        raise CannotInstallError(
            "apt's sources name no Debian mirror for Asterisk: put its address into SWITCHROOM_DEBIAN_MIRROR, "
            "or put an asterisk on the PATH."
        )
    _sweep()
    with ThreadPoolExecutor() as side_by_side:
        ended = list(side_by_side.map(lambda release: _tried(release, mirror), releases))
    failures = [
        f"{release} of Debian {ASTERISK_SUITES[release]}: {failure}"
        for release, failure in zip(releases, ended, strict=True)
        if failure is not None
    ]
    if failures:
        raise CannotInstallError(
            f"Asterisk could not be built ({'; '.join(failures)}). Look whether the mirror {mirror} has these suites, "
            "give another in SWITCHROOM_DEBIAN_MIRROR, or put an asterisk of that release on the PATH."
        )


def _tried(release: Release, mirror: str) -> str | None:
    """Build a folder, once more where the mirror or the network failed; None when it stands."""
    failure = _build(release, mirror)
    if failure is not None:
        print(f"Asterisk {release} could not be built ({failure}); trying once more.", file=sys.stderr, flush=True)
        failure = _build(release, mirror)
    return failure


def _build(release: Release, mirror: str) -> str | None:
    """None when the folder stands, else why it does not."""
    suite = ASTERISK_SUITES[release]
    workplace = Path(tempfile.mkdtemp(prefix=f"asterisk-{suite}.building-", dir=cache_folder()))
    workplace.chmod(0o755)
    try:
        failure = _debootstrap(suite, mirror, workplace) or _try_out(workplace, release)
        if failure is None:
            (workplace / WHOLE_MARK).touch()
            final = asterisk_folder(release)
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


def _try_out(folder: Path, release: Release) -> str | None:
    if serves(("chroot", str(folder), "/usr/sbin/asterisk"), release):
        return None
    return f"its asterisk does not run, or is not of release {release}"


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
