"""`switchroom simulate`: a scenario's days under virtual time, with the figures that wallboard and reports use."""

import json
import time
from typing import Annotated

import typer

from config.errors import BadSetting
from config.figures import of_scenario
from config.running import finish
from router.simulation.command import lines, play
from router.simulation.errors import BadScenario, SeedFailed
from router.simulation.faultday import FaultReport
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
            print(_speed(result, took_s))
        return 0

    finish(work)


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
            name: {"mean": found.mean, "half_95": found.half_95, "half_99": found.half_99}
            for name, found in result.estimates().items()
        },
    }
