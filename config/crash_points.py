"""Named points at which a test may kill the engine, as a power cut would: SIGKILL, no clean-up, no excuse.

Set SWITCHROOM_DIE_AT to `point` or `point:n` (die when it is reached for the n-th time). Without it a point costs one
comparison.
"""

import os
import signal
from collections.abc import Callable

from config.errors import BadSetting

VARIABLE = "SWITCHROOM_DIE_AT"


def crash_points(wish: str | None) -> Callable[[str], None]:
    """Return the function that rooms call at their named points."""
    if not wish:
        return lambda point: None
    name, _, count = wish.partition(":")
    if count and not count.isdecimal():
        raise BadSetting(f"{VARIABLE}={wish}: write point or point:number.")
    left = int(count or 1)

    def reached(point: str) -> None:
        nonlocal left
        if point != name:
            return
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached
