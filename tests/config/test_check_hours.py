"""What is wrong with opening hours: each problem is one sentence with its place and the way out.

In `HOURS`, ann works in the hours of team day (Monday, Tuesday, Thursday, Friday 08:00-12:00 and 13:00-18:00, Saturday
10:00-14:00), ben is in no team and counts as always there.
"""

import pytest

from config.check import check, problems_of
from config.definition import parse
from config.errors import BadDefinition
from tests.config.samples import HOURS, NOON_MS

NIGHT = 'wednesday = ["22:00-06:00"]'
WEEKEND = 'weekend = ["10:00-14:00"]\n'


def with_changes(*changes: tuple[str, str], text: str = HOURS) -> list[str]:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return problems_of(parse(text), NOON_MS)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('zone = "America/New_York"', 'zone = "Mars"', "hours, 'night', zone: 'Mars' is no time zone; write one such"),
        (
            WEEKEND,
            'weekend = ["10:00-25:00"]\n',
            "hours, 'office', weekend, number 1: 25:00 in '10:00-25:00' is no time of the day; write 00:00 to 24:00.",
        ),
        ('"13:00-18:00"', '"13-18"', "hours, 'office', weekdays, number 2: '13-18' is no window; write one such as"),
        (
            NIGHT,
            'wednesday = ["22:00-22:00"]',
            "hours, 'night', wednesday, number 1: '22:00-22:00' ends when it begins; write '00:00-24:00' for a whole",
        ),
        (
            NIGHT,
            f"wednesday = {['22:00-23:00'] * 21}",
            "hours, 'night', wednesday: has 21 windows; write 20 at most.",
        ),
        ('date = "07-04"', 'date = "7-4"', "hours, 'night', holidays, number 1, date: '7-4' is no day; write one such"),
        ('date = "07-04"', 'name = "x"', "hours, 'night', holidays, number 1, date: a holiday has a date, or from and"),
        (
            'open = ["13:00-15:00"]',
            'open = ["13:00-15"]',
            "hours, 'office', holidays, number 2, open, number 1: '13:00-15' is no window; write one such as",
        ),
        (
            'open = ["13:00-15:00"]',
            f"open = {['13:00-15:00'] * 21}",
            "hours, 'office', holidays, number 2, open: has 21 windows; write 20 at most.",
        ),
        # The same day twice, with the same right.
        (
            "date = 2027-02-01\n",
            'from = "12-26"\nto = "12-27"\n',
            "hours, 'office', holidays, number 2: 12-26 is given by number 1 already; take one out.",
        ),
        (
            'date = "07-04"',
            "from = 2027-07-01\nto = 2027-07-04",
            "hours, 'night', holidays, number 2: 2027-07-04 is given by number 1 already; take one out.",
        ),
        # Without effect.
        (
            "sunday = []\n",
            'sunday = []\nsaturday = ["08:00-09:00"]\n',
            "hours, 'office', weekend: has no effect, since each of these days has windows of its own; take it out.",
        ),
        (
            "sunday = []\n",
            'every_day = ["08:00-09:00"]\n',
            "hours, 'office', every_day: has no effect, since each of these days has windows of its own; take it out.",
        ),
        (
            'saturday = ["22:00-06:00"]',
            'saturday = []\nsunday = ["22:00-06:00"]',
            "hours, 'night', every_day: has no effect, since each of these days has windows of its own; take it out.",
        ),
        # Ids.
        (
            'medium = "task"\ntarget_s = 3600\nhours = "night"',
            'medium = "task"\ntarget_s = 3600\nhours = "day"',
            "queues, 'tasks', hours: there are no hours 'day'; add them under [[hours]].",
        ),
        (
            'medium = "task"\ntarget_s = 3600\nhours = "night"',
            'medium = "task"\ntarget_s = 3600',
            "hours, 'night': no queue and no team has these hours; name them in one, or take them out.",
        ),
        (
            'name = "By day"\nhours = "office"',
            'name = "By day"\nhours = "x"',
            "teams, 'day', hours: there are no hours 'x'",
        ),
        ('id = "night"', 'id = "Night!"', "hours, 'Night!': an id has lower-case letters"),
        ('id = "night"', 'id = "office"', "hours, 'office': the id is given twice."),
    ],
)
def test_each_problem_is_named(old: str, new: str, sentence: str) -> None:
    problems = with_changes((old, new))
    assert any(problem.startswith(sentence) for problem in problems), problems
    assert all(problem.endswith(".") for problem in problems)


def test_so_many_holidays_and_no_more() -> None:
    def table(count: int) -> str:
        days = [
            f"{year}-{month:02}-{day:02}" for year in range(2001, 2011) for month in range(1, 6) for day in range(1, 12)
        ]
        return "\n".join(f"[[hours.holidays]]\ndate = {day}\n" for day in days[: count - 2]) + "\n[[teams]]"

    assert with_changes(("[[teams]]", table(500))) == []
    assert with_changes(("[[teams]]", table(501))) == ["hours, 'night', holidays: has 501 holidays; write 500 at most."]


