"""`switchroom bench expected-wait`: how sharp and honest what is told of the wait is, against two simple predictors.

One seed a world, the shipped engine under virtual time. The peers are the wait of the last caller who was answered
(LES) and the wait so far of who waits for longest (HOL), as both quantiles alike (`plain`), times a factor (`scaled`)
and plus an offset (`shifted`), each tracked live for each quantile by the same rule as ours. The better form of the
better peer is the one that counts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from benchmarks.waiting_worlds import STEADY, WORLDS
from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import InteractionId, QueueId
from router.core.pace import SCORED_LEAST
from router.simulation.day import Day
from router.simulation.reading import parse

STEP = 0.04
LEAST_MS = 1_000.0
"""A peer that says less is taken to say this where it is multiplied."""
QUANTILES = (0.5, 0.9)
WARM = SCORED_LEAST
"""Once warm: after so many who had to wait were answered in a queue."""


def pinball(told_ms: float, actual_ms: float, quantile: float) -> float:
    error = actual_ms - told_ms
    return max(quantile * error, (quantile - 1) * error)


class Form(Protocol):
    def tell(self, value_ms: float) -> tuple[float, float]: ...

    def learn(self, value_ms: float, told: tuple[float, float], actual_ms: float) -> None: ...


class Plain:
    """The value itself."""

    def tell(self, value_ms: float) -> tuple[float, float]:
        return value_ms, value_ms

    def learn(self, value_ms: float, told: tuple[float, float], actual_ms: float) -> None:
        """There is nothing to learn."""


class Scaled:
    """The value times a tracked factor for each quantile."""

    def __init__(self) -> None:
        self._factors = [1.0, 2.0]

    def tell(self, value_ms: float) -> tuple[float, float]:
        value = max(LEAST_MS, value_ms)
        return value * self._factors[0], value * self._factors[1]

    def learn(self, value_ms: float, told: tuple[float, float], actual_ms: float) -> None:
        for n, quantile in enumerate(QUANTILES):
            self._factors[n] *= 1 + STEP * (quantile - (actual_ms <= told[n]))


class Shifted:
    """The value plus a tracked offset for each quantile; its steps are in proportion to the usual error."""

    def __init__(self) -> None:
        self._offsets = [0.0, 0.0]
        self._error_ms = LEAST_MS

    def tell(self, value_ms: float) -> tuple[float, float]:
        return max(0.0, value_ms + self._offsets[0]), max(0.0, value_ms + self._offsets[1])

    def learn(self, value_ms: float, told: tuple[float, float], actual_ms: float) -> None:
        self._error_ms += STEP * (abs(actual_ms - value_ms) - self._error_ms)
        for n, quantile in enumerate(QUANTILES):
            self._offsets[n] += 2 * STEP * self._error_ms * (quantile - (actual_ms <= told[n]))


FORMS: dict[str, Callable[[], Form]] = {"plain": Plain, "scaled": Scaled, "shifted": Shifted}


@dataclass
class Line:
    """One queue as the peers see it."""

    since: dict[InteractionId, int] = field(default_factory=dict)
    last_ms: int = 0
    peers: dict[tuple[str, str], Form] = field(
        default_factory=lambda: {(peer, form): made() for peer in ("les", "hol") for form, made in FORMS.items()}
    )
    scored: int = 0

    def values(self, now_ms: int) -> dict[str, float]:
        oldest = next(iter(self.since.values()), now_ms)
        return {"les": float(self.last_ms), "hol": float(now_ms - oldest)}


@dataclass
class Told:
    """What one customer was told by each, as they came."""

    at_ms: int
    ours: tuple[int, int] | None
    silent: bool
    at_once: bool
    values: dict[str, float]
    peers: dict[tuple[str, str], tuple[float, float]]
    warm: bool


@dataclass
class Sums:
    """Totals over customers who are told something and answered."""

    told: int = 0
    loss: dict[str, list[float]] = field(default_factory=dict)
    held: list[int] = field(default_factory=lambda: [0, 0])

    def add(self, name: str, told: tuple[float, float], actual_ms: int) -> None:
        found = self.loss.setdefault(name, [0.0, 0.0])
        for n, quantile in enumerate(QUANTILES):
            found[n] += pinball(told[n], actual_ms, quantile)


class Scoring:
    """Follows the facts of a world and scores what was told."""

    def __init__(self) -> None:
        self._lines: dict[QueueId, Line] = {}
        self._told: dict[InteractionId, Told] = {}
        self.waited, self.all = Sums(), Sums()
        self.warm = self.silent = self.left = self.left_late = 0

    def take(self, at_ms: int, fact: Fact) -> None:
        match fact:
            case facts.InteractionQueued():
                self._queued(at_ms, fact)
            case facts.VisitAnswered():
                self._answered(at_ms, fact)
            case facts.VisitAbandoned():
                self._left(at_ms, fact)

    def _line(self, queue: QueueId) -> Line:
        return self._lines.setdefault(queue, Line())

    def _queued(self, at_ms: int, fact: facts.InteractionQueued) -> None:
        line = self._line(fact.queue)
        values = line.values(at_ms)
        estimate = fact.expected or fact.unsure
        at_once = fact.expected is not None and not fact.expected.p90_ms
        warm = line.scored >= WARM
        self._told[fact.interaction] = Told(
            at_ms=at_ms,
            ours=None if estimate is None else (estimate.p50_ms, estimate.p90_ms),
            silent=fact.expected is None,
            at_once=at_once,
            values=values,
            peers={key: form.tell(values[key[0]]) for key, form in line.peers.items()},
            warm=warm,
        )
        line.since[fact.interaction] = at_ms
        self.warm += warm
        self.silent += warm and fact.expected is None

    def _answered(self, at_ms: int, fact: facts.VisitAnswered) -> None:
        line = self._line(fact.queue)
        line.since.pop(fact.interaction, None)
        told = self._told.pop(fact.interaction)
        actual_ms = at_ms - told.at_ms
        line.last_ms = actual_ms
        if not told.at_once:
            line.scored += 1
            for key, form in line.peers.items():
                form.learn(told.values[key[0]], told.peers[key], actual_ms)
        if told.silent or not told.warm or told.ours is None:
            return
        for sums in (self.all,) if told.at_once else (self.all, self.waited):
            sums.told += 1
            sums.add("ours", told.ours, actual_ms)
            for (peer, form_name), said in told.peers.items():
                sums.add(f"{peer} {form_name}", (0.0, 0.0) if told.at_once else said, actual_ms)
            for n in range(2):
                sums.held[n] += actual_ms <= told.ours[n]

    def _left(self, at_ms: int, fact: facts.VisitAbandoned) -> None:
        self._line(fact.queue).since.pop(fact.interaction, None)
        told = self._told.pop(fact.interaction)
        if told.warm and not told.silent and told.ours is not None:
            self.left += 1
            self.left_late += at_ms - told.at_ms > told.ours[1]


def world(text: str, seed: int) -> dict[str, Any]:
    """Play a world and return its figures."""
    scoring = Scoring()
    Day(parse(text), seed, scoring.take).run()
    waited, everybody = scoring.waited, scoring.all
    losses = {name: sum(loss) / 2 / waited.told for name, loss in waited.loss.items()}
    peer = min((name for name in losses if name != "ours"), key=losses.__getitem__)
    plain = min((name for name in losses if name.endswith("plain")), key=losses.__getitem__)
    return {
        "told_who_waited": waited.told,
        "told_in_all": everybody.told,
        "silent_share": round(scoring.silent / scoring.warm, 4),
        "held_p50": round(waited.held[0] / waited.told, 4),
        "held_p90": round(waited.held[1] / waited.told, 4),
        "loss_ms": {name: round(loss) for name, loss in sorted(losses.items())},
        "loss_p50_p90_ms": [round(each / waited.told) for each in waited.loss["ours"]],
        "better_peer": peer,
        "below_better_peer": round(1 - losses["ours"] / losses[peer], 4),
        "below_better_plain_peer": round(1 - losses["ours"] / losses[plain], 4),
        "loss_in_all_ms": round(sum(everybody.loss["ours"]) / 2 / everybody.told),
        "left": scoring.left,
        "left_later_than_p90": scoring.left_late,
    }


def run(folder: Path | None, hours: float = 48.0, seed: int = 1) -> dict[str, Any]:
    """Measure all worlds. `folder` is of no use here."""
    found = {name: world(text(hours), seed) for name, text in WORLDS.items()}
    ours = sum(each["loss_ms"]["ours"] for each in found.values())
    peers = sum(each["loss_ms"][each["better_peer"]] for each in found.values())
    return {
        "bench": "expected-wait",
        "hours": hours,
        "seed": seed,
        "warm_after_scored": WARM,
        "worlds": found,
        "mean_below_better_peer": round(sum(each["below_better_peer"] for each in found.values()) / len(found), 4),
        "summed_below_better_peer": round(1 - ours / peers, 4),
        "steady_worlds": list(STEADY),
    }
