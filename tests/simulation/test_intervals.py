"""Confidence intervals: the quantiles are those of the tables, and the intervals hold what they promise."""

import random

import pytest

from router.simulation.intervals import estimate, paired, t_quantile, weighted, weighted_difference


@pytest.mark.parametrize(
    ("probability", "degrees", "known"),
    [
        (0.975, 1, 12.7062),
        (0.975, 2, 4.3027),
        (0.975, 10, 2.2281),
        (0.975, 30, 2.0423),
        (0.975, 120, 1.9799),
        (0.995, 1, 63.6567),
        (0.995, 5, 4.0321),
        (0.995, 19, 2.8609),
        (0.995, 100, 2.6259),
    ],
)
def test_quantiles_of_students_t(probability: float, degrees: int, known: float) -> None:
    assert t_quantile(probability, degrees) == pytest.approx(known, abs=5e-5 * known)


def test_one_value_has_no_interval() -> None:
    alone = estimate([3.0])
    assert (alone.mean, alone.half_95, alone.half_99) == (3.0, None, None)
    assert not alone.holds(3.0)


def test_intervals_hold_the_mean_as_often_as_they_promise() -> None:
    chance = random.Random(5)
    held_95 = held_99 = 0
    for _ in range(2_000):
        found = estimate([chance.expovariate(1.0) + chance.gauss(0.0, 2.0) for _ in range(8)])
        assert found.half_95 is not None
        held_95 += abs(found.mean - 1.0) <= found.half_95
        held_99 += found.holds(1.0)
    assert 0.93 < held_95 / 2_000 < 0.97
    assert 0.98 < held_99 / 2_000 < 0.998


def test_paired_differences_are_sharper_than_two_means() -> None:
    chance = random.Random(1)
    base = [chance.gauss(10.0, 5.0) for _ in range(30)]
    other = [value + 1.0 + chance.gauss(0.0, 0.1) for value in base]
    difference = paired(base, other)
    assert difference.holds(1.0)
    apart = estimate(base).half_99
    assert apart is not None and difference.half_99 is not None and difference.half_99 < apart / 10


def test_a_ratio_over_days_is_that_of_what_they_have_in_all() -> None:
    """Three days with 1 of 10, 30 of 60 and 9 of 30: 40 of 100, not the mean of .1, .5 and .3."""
    found = weighted([0.1, 0.5, 0.3], [10, 60, 30])
    assert found.mean == pytest.approx(0.4)
    residuals = [(0.1 - 0.4) * 10 / (100 / 3), (0.5 - 0.4) * 60 / (100 / 3), (0.3 - 0.4) * 30 / (100 / 3)]
    assert found.half_99 == pytest.approx(estimate(residuals).half_99)
    assert weighted([0.1, 0.5, 0.0], [10, 60, 0]).mean == pytest.approx(31 / 70)


def test_the_interval_of_a_ratio_holds_what_it_has_to() -> None:
    """Days of very different size whose share depends on it: 99 of 100 intervals hold the share of all."""
    chance = random.Random(4)

    def day() -> tuple[float, float]:
        size = chance.choice((50, 200))
        return sum(chance.random() < (0.9 if size == 50 else 0.5) for _ in range(size)) / size, size

    exact, held, simple = (0.9 * 50 + 0.5 * 200) / 250, 0, 0
    for _ in range(200):
        days = [day() for _ in range(60)]
        held += weighted([share for share, _ in days], [float(size) for _, size in days]).holds(exact)
        simple += estimate([share for share, _ in days]).holds(exact)
    assert held >= 193
    assert simple < 20


def test_the_difference_of_two_ratios_is_paired() -> None:
    base, other = [0.1, 0.5, 0.3, 0.7], [0.2, 0.6, 0.4, 0.8]
    weights = [10.0, 60.0, 30.0, 40.0]
    found = weighted_difference(base, weights, other, weights)
    assert found.mean == pytest.approx(0.1)
    assert found.half_99 == pytest.approx(0.0, abs=1e-12)
