"""`switchroom bench tune`: what the search of `switchroom tune` gains on two published models, at equal staff.

Each is tuned as the command does it by default, and the gain of the worst queue is measured on days that the search has
not seen. Aim: two points of the worst queue's service level.
"""

import os
import platform
import time
from pathlib import Path
from typing import Any, Final

from config.tune import of_file, propose

MODELS: Final = ("n-model", "simple-msk")
AIM: Final = 0.02


def run(folder: Path | None = None) -> dict[str, Any]:
    """Return figures for JSON: shares from 0 to 1. Nothing is written, so the folder is not used."""
    return {
        "bench": "tune",
        "python": platform.python_version(),
        "processes": len(os.sched_getaffinity(0)),
        "aim": AIM,
        "models": {model: tuned(model) for model in MODELS},
    }


def tuned(
    model: str, *, tries: int = 60, days: int | None = None, fresh_days: int | None = None, seed: int = 1
) -> dict[str, Any]:
    """Return what one model gains."""
    subject = of_file(Path(__file__).with_name("models") / f"{model}.toml")
    began = time.perf_counter()
    found = propose(
        subject,
        seed=seed,
        tries=tries,
        days=days or subject.search_days,
        fresh_days=fresh_days or subject.fresh_days,
        processes=len(os.sched_getaffinity(0)),
    )
    took_s = time.perf_counter() - began
    gain = found.tuned.gain
    return {
        "took_s": round(took_s, 1),
        "inputs": found.inputs,
        "inputs_per_s": round(found.inputs / took_s),
        "tries": found.tuned.tries,
        "proposed": found.holds,
        "changes": {each.lever.name: each.value for each in found.tuned.changes},
        "gain": None
        if gain is None
        else {
            "days": gain.days,
            "worst_now": {gain.worst_now: gain.now[gain.worst_now].mean},
            "worst_proposed": {gain.worst_proposed: gain.proposed[gain.worst_proposed].mean},
            "points": gain.worst.mean,
            "half_95": gain.worst.half_95,
        },
    }
