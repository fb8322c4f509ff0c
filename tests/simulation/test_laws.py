"""Each law has the mean and the spread that its parameters say, and each stream is its own."""

import math
import random
import subprocess
import sys

import pytest

from router.simulation import laws
from router.simulation.arrivals import instants_ms
from router.simulation.laws import drawn_ms
from router.simulation.scenario import Arrivals, CustomerType, Group, Route, Scenario
from router.simulation.streams import Streams, seed_of

DRAWS = 40_000


@pytest.mark.parametrize(
    ("law", "mean", "deviation"),
    [
        (laws.Exponential(mean_s=3), 3.0, 3.0),
        (laws.Exponential(mean_min=2), 120.0, 120.0),
        (laws.Deterministic(mean_h=0.5), 1800.0, 0.0),
        (laws.Erlang(mean_s=8, phases=4), 8.0, 4.0),
        (laws.Gamma(mean_s=6, shape=9), 6.0, 2.0),
        (laws.Gamma(mean_s=1, shape=0.25), 1.0, 2.0),
        (laws.Lognormal(mean_s=120, sd_s=60), 120.0, 60.0),
        (laws.Weibull(shape=2, scale_s=10), 10 * math.gamma(1.5), 10 * math.sqrt(math.gamma(2) - math.gamma(1.5) ** 2)),
        (laws.Uniform(from_s=2, to_s=8), 5.0, 6 / math.sqrt(12)),
        (laws.Empirical(values_s=(1, 2, 9)), 4.0, math.sqrt(38 / 3)),
        (
            laws.Mixture(
                parts=(
                    laws.Part(weight=1, of=laws.Deterministic(mean_s=1)),
                    laws.Part(weight=3, of=laws.Deterministic(mean_s=5)),
                )
            ),
            4.0,
            math.sqrt(3.0),
        ),
    ],
)
def test_laws_have_their_mean_and_deviation(law: laws.Law, mean: float, deviation: float) -> None:
    chance = random.Random(3)
    drawn = [law.draw(chance) for _ in range(DRAWS)]
    found = sum(drawn) / DRAWS
    spread = math.sqrt(sum((each - found) ** 2 for each in drawn) / DRAWS)
    assert law.mean == pytest.approx(mean)
    assert abs(found - mean) <= 3.5 * deviation / math.sqrt(DRAWS) + 1e-9
    assert spread == pytest.approx(deviation, rel=0.05, abs=1e-9)


def test_a_drawn_length_is_at_least_one_ms_and_no_law_is_no_time() -> None:
    assert drawn_ms(laws.Deterministic(mean_s=0.0001), random.Random(1)) == 1
    assert drawn_ms(None, random.Random(1)) == 0


def test_factors_have_their_mean() -> None:
    chance = random.Random(8)
    for factor, mean in (
        (laws.GammaFactor(shape=28.7), 1.0),
        (laws.GammaFactor(shape=4, scale=0.5), 2.0),
        (laws.LognormalFactor(sd=0.3), 1.0),
        (laws.UniformFactor(low=0.5, high=1.5), 1.0),
    ):
        drawn = [factor.draw(chance) for _ in range(DRAWS)]
        assert sum(drawn) / DRAWS == pytest.approx(mean, rel=0.02)


def a_scenario(arrivals: Arrivals, periods: int = 3) -> Scenario:
    return Scenario(
        name="arrivals",
        periods=periods,
        period_min=60,
        types=(
            CustomerType(id="t", arrivals=arrivals, service=laws.Exponential(mean_s=1), routes=(Route(group="g"),)),
        ),
        groups=(Group(id="g", agents=1),),
    )


def test_poisson_arrivals_follow_the_rates_of_their_periods() -> None:
    scenario = a_scenario(Arrivals(per_min=(20, 0, 40)))
    counts = [0, 0, 0]
    for day in range(60):
        instants = list(instants_ms(scenario.types[0].arrivals, scenario, random.Random(day), 1.5))
        assert instants == sorted(instants)
        for at in instants:
            counts[at // 3_600_000] += 1
    # 60 days of 60 minutes at 1.5 times the rate; four standard deviations of a Poisson count.
    for count, rate in zip(counts, (20, 0, 40), strict=True):
        expected = 60 * 60 * rate * 1.5
        assert abs(count - expected) <= 4 * math.sqrt(expected)


def test_a_rate_that_changes_moves_arrivals_and_redraws_none() -> None:
    slow, fast = (
        list(instants_ms(a.types[0].arrivals, a, random.Random(4), 1.0))
        for a in (a_scenario(Arrivals(per_h=30)), a_scenario(Arrivals(per_h=60)))
    )
    assert all(abs(at - 2 * other) <= 2 for at, other in zip(slow, fast, strict=False))


def test_renewal_arrivals_and_traces() -> None:
    every_ten = a_scenario(Arrivals(between=laws.Deterministic(mean_min=10)), periods=1)
    assert list(instants_ms(every_ten.types[0].arrivals, every_ten, random.Random(1), 9.0)) == [
        600_000 * n for n in range(1, 6)
    ]
    trace = a_scenario(Arrivals(instants_s=(5, 1.5, 3599.9, 3600)), periods=1)
    assert list(instants_ms(trace.types[0].arrivals, trace, random.Random(1), 1.0)) == [1_500, 5_000, 3_599_900]


def test_streams_are_apart_and_the_same_in_every_process() -> None:
    streams = Streams(7)
    first = streams.of("arrivals", "a").random()
    assert Streams(7).of("arrivals", "a").random() == first
    assert len({first, *(Streams(s).of(p, i).random() for s, p, i in ((8, "arrivals", "a"), (7, "service", "a")))}) == 3
    shown = [
        subprocess.run(
            [sys.executable, "-c", "from router.simulation.streams import seed_of; print(seed_of(7, 'arrivals', 'a'))"],
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for hash_seed in ("0", "1")
    ]
    assert shown == [str(seed_of(7, "arrivals", "a"))] * 2
