"""Opening hours as instants: compared with a clock that is read minute by minute, and a few days written out."""

import datetime
import zoneinfo
from itertools import pairwise

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.definition_hours import Day, Holiday, OpeningHours, read_day
from config.errors import BadHours
from config.hours import (
    DAY_MIN,
    DAY_MS,
    MINUTE_MS,
    WEEKDAYS,
    Plan,
    Window,
    expanded,
    first_ms,
    plan,
    span,
    united,
    week,
    window,
    without,
    zone,
)
from history.core.routing_settings import OpenInterval

LONDON = "Europe/London"
CHANGES = [
    # (zone, a UTC day within a few days of which its clock is changed)
    (LONDON, datetime.date(2027, 3, 28)),
    (LONDON, datetime.date(2027, 10, 31)),
    ("America/New_York", datetime.date(2027, 3, 14)),
    ("America/New_York", datetime.date(2027, 11, 7)),
    ("Australia/Lord_Howe", datetime.date(2027, 4, 4)),
    ("Australia/Lord_Howe", datetime.date(2027, 10, 3)),
    ("Asia/Kathmandu", datetime.date(2027, 6, 1)),
    ("Pacific/Apia", datetime.date(2011, 12, 30)),
    ("America/Santiago", datetime.date(2027, 9, 5)),  # put forward at midnight
    ("UTC", datetime.date(2028, 2, 29)),
]


def at(text: str) -> int:
    """UTC ms of an ISO time."""
    return round(datetime.datetime.fromisoformat(text).timestamp()) * 1000


def told(intervals: tuple[OpenInterval, ...], zone_name: str = "UTC") -> list[str]:
    """From and until on the wall clock of a zone, with its distance from UTC."""

    def text(ms: int) -> str:
        return datetime.datetime.fromtimestamp(ms / 1000, zone(zone_name)).strftime("%m-%d %H:%M %z")

    return [f"{text(each.from_ms)} to {text(each.until_ms)}" for each in intervals]


def office(holidays: tuple[Holiday, ...] = (), zone: str | None = None, **windows: tuple[str, ...]) -> OpeningHours:
    return OpeningHours(id="office", name="Office", zone=zone, holidays=holidays, **windows)


def opens(hours: OpeningHours, start: str, days: int, zone_name: str = LONDON) -> list[str]:
    return told(expanded(plan(hours, zone_name), at(start), days), zone_name)


# -- against a clock -------------------------------------------------------------------------------------------------


