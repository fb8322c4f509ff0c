"""Each KPI against a day worked out by hand, and against its own words."""

import pytest

from history.core.vocabulary import InteractionId, Medium
from reports.core import kpi as kpis
from reports.core.kpi import KPIS
from reports.core.measures import PERIOD, Gini, Kpi, Open, Quantile, Ratio, Sum, Unit, gini, percent, quantile
from reports.core.service_level import Variant, service_level
from reports.core.tally import Cut, Tally
from tests.reports.story import ANN, BEN, MAIL, SALES, SERVICE, Story, a_small_day

END_MS = 1_000_000


def tallied(day: Story, *more: Kpi) -> Tally:
    tally = Tally((0, END_MS), kpis=(*KPIS, *more))
    for at_ms, fact in day.in_order():
        tally.fold(fact, at_ms)
    return tally


# The visits answered waited 15, 30, 30 (calls) and 1 s (the mail); those who left, 3 (short), 15 and 40 s; one flowed
# out after 50 s, one still waits. T is 20 s.
BY_HAND = {
    "offered": 9,
    "answered": 4,
    "abandoned": 2,
    "short_abandoned": 1,
    "flowed_out": 1,
    "moved": 0,
    "waiting": 1,
    "longest_wait": 300_000,
    "service_level": 2 / (4 + 1),
    "service_level_1": 2 / (9 - 1),
    "service_level_2": 2 / 4,
    "service_level_4": (2 + 2) / (4 + 2 + 1),
    "abandonment": 2 / (9 - 1),
    "wait_mean": 76_000 / 4,
    "wait_median": 15_000,
    "wait_p90": 30_000,
    "wait_longest": 30_000,
    "wait_all_mean": (76_000 + 3_000 + 15_000 + 40_000 + 50_000) / 8,
    "abandon_wait_mean": (15_000 + 40_000) / 2,
    "handled": 4,
    "talk_mean": 100_000,
    "wrap_up_mean": (20_000 + 10_000 + 40_000 + 0) / 4,
    "handle_mean": 117_500,
    # Ann all day; Ben from 100 to 800.
    "signed_in": 1_000_000 + 700_000,
    # Ann works 330 s of 1000; Ben 140 s of 600, his lunch of 100 s set aside, the 20 s of it in wrap-up not.
    "occupancy": (330 + 140) / (1_000 + 600),
    # Calls weigh 100, the mail 30.
    "utilisation": (230 * 100 + 100 * 30 + 140 * 100) / (1_700 * 100),
    "occupancy_gini": (330 / 1_000 - 140 / 600) / (2 * (330 / 1_000 + 140 / 600)),
    "offers_accepted": 4 / 7,
    "offers_declined": 1 / 7,
    "offers_expired": 1 / 7,
    "offers_failed": 1 / 7,
    "non_response": 3 / 7,
    "offers_withdrawn": 1,
}


def test_the_small_day_has_every_kpi() -> None:
    assert [kpi.figure for kpi in KPIS] == list(BY_HAND)


@pytest.mark.parametrize("figure", BY_HAND)
def test_a_kpi_is_what_is_worked_out_by_hand(figure: str) -> None:
    found = tallied(a_small_day()).figures(now_ms=END_MS)[figure]
    assert found.value == pytest.approx(BY_HAND[figure], rel=1e-12)


OF_CALLS = {
    "offered": 8,
    "answered": 3,
    "waiting": 1,
    "service_level": 1 / (3 + 1),
    "service_level_1": 1 / (8 - 1),
    "wait_median": 30_000,
    "handled": 3,
    "offers_expired": 1 / 6,
    "occupancy": None,
    "signed_in": None,
    "occupancy_gini": None,
}
OF_MAIL = {"offered": 1, "waiting": 0, "longest_wait": None, "abandonment": 0.0, "wait_p90": 1_000, "non_response": 0.0}
OF_ANN = {
    "handled": 3,
    "handle_mean": (120_000 + 110_000 + 100_000) / 3,
    "occupancy": 0.33,
    "signed_in": 1_000_000,
    "offers_failed": 1 / 4,
    "occupancy_gini": 0.0,
    "offered": None,
    "waiting": None,
    "wait_p90": None,
    "service_level": None,
}


@pytest.mark.parametrize(
    ("cut", "by_hand"),
    [
        (Cut(queue=SALES), OF_CALLS),
        (Cut(medium=Medium.VOICE), OF_CALLS),
        (Cut(queue=MAIL), OF_MAIL),
        (Cut(queue=SALES, medium=Medium.MAIL), {"offered": 0, "waiting": 0, "service_level": None}),
        (Cut(agents=(ANN,)), OF_ANN),
        (Cut(agents=(BEN,)), {"handled": 1, "occupancy": 140 / 600, "signed_in": 700_000, "offers_declined": 1 / 3}),
        (Cut(agents=(ANN, BEN)), {"handled": 4, "occupancy": 470 / 1_600, "occupancy_gini": BY_HAND["occupancy_gini"]}),
        (Cut(agents=()), {"handled": 0, "occupancy": None, "occupancy_gini": None}),
    ],
)
def test_a_kpi_can_be_asked_of_a_queue_a_medium_or_agents(cut: Cut, by_hand: dict[str, float | None]) -> None:
    found = tallied(a_small_day()).figures(cut, now_ms=END_MS)
    for name, value in by_hand.items():
        assert found[name].value == (None if value is None else pytest.approx(value, rel=1e-12)), name


