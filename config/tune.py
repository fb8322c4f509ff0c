"""`switchroom tune`: a scenario or a recorded day, searched for rules under which the worst queue is served better."""

import datetime
import difflib
import json
import os
import re
import sys
import tomllib
import zoneinfo
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from config.definition import parse
from config.errors import BadSetting
from config.levers import Knob, check_text, moved, of_definition, of_scenario, serving, sharing, text_of
from config.options import DatabaseOption, DataOption
from config.recorded import definition_that_holds, opened
from config.running import finish
from config.tables import aligned, change, value, within
from config.tune_days import OfScenario, OfTrace, Players, rules_of
from config.what_if import stretch_of
from history.past import RoutingPast
from reports.core.measures import Unit
from router.simulation import reading
from router.simulation.center import settings_of
from router.simulation.errors import BadScenario
from router.simulation.intervals import Estimate
from router.tuning import Gain, Rows, Setting, Tuned, tune, worst_of
from router.whatif import faults_of

DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
ENOUGH: Final = 20
"""A queue to which fewer came on a recorded day says nothing."""
ALIKE: Final = 0.02
"""Queues whose shares lie no further apart are served alike."""
JUDGED: Final = (
    "Judged is the share of all offered who were answered in time (the figure 'service level of offered'): who leaves "
    "and who still waits counts against it. The search maximises that of the worst queue, and a tenth as much the "
    "average."
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is tuned: a file's text, what may be set in it, and the days to play."""

    name: str
    """As the diff names the file."""
    text: str
    knobs: Sequence[Knob]
    days: OfScenario | OfTrace
    shared: Mapping[str, frozenset[str]]
    """By queue all queues that share agents with it, itself included."""
    search_days: int
    fresh_days: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What came of it. `text` is the file with the changes."""

    subject: Subject
    tuned: Tuned
    text: str
    inputs: int

    @property
    def holds(self) -> bool:
        """Whether there is something to propose: a gain that is more than chance."""
        return self.tuned.gain is not None and self.tuned.gain.is_certain


def tune_command(
    what: Annotated[str, typer.Argument(metavar="SCENARIO|DAY", help="File of a scenario, or a day: 2026-11-20.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same proposal.")] = 1,
    tries: Annotated[int, typer.Option(min=1, max=10_000, help="How many settings are tried at most.")] = 60,
    days: Annotated[int | None, typer.Option(min=2, help="On how many days (or seeds) each is tried.")] = None,
    fresh_days: Annotated[
        int | None, typer.Option(min=2, help="On how many other days (or seeds) the best one is measured.")
    ] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="How many days are played side by side.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write the proposed file here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data: DataOption = Path("data"),
    database: DatabaseOption = None,
) -> None:
    """Search due times, relaxation steps, reserves and weights for what serves the worst queue better with the same
    staff, and propose it as a diff with its expected gain."""

    async def work() -> int:
        if write is not None and write.exists():
            raise BadSetting(f"--write {write}: is there already; give another name, or take it away.")
        if DAY.fullmatch(what):
            subject = await of_day(what, data, database)
        else:
            subject = of_file(Path(what))
        found = propose(
            subject,
            seed=seed,
            tries=tries,
            days=days or subject.search_days,
            fresh_days=fresh_days or subject.fresh_days,
            processes=processes or len(os.sched_getaffinity(0)),
        )
        if write is not None and found.holds:
            write.write_text(found.text, encoding="utf-8")
        print(as_json_text(found, seed) if as_json else "\n".join(lines_of(found, seed, write)))
        return 0

    finish(work, reckons=True)


def of_file(path: Path) -> Subject:
    """Return a scenario's file as something to tune. One with batches has long days, of which fewer do."""
    try:
        scenario = reading.read(path)
        settings = settings_of(scenario)
    except BadScenario as error:
        if _is_definition(path):
            raise BadSetting(
                f"{path}: is a center's definition; give a recorded day, such as switchroom tune 2026-11-20, for which "
                "the definition that holds is tuned, or a scenario's file."
            ) from error
        raise BadSetting(str(error)) from error
    text = path.read_text(encoding="utf-8")
    search_days, fresh_days = (16, 40) if scenario.batches is None else (2, 4)
    knobs = of_scenario(scenario, settings)
    return Subject(str(path), text, knobs, OfScenario(), sharing(serving(settings)), search_days, fresh_days)


def _is_definition(path: Path) -> bool:
    try:
        return "center" in tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False


async def of_day(day: str, data: Path, database: str | None) -> Subject:
    """Return a recorded day, from midnight to midnight in the center's zone, with the definition that holds now.

    Raises:
        BadSetting: nothing is recorded, or the definition cannot be tried on that day.
    """
    store = await opened(data, database)
    try:
        stored = await definition_that_holds(store, data)
        definition = parse(stored.text)
        from_ms, to_ms = _midnights(day, zoneinfo.ZoneInfo(definition.center.zone))
        stretch = await stretch_of(RoutingPast(store), from_ms, to_ms)
    finally:
        await store.close()
    trace = stretch.trace
    raw = tomllib.loads(stored.text)
    rules = rules_of(raw, trace)
    faults = faults_of(trace, rules)
    if faults:
        raise BadSetting("\n".join(f"definition: {sentence}" for sentence in faults))
    came = Counter[str](contact.arrival.queue for contact in trace.contacts.values() if contact.counts)
    judged = {queue: stretch.cuts[f"queue/{queue}"] for queue, count in sorted(came.items()) if count >= ENOUGH}
    if not judged:
        raise BadSetting(
            f"{day}: fewer than {ENOUGH} came to each queue, which is too few to tune by; give another day."
        )
    days = OfTrace(trace, stretch.edges, judged)
    name = f"definition-{stored.version}.toml"
    return Subject(name, stored.text, of_definition(definition, rules), days, sharing(serving(rules)), 4, 10)


def _midnights(day: str, zone: zoneinfo.ZoneInfo) -> tuple[int, int]:
    try:
        date = datetime.date.fromisoformat(day)
    except ValueError as error:
        raise BadSetting(f"{day!r} is no day; write one such as 2026-11-20.") from error
    both = [date, date + datetime.timedelta(days=1)]
    first, last = (datetime.datetime.combine(each, datetime.time.min, tzinfo=zone) for each in both)
    return round(first.timestamp() * 1000), round(last.timestamp() * 1000)


def propose(subject: Subject, *, seed: int, tries: int, days: int, fresh_days: int, processes: int) -> Proposal:
    """Search, and measure what was found."""
    raw = tomllib.loads(subject.text)
    now = tuple(knob.lever.now for knob in subject.knobs)
    check_text(subject.text, subject.knobs)
    with Players(subject.days, seed, processes) as players:

        def play(setting: Setting, numbers: Sequence[int]) -> Rows | None:
            rows = players.play(moved(raw, subject.knobs, setting), numbers)
            if rows is None and setting == now:
                raise BadSetting(f"{subject.name}: the present rules cannot be played: {players.why}")
            return rows

        tuned = tune(
            [knob.lever for knob in subject.knobs],
            play,
            seed=seed,
            tries=tries,
            days=days,
            fresh_days=fresh_days,
            told=_tell if sys.stderr.isatty() else lambda tried, worst: None,
        )
        if sys.stderr.isatty():
            sys.stderr.write("\n")
        inputs = players.inputs
    return Proposal(subject, tuned, text_of(subject.text, subject.knobs, tuned.setting), inputs)


def _tell(tried: int, worst: float) -> None:
    sys.stderr.write(f"\r{tried} tried; worst queue {100 * worst:.1f} % ")
    sys.stderr.flush()


def lines_of(found: Proposal, seed: int, written: Path | None) -> Iterator[str]:
    """Yield what was found as text: figures, changes and the diff, or why there is nothing to propose."""
    tuned, subject = found.tuned, found.subject
    yield f"{subject.name}, seed {seed}: {tuned.tries} settings of {len(subject.knobs)} levers tried, "
    yield f"{found.inputs} inputs decided."
    if tuned.gain is not None:
        yield ""
        yield from aligned(list(_rows(tuned.gain)))
    yield ""
    if not found.holds:
        yield f"Nothing to propose. {reason(found)}"
    else:
        assert tuned.gain is not None
        yield _headline(tuned.gain)
        yield ""
        yield from (_change(each.lever.name, each.lever.values[each.lever.now], each.value) for each in tuned.changes)
        yield ""
        yield from _diff(found)
        if written is not None:
            yield f"Written to {written}."
    yield ""
    yield JUDGED
    if isinstance(subject.days, OfTrace):
        yield (
            "The interval holds what chance leaves open in this day, not how other days differ: try the proposal on "
            "others with switchroom replay FROM TO --with FILE."
        )


def _rows(gain: Gain) -> Iterator[tuple[str, ...]]:
    yield ("answered in time", "now", "proposed", "difference")
    for name, found in gain.difference.items():
        cells = [within(Unit.SHARE, each.mean, each.half_95) for each in (gain.now[name], gain.proposed[name])]
        yield (name, *cells, change(Unit.SHARE, found.mean, found.half_95))


def _headline(gain: Gain) -> str:
    before, after = (
        value(Unit.SHARE, each.mean) for each in (gain.now[gain.worst_now], gain.proposed[gain.worst_proposed])
    )
    gained = change(Unit.SHARE, gain.worst.mean, gain.worst.half_95)
    return (
        f"The worst queue: {gain.worst_now} with {before} now, {gain.worst_proposed} with {after} proposed: {gained} "
        f"(95 %), on {gain.days} days that the search has not seen."
    )


def _change(name: str, before: float, after: float) -> str:
    return f"  {name} {before:g} -> {after:g}"


def _diff(found: Proposal) -> Iterator[str]:
    name = found.subject.name
    before, after = found.subject.text.splitlines(), found.text.splitlines()
    yield from difflib.unified_diff(before, after, name, f"{name}, proposed", lineterm="")


def reason(found: Proposal) -> str:
    """Say why nothing is proposed."""
    shared, tuned = found.subject.shared, found.tuned
    if not found.subject.knobs:
        return "There is nothing to set: no two queues share agents, and no queue widens."
    if not tuned.now:
        return "Nobody came on the days that were played."
    worst, share = worst_of(tuned.now)
    beside = {name: tuned.now[name] for name in shared[worst] - {worst} if name in tuned.now}
    if share > 1 - ALIKE:
        return f"Every queue is served in time ({worst} the least, {value(Unit.SHARE, share)})."
    if not beside:
        return (
            f"{worst} is served worst ({value(Unit.SHARE, share)}) and shares no agent with another queue: only more "
            "agents, or others with what it asks, can help it."
        )
    best, most = max(beside.items(), key=lambda item: item[1])
    if most - share <= ALIKE:
        return (
            f"All queues that share agents with {worst} ({value(Unit.SHARE, share)}) are served alike, {best} the best "
            f"({value(Unit.SHARE, most)}): what one gained another would lose."
        )
    if tuned.gain is None:
        return f"None of what was tried serves {worst} ({value(Unit.SHARE, share)}) better."
    gained = change(Unit.SHARE, tuned.gain.worst.mean, tuned.gain.worst.half_95)
    return f"The best that was found is no certain gain on other days: {gained} for the worst queue."


def as_json_text(found: Proposal, seed: int) -> str:
    """Return everything as JSON, shares from 0 to 1."""
    tuned = found.tuned
    gain = tuned.gain
    whole = {
        "of": found.subject.name,
        "seed": seed,
        "tries": tuned.tries,
        "inputs": found.inputs,
        "levers": [knob.lever.name for knob in found.subject.knobs],
        "proposed": found.holds,
        "why_not": None if found.holds else reason(found),
        "changes": [
            {
                "lever": each.lever.name,
                "now": each.lever.values[each.lever.now],
                "proposed": each.value,
                "worth": each.worth,
            }
            for each in tuned.changes
        ],
        "gain": None
        if gain is None
        else {
            "days": gain.days,
            "worst_now": gain.worst_now,
            "worst_proposed": gain.worst_proposed,
            "worst": _estimate(gain.worst),
            "queues": {
                name: {
                    "now": _estimate(gain.now[name]),
                    "proposed": _estimate(gain.proposed[name]),
                    "difference": _estimate(gain.difference[name]),
                }
                for name in gain.difference
            },
        },
        "diff": list(_diff(found)) if found.holds else [],
        "judged": JUDGED,
    }
    return json.dumps(whole, indent=2)


def _estimate(found: Estimate) -> dict[str, float | None]:
    return {"mean": found.mean, "half_95": found.half_95}