def test_one_day_may_be_given_with_and_without_a_year_alone_and_among_others() -> None:
    four = (
        '[[hours.holidays]]\ndate = 2027-12-24\n\n[[hours.holidays]]\ndate = "12-24"\n\n'
        "[[hours.holidays]]\nfrom = 2027-12-20\nto = 2027-12-24\n\n[[hours]]"
    )
    text = HOURS.replace('[[hours]]\nid = "night"', f'{four}\nid = "night"')
    assert text != HOURS
    assert problems_of(parse(text), NOON_MS) == []


def test_hours_that_never_open_stand_in_the_way_of_a_new_definition_but_not_of_a_start() -> None:
    never = "hours, 'night': it never opens within 400 days; add a window such as monday = [\"08:00-18:00\"]."
    start, end = HOURS.index('every_day = ["22:00-06:00"]'), HOURS.index('[[hours.holidays]]\ndate = "07-04"')
    shut = HOURS[:start] + HOURS[end:]
    assert problems_of(parse(shut), NOON_MS) == [never]
    assert problems_of(parse(shut)) == []
    # Once a year is often enough, and closed for a year is not never.
    fair = shut.replace(
        '[[hours.holidays]]\ndate = "07-04"', '[[hours.holidays]]\ndate = "08-04"\nopen = ["08:00-09:00"]'
    )
    assert problems_of(parse(fair), NOON_MS) == []
    past = fair.replace('date = "08-04"', "date = 2026-08-04")
    assert problems_of(parse(past), NOON_MS) == [never]
    assert problems_of(parse(past)) == []
    with pytest.raises(BadDefinition) as caught:
        check(parse(past), "center.toml", NOON_MS)
    assert caught.value.problems == [f"center.toml: {never}"]
    check(parse(past), "center.toml")


# -- nobody there ----------------------------------------------------------------------------------------------------

BEN = '[[users]]\nid = "ben"\nname = "Ben"\nrole = "agent"\n'
OFFICE_FOR_TEAM = ('name = "By day"\nhours = "office"', 'name = "By day"\nhours = "team"')
TEAM = '[[hours]]\nid = "team"\nname = "Team"\n{}\n\n[[teams]]'
NOBODY = "nobody works who could serve it ('anyone'); let somebody work then, or close it."


def told(team: str, queue: str = "", users: str = "") -> list[str]:
    """The queues mail and tasks are open in office hours; ann alone works, in a team with these hours."""
    start, end = HOURS.index('[[hours]]\nid = "night"'), HOURS.index("[[teams]]")
    mail = 'medium = "mail"\ntarget_s = 3600\nhours = "office"'
    return with_changes(
        (BEN, users),
        ('hours = "night"', 'hours = "office"'),
        OFFICE_FOR_TEAM,
        ("[[teams]]", TEAM.format(team)),
        (mail, mail + queue),
        text=HOURS[:start] + HOURS[end:],
    )


def test_who_works_in_the_same_hours_leaves_no_gap() -> None:
    assert told('weekdays = ["08:00-12:00", "13:00-18:00"]\nsaturday = ["10:00-14:00"]') == []
    assert told('every_day = ["00:00-24:00"]') == []


def test_each_time_at_which_nobody_works_is_told_with_its_day() -> None:
    gap = "on thursday from 17:30 to 18:00 and on saturday from 10:00 to 14:00"
    windows = '["08:00-12:00", "13:00-18:00"]'
    assert told(f'weekdays = {windows}\nthursday = ["08:00-12:00", "12:30-17:30"]') == [
        f"queues, 'mail', hours: {gap} {NOBODY}",
        f"queues, 'tasks', hours: {gap} {NOBODY}",
    ]


def test_a_gap_over_midnight_is_told_day_by_day_and_the_week_is_a_circle() -> None:
    nights = 'every_day = ["22:00-06:00"]'
    problems = with_changes(
        (BEN, ""),
        (NIGHT, NIGHT.replace("22:00", "21:00")),
        OFFICE_FOR_TEAM,
        ("[[teams]]", TEAM.format('zone = "America/New_York"\n' + nights)),
        ('medium = "mail"\ntarget_s = 3600\nhours = "office"', 'medium = "mail"\ntarget_s = 3600'),
    )
    # Monday's own window begins at 20:00 and ends at midnight, Wednesday's begins at 21:00.
    assert problems == [
        "hours, 'office': no queue and no team has these hours; name them in one, or take them out.",
        f"queues, 'tasks', hours: on monday from 20:00 to 22:00 and on wednesday from 21:00 to 22:00 {NOBODY}",
    ]
    closed = with_changes(
        (BEN, ""),
        OFFICE_FOR_TEAM,
        ("[[teams]]", TEAM.format('zone = "America/New_York"\nweekdays = ["20:00-06:00"]\nsaturday = ["20:00-04:00"]')),
        ('medium = "mail"\ntarget_s = 3600\nhours = "office"', 'medium = "mail"\ntarget_s = 3600'),
    )
    # Sunday's night runs into the Monday with which the week begins.
    assert closed[1] == (
        "queues, 'tasks', hours: on monday from 00:00 to 06:00 and on sunday from 04:00 to 06:00 "
        f"and on sunday from 22:00 to 24:00 {NOBODY}"
    )


