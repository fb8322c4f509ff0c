"""What `switchroom simulate` calls: a scenario's file, or the word `drawn`, played by seed, with or without faults."""

from collections.abc import Callable, Iterator
from pathlib import Path

from router.simulation.drawing import DRAWN, drawn_center
from router.simulation.faultday import FaultReport, fault_day
from router.simulation.reading import read
from router.simulation.replications import NewFigures, Result, simulate


def play(
    scenario: str,
    seed: int = 1,
    *,
    faults: bool = False,
    days: int | None = None,
    new_figures: NewFigures | None = None,
    progress: Callable[[int], None] | None = None,
) -> Result | FaultReport:
    """Play a scenario: its days by seed, or with `faults` the one day of this seed, each step of it checked.

    `scenario` is a path, or `drawn` for a center that the seed draws.

    Raises:
        BadScenario: sentences that name the file, the key and the way out.
        SeedFailed: a promise was broken; the message says how to play it again.
    """
    given = drawn_center(seed) if scenario == DRAWN else read(Path(scenario))
    if faults:
        return fault_day(seed, given, scenario)
    return simulate(given, seed, new_figures, days, progress)


def lines(result: Result | FaultReport) -> Iterator[str]:
    """Yield what was played as lines of plain text; of a day with faults also what happened."""
    if isinstance(result, FaultReport):
        happened = ", ".join(f"{times} {fault.replace('_', ' ')}" for fault, times in result.faults.items() if times)
        yield f"seed {result.seed}: no promise broken in {result.inputs} inputs and {result.facts} facts"
        yield f"faults: {happened or 'none'}"
        yield f"trace: {result.trace}"
        return
    count = max((len(values) for values in result.samples.values()), default=0)
    what = "batches" if result.scenario.batches is not None else "days"
    yield f"{result.scenario.name}, seed {result.seed}: {count} {what}, {result.inputs} inputs"
