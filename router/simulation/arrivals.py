"""When customers of a type come: Poisson with rates by period, a renewal process, or a trace.

Poisson arrivals are unit exponential lengths read through the summed rate, so that two variants that differ in a rate
meet arrivals that move and do not change.
"""

import math
from collections.abc import Iterator
from random import Random

from router.simulation.scenario import Arrivals, Scenario


def instants_ms(arrivals: Arrivals, scenario: Scenario, chance: Random, factor: float) -> Iterator[int]:
    """Yield the arrivals of one type in one day, in ms after opening, in order, none after closing. `factor` multiplies
    Poisson rates."""
    if arrivals.instants_s is not None:
        yield from (at for at in sorted(round(each * 1000) for each in arrivals.instants_s) if at < scenario.open_ms)
    elif arrivals.between is not None:
        at = 0.0
        while (at := at + arrivals.between.draw(chance) * 1000.0) < scenario.open_ms:
            yield round(at)
    else:
        yield from _poisson([rate * factor for rate in rates_per_ms(arrivals, scenario.periods)], scenario, chance)


def rates_per_ms(arrivals: Arrivals, periods: int) -> list[float]:
    """Return the Poisson rate of each period, without the day's busyness."""
    given, per_ms = (arrivals.per_h, 3_600_000.0) if arrivals.per_min is None else (arrivals.per_min, 60_000.0)
    rates = given if isinstance(given, tuple) else (given or 0.0,) * periods
    return [rate / per_ms for rate in rates]


def _poisson(rates: list[float], scenario: Scenario, chance: Random) -> Iterator[int]:
    period_ms = float(scenario.period_ms)
    left = -math.log(1.0 - chance.random())
    for number, rate in enumerate(rates):
        begins = at = number * period_ms
        while left < (remaining := rate * (begins + period_ms - at)):
            at += left / rate
            yield int(at)
            left = -math.log(1.0 - chance.random())
        left -= remaining
