"""How often a sign-in may fail: per account and address, per address, and per account. Pure; time is an argument."""

from collections import OrderedDict, deque
from dataclasses import dataclass

KEYS_MAX = 10_000
"""Remembered keys; the one longest untouched is forgotten first."""


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    window_ms: int = 15 * 60_000
    per_account_and_address: int = 5
    per_address: int = 30
    per_account: int = 50


class Attempts:
    """Failures of the last while. A success forgets those of its account and address."""

    def __init__(self, limits: AttemptLimits | None = None) -> None:
        self._limits = limits or AttemptLimits()
        self._failures: OrderedDict[tuple[str, str], deque[int]] = OrderedDict()

    def wait_ms(self, account: str, address: str, now_ms: int) -> int:
        """How long this account must wait at this address before the next try; 0 when it need not."""
        return max(self._wait_ms(key, most, now_ms) for key, most in self._keys(account, address))

    def failed(self, account: str, address: str, now_ms: int) -> None:
        for key, most in self._keys(account, address):
            failures = self._failures.setdefault(key, deque(maxlen=most))
            failures.append(now_ms)
            self._failures.move_to_end(key)
        while len(self._failures) > KEYS_MAX:
            self._failures.popitem(last=False)

    def succeeded(self, account: str, address: str) -> None:
        self._failures.pop((account, address), None)

    def _keys(self, account: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
        limits = self._limits
        return (
            ((account, address), limits.per_account_and_address),
            (("", address), limits.per_address),
            ((account, ""), limits.per_account),
        )

    def _wait_ms(self, key: tuple[str, str], most: int, now_ms: int) -> int:
        failures = self._failures.get(key)
        if failures is None or len(failures) < most:
            return 0
        return max(0, failures[0] + self._limits.window_ms - now_ms)