def test_zones_that_lie_apart_differently_in_winter_and_summer_are_compared_in_both() -> None:
    # 08:00 in London is 17:00 in Tokyo in winter, and 16:00 in summer.
    tokyo = 'zone = "Asia/Tokyo"\nweekdays = ["17:00-22:00", "22:00-03:00"]\nsaturday = ["18:00-24:00"]'
    assert told(tokyo)[0] == (
        "queues, 'mail', hours: on monday from 08:00 to 09:00 and on tuesday from 08:00 to 09:00 and "
        f"on thursday from 08:00 to 09:00 and on friday from 08:00 to 09:00 {NOBODY}"
    )


def test_an_agent_works_in_the_hours_of_any_team_and_always_without_one() -> None:
    short = 'weekdays = ["08:00-12:00"]'
    users = BEN + 'teams = ["late"]\n'
    late = '\n\n[[teams]]\nid = "late"\nname = "Late"\n{}'
    assert len(told(short)) == 2
    assert told(short, users=BEN) == []
    assert told(short + late.format(""), users=users) == []
    still = told(short + late.format('hours = "team"\n'), users=users)
    assert len(still) == 2


def test_only_who_could_serve_the_last_step_counts() -> None:
    short = 'weekdays = ["08:00-12:00"]'
    users = BEN + "takes_work = true\n"
    asks = '\nrequires = "team:day"'
    gap = "on monday from 13:00 to 18:00 and on tuesday from 13:00 to 18:00"
    [problem] = told(short, asks, users)
    assert problem.startswith(f"queues, 'mail', hours: {gap}")
    assert problem.endswith("nobody works who could serve it ('team:day'); let somebody work then, or close it.")
    step = '\n\n[[queues.relaxation]]\nafter_s = 60\nwiden = "agent:ben"'
    assert told(short, asks + step, users) == []


OVERFLOW = """

[[queues.overflow]]
when = "{}"
to = "other"
{}

[[queues]]
id = "other"
name = "Other"
medium = "mail\""""
OTHER = '\ntarget_s = 60\nrequires = "agent:ben"\n{}'


@pytest.mark.parametrize(
    ("when", "other", "gaps"),
    [
        ("nobody_signed_in", "", 0),
        ("nobody_ready", "", 0),
        ("length", "", 1),
        ("nobody_ready", 'hours = "team"', 1),
    ],
)
def test_work_that_overflows_to_somebody_who_works_then_has_no_gap(when: str, other: str, gaps: int) -> None:
    asks = '\nrequires = "team:day"' + OVERFLOW.format(when, "length = 3" if when == "length" else "")
    problems = told('weekdays = ["08:00-12:00"]', asks + OTHER.format(other), BEN)
    assert [problem.split(":")[0] for problem in problems] == ["queues, 'mail', hours"] * gaps


def test_a_circle_of_overflow_and_a_queue_for_nobody_are_told_where_they_are_told() -> None:
    back = '\n\n[[queues.overflow]]\nwhen = "nobody_ready"\nto = "mail"'
    circle = '\nrequires = "team:day"' + OVERFLOW.format("nobody_ready", "") + "\ntarget_s = 60" + back
    problems = told('every_day = ["00:00-24:00"]', circle)
    assert [problem.split(":")[0] for problem in problems] == ["queues, 'mail', overflow"]
    nobody = told('weekdays = ["08:00-12:00"]', '\nrequires = "agent:ann and agent:ben"', BEN)
    assert [problem for problem in nobody if "'mail'" in problem] == [
        "queues, 'mail': no agent can ever serve it; give an agent what it asks ('agent:ann and agent:ben')."
    ]


def test_what_cannot_be_read_is_told_once() -> None:
    problems = told('weekdays = ["8-12"]')
    assert problems == ["hours, 'team', weekdays, number 1: '8-12' is no window; write one such as '08:00-12:00'."]
    unreadable = told('weekdays = ["08:00-12:00"]', '\nrequires = "team:day and"')
    assert [problem.split(":")[0] for problem in unreadable] == ["queues, 'mail', requires", "queues, 'tasks', hours"]
    elsewhere = (
        '\nrequires = "team:day"' + OVERFLOW.format("waited", "after_s = 9") + '\ntarget_s = 60\nrequires = "and"'
    )
    unreadable = told('weekdays = ["08:00-12:00"]', elsewhere)
    assert [problem.split(":")[0] for problem in unreadable] == [
        "queues, 'other', requires",
        "queues, 'mail', hours",
        "queues, 'tasks', hours",
    ]


def test_a_queue_that_is_always_open_needs_nobody_at_night() -> None:
    mail = 'medium = "mail"\ntarget_s = 3600'
    problems = with_changes((BEN, ""), (mail + '\nhours = "office"', mail), ('hours = "night"', 'hours = "office"'))
    assert problems == ["hours, 'night': no queue and no team has these hours; name them in one, or take them out."]
