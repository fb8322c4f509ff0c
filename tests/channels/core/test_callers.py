"""Who is blocked, sent elsewhere or slowed, and who never is. (Identifying callers is in test_identification.py.)"""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.core.attestation import Attestation
from channels.core.callers import (
    CALLBACK_MS,
    Block,
    Caller,
    CallerRule,
    CallerRuleId,
    Divert,
    Malicious,
    Protected,
    Slow,
    caller_of,
    decide,
    holds,
    is_full,
    protected,
)
from channels.core.emergency_numbers import EmergencyDialling
from history.core.vocabulary import AnnouncementId, InteractionId, QueueId, UserId
from tests.channels.core.dialling_sites import place

NOW = 1_800_000_000_000
NOBODY = Protected()
BLOCK, DIVERT, SLOW = Block(AnnouncementId("no")), Divert(to=QueueId("fraud")), Slow(10_000, 2)


def rule(
    id_: str, *, number: str | None = None, prefix: str | None = None, withheld: bool = False, **more: object
) -> CallerRule:
    made = CallerRule(CallerRuleId(id_), BLOCK, "why", number=number, prefix=prefix, withheld=withheld)
    return replace(made, **more)  # type: ignore[arg-type]  # the keys are those of a rule


FAILED = frozenset({Attestation.FAILED})
RULES = (
    rule("whole", number="+442079460101", action=SLOW),
    rule("long", prefix="+4420794", action=DIVERT),
    rule("short", prefix="+44"),
    rule("withheld", withheld=True),
    rule("failed", attestations=FAILED),
    rule("long_failed", prefix="+4420794", attestations=FAILED, action=BLOCK),
    rule("bad", attestations=frozenset({Attestation.FAILED, Attestation.NONE, Attestation.GATEWAY})),
)


@pytest.mark.parametrize(
    ("number", "attestation", "counts"),
    [
        ("020 7946 0101", Attestation.FULL, "whole"),
        ("020 7946 0101", Attestation.FAILED, "whole"),
        ("020 7946 0102", Attestation.FULL, "long"),
        ("020 7946 0102", Attestation.FAILED, "long_failed"),
        ("0114 496 0101", Attestation.FAILED, "short"),
        ("+33142685300", Attestation.FAILED, "failed"),
        ("+33142685300", Attestation.GATEWAY, "bad"),
        ("+33142685300", Attestation.FULL, None),
        ("anonymous", Attestation.FULL, "withheld"),
        ("", Attestation.FAILED, "withheld"),
        ("Restricted ", Attestation.FULL, "withheld"),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_the_most_specific_rule_counts_in_whatever_order(
    number: str, attestation: Attestation, counts: str | None, order: int
) -> None:
    found = decide(RULES[::order], caller_of(number, "GB", attestation), NOBODY, NOW)
    assert (found and found.id) == counts


def test_a_rule_made_by_hand_counts_before_one_of_the_definition_and_ends_at_its_end() -> None:
    by_hand = rule("z", number="+442079460101", action=DIVERT, made_by=UserId("sam"), until_ms=NOW + 1)
    rules = (RULES[0], by_hand, rule("a", number="+442079460101"))
    caller = caller_of("+442079460101", None)
    assert decide(rules, caller, NOBODY, NOW) is by_hand
    assert decide(rules, caller, NOBODY, NOW + 1) == rules[2]


def test_a_rule_that_names_nothing_never_holds() -> None:
    assert not holds(rule("empty"), Caller(None), NOW)
    assert decide([rule("empty")], Caller("+442079460101"), NOBODY, NOW) is None


EVERYBODY = (
    *(rule(f"p{digit}", prefix=f"+{digit}") for digit in range(1, 10)),
    *(rule(f"n{number}", number=number) for number in ("112", "999", "+442079460199")),
    rule("w", withheld=True),
    rule("a", attestations=frozenset(Attestation)),
)
PROTECTED = protected(EmergencyDialling((place("GB"),)), ["+442079460199"])


@pytest.mark.parametrize("number", ["112", "999", "911", "+442079460199", "020 7946 0199"])
def test_an_emergency_service_is_never_held_up(number: str) -> None:
    assert decide(EVERYBODY, caller_of(number, "GB", Attestation.FAILED), PROTECTED, NOW) is None


@pytest.mark.parametrize("number", ["anonymous", "+33142685300", "junk"])
def test_after_an_emergency_call_whoever_calls_back_is_let_through_for_an_hour(number: str) -> None:
    caller, at = caller_of(number, "GB"), place("GB").caller_id
    assert decide(EVERYBODY, caller, PROTECTED, NOW, at, NOW - CALLBACK_MS + 1) is None
    assert decide(EVERYBODY, caller, PROTECTED, NOW, at, NOW - CALLBACK_MS) is not None
    assert decide(EVERYBODY, caller, PROTECTED, NOW, at, None) is not None
    assert decide(EVERYBODY, caller, PROTECTED, NOW, "+442079460777", NOW) is not None


@pytest.mark.parametrize(
    ("number", "region", "known"),
    [
        ("020 7946 0101", "GB", "+442079460101"),
        ("442079460101", "GB", "+442079460101"),
        ("101", "GB", "101"),
        ("12-34\x00&", None, "1234"),
        ("anonymous", "GB", None),
        ("Anonymous", None, None),
        ("unknown", "GB", None),
        ("", "GB", None),
        ("\u0661\u0662", None, None),
    ],
)
def test_a_number_is_known_in_e164_by_its_digits_or_as_withheld(
    number: str, region: str | None, known: str | None
) -> None:
    assert caller_of(number, region).number == known


def test_a_slowed_call_beyond_those_at_once_is_busy() -> None:
    assert [is_full(SLOW, count) for count in (0, 1, 2, 3)] == [False, False, True, True]


def test_a_malicious_call_says_who_marked_it_when_and_which_call() -> None:
    mark = Malicious(InteractionId("v-main-1.2"), "main-1.2", UserId("ann"), NOW)
    assert mark == Malicious(InteractionId("v-main-1.2"), "main-1.2", UserId("ann"), NOW)


@given(st.text(max_size=200), st.sampled_from(["GB", "US", None]), st.sampled_from(Attestation))
def test_any_text_as_a_number_is_decided_and_never_an_exception(
    number: str, region: str | None, attestation: Attestation
) -> None:
    caller = caller_of(number, region, attestation)
    assert caller.number is None or re.fullmatch(r"[0-9+]{1,64}", caller.number, re.ASCII)
    found = decide(RULES, caller, PROTECTED, NOW)
    holding = [each for each in RULES if holds(each, caller, NOW)]
    assert (found in holding) if holding and caller.number not in PROTECTED.numbers else (found is None)
