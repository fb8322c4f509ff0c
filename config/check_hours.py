"""What is wrong with opening hours: words that cannot be read, rules without effect, open doors with nobody behind."""

import datetime
from collections.abc import Iterator

from config.check_staffing import staffing_problems
from config.definition import Definition
from config.definition_hours import OpeningHours
from config.errors import BadHours
from config.hours import DAYS, WEEKDAYS, Plan, Span, expanded, plan, span, window, zone

HOLIDAYS_MAX = 500
WINDOWS_MAX = 20
"""So many windows a day may have."""
SHORTHANDS = {"weekdays": WEEKDAYS[:5], "weekend": WEEKDAYS[5:], "every_day": WEEKDAYS}


def hours_problems(definition: Definition, now_ms: int | None = None) -> Iterator[str]:
    """Problems of each table by itself, then of all together. Given an instant, hours that never open within the 400
    days from it are told too."""
    for hours in definition.hours:
        found = [*_words(hours), *_without_effect(hours)]
        if not found and now_ms is not None:
            found += _never_open(hours, definition.center.zone, now_ms)
        yield from (f"hours, {hours.id!r}{problem}" for problem in found)
    yield from _references(definition)
    # What cannot be read was told above.
    plans = {hours.id: planned for hours in definition.hours if (planned := _read(hours, definition.center.zone))}
    yield from staffing_problems(definition, plans)


def _words(hours: OpeningHours) -> Iterator[str]:
    """What cannot be read; a sentence begins with what parts it from the id."""
    if hours.zone is not None:
        try:
            zone(hours.zone)
        except BadHours as error:
            yield f", zone: {error}"
    for key in (*WEEKDAYS, *SHORTHANDS):
        texts: tuple[str, ...] = getattr(hours, key) or ()
        yield from _too_many(f", {key}", len(texts), WINDOWS_MAX, "windows")
        for number, text in enumerate(texts[:WINDOWS_MAX], 1):
            try:
                window(text)
            except BadHours as error:
                yield f", {key}, number {number}: {error}"
    yield from _too_many(", holidays", len(hours.holidays), HOLIDAYS_MAX, "holidays")
    yield from _holidays(hours)


def _too_many(where: str, given: int, most: int, what: str) -> Iterator[str]:
    if given > most:
        yield f"{where}: has {given} {what}; write {most} at most."


def _holidays(hours: OpeningHours) -> Iterator[str]:
    """What cannot be read, and two that claim the same day with the same right."""
    taken: dict[tuple[tuple[bool, bool], datetime.date], int] = {}
    for number, holiday in enumerate(hours.holidays[:HOLIDAYS_MAX], 1):
        where = f", holidays, number {number}"
        yield from _too_many(f"{where}, open", len(holiday.open), WINDOWS_MAX, "windows")
        try:
            read = span(holiday)
        except BadHours as error:
            yield f"{where}, {error}"
            continue
        days = list(read.days())
        twice = next((day for day in days if (read.rank, day) in taken), None)
        if twice is not None:
            yield f"{where}: {_day(read, twice)} is given by number {taken[read.rank, twice]} already; take one out."
        for day in days:
            taken.setdefault((read.rank, day), number)


def _day(read: Span, day: datetime.date) -> str:
    return f"{day:%m-%d}" if len(read.first) == 2 else day.isoformat()


def _without_effect(hours: OpeningHours) -> Iterator[str]:
    for key, days in SHORTHANDS.items():
        if getattr(hours, key) is None:
            continue
        half = [hours.weekdays] * 5 + [hours.weekend] * 2 if key == "every_day" else [None] * len(days)
        if all(getattr(hours, day) is not None or other is not None for day, other in zip(days, half, strict=True)):
            yield f", {key}: has no effect, since each of these days has windows of its own; take it out."


def _never_open(hours: OpeningHours, center_zone: str, now_ms: int) -> Iterator[str]:
    planned = _read(hours, center_zone)
    if planned is not None and not expanded(planned, now_ms):
        yield f': it never opens within {DAYS} days; add a window such as monday = ["08:00-18:00"].'


def _read(hours: OpeningHours, center_zone: str) -> Plan | None:
    try:
        return plan(hours, center_zone)
    except BadHours:
        return None


def _references(definition: Definition) -> Iterator[str]:
    known = {hours.id for hours in definition.hours}
    named = [("queues", queue.id, queue.hours) for queue in definition.queues]
    named += [("teams", team.id, team.hours) for team in definition.teams]
    for kind, id_, name in named:
        if name is not None and name not in known:
            yield f"{kind}, {id_!r}, hours: there are no hours {name!r}; add them under [[hours]]."
    used = {name for _, _, name in named} | {definition.dialling and definition.dialling.hours}
    for hours in definition.hours:
        if hours.id not in used:
            yield f"hours, {hours.id!r}: no queue and no team has these hours; name them in one, or take them out."
