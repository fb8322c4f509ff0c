"""What is wrong with rules about callers."""

import pytest

from config.check import problems_of
from config.definition import parse
from tests.config.dialling_samples import DIALLING
from tests.config.samples import NOON_MS

START = DIALLING[: DIALLING.index("[[callers]]")]
BLOCK = 'do = "block"\n'
NUMBER = 'number = "+442079460111"\n'


def rule(text: str, id_: str = "x", reason: str = "why") -> str:
    return f'[[callers]]\nid = "{id_}"\nreason = "{reason}"\n{text}\n'


def told(*rules: str) -> list[str]:
    return problems_of(parse(START + "".join(rules)), NOON_MS)


@pytest.mark.parametrize(
    "text",
    [
        BLOCK + NUMBER,
        BLOCK + 'number = "101"',
        BLOCK + 'prefix = "+44"\nattestation = ["gateway"]\nannouncement = "no"',
        BLOCK + "withheld = true\nuntil = 2027-01-15T12:00:01Z",
        'do = "divert"\nto = "sales"\nwithheld = true',
        'do = "divert"\ndestination = "voicemail"\nannouncement = "no"\nattestation = ["failed"]',
        'do = "slow"\nafter_s = 120\nat_once = 1\nprefix = "+4470"',
    ],
)
def test_nothing_is_wrong_with_good_rules(text: str) -> None:
    assert told(rule(text)) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (BLOCK, "callers, 'x': names no callers; add number, prefix, withheld or attestation."),
        (BLOCK + NUMBER + "withheld = true", "callers, 'x': number and withheld never hold together; take one of them"),
        (
            BLOCK + NUMBER + 'prefix = "+44"',
            "callers, 'x': number and prefix never hold together; take one of them out",
        ),
        (BLOCK + 'number = "020 7946"', "callers, 'x', number: '020 7946' is none; write one with + and the country"),
        (BLOCK + 'number = "02079460111"', "number: '02079460111' comes in as +442079460111; write it so."),
        (
            BLOCK + 'number = "+442079460199"',
            "number: '+442079460199' belongs to an emergency service and is never held",
        ),
        (BLOCK + 'number = "999"', "callers, 'x', number: '999' belongs to an emergency service and is never held up;"),
        (BLOCK + 'prefix = "44"', "callers, 'x', prefix: '44' is none; write + and digits, such as +4470."),
        (BLOCK + NUMBER + 'to = "sales"', "callers, 'x', to: has no effect with 'block'; take it out."),
        (BLOCK + NUMBER + "after_s = 5", "callers, 'x', after_s: has no effect with 'block'; take it out."),
        (BLOCK + NUMBER + 'announcement = "y"', "callers, 'x', announcement: there is no 'y'; add it under [[announce"),
        (BLOCK + NUMBER + 'announcement = "written"', "announcement: 'written' has no sound for calls; add sound."),
        ('do = "divert"\n' + NUMBER, "callers, 'x': 'divert' needs either to or destination; give one of both."),
        (
            'do = "divert"\nto = "sales"\ndestination = "voicemail"\n' + NUMBER,
            "callers, 'x': 'divert' needs either to or destination; give one of both.",
        ),
        (
            'do = "divert"\nto = "sales"\nannouncement = "no"\n' + NUMBER,
            "callers, 'x': to goes without announcement; take",
        ),
        ('do = "divert"\nto = "y"\n' + NUMBER, "callers, 'x', to: there is no queue 'y'; add it under [[queues]]."),
        ('do = "divert"\nto = "mail"\n' + NUMBER, "callers, 'x', to: the queue 'mail' is for mail, not for voice."),
        ('do = "divert"\ndestination = "y"\n' + NUMBER, "destination: there is no 'y'; add it under [[destinations]]."),
        ('do = "slow"\nat_once = 2\n' + NUMBER, "callers, 'x': 'slow' needs after_s; add it."),
        ('do = "slow"\nafter_s = 9\n' + NUMBER, "callers, 'x': 'slow' needs at_once; add it."),
        (
            'do = "slow"\nat_once = 2\nafter_s = 121\n' + NUMBER,
            "callers, 'x', after_s: 121 is too long; write 120 (secon",
        ),
        (
            BLOCK + NUMBER + "until = 2027-01-15T12:00:00",
            "callers, 'x', until: 2027-01-15 12:00:00 is over, so the rule",
        ),
    ],
)
def test_what_is_wrong_is_told_once_with_its_place(text: str, sentence: str) -> None:
    found = told(rule(text))
    assert len([each for each in found if sentence in each]) == 1, found


def test_a_reason_has_to_be_there() -> None:
    assert told(rule(BLOCK + NUMBER, reason=" ")) == [
        "callers, 'x', reason: has 1 characters; write 1 to 1000 that say why."
    ]


def test_two_rules_about_the_same_callers_are_told() -> None:
    first = rule(BLOCK + NUMBER, "a")
    assert told(first, rule(BLOCK + NUMBER, "b")) == [
        "callers, 'b': is about the same callers as 'a' and does the same; take one of them out."
    ]
    assert told(first, rule('do = "divert"\nto = "sales"\n' + NUMBER, "b")) == [
        "callers, 'b': is about the same callers as 'a' and does something else; take one of them out."
    ]
    assert told(first, rule(BLOCK + NUMBER + 'attestation = ["failed"]', "b")) == []


def test_ids_are_given_once_and_rules_are_bounded() -> None:
    assert "callers, 'x': the id is given twice." in told(rule(BLOCK + NUMBER), rule(BLOCK + "withheld = true"))
    many = "".join(rule(f'{BLOCK}prefix = "+{number}"', f"x{number}") for number in range(1_000, 2_001))
    assert told(many) == ["callers: has 1001 rules; write 1000 at most."]


def test_an_end_that_is_over_stands_in_no_start_s_way_and_a_bad_zone_is_told_once() -> None:
    text = START + rule(BLOCK + NUMBER + "until = 2027-01-15T12:00:00")
    assert problems_of(parse(text)) == []
    found = problems_of(parse(text.replace("Europe/London", "Europe/Nowhere")), NOON_MS)
    assert [each for each in found if "Nowhere" in each and each.startswith("center")] != []
