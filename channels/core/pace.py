"""How often somebody may do something: a bucket that fills at a steady rate. Pure; time is an argument."""

from dataclasses import dataclass


@dataclass(slots=True)
class Pace:
    """`burst` at once, then `per_minute`."""

    burst: int
    per_minute: int
    used: float = 0.0
    at_ms: int = 0

    def wait_ms(self, now_ms: int) -> int:
        """Count one more and return 0, or count nothing and return after how many ms one is allowed."""
        drained = (now_ms - self.at_ms) * self.per_minute / 60_000
        self.used = max(0.0, self.used - drained)
        self.at_ms = now_ms
        if self.used + 1 <= self.burst:
            self.used += 1
            return 0
        return int((self.used + 1 - self.burst) * 60_000 / self.per_minute) + 1

    def is_idle(self, now_ms: int) -> bool:
        """Nothing is left of what was counted: forgetting this changes nothing."""
        return self.used <= (now_ms - self.at_ms) * self.per_minute / 60_000
