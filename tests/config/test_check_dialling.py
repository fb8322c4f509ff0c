"""What is wrong with places, emergency numbers and what may be dialled: one sentence each, with the way out."""

import pytest

from config.check import problems_of
from config.definition import parse
from config.errors import BadDefinition
from config.translating_dialling import dialling_settings
from tests.config.dialling_samples import DIALLING
from tests.config.samples import EVERYTHING, NOON_MS, with_change

RULE = '[[dialling.rules]]\nallow = ["FR", "+3906"]\ndeny = ["+448"]\n'
PLACE = 'place = "london"\nextension = "204"'


def told(old: str, new: str) -> list[str]:
    return problems_of(with_change(DIALLING, old, new), NOON_MS)


def rules(text: str) -> list[str]:
    return told(RULE, text)


def test_nothing_is_wrong_with_the_sample() -> None:
    assert problems_of(parse(DIALLING), NOON_MS) == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'place = "london"\n',
            "",
            "users, 'ann': may call out and has no place, so emergency calls would name none; add place.",
        ),
        (
            'place = "munich.home"\n',
            "",
            "users, 'gerda': has a phone and no place, so emergency calls from it would name none; add place.",
        ),
        (
            'place = "london"',
            'place = "paris"',
            "users, 'ann', place: there is no place 'paris'; add it under [[places]]",
        ),
        (
            'caller_id = "+442079460100"\nrescue',
            'caller_id = ""\nrescue',
            "places, 'london', caller_id: '' is no number at which this place can be called back; write one with +",
        ),
        (
            'caller_id = "+49891234567"',
            'caller_id = "089 1234567"',
            "'munich.home', caller_id: '089 1234567' is no numb",
        ),
        (
            '"+49891234567"',
            '"+442079460105"',
            "caller_id: +442079460105 is no ordinary number of DE, so rescuers may not",
        ),
        (
            '"+49891234567"',
            '"+498001234567"',
            "caller_id: +498001234567 is no ordinary number of DE, so rescuers may",
        ),
        ('address = "1 High Street, London"', 'address = " "', "places, 'london', address: is empty; write it, since"),
        (
            'country = "GB"',
            'country = "UK"',
            "places, 'london', country: 'UK' is no country; write two capital letters",
        ),
        (
            'country = "DE"\naddress = "Hauptstr. 1, Munich"\ncaller_id = "+49891234567"\nnumbers = ["19222"]',
            'country = "TK"\naddress = "x"\ncaller_id = "+49891234567"',
            "places, 'munich.home', numbers: the emergency numbers of TK are not known; write them.",
        ),
        ('"+442079460199"', '"+999123456"', "rescue_numbers: '+999123456' is no phone number; write one with + and"),
        (
            'direct_number = "+442079460104"',
            'direct_number = "+4420"',
            "'ann', direct_number: '+4420' is none of own_numb",
        ),
        ('"19222"', '"1922a"', "places, 'munich.home', numbers: '1922a' is none; write 2 to 6 digits."),
        ('"19222"', '"110"', "places, 'munich.home', numbers: '110' is one of DE's already; take it out."),
        (
            'outside_prefixes = ["0"]',
            'outside_prefixes = ["0#"]',
            "outside_prefixes: '0#' is none; write 1 to 4 digits",
        ),
        (
            '"+442079460199"',
            '"999"',
            "places, 'london', rescue_numbers: '999' is no phone number; write one with + and",
        ),
        (
            'extension = "204"',
            'extension = "112"',
            "users, 'ann', extension: '112' is an emergency number; nothing else",
        ),
        (
            'extension = "204"',
            'extension = "9110"',
            "extension: '9110' is an emergency number, the emergency number 110 behind an outside prefix; nothing",
        ),
        (
            'extension = "204"',
            'extension = "19222"',
            "users, 'ann', extension: '19222' is an emergency number; nothing",
        ),
        ('number = "200"', 'number = "999"', "numbers, '999': '999' is an emergency number; nothing else may have it"),
        ('extension = "204"', 'extension = "2 4"', "users, 'ann', extension: '2 4' is none; write 2 to 6 digits."),
        (
            'place = "munich.home"',
            'place = "munich.home"\nextension = "204"',
            "users, 'gerda', extension: '204' is that of 'ann' already; choose another.",
        ),
        (
            'role = "supervisor"',
            'role = "supervisor"\nextension = "301"',
            "users, 'sam', extension: there is no phone that",
        ),
        (
            'name = "ann-1"',
            'name = "ann 1"',
            "users, 'ann', phone, name: 'ann 1' cannot stand in a dialplan; use letters",
        ),
        (
            '"+442079460104"\nphone',
            '"+442079460109"\nphone',
            "'ann', direct_number: '+442079460109' is none of own_numb",
        ),
        (
            'caller_id = "+442079460100"\nteams',
            'caller_id = "+442079460999"\nteams',
            "dialling, caller_id: '+442079460999' is none of own_numbers; add it there or show another.",
        ),
        (
            'sales = "+442079460102"',
            'sales = "+4930123456"',
            "dialling, queues, 'sales': '+4930123456' is none of own_num",
        ),
        (
            "queues = { sales",
            "queues = { office",
            "dialling, queues: there is no queue 'office'; add it under [[queues]].",
        ),
        (
            'caller_id = "+442079460103"',
            'caller_id = "+1"',
            "dialling, purposes, 'survey', caller_id: '+1' is none of own",
        ),
        ('id = "survey"', 'id = "A b"', "dialling, purposes, 'A b': an id has lower-case letters"),
        (
            "[[callers]]",
            '[[dialling.purposes]]\nid = "survey"\nname = "x"\ncaller_id = "+442079460103"\n[[callers]]',
            "dialling, purposes, 'survey': the id is given twice.",
        ),
        (
            'own_numbers = ["+442079460100"',
            'own_numbers = ["020 7946"',
            "dialling, own_numbers: '020 7946' is no phone num",
        ),
        (
            'own_numbers = ["+442079460100", "+442079460102", "+442079460103", "+442079460104"]',
            "own_numbers = []",
            "dialling, own_numbers: there is none; a called person has to see a number of yours.",
        ),
        (
            'teams = ["sales"]\nqueues',
            'teams = ["x"]\nqueues',
            "dialling, teams: there is no team 'x'; add it under [[team",
        ),
        ("team_caps.sales", "team_caps.x", "dialling, team_caps: there is no team 'x'; add it under [[teams]]"),
        ('hours = "office"\nnight', 'hours = "x"\nnight', "dialling, hours: there is no 'x'; add it under [[hours]]."),
        (
            'hours = "office"\nnight',
            "night",
            "dialling, center, night_min: has no effect without hours; add hours or take",
        ),
        (
            'hours = "office"\nnight',
            "night",
            "dialling, night_abroad: has no effect without hours; add hours or take it",
        ),
    ],
)
def test_what_is_wrong_is_told_once_with_its_place(old: str, new: str, sentence: str) -> None:
    found = [each for each in told(old, new) if sentence in each]
    assert len(found) == 1, told(old, new)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[dialling.rules]]\n", "dialling, rules, number 1: says nothing; add allow or deny."),
        (
            '[[dialling.rules]]\ndeny = ["+448"]\nkinds = ["free"]\n',
            "number 1, kinds: has no effect without allow; add",
        ),
        (
            '[[dialling.rules]]\nallow = ["UK"]\n',
            "dialling, rules, number 1, allow: 'UK' is none; write a prefix such as",
        ),
        ('[[dialling.rules]]\nallow = ["112"]\n', "dialling, rules, number 1, allow: '112' is none; write a prefix"),
        ('[[dialling.rules]]\ndeny = ["+"]\n', "dialling, rules, number 1, deny: '+' is none; write a prefix such as"),
        (
            '[[dialling.rules]]\ndeny = ["+0"]\n',
            "dialling, rules, number 1, deny: '+0' is none; write a prefix such as",
        ),
        ('[[dialling.rules]]\nallow = ["FR"]\nteams = ["x"]\n', "number 1, teams: there is no team 'x'; add it under"),
        (
            '[[dialling.rules]]\nallow = ["FR"]\nkinds = ["premium_rate"]\n',
            "number 1, kinds: 'FR' is too wide for what",
        ),
        ('[[dialling.rules]]\nallow = ["+448"]\nkinds = ["shared_cost"]\n', "kinds: '+448' is too wide for what costs"),
        # Dead: what is denied anyway, the same said twice, a longer prefix that says the same.
        ('[[dialling.rules]]\ndeny = ["+33"]\n', "rules, number 1: '+33' changes nothing, other rules say the same"),
        (
            '[[dialling.rules]]\nallow = ["FR"]\n[[dialling.rules]]\nallow = ["FR"]\n',
            "rules, number 2: 'FR' changes nothing",
        ),
        (
            '[[dialling.rules]]\nallow = ["FR", "+331"]\n',
            "rules, number 1: '+331' changes nothing, other rules say the",
        ),
        (
            '[[dialling.rules]]\nallow = ["FR"]\n[[dialling.rules]]\nallow = ["FR"]\nteams = ["sales"]\n',
            "rules, number 2: 'FR' changes nothing, other rules say the same; take it out.",
        ),
        # Contradictory.
        (
            '[[dialling.rules]]\nallow = ["FR"]\n[[dialling.rules]]\ndeny = ["FR"]\n',
            "rules, number 2: 'FR' is allowed and denied to the same people; take one of them out.",
        ),
        (
            '[[dialling.rules]]\nallow = ["FR"]\nteams = ["sales"]\n[[dialling.rules]]\ndeny = ["FR"]\n'
            'teams = ["service", "sales"]\n',
            "rules, number 2: 'FR' is allowed and denied to the same people; take one of them out.",
        ),
    ],
)
def test_rules_that_say_nothing_change_nothing_or_contradict_are_told(text: str, sentence: str) -> None:
    found = rules(text)
    assert len([each for each in found if sentence in each]) == 1, found


