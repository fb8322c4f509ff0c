"""Opening hours as instants: a week on the wall clock of a zone, with its holidays, expanded to intervals in UTC.

Pure: the beginning is an argument, and the only thing that is read is the time zone database. Rules:
- A window belongs to the day on which it begins, also when it runs past midnight, into a holiday or out of one.
- A window begins at the first instant at which the clock shows its beginning or later, and ends after the last one at
  which the clock shows earlier than its end. So where clocks are put forward, a beginning or end that does not exist is
  the first instant after the gap, and a window around the gap is shorter; where they are put back, a beginning counts
  when it comes first and an end when it comes for the second time, and a window around it is longer. A window that lies
  within a gap is never open.
- Windows that overlap or touch become one.
"""

import datetime
import re
import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.definition_hours import Day, Holiday, OpeningHours, Windows
from config.errors import BadHours
from history.core.routing_settings import OpenInterval

DAYS = 400
"""So far ahead hours are expanded."""
SPAN_DAYS_MAX = 366
"""So many days a holiday with `from` and `to` may have."""
DAY_MIN = 1_440
MINUTE_MS = 60_000
DAY_MS = DAY_MIN * MINUTE_MS
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_WINDOW = re.compile(r"(\d\d):(\d\d) ?- ?(\d\d):(\d\d)", re.ASCII)
_DAY = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)", re.ASCII)
_LEAP_YEAR = 2028
"""A day of every year is one of this year's."""

