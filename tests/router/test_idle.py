"""The order of the idle says the same as a plain sorted list, however long it is and whoever comes and goes."""

import random

import pytest

from router.core.idle import RUN, IdleOrder


def plainly(standing: dict[int, int], wanted: int) -> list[int]:
    order = sorted((since, number) for number, since in standing.items())
    return [number for _, number in order if wanted >> number & 1][:2]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("people", [1, 40, 3 * RUN])
def test_it_names_the_first_two_of_any_mask(seed: int, people: int) -> None:
    chance = random.Random(seed)
    order, standing = IdleOrder(), dict[int, int]()
    for now in range(4 * people):
        number = chance.randrange(people)
        if number in standing:
            order.remove((standing.pop(number), number))
        if chance.random() < 0.8:
            standing[number] = chance.choice((now, now, chance.randrange(now + 1)))
            order.add((standing[number], number))
        assert len(order) == len(standing)
        if now % 7 == 0:
            share = chance.choice((0.002, 0.05, 1.0))
            wanted = sum(1 << each for each in standing if chance.random() < share)
            assert order.first_two(wanted) == plainly(standing, wanted)
    for number, since in list(standing.items()):
        order.remove((since, number))
    assert (len(order), order.first_two(0)) == (0, [])


def test_those_nobody_needs_are_passed_over_by_the_hundred() -> None:
    order = IdleOrder()
    for number in range(20 * RUN):
        order.add((number, number))
    last = 20 * RUN - 1
    assert order.first_two(1 << last) == [last]
    assert order.first_two((1 << last) | 1) == [0, last]
