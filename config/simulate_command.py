"""`switchroom simulate`: a scenario's days under virtual time, with the figures that wallboard and reports use."""

import json
import time
from collections.abc import Iterator
from typing import Annotated, Final

import typer

from config.errors import BadSetting
from config.figures import key_of, of_scenario
from config.running import finish
from config.tables import aligned, within
from reports.core import kpi
from reports.core.measures import Unit
from reports.core.service_level import SERVICE_LEVEL
from router.simulation.command import lines, play
from router.simulation.errors import BadScenario, SeedFailed
from router.simulation.faultday import FaultReport
from router.simulation.intervals import Estimate
from router.simulation.replications import Result


def simulate(
    scenario: Annotated[str, typer.Argument(help="File of a scenario (TOML), or `drawn` for one that the seed draws.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same trace.")] = 1,
    days: Annotated[int | None, typer.Option(min=1, help="How many days, instead of the scenario's.")] = None,
    faults: Annotated[bool, typer.Option(help="One day with faults, every step checked.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Play days of a center under virtual time with the engine that serves real customers, and print its figures."""

    async def work() -> int:
        began = time.perf_counter()
        try:
            result = play(scenario, seed, faults=faults, days=days, new_figures=of_scenario)
        except BadScenario as error:
            raise BadSetting(str(error)) from error
        except SeedFailed as failed:
            print(failed)
            return 1
        took_s = time.perf_counter() - began
        if as_json:
            print(json.dumps(_as_json(result, took_s), indent=2))
        else:
            for line in lines(result):
                print(line)
            if isinstance(result, Result):
                for line in table(result):
                    print(line)
            print(_speed(result, took_s))
        return 0

    finish(work)


OF_QUEUES: Final = (
    kpi.OFFERED,
    kpi.ABANDONMENT,
    SERVICE_LEVEL,
    kpi.WAIT_MEAN,
    kpi.WAIT_MEDIAN,
    kpi.WAIT_P90,
    kpi.WAIT_LONGEST,
)
OF_GROUPS: Final = (kpi.OCCUPANCY, kpi.UTILISATION, kpi.FAIRNESS)
NEVER_IN: Final = {"blocked": "Blocked", "balked": "Turned away", "came_again": "Came again"}
"""What the world itself counts; shown where a scenario has it."""


def table(result: Result) -> Iterator[str]:
    """Yield the main figures: a row for each queue and one for all, then one for each group of agents; counts as means
    over the days, with half their 95 % intervals."""
    found = result.estimates()
    queues = [customers.id for customers in result.scenario.types]
    counted = {key: name for key, name in NEVER_IN.items() if any(f"{key}/{queue}" in found for queue in queues)}
    rows = [("queue", *(each.name for each in OF_QUEUES), *counted.values())]
    for queue in [*queues, *(["all"] if len(queues) > 1 else [])]:
        cells = [_cell(found.get(f"{key_of(each)}/{queue}"), each.unit) for each in OF_QUEUES]
        rows.append((queue, *cells, *(_cell(found.get(f"{key}/{queue}"), Unit.COUNT) for key in counted)))
    yield ""
    yield from aligned(rows)
    rows = [("group", *(each.name for each in OF_GROUPS))]
    for group in result.scenario.groups:
        rows.append((group.id, *(_cell(found.get(f"{key_of(each)}/{group.id}"), each.unit) for each in OF_GROUPS)))
    yield ""
    yield from aligned(rows)
    yield ""
    yield "+- is half the 95 % interval. Counts are means over the days, shares and means those of all days together."
    yield "--json has every figure, and those by period."


def _cell(found: Estimate | None, unit: Unit) -> str:
    return "-" if found is None else within(unit, found.mean, found.half_95)


def _speed(result: Result | FaultReport, took_s: float) -> str:
    if isinstance(result, FaultReport):
        return f"in {took_s:.1f} s"
    return f"in {took_s:.1f} s: {_virtual_s(result) / took_s:.0f} times as fast as life"


def _virtual_s(result: Result) -> float:
    rows = max((len(values) for values in result.samples.values()), default=0)
    played = rows if result.scenario.batches is None else rows // result.scenario.batches
    return played * result.scenario.open_ms / 1000


def _as_json(result: Result | FaultReport, took_s: float) -> dict[str, object]:
    if isinstance(result, FaultReport):
        faults = {fault.value: times for fault, times in result.faults.items()}
        return {"seed": result.seed, "inputs": result.inputs, "facts": result.facts, "faults": faults, "took_s": took_s}
    return {
        "scenario": result.scenario.name,
        "seed": result.seed,
        "inputs": result.inputs,
        "took_s": round(took_s, 3),
        "times_as_fast_as_life": round(_virtual_s(result) / took_s),
        "figures": {
            name: {"mean": found.mean, "half_95": found.half_95, "half_99": found.half_99, **_parts(result, name)}
            for name, found in result.estimates().items()
        },
    }


def _parts(result: Result, name: str) -> dict[str, float]:
    """What a share or mean is made of, a day."""
    parts = result.parts(name)
    return {} if parts is None else {"numerator": parts[0], "denominator": parts[1]}