When = tuple[int, ...]
"""(year, month, day), or (month, day) of every year."""


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes on the wall clock from the beginning of its day; an end beyond 1440 lies on the next day."""

    from_min: int
    until_min: int


@dataclass(frozen=True, slots=True)
class Span:
    """Days for which other windows hold than in the week."""

    first: When
    last: When
    windows: tuple[Window, ...]

    @property
    def rank(self) -> tuple[bool, bool]:
        """The lowest counts: with a year before every year, a single day before several."""
        return len(self.first) == 2, self.first != self.last

    def holds(self, day: datetime.date) -> bool:
        at: When = (day.month, day.day) if len(self.first) == 2 else (day.year, day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last  # over the turn of the year

    def days(self) -> Iterator[datetime.date]:
        """Each of its days; those of every year as days of one leap year."""
        if len(self.first) == 2:
            begin = datetime.date(_LEAP_YEAR, 1, 1)
            yield from (day for day in _days(begin, SPAN_DAYS_MAX) if self.holds(day))
        else:
            begin, end = datetime.date(*self.first), datetime.date(*self.last)
            yield from _days(begin, (end - begin).days + 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """Opening hours that have been read: the windows of each weekday, Monday first, and the holidays by rank."""

    zone: zoneinfo.ZoneInfo
    week: tuple[tuple[Window, ...], ...]
    holidays: tuple[Span, ...] = ()

    def windows(self, day: datetime.date) -> tuple[Window, ...]:
        return next((span.windows for span in self.holidays if span.holds(day)), self.week[day.weekday()])


def plan(hours: OpeningHours, center_zone: str) -> Plan:
    """Read opening hours.

    Raises:
        BadHours: a zone, a window or a holiday cannot be read.
    """
    return Plan(
        zone=zone(center_zone if hours.zone is None else hours.zone),
        week=tuple(tuple(map(window, texts)) for texts in week(hours)),
        holidays=tuple(sorted(map(span, hours.holidays), key=lambda each: each.rank)),
    )


def expanded(planned: Plan, start_ms: int, days: int = DAYS) -> tuple[OpenInterval, ...]:
    """When it is open within so many times 24 hours from `start_ms` (UTC ms): in order, never overlapping or touching,
    cut at both ends."""
    end_ms = start_ms + days * DAY_MS
    # A window ends on the next day at the latest, and a clock may be put back over midnight while it does.
    begin = datetime.datetime.fromtimestamp(start_ms / 1000, planned.zone).date() - datetime.timedelta(days=2)
    found = (
        OpenInterval(max(from_ms, start_ms), min(until_ms, end_ms))
        for day in _days(begin, days + 4)
        for each in planned.windows(day)
        for from_ms, until_ms in [_instants(day, each, planned.zone)]
    )
    return united(found)


def first_ms(now_ms: int) -> int:
    """Where the expansion of today begins: at the beginning of yesterday in UTC, so that it is the same all day."""
    return now_ms - now_ms % DAY_MS - DAY_MS


def week(hours: OpeningHours) -> Iterator[Windows]:
    """What holds on each weekday, Monday first: its own list, else that of its half of the week, else `every_day`."""
    for number, name in enumerate(WEEKDAYS):
        own: Windows | None = getattr(hours, name)
        half = hours.weekdays if number < 5 else hours.weekend
        yield next((each for each in (own, half, hours.every_day) if each is not None), ())


def zone(name: str) -> zoneinfo.ZoneInfo:
    """Return a time zone by its IANA name.

    Raises:
        BadHours: there is none.
    """
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise BadHours(f"{name!r} is no time zone; write one such as Europe/London.") from None


def window(text: str) -> Window:
    """Read a window such as `08:00-12:00`.

    Raises:
        BadHours: it is none; the message says what to write.
    """
    found = _WINDOW.fullmatch(text)
    if found is None:
        raise BadHours(f"{text!r} is no window; write one such as '08:00-12:00'.")
    from_h, from_min, until_h, until_min = map(int, found.groups())
    for hour, minute in ((from_h, from_min), (until_h, until_min)):
        if minute > 59 or (hour, minute) > (24, 0):
            raise BadHours(f"{hour:02}:{minute:02} in {text!r} is no time of the day; write 00:00 to 24:00.")
    begins, ends = from_h * 60 + from_min, until_h * 60 + until_min
    if begins == DAY_MIN:
        raise BadHours(f"{text!r} begins when its day is over; write it at the next day, from 00:00.")
    if begins == ends:
        raise BadHours(f"{text!r} ends when it begins; write '00:00-24:00' for a whole day, or take it out.")
    return Window(begins, ends if ends > begins else ends + DAY_MIN)


def span(holiday: Holiday) -> Span:
    """Read a holiday.

    Raises:
        BadHours: its days or windows cannot be read; the message begins with the key.
    """
    if holiday.date is not None and holiday.first is None and holiday.last is None:
        ends = [_when("date", holiday.date)] * 2
    elif holiday.date is None and holiday.first is not None and holiday.last is not None:
        ends = [_when("from", holiday.first), _when("to", holiday.last)]
    else:
        raise BadHours("date: a holiday has a date, or from and to; give one of both.")
    windows = []
    for number, text in enumerate(holiday.open, 1):
        try:
            windows.append(window(text))
        except BadHours as error:
            raise BadHours(f"open, number {number}: {error}") from None
    first, last = ends
    if len(first) != len(last):
        raise BadHours("from and to: one has a year and the other has none; give it to both or to none.")
    if len(first) == 3:
        lasts_days = (datetime.date(*last) - datetime.date(*first)).days + 1
        if lasts_days < 1:
            raise BadHours(f"to: {holiday.last} comes before {holiday.first}; put them in order.")
        if lasts_days > SPAN_DAYS_MAX:
            raise BadHours(f"to: {holiday.last} is the day number {lasts_days}; write {SPAN_DAYS_MAX} days at most.")
    return Span(first, last, tuple(windows))


def united(intervals: Iterable[OpenInterval]) -> tuple[OpenInterval, ...]:
    """The same times in order, without empty intervals; those that overlap or touch become one."""
    found: list[OpenInterval] = []
    for each in sorted(intervals, key=lambda interval: (interval.from_ms, interval.until_ms)):
        if each.from_ms >= each.until_ms:
            continue
        if found and each.from_ms <= found[-1].until_ms:
            found[-1] = OpenInterval(found[-1].from_ms, max(found[-1].until_ms, each.until_ms))
        else:
            found.append(each)
    return tuple(found)


def without(intervals: Iterable[OpenInterval], taken: Iterable[OpenInterval]) -> tuple[OpenInterval, ...]:
    """The times of the former at which none of the latter is."""
    left = list(united(intervals))
    for gone in united(taken):
        left = [
            part
            for each in left
            for part in (
                OpenInterval(each.from_ms, min(each.until_ms, gone.from_ms)),
                OpenInterval(max(each.from_ms, gone.until_ms), each.until_ms),
            )
            if part.from_ms < part.until_ms
        ]
    return tuple(left)


def _days(begin: datetime.date, count: int) -> Iterator[datetime.date]:
    return (begin + datetime.timedelta(days=number) for number in range(count))


def _when(key: str, day: Day) -> When:
    found = _DAY.fullmatch(day)
    year, month, number = ("", "0", "0") if found is None else found.groups(default="")
    try:
        date = datetime.date(int(year or _LEAP_YEAR), int(month), int(number))
    except ValueError:
        way_out = 'write one such as 2026-12-25, or "12-25" for every year.'
        raise BadHours(f"{key}: {str(day)!r} is no day; {way_out}") from None
    return (date.year, date.month, date.day) if year else (date.month, date.day)


def _instants(day: datetime.date, each: Window, zone_: zoneinfo.ZoneInfo) -> tuple[int, int]:
    """Beginning and end of a window in UTC ms, by the module's rules."""
    midnight = datetime.datetime.combine(day, datetime.time.min, tzinfo=zone_)
    # Within one zone, Python adds on the wall clock.
    begins = midnight + datetime.timedelta(minutes=each.from_min)
    ends = midnight + datetime.timedelta(minutes=each.until_min)
    return _instant_s(begins, zone_, fold=0) * 1000, _instant_s(ends, zone_, fold=1) * 1000


def _instant_s(wall: datetime.datetime, zone_: zoneinfo.ZoneInfo, fold: int) -> int:
    """UTC seconds at which the clock shows `wall`: of two the one that `fold` says; of none the end of the gap."""

    def shown(at_s: int) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(at_s, zone_).replace(tzinfo=None)

    sought = wall.replace(tzinfo=None)
    at_s = int(wall.replace(fold=fold).timestamp())
    if shown(at_s) == sought:
        return at_s
    # PEP 495: in a gap, fold 1 counts with the offset after it, which gives an instant before it, and fold 0 one after.
    before_s, after_s = (int(wall.replace(fold=each).timestamp()) for each in (1, 0))
    while after_s - before_s > 1:
        middle_s = (before_s + after_s) // 2
        if shown(middle_s) < sought:
            before_s = middle_s
        else:
            after_s = middle_s
    return after_s
