"""Patience is estimated as by hand, and drawn only beyond what is known."""

import random

import pytest

from router.simulation.patience import Patience, Seen


def test_the_estimate_is_the_one_reckoned_by_hand() -> None:
    """Of five, one leaves at 10; of the three still watched, one at 30; the last one is answered at 50."""
    seen = [Seen(0, 10, True), Seen(0, 20, False), Seen(0, 30, True), Seen(0, 40, False), Seen(0, 50, False)]
    patience = Patience(seen)
    assert patience.staying(9) == 1
    assert patience.staying(10) == pytest.approx(4 / 5)
    assert patience.staying(29) == pytest.approx(4 / 5)
    assert patience.staying(30) == pytest.approx(4 / 5 * 2 / 3)


def test_who_came_late_is_not_at_risk_before() -> None:
    """Of two who were watched at 10 one left; the third had been waiting for 15 already when anybody looked."""
    patience = Patience([Seen(0, 10, True), Seen(0, 40, False), Seen(15, 20, True)])
    assert patience.staying(10) == pytest.approx(1 / 2)
    assert patience.staying(20) == pytest.approx(1 / 4)


def test_draws_follow_the_estimate_and_lie_beyond_what_is_known() -> None:
    chance = random.Random(1)
    means = 100_000
    seen = []
    for _ in range(3_000):
        left_ms, answered_ms = (round(chance.expovariate(1 / means)) + 1 for _ in range(2))
        seen.append(Seen(0, min(left_ms, answered_ms), left_ms <= answered_ms))
    patience = Patience(seen)
    drawn = [patience.draw(50_000, chance.random()) for _ in range(3_000)]
    assert all(each is None or each > 50_000 for each in drawn)
    beyond = sum(each is None or each > 50_000 + 69_315 for each in drawn) / len(
        drawn
    )  # half leave in ln 2 of the mean
    assert beyond == pytest.approx(0.5, abs=0.06)


def test_where_nobody_left_everybody_stays() -> None:
    patience = Patience([Seen(0, 10, False)])
    assert patience.draw(5, 0.999) is None
    assert Patience([]).draw(0, 0.5) is None
