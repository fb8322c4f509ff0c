"""One command a promise; each prints JSON. `BENCHES` names them for `switchroom bench`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import blending, expected_wait, explain, routing, spine, tune, voice

BENCHES: dict[str, Callable[[Path | None], dict[str, Any]]] = {
    "spine": spine.run,
    "routing": routing.run,
    "explain": explain.run,
    "blending": blending.run,
    "expected-wait": expected_wait.run,
    "tune": tune.run,
    "voice": voice.run,
}