@pytest.mark.parametrize(
    ("kpi", "figure", "numerator", "denominator"),
    [
        (service_level(Variant.OFFERED, short_abandons=True), "service_level_1/with_short", 2, 9),
        (service_level(Variant.OFFERED, flow_outs=False), "service_level_1/without_flow_outs", 2, 7),
        (service_level(Variant.LATE, flow_outs=True), "service_level/with_flow_outs", 2, 6),
        (service_level(Variant.LATE, within_ms=2_000), "service_level/within_2000_ms", 1, 4 + 3),
        (
            service_level(Variant.LATE, within_ms=2_000, short_abandons=False),
            "service_level/without_short/within_2000_ms",
            1,
            4 + 2,
        ),
        (service_level(Variant.LATE, within_ms=40_000, short_abandons=True), "service_level/within_40000_ms", 4, 4),
        (service_level(Variant.ANSWERED, within_ms=1_000, flow_outs=True), "service_level_2/within_1000_ms", 1, 4),
        (service_level(Variant.LEFT_IN_TIME, short_abandons=False), "service_level_4/without_short", 3, 6),
        (service_level(Variant.LEFT_IN_TIME, flow_outs=True), "service_level_4/with_flow_outs", 4, 8),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_service_level_counts_what_its_switches_say(kpi: Kpi, figure: str, numerator: int, denominator: int) -> None:
    found = tallied(a_small_day(), kpi).figure(kpi)
    assert (kpi.figure, found.numerator, found.denominator) == (figure, numerator, denominator)


def test_a_visit_that_is_moved_flows_out_of_one_queue_and_is_offered_in_the_next_where_its_wait_goes_on() -> None:
    day = Story()
    day.enters(0, "c1")
    day.is_moved(30, "c1", SERVICE, waits_since=0)
    entered_ms, queue, visit = day.entries[InteractionId("c1")]
    day.entries[InteractionId("c1")] = (0, queue, visit)  # the router's wait counts on from the first queue
    day.is_answered(30, 40, 10, 0, "c1", ANN)
    tally = tallied(day)
    sales, service = tally.figures(Cut(SALES)), tally.figures(Cut(SERVICE))
    asked = ("offered", "answered", "flowed_out", "moved", "waiting", "wait_mean", "wait_all_mean", "service_level")
    assert entered_ms == 30_000
    assert [sales[name].value for name in asked] == [1, 0, 1, 1, 0, None, None, None]
    assert [service[name].value for name in asked] == [1, 1, 0, 0, 0, 40_000, 40_000, 0]
    late = service_level(Variant.LATE, flow_outs=True)
    found = tallied(day, late).figure(late, Cut(SALES))
    assert (found.numerator, found.denominator) == (0, 1)


def test_within_the_time_includes_the_time_itself() -> None:
    day = Story()
    day.enters(0, "c1")
    day.is_answered(0, 20, 10, 0, "c1", ANN)
    day.enters(0, "c2")
    day.leaves(20, "c2")
    found = tallied(day).figures()
    assert (found["service_level"].numerator, found["service_level"].denominator) == (1, 1)
    assert found["service_level_4"].numerator == 2


def test_where_nothing_counts_there_is_no_share_and_no_wait() -> None:
    found = tallied(Story()).figures()
    counts = [kpi.figure for kpi in KPIS if isinstance(kpi.by, Sum)]
    assert [name for name, figure in found.items() if figure.value is not None] == sorted(
        [*counts, "waiting"], key=list(found).index
    )
    assert all(found[name].value == 0 for name in [*counts, "waiting"])


def test_every_kpi_says_what_it_counts() -> None:
    assert len({kpi.figure for kpi in KPIS}) == len({kpi.name for kpi in KPIS}) == len(KPIS)
    for kpi in KPIS:
        assert kpi.words.endswith(".") and kpi.numerator
        assert bool(kpi.denominator) is isinstance(kpi.by, Ratio | Gini)
        assert kpi.unit is not Unit.COUNT or isinstance(kpi.by, Sum | Open)
        assert (PERIOD in kpi.words) is not isinstance(kpi.by, Open)


def test_a_screen_puts_its_own_period_into_the_words() -> None:
    meaning = kpis.ABANDONMENT.over("today")
    assert meaning.words.startswith("Share of the visits offered today that")
    assert (meaning.figure, meaning.name) == ("abandonment", "Abandonment rate")
    assert PERIOD not in meaning.words + meaning.numerator + meaning.denominator


def test_another_threshold_is_said_in_the_words() -> None:
    assert "T = 30000 ms" in service_level(Variant.OFFERED, within_ms=30_000).words
    assert "the queue's time T" in service_level(Variant.OFFERED).words


@pytest.mark.parametrize(
    ("percent_of", "expected"), [(1, 1), (10, 1), (11, 2), (50, 5), (51, 6), (90, 9), (91, 10), (100, 10)]
)
def test_a_quantile_is_the_nearest_rank(percent_of: int, expected: int) -> None:
    assert quantile(list(range(1, 11)), percent_of) == expected
    assert quantile([], percent_of) is None


def test_a_gini_coefficient_is_half_the_mean_difference_over_the_mean() -> None:
    shares = [0.9, 0.1, 0.4, 0.4]
    differences = [abs(one - other) for one in shares for other in shares]
    assert gini(shares) == pytest.approx(sum(differences) / 16 / 2 / 0.45)
    assert gini([0.5, 0.5, 0.5]) == pytest.approx(0)
    assert gini([0.0, 0.0, 0.0, 1.0]) == pytest.approx(0.75)
    assert (gini([0.0, 0.0]), gini([])) == (0.0, None)


def test_a_percentage_has_one_decimal() -> None:
    assert (percent(2, 3), percent(1, 1), percent(0, 5), percent(0, 0)) == (66.7, 100.0, 0.0, None)


def test_the_longest_wait_is_a_quantile_like_the_others() -> None:
    assert isinstance(kpis.WAIT_LONGEST.by, Quantile)
    assert kpis.WAIT_LONGEST.by.percent == 100
