"""Named points at which a test may kill the engine, as a power cut would: SIGKILL, no clean-up, no excuse.

Set SWITCHROOM_DIE_AT to `point` or `point:n` (die when it is reached for the n-th time), or to `@FILE`: then the wish
is what the file holds, whenever there is one, and the file is removed as the engine dies, so that the next engine
lives. Without it a point costs one call.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from config.errors import BadSetting

VARIABLE = "SWITCHROOM_DIE_AT"


def crash_points(wish: str | None) -> Callable[[str], None]:
    """Return the function that rooms call at their named points."""
    if not wish:
        return lambda point: None
    if wish.startswith("@"):
        return _by_file(Path(wish[1:]))
    name, left = _read(wish)

    def reached(point: str) -> None:
        nonlocal left
        if point == name:
            left -= 1
            if left == 0:
                _die()

    return reached


def _by_file(file: Path) -> Callable[[str], None]:
    counted: dict[str, int] = {}
    """How often each wish's point was reached since the wish is there."""

    def reached(point: str) -> None:
        try:
            wish = file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            counted.clear()
            return
        name, count = _read(wish)
        if point != name:
            return
        counted[wish] = counted.get(wish, 0) + 1
        if counted[wish] >= count:
            file.unlink()
            _die()

    return reached


def _read(wish: str) -> tuple[str, int]:
    name, _, count = wish.partition(":")
    if count and not count.isdecimal():
        raise BadSetting(f"{VARIABLE}={wish}: write point or point:number.")
    return name, int(count or 1)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
