"""Models that others have published and simulated: our figures agree with theirs.

Source: the examples of ContactCenters 0.9.9 (`umontreal-simul`, doc/examples), 1,000 replications of a day each.
"""

from router.simulation.intervals import Estimate
from router.simulation.reading import parse
from router.simulation.replications import simulate
from tests.simulation.counting import Counting
from tests.simulation.models import mmc


def agrees(found: Estimate, published: float, half_95: float) -> None:
    """The two intervals at 99 % have something in common; theirs is widened from 95 %."""
    assert found.half_99 is not None
    apart = abs(found.mean - published)
    assert apart <= found.half_99 + half_95 * 2.576 / 1.96, f"{found} misses {published} +- {half_95}"


def test_mmc() -> None:
    found = simulate(parse(mmc(days=30)), seed=1, new_figures=Counting).estimates()
    agrees(found["sl1/all"], 0.902, 0.002)
    agrees(found["asa_s/all"], 0.099 * 60, 0.0025 * 60)
    agrees(found["occupancy/g"], 0.695, 0.0015)
    agrees(found["in_target/all"], 1816.2, 3.6)


def test_mmcab() -> None:
    found = simulate(parse(mmc(days=30, patience_min=1)), seed=1, new_figures=Counting).estimates()
    agrees(found["abandoned/all"], 58.609, 0.95)
    agrees(found["sl2/all"], 0.975, 0.001)
    agrees(found["sl3/all"], 0.968, 0.001)
    agrees(found["asa_s/all"], 0.024 * 60, 0.001 * 60)
    agrees(found["in_target/all"], 1906.0, 4.0)
