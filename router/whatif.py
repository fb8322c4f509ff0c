"""What if other rules had held: a journalled stretch taken as a trace, and the shipped engine run on it under both.

Three columns come of it. *Recorded* is counted from the committed facts. *Same rules* is the recorded definition played
again on the trace: how far it lies from what was recorded is the method's own error. *Other rules* is the definition
that is tried. Both are played with the same seeds, so that they meet the same people, and the difference is taken seed
by seed.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

from history.core.entries import Entry, Kind
from history.core.registry import Registry
from history.core.routing_settings import RoutingSettings
from router.replaying import engine_at
from router.simulation.errors import BadTrace
from router.simulation.intervals import Estimate, estimate, paired
from router.simulation.observing import Figures
from router.simulation.opening import opening_facts
from router.simulation.streams import seed_of
from router.simulation.trace import Trace
from router.simulation.traced_day import TracedDay, rules_of
from router.simulation.traced_people import Laws
from router.simulation.tracing import Tracing

NewFigures = Callable[[], Figures]
"""Makes the fold of one run. The composition root gives the functions that reports and wallboard use."""


async def trace_of(
    before: Sequence[Entry],
    entries: AsyncIterator[Entry],
    registry: Registry,
    from_ms: int,
    to_ms: int,
    figures: Figures,
) -> Trace:
    """Return the trace of a stretch, and let `figures` count what was recorded.

    `before` leads to the state at `from_ms`; `entries` are all from there on, and are read beyond `to_ms` as far as is
    needed to see those served who came before it.
    """
    state = engine_at(before, registry).state
    tracing = Tracing(state, from_ms, to_ms)
    for fact in opening_facts(state, from_ms):
        figures.take(from_ms, fact)
    async for entry in entries:
        if tracing.is_over(entry.at_ms):
            break
        if entry.kind is Kind.FACT:
            fact = registry.fact(entry)
            figures.take(entry.at_ms, fact)
            tracing.take(entry.at_ms, fact)
    return tracing.ended()


def faults_of(trace: Trace, other: RoutingSettings) -> list[str]:
    """Return what keeps other rules from being tried on a trace, a sentence each."""
    if not trace.counted:
        return ["Nobody arrived in this stretch, so there is nothing to try other rules on; give another FROM and TO."]
    media = {queue.queue: queue.medium for queue in other.queues}
    used = {contact.arrival.queue: contact.arrival.medium for contact in trace.contacts.values()}
    return [
        f"queues, {queue!r}: {medium} came to it in this stretch, and the other definition has "
        + (f"it for {media[queue]}" if queue in media else "no such queue")
        + "; add it there."
        for queue, medium in sorted(used.items())
        if media.get(queue) is not medium
    ]


def notes_on(trace: Trace, other: RoutingSettings) -> list[str]:
    """Return what has to be known to read the figures, a sentence each."""
    known = {agent.agent for rules in rules_of(trace) for agent in rules.agents}
    kept = {agent.agent for agent in other.agents}
    found = []
    if missing := sorted(known - kept):
        found.append(f"Not in the other definition, and so never at work there: {', '.join(missing)}.")
    if fresh := sorted(kept - known):
        found.append(f"Not in the record, so nobody knows when they would work, and they never do: {', '.join(fresh)}.")
    still = sum(contact.counts and not contact.closed for contact in trace.contacts.values())
    if still:
        found.append(f"{still} of those who came in the stretch had not been served to the end where the record ends.")
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure in all columns; none where it has no value."""

    recorded: float | None
    same: Estimate | None
    other: Estimate | None
    difference: Estimate | None
    """What the other rules have more than the same rules."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    seed: int
    seeds: int
    inputs: int
    """Inputs that the engine decided on in all runs."""
    figures: Mapping[str, Compared]


def what_if(
    trace: Trace,
    recorded: Mapping[str, float],
    other: RoutingSettings,
    new_figures: NewFigures,
    *,
    seed: int = 1,
    seeds: int = 10,
) -> WhatIf:
    """Play a trace under its own rules and under others, with so many seeds each.

    Raises:
        BadTrace: the other rules cannot be tried on it.
    """
    faults = faults_of(trace, other)
    if faults:
        raise BadTrace("\n".join(faults))
    laws = Laws(trace)
    same_runs: list[Mapping[str, float]] = []
    other_runs: list[Mapping[str, float]] = []
    inputs = 0
    for number in range(seeds):
        for rules, runs in ((None, same_runs), (other, other_runs)):
            figures = new_figures()
            day = TracedDay(trace, laws, seed_of(seed, "what-if", number), figures.take, rules)
            day.run()
            inputs += day.world.inputs
            runs.append(figures.values(trace.from_ms, trace.to_ms))
    names = sorted({name for run in (recorded, *same_runs, *other_runs) for name in run})
    compared = {name: _compared(name, recorded, same_runs, other_runs) for name in names}
    return WhatIf(seed, seeds, inputs, compared)


def _compared(
    name: str, recorded: Mapping[str, float], same: Sequence[Mapping[str, float]], other: Sequence[Mapping[str, float]]
) -> Compared:
    both = [
        (run[name], beside[name]) for run, beside in zip(same, other, strict=True) if name in run and name in beside
    ]
    return Compared(
        recorded.get(name),
        _estimate(same, name),
        _estimate(other, name),
        paired([run for run, _ in both], [beside for _, beside in both]) if both else None,
    )


def _estimate(runs: Sequence[Mapping[str, float]], name: str) -> Estimate | None:
    values = [run[name] for run in runs if name in run]
    return estimate(values) if values else None