def by_the_clock(planned: Plan, start_ms: int, days: int) -> list[bool]:
    """Whether it is open in each minute: the clock of the zone is read at every minute, and a window lasts from the
    first reading that is not before its beginning to the last one that is before its end."""
    before, count = 3 * DAY_MIN, days * DAY_MIN
    minutes = range(-before, count + before)
    shown = [
        datetime.datetime.fromtimestamp(start_ms // 1000 + 60 * minute, planned.zone).replace(tzinfo=None)
        for minute in minutes
    ]
    is_open = [False] * len(shown)
    day = shown[0].date() + datetime.timedelta(days=1)
    while day < shown[-1].date() - datetime.timedelta(days=1):
        midnight = datetime.datetime.combine(day, datetime.time.min)
        for each in planned.windows(day):
            begins = midnight + datetime.timedelta(minutes=each.from_min)
            ends = midnight + datetime.timedelta(minutes=each.until_min)
            first = next(number for number, reading in enumerate(shown) if reading >= begins)
            last = max(number for number, reading in enumerate(shown) if reading < ends)
            for number in range(first, last + 1):
                is_open[number] = True
        day += datetime.timedelta(days=1)
    return is_open[before : before + count]


def windows() -> st.SearchStrategy[Window]:
    return st.tuples(st.integers(0, DAY_MIN - 1), st.integers(1, DAY_MIN)).map(
        lambda ends: Window(ends[0], min(ends[0] + ends[1], 2 * DAY_MIN - 1))
    )


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(CHANGES),
    st.lists(st.lists(windows(), max_size=3).map(tuple), min_size=7, max_size=7).map(tuple),
    st.integers(0, DAY_MIN - 1),
)
# Each clock change with windows that begin, end, lie in and lie around the time that comes never or twice.
@example(CHANGES[0], ((Window(90, 95), Window(60, 600), Window(30, 75), Window(1400, 1530)),) * 7, 0)
@example(CHANGES[1], ((Window(90, 95), Window(60, 600), Window(30, 75), Window(1400, 1530)),) * 7, 0)
@example(CHANGES[4], ((Window(105, 110), Window(60, 600), Window(30, 105)),) * 7, 3)
@example(CHANGES[5], ((Window(125, 135), Window(60, 600), Window(30, 135)),) * 7, 3)
@example(CHANGES[7], ((Window(600, 1200), Window(1320, 1800)),) * 7, 0)
# At one minute past midnight put back to yesterday: the window of two days ago goes on.
@example(("America/St_Johns", datetime.date(2010, 11, 9)), ((), (), (), (), (Window(1411, 2850),), (), ()), 150)
@example(CHANGES[8], ((Window(0, 600), Window(1320, 1470)),) * 7, 0)
def test_it_is_open_when_the_clock_on_the_wall_says_so(
    change: tuple[str, datetime.date], days_windows: tuple[tuple[Window, ...], ...], late_min: int
) -> None:
    name, day = change
    planned = Plan(zone(name), days_windows)
    noon = datetime.datetime.combine(day, datetime.time(), tzinfo=datetime.UTC)
    start_ms = round(noon.timestamp()) * 1000 - 2 * DAY_MS + late_min * MINUTE_MS
    found = expanded(planned, start_ms, 4)
    assert all(each.from_ms < each.until_ms for each in found)
    assert all(earlier.until_ms < later.from_ms for earlier, later in pairwise(found))
    is_open = [False] * (4 * DAY_MIN)
    for each in found:
        assert (each.from_ms - start_ms) % MINUTE_MS == (each.until_ms - start_ms) % MINUTE_MS == 0
        for minute in range((each.from_ms - start_ms) // MINUTE_MS, (each.until_ms - start_ms) // MINUTE_MS):
            is_open[minute] = True
    assert is_open == by_the_clock(planned, start_ms, 4)


def test_a_window_around_a_clock_change_is_an_hour_shorter_or_longer() -> None:
    hours = office(sunday=("00:00-12:00",))
    assert opens(hours, "2027-03-28T00:00Z", 1) == ["03-28 00:00 +0000 to 03-28 12:00 +0100"]
    assert opens(hours, "2027-10-30T23:00Z", 1) == ["10-31 00:00 +0100 to 10-31 12:00 +0000"]


def test_a_time_that_does_not_exist_is_the_end_of_the_gap_and_one_that_comes_twice_is_the_wider() -> None:
    hours = office(sunday=("01:30-03:00",))
    assert opens(hours, "2027-03-28T00:00Z", 1) == ["03-28 02:00 +0100 to 03-28 03:00 +0100"]
    assert opens(hours, "2027-10-31T00:00Z", 1) == ["10-31 01:30 +0100 to 10-31 03:00 +0000"]
    until = office(sunday=("00:15-01:30",))
    assert opens(until, "2027-03-28T00:00Z", 1) == ["03-28 00:15 +0000 to 03-28 02:00 +0100"]
    assert opens(until, "2027-10-30T22:00Z", 1) == ["10-31 00:15 +0100 to 10-31 01:30 +0000"]
    within = office(sunday=("01:10-01:50",))
    assert opens(within, "2027-03-28T00:00Z", 1) == []


def test_a_day_that_a_zone_left_out_has_no_hours() -> None:
    hours = office(every_day=("08:00-17:00",))
    assert opens(hours, "2011-12-29T10:00Z", 2, "Pacific/Apia") == [
        "12-29 08:00 -1000 to 12-29 17:00 -1000",
        "12-31 08:00 +1400 to 12-31 17:00 +1400",
    ]


# -- days ------------------------------------------------------------------------------------------------------------


def test_a_day_s_own_list_counts_before_its_half_of_the_week_and_that_before_every_day() -> None:
    hours = office(monday=(), saturday=("09:00-10:00",), weekdays=("08:00-09:00",), every_day=("07:00-08:00",))
    shown = dict(zip(WEEKDAYS, week(hours), strict=True))
    assert shown["monday"] == ()
    assert shown["tuesday"] == shown["friday"] == ("08:00-09:00",)
    assert shown["saturday"] == ("09:00-10:00",)
    assert shown["sunday"] == ("07:00-08:00",)
    assert list(week(office())) == [()] * 7


def test_windows_that_overlap_or_touch_become_one_also_over_midnight() -> None:
    hours = office(every_day=("00:00-08:00", "07:00-13:00", "13:00-24:00"))
    assert opens(hours, "2027-06-01T00:00Z", 30, "UTC") == ["06-01 00:00 +0000 to 07-01 00:00 +0000"]
    assert opens(office(friday=("22:00-00:00",), saturday=("00:00-02:00",)), "2027-01-15T00:00Z", 7) == [
        "01-15 22:00 +0000 to 01-16 02:00 +0000"
    ]


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    hours = office(every_day=("22:00-06:00",), holidays=(Holiday(date=Day("2027-06-02")),))
    assert opens(hours, "2027-06-01T12:00Z", 3, "UTC") == [
        "06-01 22:00 +0000 to 06-02 06:00 +0000",  # into the holiday
        "06-03 22:00 +0000 to 06-04 06:00 +0000",  # none begins on the holiday
    ]
    closed = office(holidays=(Holiday(date=Day("2027-06-02"), open=("22:00-06:00",)),))
    assert opens(closed, "2027-06-01T12:00Z", 3, "UTC") == ["06-02 22:00 +0000 to 06-03 06:00 +0000"]


def test_the_expansion_is_cut_where_it_begins_and_ends() -> None:
    hours = office(every_day=("22:00-06:00",))
    assert opens(hours, "2027-06-01T03:00Z", 1, "UTC") == [
        "06-01 03:00 +0000 to 06-01 06:00 +0000",
        "06-01 22:00 +0000 to 06-02 03:00 +0000",
    ]


def test_of_several_holidays_the_one_with_a_year_counts_and_then_the_single_day() -> None:
    whole = office(
        every_day=("08:00-12:00",),
        holidays=(
            Holiday(first=Day("12-24"), last=Day("01-01")),
            Holiday(date=Day("12-31"), open=("08:00-09:00",)),
            Holiday(first=Day("2027-12-30"), last=Day("2027-12-31"), open=("10:00-11:00",)),
            Holiday(date=Day("2027-12-30"), open=("11:00-12:00",)),
        ),
    )
    assert opens(whole, "2027-12-23T00:00Z", 11, "UTC") == [
        "12-23 08:00 +0000 to 12-23 12:00 +0000",
        "12-30 11:00 +0000 to 12-30 12:00 +0000",
        "12-31 10:00 +0000 to 12-31 11:00 +0000",
        "01-02 08:00 +0000 to 01-02 12:00 +0000",
    ]
    assert opens(whole, "2028-12-23T00:00Z", 11, "UTC") == [
        "12-23 08:00 +0000 to 12-23 12:00 +0000",
        "12-31 08:00 +0000 to 12-31 09:00 +0000",
        "01-02 08:00 +0000 to 01-02 12:00 +0000",
    ]


def test_the_29th_of_february_is_a_holiday_in_leap_years_alone() -> None:
    hours = office(holidays=(Holiday(date=Day("02-29"), open=("08:00-09:00",)),))
    assert opens(hours, "2027-01-01T00:00Z", 365, "UTC") == []
    assert opens(hours, "2028-01-01T00:00Z", 366, "UTC") == ["02-29 08:00 +0000 to 02-29 09:00 +0000"]


def test_the_zone_of_the_hours_counts_before_the_center_s() -> None:
    hours = office(zone="America/New_York", every_day=("08:00-09:00",))
    assert told(expanded(plan(hours, LONDON), at("2027-06-01T00:00Z"), 1)) == ["06-01 12:00 +0000 to 06-01 13:00 +0000"]


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("08:00-12:30", Window(480, 750)),
        ("08:00 - 12:30", Window(480, 750)),
        ("00:00-24:00", Window(0, 1440)),
        ("22:00-06:00", Window(1320, 1800)),
        ("22:00-00:00", Window(1320, 1440)),
        ("00:01-00:00", Window(1, 1440)),
        ("23:59-23:58", Window(1439, 2878)),
    ],
)
def test_a_window_is_read(text: str, found: Window) -> None:
    assert window(text) == found


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "'' is no window; write one such as '08:00-12:00'."),
        ("8-12", "'8-12' is no window; write one such as '08:00-12:00'."),
        ("8:00-12:00", "'8:00-12:00' is no window; write one such as '08:00-12:00'."),
        ("08:00-12:00\n", r"'08:00-12:00\n' is no window; write one such as '08:00-12:00'."),
        ("٠٨:00-12:00", "'٠٨:00-12:00' is no window; write one such as '08:00-12:00'."),
        ("08:00-25:00", "25:00 in '08:00-25:00' is no time of the day; write 00:00 to 24:00."),
        ("25:00-26:00", "25:00 in '25:00-26:00' is no time of the day; write 00:00 to 24:00."),
        ("08:60-12:00", "08:60 in '08:60-12:00' is no time of the day; write 00:00 to 24:00."),
        ("08:00-24:01", "24:01 in '08:00-24:01' is no time of the day; write 00:00 to 24:00."),
        ("24:00-06:00", "'24:00-06:00' begins when its day is over; write it at the next day, from 00:00."),
        ("08:00-08:00", "'08:00-08:00' ends when it begins; write '00:00-24:00' for a whole day, or take it out."),
    ],
)
def test_what_is_no_window_is_told(text: str, sentence: str) -> None:
    with pytest.raises(BadHours) as caught:
        window(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("name", ["", "Europe", "Europe/Nowhere", "../etc/passwd", "zone.tab", "\0", "x" * 5000])
def test_what_is_no_zone_is_told(name: str) -> None:
    with pytest.raises(BadHours, match="is no time zone; write one such as Europe/London"):
        zone(name)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({}, "date: a holiday has a date, or from and to; give one of both."),
        ({"from": "12-24"}, "date: a holiday has a date, or from and to; give one of both."),
        ({"to": "12-24"}, "date: a holiday has a date, or from and to; give one of both."),
        (
            {"date": "12-24", "from": "12-24", "to": "12-25"},
            "date: a holiday has a date, or from and to; give one of both.",
        ),
        ({"date": "x"}, "date: 'x' is no day; write one such as 2026-12-25, or \"12-25\" for every year."),
        ({"date": "02-30"}, "date: '02-30' is no day; write one such as 2026-12-25, or \"12-25\" for every year."),
        ({"date": "0000-01-01"}, "date: '0000-01-01' is no day; write one such as 2026-12-25, or \"12-25\" for ev"),
        ({"date": "2027-02-29"}, "date: '2027-02-29' is no day; write one such as 2026-12-25, or \"12-25\" for ev"),
        ({"from": "12-24", "to": "13-01"}, "to: '13-01' is no day; write one such as 2026-12-25, or \"12-25\""),
        ({"from": "12-32", "to": "12-31"}, "from: '12-32' is no day; write one such as 2026-12-25, or \"12-25\""),
        ({"from": "2027-12-24", "to": "01-01"}, "from and to: one has a year and the other has none; give it to b"),
        ({"from": "2027-12-24", "to": "2027-12-23"}, "to: 2027-12-23 comes before 2027-12-24; put them in order."),
        ({"from": "2027-01-01", "to": "2028-01-02"}, "to: 2028-01-02 is the day number 367; write 366 days at most"),
        ({"date": "12-24", "open": ["8-9"]}, "open, number 1: '8-9' is no window; write one such as '08:00-12:00'."),
    ],
)
def test_what_is_no_holiday_is_told(keys: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadHours) as caught:
        span(msgspec.convert(keys, Holiday, dec_hook=read_day))
    assert str(caught.value).startswith(sentence)


