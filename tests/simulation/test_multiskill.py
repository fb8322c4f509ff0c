"""Several types and groups: published and exactly solved models of skill-based routing.

Unequal agents: exact steady states, 10 fast and 10 slow agents. For Poisson calls and exponential service every rule
that goes by the order of idle times has the steady state of random choice (arXiv 1402.3606). Limited cross-training
follows Wallace and Whitt (MSOM 7(4), 2005).
"""

import pytest

from router.simulation.errors import BadScenario
from router.simulation.intervals import Estimate
from router.simulation.reading import parse
from router.simulation.replications import Result, simulate
from tests.simulation.counting import Counting
from tests.simulation.exact import Limited
from tests.simulation.models import cross_trained, n_model, simple_msk, unequal


def agrees(found: Estimate, known: float, its_half_99: float = 0.0, sharp: float | None = None) -> None:
    """Ours and theirs have something in common at 99 %, and ours is narrow enough to say something."""
    assert found.half_99 is not None
    if sharp is not None:
        assert found.half_99 <= sharp, f"the interval {found} says too little"
    assert abs(found.mean - known) <= found.half_99 + its_half_99, f"{found} misses {known}"


def test_simple_msk() -> None:
    """ContactCenters 0.9.9: 1,000 replications; intervals published at 95 % are widened."""
    found = simulate(parse(simple_msk(days=40)), seed=1, new_figures=Counting).estimates()
    wider = 2.576 / 1.96
    agrees(found["answered/all"], 4297, 27 * wider, sharp=250)
    agrees(found["abandoned/all"], 910, 35 * wider, sharp=300)
    agrees(found["sl3/all"], 0.501, 0.008 * wider, sharp=0.08)
    agrees(found["occupancy/g0"], 0.881, sharp=0.04)
    published = {"00": 170, "01": 599, "02": 15, "10": 263, "11": 512, "12": 35, "20": 260, "21": 614, "22": 25}
    for place, known in published.items():
        agrees(found[f"in_target/type{place[0]}/{place[1]}"], known)


@pytest.mark.parametrize(
    ("calls_min", "ranks", "wait_min", "p_wait", "fast", "slow"),
    [
        (3.5, (1, 1), 0.070437, 0.105656, 0.658927, 0.782145),
        (3.5, (1, 2), 0.046046, 0.069069, 0.810398, 0.479203),
        (3.5, (2, 1), 0.086587, 0.129880, 0.582228, 0.935544),
        (4.5, (1, 1), 1.133290, 0.566645, 0.884379, 0.931241),
        (4.5, (1, 2), 1.051635, 0.525817, 0.928626, 0.842748),
    ],
    ids=["longest idle", "fastest first", "slowest first", "longest idle, busy", "fastest first, busy"],
)
def test_unequal_agents(
    calls_min: float, ranks: tuple[int, int], wait_min: float, p_wait: float, fast: float, slow: float
) -> None:
    scenario = parse(unequal(calls_min, 25_000 / calls_min / 60, ranks))
    found = simulate(scenario, seed=2, new_figures=Counting).estimates()
    agrees(found["p_wait/all"], p_wait, sharp=0.12)
    agrees(found["wait_s/all"], wait_min * 60, sharp=wait_min * 60)
    agrees(found["occupancy/fast"], fast, sharp=0.04)
    agrees(found["occupancy/slow"], slow, sharp=0.05)


def test_the_least_occupied_are_equally_busy() -> None:
    """The yardstick of fairness: at 70 % load fast and slow agents are both busy for .70 of their time."""
    scenario = parse(unequal(3.5, 100, (1, 1), more='choice = "least_occupied"'))
    found = simulate(scenario, seed=2, new_figures=Counting).estimates()
    assert abs(found["occupancy/fast"].mean - found["occupancy/slow"].mean) < 0.05
    idle = simulate(parse(unequal(3.5, 100, (1, 1))), seed=2, new_figures=Counting).estimates()
    assert found["occupancy/slow"].mean < idle["occupancy/slow"].mean - 0.04


def blocked(result: Result) -> float:
    """Percent of all."""
    whole = sum(sum(each or 0.0 for each in result.samples[f"arrived/t{type_}"]) for type_ in range(6))
    lost = sum(sum(each or 0.0 for each in result.samples.get(f"blocked/t{type_}", ())) for type_ in range(6))
    return 100.0 * lost / whole


def test_limited_cross_training() -> None:
    """One skill more makes nearly all the difference; with all skills it is M/M/90/30."""
    results = {
        skills: simulate(parse(cross_trained(skills, hours=60)), seed=1, new_figures=Counting)
        for skills in (1, 2, 3, 6)
    }
    waits = {skills: result.estimates()["wait_s/all"] for skills, result in results.items()}
    for skills, wait_min in ((1, 2.457), (2, 0.607), (3, 0.478), (6, 0.450)):
        agrees(waits[skills], wait_min * 60, sharp=20)
    exact = Limited(calls_min=8.4, agents=90, places=30, service_min=10)
    assert (exact.blocked, exact.wait_min) == pytest.approx((0.003643, 0.450023), rel=1e-3)
    agrees(waits[6], exact.wait_min * 60)
    assert 3.0 < blocked(results[1]) < 4.8
    assert all(blocked(results[skills]) < 1.0 for skills in (2, 3, 6))
    gained = (waits[1].mean - waits[2].mean) / (waits[1].mean - waits[6].mean)
    assert gained > 0.9


@pytest.mark.parametrize(
    ("reserve", "hours", "in_time_a", "in_time_b", "left_a", "left_b"),
    [
        (0, 100, 0.883, 0.703, 0.0398, 0.1024),
        (1, 60, 0.849, 0.739, 0.0523, 0.0903),
        (2, 60, 0.814, 0.769, 0.0644, 0.0803),
        (4, 60, 0.746, 0.800, 0.0898, 0.0692),
    ],
)
def test_the_n_model(
    reserve: int, hours: float, in_time_a: float, in_time_b: float, left_a: float, left_b: float
) -> None:
    """What one threshold buys: A may have one of B's agents only while more than so many of them are free."""
    found = simulate(parse(n_model(reserve, hours)), seed=1, new_figures=Counting).estimates()
    agrees(found["sl1/a"], in_time_a, 0.0066, sharp=0.05)
    agrees(found["sl1/b"], in_time_b, 0.0066, sharp=0.06)
    agrees(found["abandonment/a"], left_a, sharp=0.02)
    agrees(found["abandonment/b"], left_b, sharp=0.022)


def test_a_reserve_for_nobody_is_refused() -> None:
    model = n_model(2, hours=1).replace('[{ group = "both" }]', '[{ group = "both", reserve = 3 }]')
    with pytest.raises(BadScenario, match="groups, 'both': every route leaves some of them free for nobody"):
        simulate(parse(model))
