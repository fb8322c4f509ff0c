"""The clock port and its one adapter: the only place that reads a clock."""

import time
from typing import Protocol


class Clock(Protocol):
    def now_ms(self) -> int:
        """UTC in ms, anchored at start and moved by the monotonic clock, never backwards."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds of no particular beginning that never jump: for deadlines and leases."""
        ...


class SystemClock:
    """UTC anchored once at construction; a wall clock that is set later does not move it."""

    def __init__(self) -> None:
        self._anchor_ms = time.time_ns() // 1_000_000 - time.monotonic_ns() // 1_000_000
        self._last_ms = 0

    def start_no_earlier_than(self, instant_ms: int) -> None:
        """Never run before the journal's last instant, also over a restart with a wall clock set back."""
        behind_ms = instant_ms - self.now_ms()
        if behind_ms > 0:
            self._anchor_ms += behind_ms

    def now_ms(self) -> int:
        self._last_ms = max(self._last_ms, self._anchor_ms + self.monotonic_ms())
        return self._last_ms

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000
