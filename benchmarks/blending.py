"""`switchroom bench blending`: days with two peaks of calls and an outbound backlog that never ends, by rule and split.

By rule, most agents take calls and outbound work, of which they get one only while more than a reserve of them are
idle; the others work outbound and are lent to the calls while somebody has waited for long. Against it stands the best
fixed split in hindsight: for each day, of all ways to divide the same agents into those for calls alone and those for
outbound work alone, the one with the most outbound hours that answers 80 % of that day's calls within 20 s. Both meet
the same callers. A second comparison takes for each day the split with the most outbound hours among those whose
service level is at least what the rules reached on that day.

Who works outbound alone is never without work, so their hours are all they have; only the calls of a split are played.
"""

import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from history.core import routing as facts
from history.core.entries import Fact
from history.core.vocabulary import AgentId, HandlingId
from router.simulation.intervals import Estimate, paired
from router.simulation.reading import parse
from router.simulation.replications import simulate
from router.simulation.scenario import Scenario

WITHIN_MS = 20_000
GOAL = 0.8
TWICE_MS = 15 * 60_000


@dataclass(frozen=True, slots=True)
class Center:
    """What is played. `calls_h` has one rate for each period."""

    agents: int = 22
    lendable: int = 6
    keep: int = 4
    calls_h: tuple[int, ...] = (60, 150, 230, 150, 80, 150, 230, 150, 60)
    period_min: int = 60

    @property
    def hours(self) -> float:
        return len(self.calls_h) * self.period_min / 60


def _calls(center: Center, days: int, group: str) -> str:
    return f"""
name = "Two peaks"
days = {days}
periods = {len(center.calls_h)}
period_min = {center.period_min}
closing = "cut"
busyness = {{ law = "gamma", shape = 40 }}

[[types]]
id = "calls"
arrivals = {{ per_h = {list(center.calls_h)} }}
patience = {{ law = "exp", mean_min = 3 }}
service = {{ law = "exp", mean_min = 3 }}
routes = [{{ group = "{group}" }}]
"""


def split(center: Center, days: int, inbound: int) -> Scenario:
    """So many agents for calls alone; the others work outbound and are not played."""
    return parse(f'{_calls(center, days, "inbound")}\n[[groups]]\nid = "inbound"\nagents = {inbound}\n')


def blended(center: Center, days: int) -> Scenario:
    """The rules: a reserve, and lending. The backlog gets a piece every 10 s, more than all agents could do."""
    backlog = [0] * (2 * center.agents) + [10 * n for n in range(1, round(center.hours * 360))]
    return parse(f"""{_calls(center, days, "both")}
[[types]]
id = "outbound"
medium = "task"
target_s = 100000
arrivals = {{ instants_s = {backlog} }}
service = {{ law = "exp", mean_min = 4 }}
routes = [{{ group = "both", reserve = {center.keep} }}, {{ group = "outbound" }}]

[[groups]]
id = "both"
agents = {center.agents - center.lendable}

[[groups]]
id = "outbound"
agents = {center.lendable}

[[lending]]
id = "help_calls"
agents = "team:outbound"
to = "calls"
when = "longest_wait"
above_s = 15
back_s = 5
stay_min = 15
agents_max = {center.lendable}
""")


@dataclass(slots=True)
class Figures:
    """One day: calls in time, outbound hours, and how agents were lent."""

    scenario: Scenario
    offered: int = 0
    in_time: int = 0
    outbound_ms: int = 0
    lent: int = 0
    twice: int = 0
    """Agents who were lent and recalled, lent and recalled again, all within a quarter of an hour."""
    begun: dict[HandlingId, int] = field(default_factory=dict)
    loans: dict[AgentId, list[int]] = field(default_factory=dict)

    def take(self, at_ms: int, fact: Fact) -> None:
        match fact:
            case facts.VisitAnswered(queue="calls") | facts.VisitAbandoned(queue="calls"):
                self.offered += 1
                self.in_time += isinstance(fact, facts.VisitAnswered) and fact.wait_ms <= WITHIN_MS
            case facts.HandlingStarted(queue="outbound"):
                self.begun[fact.handling] = at_ms
            case facts.WrapUpCompleted() if fact.handling in self.begun:
                self.outbound_ms += at_ms - self.begun.pop(fact.handling)
            case facts.AgentLent():
                self.lent += 1
                self.loans.setdefault(fact.agent, []).append(at_ms)
            case facts.AgentRecalled():
                self.twice += any(at_ms - since_ms < TWICE_MS for since_ms in self.loans[fact.agent][-2:-1])
            case _:
                pass

    def values(self, from_ms: int, to_ms: int) -> Mapping[str, float]:
        outbound_ms = self.outbound_ms + sum(to_ms - began for began in self.begun.values())
        found = {"outbound_h": outbound_ms / 3_600_000, "lent": float(self.lent), "twice": float(self.twice)}
        return found | ({"service_level": self.in_time / self.offered} if self.offered else {})


def _days(scenario: Scenario, figure: str, seed: int) -> list[float]:
    """Return a figure of each day. A day without calls has been answered in time."""
    samples = simulate(scenario, seed, Figures).samples[figure]
    return [1.0 if value is None else value for value in samples]


def _said(estimate: Estimate) -> dict[str, float | None]:
    half_95 = None if estimate.half_95 is None else round(estimate.half_95, 4)
    return {"mean": round(estimate.mean, 4), "half_95": half_95}


def run(folder: Path | None, days: int = 40, center: Center | None = None, seed: int = 1) -> dict[str, Any]:
    """Play the days by rule and by every split. No disk is measured."""
    center = center or Center()
    began = time.process_time()
    played = simulate(blended(center, days), seed, Figures).samples
    level = [value or 0.0 for value in played["service_level"]]
    outbound = [value or 0.0 for value in played["outbound_h"]]
    levels = {0: [0.0] * days}
    for inbound in range(1, center.agents + 1):
        levels[inbound] = _days(split(center, days, inbound), "service_level", seed)

    def hours(inbound: int) -> float:
        return (center.agents - inbound) * center.hours

    def best(day: int, least: float) -> int:
        """The smallest number of agents for calls that reaches this level on this day; all, where none does."""
        return next((inbound for inbound in levels if levels[inbound][day] >= least), center.agents)

    hindsight = [best(day, GOAL) for day in range(days)]
    equal = [best(day, level[day]) for day in range(days)]
    return {
        "bench": "blending",
        "python": platform.python_version(),
        "days": days,
        "agents": center.agents,
        "service_level_by_rule": round(sum(level) / days, 4),
        "outbound_h_by_rule": round(sum(outbound) / days, 2),
        "service_level_of_best_split": round(sum(levels[n][day] for day, n in enumerate(hindsight)) / days, 4),
        "outbound_h_of_best_split": round(sum(hours(n) for n in hindsight) / days, 2),
        "more_service_level": _said(paired([levels[n][day] for day, n in enumerate(hindsight)], level)),
        "more_outbound_h": _said(paired([hours(n) for n in hindsight], outbound)),
        "more_outbound_h_at_the_days_own_level": _said(paired([hours(n) for n in equal], outbound)),
        "lent_a_day": round(sum(value or 0.0 for value in played["lent"]) / days, 2),
        "lent_and_recalled_twice_in_15_min": int(sum(value or 0.0 for value in played["twice"])),
        "took_cpu_s": round(time.process_time() - began, 1),
    }