@pytest.mark.parametrize(
    "text",
    [
        '[[dialling.rules]]\nallow = ["FR"]\n[[dialling.rules]]\ndeny = ["FR"]\nteams = ["sales"]\n',
        '[[dialling.rules]]\nallow = ["FR"]\n[[dialling.rules]]\ndeny = ["+331"]\n',
        '[[dialling.rules]]\nallow = ["+8816", "JM", "+1809", "LV"]\n',
        '[[dialling.rules]]\nallow = ["+1"]\ndeny = ["CA"]\n',
        '[[dialling.rules]]\nallow = ["+4"]\n',
        '[[dialling.rules]]\nallow = ["FR"]\nkinds = ["free"]\n',
    ],
)
def test_rules_that_each_change_something_stand_together(text: str) -> None:
    assert rules(text) == []


def test_places_whose_trunks_could_not_be_told_apart_are_told() -> None:
    text = DIALLING.replace("munich.home", "a.b").replace("london", "a_b")
    assert "places, 'a.b': its id differs from 'a_b' by a dot alone; give it another." in problems_of(parse(text))


def test_too_many_rules_are_refused() -> None:
    many = "".join(f'[[dialling.rules]]\ndeny = ["+44{number}"]\n' for number in range(200, 301))
    assert any("dialling, rules: has 102 rules; write 100 at most." in each for each in rules(many))


def test_without_dialling_nobody_calls_out_and_a_direct_number_has_no_effect() -> None:
    text = DIALLING[: DIALLING.index("[dialling]")] + DIALLING[DIALLING.index("[[callers]]") :]
    assert [each for each in problems_of(parse(text)) if "hours" not in each] == [
        "users, 'ann', direct_number: has no effect without [dialling]; add that table or take it out."
    ]


def test_without_places_and_without_dialling_no_number_is_an_emergency_s() -> None:
    assert problems_of(parse(EVERYTHING.replace('number = "100"', 'number = "112"'))) == []


def test_working_hours_are_those_of_the_center_and_none_make_no_night() -> None:
    text = DIALLING.replace('hours = "office"\nnight_abroad = true\n', "").replace(", night_min = 60", "")
    assert dialling_settings(parse(text), NOON_MS).caps.working is None


def test_a_kind_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(BadDefinition, match="none of ordinary, free, company, premium_rate"):
        parse(DIALLING.replace('["premium_rate"]', '["premium"]'))
