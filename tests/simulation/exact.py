"""Exact values of queues with exponential laws, to be met by the simulation. Rates are per second."""

import math
from collections.abc import Callable, Iterable
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


State = tuple[int, ...]
Moves = Callable[[State], Iterable[tuple[float, State]]]
"""From a state: the rates of what may happen next, and where that leads."""


def steady_state(start: State, moves: Moves) -> dict[State, float]:
    """Return the stationary probabilities of every state that can be reached from `start`, which has to be few."""
    numbers, into, out = {start: 0}, [list[tuple[int, float]]()], [0.0]
    reached = [start]
    for number, state in enumerate(reached):
        for rate, to in moves(state):
            if rate <= 0.0 or to == state:
                continue
            if to not in numbers:
                numbers[to] = len(reached)
                reached.append(to)
                into.append([])
                out.append(0.0)
            into[numbers[to]].append((number, rate))
            out[number] += rate
    found = [1.0 / len(reached)] * len(reached)
    for _ in range(20_000):
        moved = 0.0
        for number in (*range(len(reached)), *reversed(range(len(reached)))):
            balanced = math.fsum(found[source] * rate for source, rate in into[number]) / out[number]
            moved = max(moved, abs(balanced - found[number]))
            found[number] = balanced
        whole = math.fsum(found)
        found = [each / whole for each in found]
        if moved < 1e-12:
            break
    return dict(zip(reached, found, strict=True))


def mean_of(states: dict[State, float], what: Callable[[State], float]) -> float:
    """Return the mean of a number that the state says."""
    return math.fsum(share * what(state) for state, share in states.items())


@dataclass(frozen=True)
class AnyPatience:
    """M/M/n+G after Baccelli and Hebuterne: patience with any law, given as the share that still waits after t s."""

    calls_h: float
    agents: int
    staying: Callable[[float], float]
    service_s: float = 180.0
    step_s: float = 0.05
    until_s: float = 6_000.0

    def _integrals(self) -> tuple[float, float, float]:
        """E, and lambda times the integrals of e and of e weighted with the mean wait of who would wait that long."""
        rate, drain = self.calls_h / 3600.0, self.agents / self.service_s
        waited, whole, weighed, at = 0.0, 0.0, 0.0, self.step_s / 2
        while at < self.until_s:
            stays = self.staying(at) * self.step_s
            middle = waited + stays / 2
            e = math.exp(rate * middle - drain * at) * self.step_s
            whole, weighed, waited, at = whole + e, weighed + e * middle, waited + stays, at + self.step_s
        free, term = 1.0, 1.0
        for busy in range(self.agents - 1, 0, -1):
            term *= busy / (rate * self.service_s)
            free += term
        return free, rate * whole, rate * weighed

    @property
    def p_wait(self) -> float:
        free, whole, _ = self._integrals()
        return whole / (free + whole)

    @property
    def abandonment(self) -> float:
        free, whole, _ = self._integrals()
        return (1.0 + whole * (1.0 - self.agents / (self.service_s * self.calls_h / 3600.0))) / (free + whole)

    @property
    def wait_s(self) -> float:
        free, whole, weighed = self._integrals()
        return weighed / (free + whole)
