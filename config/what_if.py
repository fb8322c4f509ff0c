"""`switchroom replay FROM TO --with other.toml`: a recorded stretch beside what other rules would have made of it."""

import json
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.check import check
from config.definition import read
from config.errors import BadSetting
from config.figures import KpiFigures, cuts_of, key_of
from config.tables import aligned, change, instant, value
from config.translating import routing_settings
from history.core.registry import REGISTRY
from history.core.routing_settings import RoutingSettings
from history.past import RoutingPast
from reports.core import kpi, service_level
from reports.core.measures import Kpi
from reports.core.tally import Cut
from router.replaying import engine_at
from router.simulation.errors import BadTrace
from router.simulation.intervals import Estimate
from router.simulation.trace import Trace
from router.whatif import Compared, WhatIf, notes_on, trace_of, what_if

OF_VISITS: Final = (
    kpi.OFFERED,
    kpi.ANSWERED,
    kpi.ABANDONED,
    kpi.ABANDONMENT,
    service_level.SERVICE_LEVEL,
    kpi.WAIT_MEAN,
    kpi.WAIT_MEDIAN,
    kpi.WAIT_P90,
    kpi.WAIT_LONGEST,
)
OF_AGENTS: Final = (kpi.OCCUPANCY, kpi.FAIRNESS)
METHOD: Final = (
    "Recorded: counted from the journal. Same rules: the recorded rules played again; how far they lie from the record "
    "is the method's own error. Difference: other rules minus same rules, seed by seed, with its 95 % interval; it "
    "holds what chance leaves open in this stretch, not how other days differ.",
    "Arrivals, presence, phones and breaks are as recorded. Work takes as long as it took, whoever does it; what was "
    "never handled takes as long as another piece of its queue. Customers who left would leave after the same wait; "
    "the patience of the others is drawn beyond their wait (Kaplan-Meier, by queue). What supervisors did to waiting "
    "work, and what agents pulled, is left out. docs/what-if.md says more.",
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying a definition on a stretch."""

    trace: Trace
    found: WhatIf
    cuts: Sequence[str]
    """All, each queue, and each team, as the figures name them."""
    notes: Sequence[str]


async def try_other(past: RoutingPast, from_ms: int, to_ms: int, other: Path, *, seed: int, seeds: int) -> Tried:
    """Try the definition of a file on a stretch of the journal.

    Raises:
        BadSetting: nothing is recorded there, or the definition cannot be tried on it.
        BadDefinition: the file is no definition, or one that cannot hold.
    """
    rules = other_rules(other, from_ms)
    stretch = await stretch_of(past, from_ms, to_ms)

    def new_figures() -> KpiFigures:
        return KpiFigures(stretch.edges, stretch.cuts)

    try:
        found = what_if(stretch.trace, stretch.recorded, rules, new_figures, seed=seed, seeds=seeds)
    except BadTrace as error:
        raise BadSetting("\n".join(f"{other}: {sentence}" for sentence in str(error).splitlines())) from error
    return Tried(stretch.trace, found, tuple(stretch.cuts), notes_on(stretch.trace, rules))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the journal as a trace, and what was recorded of it."""

    trace: Trace
    edges: tuple[int, int]
    """From when to when (UTC ms) there is a record."""
    cuts: Mapping[str, Cut]
    recorded: Mapping[str, float]


async def stretch_of(past: RoutingPast, from_ms: int, to_ms: int) -> Stretch:
    """Return what the journal has of a stretch.

    Raises:
        BadSetting: nothing is recorded there.
    """
    first, end = await past.first_number_at(from_ms), await past.first_number_at(to_ms)
    newest, newest_ms = await past.newest()
    if first >= end:
        raise BadSetting("Nothing is recorded between these two instants; give a FROM and a TO with work in between.")
    (begins,) = [each async for each in past.entries(first, first + 1)]
    edges = (max(from_ms, begins.at_ms), min(to_ms, newest_ms + 1))
    before = await past.state_before(first)
    defined = [each for each in before if each.type == "RoutingDefined"]
    defined += [each async for each in past.entries(first, end, ("RoutingDefined",))]
    cuts = cuts_of(engine_at(defined, REGISTRY).state.settings)
    recorded = KpiFigures(edges, cuts)
    trace = await trace_of(before, past.entries(first, newest + 1), REGISTRY, *edges, recorded)
    return Stretch(trace, edges, cuts, recorded.values(*edges))


def other_rules(path: Path, from_ms: int) -> RoutingSettings:
    """Return what a definition's file means to the router from an instant on, once it is checked as for a running
    center."""
    definition, _ = read(path)
    check(definition, str(path))
    return routing_settings(definition, 0, from_ms)


def lines_of(tried: Tried, zone: zoneinfo.ZoneInfo) -> Iterator[str]:
    """Yield what was found as text: a table for all, for each queue and for each team, and how to read them."""
    trace, found = tried.trace, tried.found
    yield (
        f"{instant(trace.from_ms, zone)} to {instant(trace.to_ms, zone)}: {trace.counted} came. "
        f"Played {found.seeds} times under each definition, seed {found.seed}, {found.inputs} inputs decided."
    )
    yield from tried.notes
    for cut in tried.cuts:
        rows = list(_rows(found, cut))
        if len(rows) > 1:
            yield ""
            yield from aligned(rows)
    yield ""
    yield from METHOD


def _rows(found: WhatIf, cut: str) -> Iterator[tuple[str, ...]]:
    title = "all" if cut == "all" else cut.replace("/", " ", 1)
    yield (title, "recorded", "same rules", "other rules", "difference")
    of_team = cut.startswith("team/")
    for each in OF_AGENTS if of_team else (*OF_VISITS, *(OF_AGENTS if cut == "all" else ())):
        compared = found.figures.get(f"{key_of(each)}/{cut}")
        if compared is not None:
            yield (f"  {each.name}", *_cells(each, compared))


def _cells(of: Kpi, compared: Compared) -> Iterator[str]:
    yield "-" if compared.recorded is None else value(of.unit, compared.recorded)
    for found in (compared.same, compared.other):
        yield "-" if found is None else value(of.unit, found.mean)
    difference = compared.difference
    yield "-" if difference is None else change(of.unit, difference.mean, difference.half_95)


def as_json(tried: Tried) -> str:
    """Return everything as JSON: all KPIs, lengths in ms, shares from 0 to 1."""
    trace, found = tried.trace, tried.found
    whole = {
        "from_ms": trace.from_ms,
        "to_ms": trace.to_ms,
        "arrivals": trace.counted,
        "seed": found.seed,
        "seeds": found.seeds,
        "inputs": found.inputs,
        "notes": list(tried.notes),
        "method": list(METHOD),
        "figures": {
            name: {
                "recorded": each.recorded,
                "same_rules": _estimate(each.same),
                "other_rules": _estimate(each.other),
                "difference": _estimate(each.difference),
            }
            for name, each in found.figures.items()
        },
    }
    return json.dumps(whole, indent=2)


def _estimate(found: Estimate | None) -> dict[str, float | None] | None:
    return None if found is None else {"mean": found.mean, "half_95": found.half_95}