def test_days_far_away_are_read_too() -> None:
    assert list(span(Holiday(first=Day("9999-12-30"), last=Day("9999-12-31"))).days())[-1] == datetime.date.max
    assert list(span(Holiday(date=Day("0001-01-01"))).days()) == [datetime.date.min]


def test_a_holiday_over_the_turn_of_the_year_has_its_days_on_both_sides() -> None:
    days = list(span(Holiday(first=Day("12-30"), last=Day("01-02"))).days())
    assert [(day.month, day.day) for day in days] == [(1, 1), (1, 2), (12, 30), (12, 31)]


# -- times -----------------------------------------------------------------------------------------------------------

TIMES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda ends: OpenInterval(*ends)), max_size=6)


def covered(intervals: list[OpenInterval] | tuple[OpenInterval, ...]) -> set[int]:
    return {ms for each in intervals for ms in range(each.from_ms, each.until_ms)}


@given(TIMES, TIMES)
def test_times_are_joined_and_taken_away(some: list[OpenInterval], others: list[OpenInterval]) -> None:
    for found, expected in (
        (united(some), covered(some)),
        (without(some, others), covered(some) - covered(others)),
    ):
        assert covered(found) == expected
        assert all(each.from_ms < each.until_ms for each in found)
        assert all(earlier.until_ms < later.from_ms for earlier, later in pairwise(found))


def test_the_expansion_begins_at_the_beginning_of_yesterday() -> None:
    assert first_ms(at("2027-01-15T00:00Z")) == first_ms(at("2027-01-15T23:59Z")) == at("2027-01-14T00:00Z")


def test_all_zones_that_the_tests_need_are_there() -> None:
    assert {name for name, _ in CHANGES} <= zoneinfo.available_timezones()
