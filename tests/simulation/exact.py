"""Exact values of queues with exponential laws, to be met by the simulation. Rates are per second."""

import math
from dataclasses import dataclass


def erlang_b(agents: int, load: float) -> float:
    """Return the probability of being blocked."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


@dataclass(frozen=True)
class ErlangC:
    calls_h: float
    agents: int
    service_s: float = 180.0
    within_s: float = 20.0

    @property
    def load(self) -> float:
        return self.calls_h * self.service_s / 3600.0

    @property
    def p_wait(self) -> float:
        blocked = erlang_b(self.agents, self.load)
        return self.agents * blocked / (self.agents - self.load * (1.0 - blocked))

    @property
    def wait_s(self) -> float:
        return self.p_wait * self.service_s / (self.agents - self.load)

    @property
    def service_level(self) -> float:
        return 1.0 - self.p_wait * math.exp(-(self.agents - self.load) * self.within_s / self.service_s)


@dataclass(frozen=True)
class ErlangA:
    calls_h: float
    agents: int
    patience_s: float
    service_s: float = 180.0
    within_s: float = 20.0
    beyond: int = 2_000
    """So many states beyond the agents are looked at."""

    def _states(self) -> list[float]:
        rate, serve, leave = self.calls_h / 3600.0, 1.0 / self.service_s, 1.0 / self.patience_s
        weights = [1.0]
        for n in range(1, self.agents + self.beyond):
            weights.append(weights[-1] * rate / (min(n, self.agents) * serve + max(0, n - self.agents) * leave))
        whole = math.fsum(weights)
        return [weight / whole for weight in weights]

    @property
    def p_wait(self) -> float:
        return math.fsum(self._states()[self.agents :])

    @property
    def abandonment(self) -> float:
        waiting = math.fsum(n * p for n, p in enumerate(self._states()[self.agents :]))
        return waiting / self.patience_s / (self.calls_h / 3600.0)

    @property
    def wait_s(self) -> float:
        return self.abandonment * self.patience_s

    @property
    def occupancy(self) -> float:
        return self.calls_h / 3600.0 * self.service_s * (1.0 - self.abandonment) / self.agents


@dataclass(frozen=True)
class Limited:
    """M/M/n/n+k: who finds all waiting places taken is blocked."""

    calls_min: float
    agents: int
    places: int
    service_min: float

    def _states(self) -> list[float]:
        weights = [1.0]
        for n in range(1, self.agents + self.places + 1):
            weights.append(weights[-1] * self.calls_min * self.service_min / min(n, self.agents))
        whole = math.fsum(weights)
        return [weight / whole for weight in weights]

    @property
    def blocked(self) -> float:
        return self._states()[-1]

    @property
    def wait_min(self) -> float:
        """Of those who are let in."""
        states = self._states()
        waiting = math.fsum(n * p for n, p in enumerate(states[self.agents :]))
        return waiting / (self.calls_min * (1.0 - states[-1]))
