"""One queue, equal agents, exponential laws: the engine meets the exact values of Erlang C and Erlang A."""

import pytest

from router.simulation.intervals import Estimate
from router.simulation.reading import parse
from router.simulation.replications import simulate
from tests.simulation.counting import Counting
from tests.simulation.exact import ErlangA, ErlangC, erlang_b
from tests.simulation.models import one_queue


@pytest.mark.parametrize(
    ("agents", "load", "known"),
    [(1, 1, 0.5), (5, 3, 0.1100543478), (10, 8, 0.1216610643), (100, 90, 0.0269573805), (300, 300, 0.0446814819)],
)
def test_the_yardstick_itself_erlang_b(agents: int, load: float, known: float) -> None:
    assert erlang_b(agents, load) == pytest.approx(known, abs=1e-10)


def test_the_yardsticks_themselves_erlang_c_and_a() -> None:
    c = ErlangC(400, 24)
    assert (c.p_wait, c.service_level, c.wait_s) == pytest.approx((0.29807230, 0.80888189, 13.413253), rel=1e-7)
    a = ErlangA(1000, 50, 120)
    assert (a.p_wait, a.abandonment, a.wait_s, a.occupancy) == pytest.approx(
        (0.470406, 0.061991, 7.43888, 0.93801), rel=1e-5
    )


def agrees(found: Estimate, exact: float, sharp: float) -> None:
    """The exact value lies in the 99 % interval, and the interval is narrow enough to say something."""
    assert found.half_99 is not None
    assert found.half_99 <= sharp, f"the interval {found} says too little"
    assert found.holds(exact), f"{found} misses {exact}"


@pytest.mark.parametrize(
    ("calls_h", "agents", "calls"),
    [
        (100, 6, 20_000),
        (100, 8, 20_000),
        (200, 12, 20_000),
        (200, 14, 20_000),
        (400, 24, 24_000),
        (1000, 55, 30_000),
        (1000, 60, 30_000),
        (5000, 260, 120_000),
    ],
)
def test_erlang_c(calls_h: int, agents: int, calls: int) -> None:
    exact = ErlangC(calls_h, agents)
    result = simulate(parse(one_queue(calls_h, agents, calls / calls_h)), seed=1, new_figures=Counting)
    found = result.estimates()
    agrees(found["p_wait/all"], exact.p_wait, 0.125)
    agrees(found["sl1/all"], exact.service_level, 0.14)
    agrees(found["wait_s/all"], exact.wait_s, exact.wait_s)
    agrees(found["occupancy/g"], exact.load / agents, 0.03)


@pytest.mark.parametrize(
    ("calls_h", "agents", "patience_s", "calls"),
    [
        (100, 5, 60, 20_000),
        (100, 6, 180, 20_000),
        (200, 12, 120, 20_000),
        (1000, 50, 120, 20_000),
        (1000, 50, 600, 20_000),
        (5000, 250, 120, 70_000),
    ],
)
def test_erlang_a(calls_h: int, agents: int, patience_s: int, calls: int) -> None:
    exact = ErlangA(calls_h, agents, patience_s)
    result = simulate(parse(one_queue(calls_h, agents, calls / calls_h, patience_s)), seed=1, new_figures=Counting)
    found = result.estimates()
    agrees(found["p_wait/all"], exact.p_wait, 0.125)
    agrees(found["abandonment/all"], exact.abandonment, 0.02)
    agrees(found["wait_s/all"], exact.wait_s, exact.wait_s / 2)
    agrees(found["occupancy/g"], exact.occupancy, 0.03)
