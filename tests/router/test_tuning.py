"""The search by itself, on plays whose answer is known."""

import random
from collections.abc import Sequence

import pytest

from router.tuning import Lever, Row, Rows, Setting, means, score, tune


def day(**shares: float) -> Row:
    """A hundred customers of each class."""
    return {name: (share, 100.0) for name, share in shares.items()}


TWO = [Lever("x", range(11), 0), Lever("y", range(11), 0)]


def hill(setting: Setting, days: Sequence[int]) -> Rows:
    """Best where x is 6 and y is 3; a day is as good or bad for all settings."""
    x, y = setting
    far = abs(x - 6) + abs(y - 3)
    return [day(a=0.5 - 0.03 * far + 0.01 * (number % 3), b=0.9 - 0.01 * far) for number in days]


def test_it_climbs_to_the_top_and_measures_on_other_days() -> None:
    played: list[Sequence[int]] = []

    def play(setting: Setting, days: Sequence[int]) -> Rows:
        played.append(days)
        return hill(setting, days)

    found = tune(TWO, play, seed=1, tries=100, days=8, fresh_days=6)
    assert found.setting == (6, 3)
    assert [(each.lever.name, each.value) for each in found.changes] == [("x", 6), ("y", 3)]
    assert found.gain is not None
    assert found.gain.worst.mean == pytest.approx(0.27)
    assert found.gain.is_certain
    assert all(max(days) < 8 for days in played[:-2])
    assert [list(days) for days in played[-2:]] == [list(range(8, 14))] * 2


def test_two_classes_that_are_equally_bad_are_raised_one_after_the_other() -> None:
    """Each lever helps one class and leaves the other where it is: the minimum alone would see no way."""

    def play(setting: Setting, days: Sequence[int]) -> Rows:
        return [day(a=0.4 + 0.02 * setting[0], b=0.4 + 0.02 * setting[1]) for _ in days]

    assert tune(TWO, play, seed=1, tries=100, days=4, fresh_days=4).setting == (10, 10)


def test_two_levers_that_only_help_together_are_found() -> None:
    def play(setting: Setting, days: Sequence[int]) -> Rows:
        together = 0.1 if setting[0] > 0 and setting[1] > 0 else -0.001 * sum(setting)
        return [day(a=0.5 + together) for _ in days]

    found = tune(TWO, play, seed=1, tries=200, days=4, fresh_days=4)
    assert found.gain is not None
    assert found.gain.worst.mean == pytest.approx(0.1)


def test_what_contributes_nothing_is_taken_back() -> None:
    def play(setting: Setting, days: Sequence[int]) -> Rows:
        """Helps as much with either lever as with both."""
        return [day(a=0.5 + 0.05 * max(min(setting[0], 4), min(setting[1], 4)) / 4) for _ in days]

    found = tune(TWO, play, seed=1, tries=200, days=4, fresh_days=4)
    assert len(found.changes) == 1
    assert found.changes[0].worth == pytest.approx(0.055)


def test_nothing_better_leaves_all_as_it_is() -> None:
    found = tune(TWO, lambda setting, days: [day(a=0.5) for _ in days], seed=1, tries=50, days=4, fresh_days=4)
    assert (found.setting, found.changes, found.gain) == ((0, 0), (), None)


def test_values_that_cannot_stand_together_are_passed_over_and_cost_no_try() -> None:
    def play(setting: Setting, days: Sequence[int]) -> Rows | None:
        return None if setting[0] in (4, 5) else hill(setting, days)

    found = tune(TWO, play, seed=1, tries=100, days=4, fresh_days=4)
    assert found.setting[1] == 3
    never = tune(
        TWO,
        lambda setting, days: hill(setting, days) if not any(setting) else None,
        seed=1,
        tries=9,
        days=4,
        fresh_days=4,
    )
    assert (never.tries, never.gain) == (1, None)


def test_no_more_is_tried_than_was_asked() -> None:
    """Taking back what contributes nothing comes on top, one play for each change."""
    found = tune(TWO, hill, seed=1, tries=5, days=8, fresh_days=4)
    assert found.tries <= 5 + len(TWO)


def test_a_hopeless_try_is_given_up_after_an_eighth_of_the_days() -> None:
    played = 0

    def play(setting: Setting, days: Sequence[int]) -> Rows:
        nonlocal played
        played += len(days)
        return [day(a=0.9 - 0.1 * sum(setting)) for _ in days]

    found = tune(TWO, play, seed=1, tries=10, days=8, fresh_days=4)
    assert found.gain is None
    assert played == 8 + found.tries - 1


def test_chance_is_not_taken_for_a_gain() -> None:
    """Levers that do nothing, seen through noise that differs from setting to setting: what looks best on the search's
    days is measured on others, where the figure has not been chosen."""
    certain = 0
    for seed in range(40):

        def play(setting: Setting, days: Sequence[int], seed: int = seed) -> Rows:
            noise = (random.Random(f"{seed}/{setting}/{number}").gauss(0, 0.03) for number in days)
            return [day(a=0.5 + each) for each in noise]

        gain = tune(TWO, play, seed=seed, tries=30, days=4, fresh_days=10).gain
        certain += gain is not None and gain.is_certain
    assert certain <= 4, "one in forty is what a one-sided error of 2.5 % lets through"


def test_the_worst_class_counts_most_and_the_average_a_little() -> None:
    assert score([day(a=0.5, b=0.9)]) > score([day(a=0.45, b=1.0)])
    assert score([day(a=0.5, b=0.9)]) > score([day(a=0.5, b=0.8)])
    assert means([day(a=0.5), day(a=0.7, b=1.0)]) == {"a": pytest.approx(0.6), "b": 1.0}
    assert means([{"a": (0.5, 300.0)}, {"a": (0.9, 100.0)}]) == {"a": pytest.approx(0.6)}
