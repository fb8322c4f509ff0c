"""What a definition says about opening hours, as the administrator writes them: a week, and the days that differ.

The text under each field is what docs/configuration.md says of it. What it means as instants is `config/hours.py`'s
matter, what is wrong with it `config/check_hours.py`'s.
"""

import datetime
from typing import Any

import msgspec

from config.definition_parts import Part

Windows = tuple[str, ...]


class Day(str):
    """A day as text: `2026-12-25`, or `12-25` for every year. Whether there is such a day, `config/hours.py` says."""

    __slots__ = ()


def read_day(wanted: type, given: Any) -> Any:
    """For `msgspec.convert`: a date of TOML, or the text of a day.

    Raises:
        ValueError: it is neither.
    """
    assert wanted is Day, wanted
    if type(given) is datetime.date:
        return Day(given.isoformat())
    if isinstance(given, str):
        return Day(given)
    raise ValueError('Has to be a date such as 2026-12-25, or "12-25" for every year')


class Holiday(Part, frozen=True, kw_only=True):
    """A day, or several, on which other windows hold than in the week. Of several for one day, a date counts before a
    day of every year, and a single day before `from` and `to`.
    """

    name: str = ""
    date: Day | None = None
    """A date, or a day of every year in quotes. Example: `2026-12-25` or `"12-25"`."""
    first: Day | None = msgspec.field(name="from", default=None)
    """First of several days, instead of `date`; both ends with a year or both without. Example: `"12-24"`."""
    last: Day | None = msgspec.field(name="to", default=None)
    """Last of these days; 366 days at most. Example: `"01-01"`."""
    open: Windows = ()
    """Windows of each of these days; none: closed all day. Example: `["10:00-14:00"]`."""


class OpeningHours(Part, frozen=True, kw_only=True):
    """When queues are open: windows of each day of the week, on the wall clock of a zone, and holidays. A window is
    `"08:00-12:00"`; it may end at `24:00`, and one such as `"22:00-06:00"` ends on the next day. It belongs to the day
    on which it begins: a night that begins before a holiday runs into it, and a holiday's own night runs into the next
    day. Windows that overlap or touch become one; 20 a day at most. Where clocks are put forward, what begins or ends
    within the time that is left out does so at its end; where they are put back, a window begins when its time comes
    for the first time and ends when its time comes for the second.
    """

    id: str
    name: str
    zone: str | None = None
    """IANA time zone, such as Europe/London; the center's, if not given."""
    monday: Windows | None = None
    """Example: `["08:00-12:00", "13:00-18:00"]`. An empty list: closed. Not given: see `weekdays`. The same for each
    day."""
    tuesday: Windows | None = None
    wednesday: Windows | None = None
    thursday: Windows | None = None
    friday: Windows | None = None
    saturday: Windows | None = None
    sunday: Windows | None = None
    weekdays: Windows | None = None
    """Windows of those days from Monday to Friday that have no list of their own. Example: `["08:00-18:00"]`."""
    weekend: Windows | None = None
    """The same for Saturday and Sunday."""
    every_day: Windows | None = None
    """Windows of all days for which nothing else is given; these are closed, if it is not given either."""
    holidays: tuple[Holiday, ...] = ()
    """Days that differ from the week; 500 at most."""
