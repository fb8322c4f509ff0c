"""Figures as text: columns that line up, each value with its unit."""

import datetime
import zoneinfo
from collections.abc import Iterator, Sequence

from reports.core.measures import Unit


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows of equal length as lines: the first column to the left, all others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells]).rstrip()


def value(unit: Unit, given: float) -> str:
    """Return a value as people read it: a count, a share in percent, a length in seconds."""
    if unit is Unit.COUNT:
        return f"{given:.0f}" if given == round(given) else f"{given:.1f}"
    return f"{100 * given:.1f} %" if unit is Unit.SHARE else f"{given / 1000:.1f} s"


def change(unit: Unit, given: float, half: float | None) -> str:
    """Return how much more something is, with half the width of its interval; shares differ by points."""
    scale, word = {Unit.COUNT: (1.0, ""), Unit.SHARE: (100.0, " points"), Unit.MS: (0.001, " s")}[unit]
    if not given and not half:
        return "0"
    interval = "" if half is None else f" +-{half * scale:.1f}"
    return f"{given * scale:+.1f}{interval}{word}"


def within(unit: Unit, given: float, half: float | None) -> str:
    """Return a value with half the width of its interval."""
    scale, word = {Unit.COUNT: (1.0, ""), Unit.SHARE: (100.0, " %"), Unit.MS: (0.001, " s")}[unit]
    interval = "" if half is None else f" +-{half * scale:.1f}"
    return f"{given * scale:.1f}{interval}{word}"


def instant(at_ms: int, zone: zoneinfo.ZoneInfo) -> str:
    """Return an instant to the ms, with the name of its zone's time."""
    at = datetime.datetime.fromtimestamp(at_ms / 1000, zone)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at_ms % 1000:03} {at.tzname()}"
