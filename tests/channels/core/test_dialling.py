"""What agents dial: one number that may be dialled, an emergency call, or a refusal with its reason."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.core.dial_refusals import RefusedNumber, WhyNot
from channels.core.dialling import CallerIds, Dialled, Dialler, DiallingSettings, PurposeId, plan
from channels.core.dialling_caps import Cap, Caps, Usage, Used
from channels.core.dialling_rules import DialRule, NumberKind
from channels.core.emergency_numbers import Emergency
from history.core.routing_settings import OpenInterval
from history.core.vocabulary import QueueId, TeamId, UserId
from tests.channels.core.dialling_sites import ANN, BOB, DIALLER, MAIN, SALES, SAM, site
from tests.channels.core.toll_fraud import REFUSED

FRAUD = [
    (country, text, reason)
    for country, reasons in REFUSED.items()
    for reason, texts in reasons.items()
    for text in texts
]
ORDINARY = [
    ("GB", "020 7946 0101", "+442079460101"),
    ("GB", "(020) 7946-0101", "+442079460101"),
    ("GB", "020.7946.0101", "+442079460101"),
    ("GB", "+44 20 7946 0101", "+442079460101"),
    ("GB", "+44 (0)20 7946 0101", "+442079460101"),
    ("GB", "0044 20 7946 0101", "+442079460101"),
    ("GB", "  02079460101  ", "+442079460101"),
    ("GB", "020\u00a07946\u20110101", "+442079460101"),
    ("GB", "\u202a+44 20 7946 0101\u202c", "+442079460101"),
    ("GB", "tel:+44-20-7946-0101", "+442079460101"),
    ("GB", "TEL:02079460101", "+442079460101"),
    ("GB", "07400 123456", "+447400123456"),
    ("GB", "0114 496 0101", "+441144960101"),
    ("GB", "0300 123 4567", "+443001234567"),
    ("GB", "0800 123 4567", "+448001234567"),
    ("GB", "056 1234 5678", "+445612345678"),
    ("US", "(212) 555-0123", "+12125550123"),
    ("US", "1-212-555-0123", "+12125550123"),
    ("US", "+1 212 555 0123", "+12125550123"),
    ("US", "800 234 5678", "+18002345678"),
    ("CA", "800 234 5678", "+18002345678"),
    ("CA", "416 555 0123", "+14165550123"),
    ("DE", "030 1234567", "+49301234567"),
    ("DE", "0151 23456789", "+4915123456789"),
    ("DE", "0800 1234567", "+498001234567"),
    ("FR", "01 42 68 53 00", "+33142685300"),
    ("FR", "06 12 34 56 78", "+33612345678"),
    ("BR", "(11) 96123-4567", "+5511961234567"),
    ("AU", "(02) 9876 5432", "+61298765432"),
    ("AU", "0412 345 678", "+61412345678"),
    ("JP", "03-1234-5678", "+81312345678"),
    ("IT", "06 1234 5678", "+390612345678"),
    ("IT", "312 345 6789", "+393123456789"),
    ("ES", "612 34 56 78", "+34612345678"),
    ("CH", "044 668 18 00", "+41446681800"),
    ("IN", "098765 43210", "+919876543210"),
    ("JM", "876 212 3456", "+18762123456"),
    ("LV", "21 234 567", "+37121234567"),
]
NOON = 12 * 3_600_000
DAY = (OpenInterval(8 * 3_600_000, 18 * 3_600_000),)


def dialled(text: str, settings: DiallingSettings, dialler: Dialler = DIALLER, now_ms: int = NOON) -> Dialled | WhyNot:
    found = plan(text, settings, dialler, now_ms)
    assert not isinstance(found, Emergency)
    return found.reason if isinstance(found, RefusedNumber) else found


def reason(text: str, settings: DiallingSettings, dialler: Dialler = DIALLER, now_ms: int = NOON) -> WhyNot | None:
    found = dialled(text, settings, dialler, now_ms)
    return found if isinstance(found, WhyNot) else None


def test_the_table_of_fraud_has_200_numbers_and_more() -> None:
    assert len({(country, text) for country, text, _ in FRAUD}) >= 200


@pytest.mark.parametrize(("country", "text", "why"), FRAUD)
def test_a_number_through_which_fraud_is_paid_is_refused_with_its_reason(country: str, text: str, why: WhyNot) -> None:
    found = plan(text, site(country), DIALLER, NOON)
    assert isinstance(found, RefusedNumber)
    assert found.reason is why
    assert re.fullmatch(r"[A-Z][ -~]{10,120}\.", found.sentence)


@pytest.mark.parametrize(("country", "text", "number"), ORDINARY)
def test_an_ordinary_number_leaves_in_e164_with_a_number_of_the_center(country: str, text: str, number: str) -> None:
    assert dialled(text, site(country)) == Dialled(number, caller_id=MAIN, country=country)


@pytest.mark.parametrize("text", ["204", " 2 0 4 ", "tel:204"])
def test_a_colleague_is_reached_by_extension_also_by_who_may_not_call_out(text: str) -> None:
    assert plan(text, site("GB"), Dialler(SAM), NOON) == Dialled("204", colleague=BOB)


@pytest.mark.parametrize("user", [SAM, UserId("nobody")])
def test_who_may_not_call_out_is_told_so(user: UserId) -> None:
    assert reason("020 7946 0101", site("GB"), Dialler(user)) is WhyNot.MAY_NOT_CALL_OUT


def test_without_a_country_only_numbers_with_plus_are_read() -> None:
    found = site("GB")
    nowhere = DiallingSettings(people={ANN: found.people[SAM].__class__(calls_out=True)}, rules=(DialRule(True, "GB"),))
    assert reason("020 7946 0101", nowhere) is WhyNot.NO_COUNTRY
    assert dialled("+44 20 7946 0101", nowhere) == Dialled("+442079460101", country="GB", abroad=True)


@pytest.mark.parametrize(
    ("rules", "text", "why"),
    [
        ((), "+33142685300", WhyNot.COUNTRY),
        ((DialRule(True, "FR"),), "+33142685300", None),
        ((DialRule(True, "+33"),), "+33142685300", None),
        # The longer prefix, whichever way it points and in whatever order.
        ((DialRule(True, "FR"), DialRule(False, "+331")), "+33142685300", WhyNot.RULE),
        ((DialRule(False, "+331"), DialRule(True, "+3314")), "+33142685300", None),
        ((DialRule(True, "+3314"), DialRule(False, "+33142")), "+33142685300", WhyNot.RULE),
        # A country a bit more than its bare code.
        ((DialRule(False, "+33"), DialRule(True, "FR")), "+33142685300", None),
        # A team's before the center's; one of another team is nobody's here.
        ((DialRule(False, "FR"), DialRule(True, "FR", frozenset({SALES}))), "+33142685300", None),
        ((DialRule(True, "FR", frozenset({TeamId("other")})),), "+33142685300", WhyNot.COUNTRY),
        ((DialRule(True, "FR", frozenset({SALES})), DialRule(False, "+331")), "+33142685300", WhyNot.RULE),
        # Denied before allowed among equals.
        ((DialRule(True, "FR"), DialRule(False, "FR")), "+33142685300", WhyNot.RULE),
        # At home too.
        ((DialRule(False, "+4420"),), "02079460101", WhyNot.RULE),
        ((DialRule(False, "GB"),), "02079460101", WhyNot.RULE),
        # What is dangerous has to be named itself.
        ((DialRule(True, "+1"),), "+1 809 234 5678", WhyNot.REVENUE_SHARE),
        ((DialRule(True, "DO"),), "+1 809 234 5678", None),
        ((DialRule(True, "+1809"),), "+1 809 234 5678", None),
        ((DialRule(True, "LV"),), "+371 21 234567", None),
        ((DialRule(True, "+8"),), "+881612345678", WhyNot.SATELLITE),
        ((DialRule(True, "+8816"),), "+881612345678", None),
        # What costs more than a call needs its kind named; abroad that holds for free and company numbers too.
        ((DialRule(True, "+44844"),), "0844 123 4567", WhyNot.PREMIUM_RATE),
        ((DialRule(True, "+44844", kinds=frozenset({NumberKind.PREMIUM_RATE})),), "0844 123 4567", None),
        ((DialRule(True, "FR"),), "+33 800 12 34 56", WhyNot.OTHER_KIND),
        ((DialRule(True, "FR", kinds=frozenset({NumberKind.FREE})),), "+33 800 12 34 56", None),
        ((DialRule(True, "+4455", kinds=frozenset({NumberKind.NOT_IN_PLAN})),), "+44 55 1234 5678", None),
    ],
)
def test_the_most_specific_rule_counts(rules: tuple[DialRule, ...], text: str, why: WhyNot | None) -> None:
    assert reason(text, site("GB", rules)) is why


CAPS = Caps(
    agent=Cap(at_once=2, an_hour=60, night_min=30),
    teams={SALES: Cap(at_once=5, an_hour=100)},
    center=Cap(at_once=20, night_min=90),
    working=DAY,
)


@pytest.mark.parametrize(
    ("usage", "hour", "text", "why"),
    [
        (Usage(), 12, "02079460101", None),
        (Usage(agent=Used(at_once=1, in_hour=59)), 12, "02079460101", None),
        (Usage(agent=Used(at_once=2)), 12, "02079460101", WhyNot.AT_ONCE),
        (Usage(agent=Used(in_hour=60)), 12, "02079460101", WhyNot.AN_HOUR),
        (Usage(teams={SALES: Used(at_once=5)}), 12, "02079460101", WhyNot.AT_ONCE),
        (Usage(teams={SALES: Used(in_hour=100)}), 12, "02079460101", WhyNot.AN_HOUR),
        (Usage(teams={TeamId("other"): Used(at_once=99)}), 12, "02079460101", None),
        (Usage(center=Used(at_once=20)), 12, "02079460101", WhyNot.AT_ONCE),
        (Usage(agent=Used(night_min=30)), 12, "02079460101", None),
        (Usage(agent=Used(night_min=29)), 3, "02079460101", None),
        (Usage(agent=Used(night_min=30)), 3, "02079460101", WhyNot.MINUTES_AT_NIGHT),
        (Usage(center=Used(night_min=90)), 18, "02079460101", WhyNot.MINUTES_AT_NIGHT),
        (Usage(), 17, "+33142685300", None),
        (Usage(), 18, "+33142685300", WhyNot.AT_NIGHT),
        (Usage(), 7, "+33142685300", WhyNot.AT_NIGHT),
        # Past all hours that are known it is night, which is the careful answer.
        (Usage(), 24 * 500, "+33142685300", WhyNot.AT_NIGHT),
    ],
)
def test_caps_hold_for_agent_team_and_center_by_day_and_night(
    usage: Usage, hour: int, text: str, why: WhyNot | None
) -> None:
    settings = site("GB", (DialRule(True, "FR"),), CAPS)
    assert reason(text, settings, Dialler(ANN, usage=usage), hour * 3_600_000) is why


def test_calls_abroad_at_night_can_be_allowed_and_no_cap_holds_up_colleagues() -> None:
    caps = Caps(agent=Cap(at_once=1), working=(), night_abroad=True)
    settings = site("GB", (DialRule(True, "FR"),), caps)
    assert reason("+33142685300", settings) is None
    assert dialled("204", settings, Dialler(ANN, usage=Usage(agent=Used(at_once=9)))) == Dialled("204", colleague=BOB)


@pytest.mark.parametrize(
    ("dialler", "direct", "shown"),
    [
        (Dialler(ANN), None, MAIN),
        (Dialler(ANN), "+442079460107", "+442079460107"),
        (Dialler(ANN, queue=QueueId("sales")), "+442079460107", "+442079460102"),
        (Dialler(ANN, queue=QueueId("other")), None, MAIN),
        (Dialler(ANN, QueueId("sales"), PurposeId("survey")), None, "+442079460103"),
        (Dialler(ANN, QueueId("sales"), PurposeId("other")), None, "+442079460102"),
    ],
)
def test_the_called_person_sees_the_number_of_purpose_queue_or_person(
    dialler: Dialler, direct: str | None, shown: str
) -> None:
    ids = CallerIds(MAIN, {PurposeId("survey"): "+442079460103"}, {QueueId("sales"): "+442079460102"})
    found = dialled("020 7946 0101", site("GB", ids=ids, direct_number=direct), dialler)
    assert isinstance(found, Dialled)
    assert found.caller_id == shown


HOSTILE = st.text(alphabet="0123456789+*#&/@,$ {}()-.;:|^!?xXptelsip\r\n\t\0\u0661\uff11\u2028\u202e", max_size=40)
DIGITS = st.text(alphabet="0123456789+ -", max_size=24)


@settings(max_examples=600, deadline=None)
@given(st.one_of(st.text(max_size=80), HOSTILE, DIGITS), st.sampled_from(["GB", "US", "DE", "BR", "AU", "JP", "IT"]))
def test_any_text_gives_a_number_of_digits_or_a_refusal_and_never_an_exception(text: str, country: str) -> None:
    everything = tuple(DialRule(True, f"+{digit}") for digit in range(1, 10))
    for rules in ((), everything):
        found = plan(text, site(country, rules), DIALLER, NOON)
        match found:
            case Dialled():
                assert re.fullmatch(r"\+[1-9][0-9]{4,16}|204", found.number, re.ASCII)
                assert found.caller_id == (None if found.colleague else MAIN)
            case Emergency():
                assert re.fullmatch(r"[0-9]{2,6}", found.number, re.ASCII)
            case RefusedNumber():
                assert found.sentence.isascii() and found.sentence.isprintable()


@settings(max_examples=300, deadline=None)
@given(DIGITS)
def test_what_may_be_dialled_is_allowed_again_in_e164_and_means_the_same(text: str) -> None:
    found = plan(text, site("GB"), DIALLER, NOON)
    if isinstance(found, Dialled) and found.colleague is None:
        assert plan(found.number, site("GB"), DIALLER, NOON) == found


@settings(max_examples=300, deadline=None)
@given(
    DIGITS,
    st.permutations([DialRule(True, "FR"), DialRule(False, "+331"), DialRule(True, "+3314", frozenset({SALES}))]),
)
def test_the_order_of_rules_changes_nothing(text: str, rules: list[DialRule]) -> None:
    for typed in (text, f"+3314{text.strip('+')}"):
        assert plan(typed, site("GB", tuple(rules)), DIALLER, NOON) == plan(
            typed, site("GB", tuple(sorted(rules, key=lambda rule: rule.to))), DIALLER, NOON
        )
