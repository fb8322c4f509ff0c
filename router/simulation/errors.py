"""Errors of the simulation.

RouterError
└── SimulationError
    ├── BadScenario        a scenario that cannot be simulated: sentences that name the key and the way out
    ├── BadTrace           a recorded stretch that other rules cannot be tried on: one sentence
    └── SeedFailed         a run broke a promise: says what, and how to play it again
"""

from collections.abc import Sequence

from router.errors import RouterError


class SimulationError(RouterError):
    """Base of all errors of the simulation."""


class BadScenario(SimulationError):
    """What is wrong with a scenario, one sentence each."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


class BadTrace(SimulationError):
    """What stands in the way of playing a stretch again, and the way out."""


class SeedFailed(SimulationError):
    """A run with this seed broke a promise. The message ends with the command that plays it again."""

    def __init__(self, scenario: str, seed: int, at_ms: int, what: str) -> None:
        super().__init__(
            f"{what} (seed {seed}, {at_ms / 1000:.3f} s after opening); "
            f"play it again with: switchroom simulate {scenario} --seed {seed} --faults"
        )
        self.seed = seed
        self.what = what
