"""Laws of chance by name, with their parameters: how long people wait, talk, ring and stay away.

In a scenario a law is a table with the key `law`. Lengths of time carry their unit in the key (`mean_s`, `mean_min`,
`mean_h`), exactly one of them. A drawn length is a float of seconds; `drawn_ms` rounds it to whole ms, at least one.
"""

import math
from functools import cached_property
from random import Random
from typing import Annotated

import msgspec

NonNegative = Annotated[float, msgspec.Meta(ge=0)]
Above0 = Annotated[float, msgspec.Meta(gt=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]

SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}


def in_seconds(part: msgspec.Struct, name: str) -> float:
    """Return the length that stands in `<name>_s`, `<name>_min` or `<name>_h`.

    Raises:
        ValueError: none of them is given, or more than one.
    """
    found = [
        (getattr(part, f"{name}_{unit}"), seconds)
        for unit, seconds in SECONDS.items()
        if getattr(part, f"{name}_{unit}", None) is not None
    ]
    if len(found) != 1:
        given = "none is given" if not found else "more than one is given"
        raise ValueError(f"needs exactly one of {name}_s, {name}_min and {name}_h, and {given}")
    value, seconds = found[0]
    return float(value) * seconds


class _Law(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="law", dict=True):
    """`dict` leaves room for what is computed once from the parameters."""


class _WithMean(_Law, frozen=True, kw_only=True):
    mean_s: Above0 | None = None
    mean_min: Above0 | None = None
    mean_h: Above0 | None = None

    def __post_init__(self) -> None:
        in_seconds(self, "mean")

    @cached_property
    def mean(self) -> float:
        """Seconds."""
        return in_seconds(self, "mean")


class Exponential(_WithMean, frozen=True, kw_only=True, tag="exp"):
    def draw(self, chance: Random) -> float:
        return -self.mean * math.log(1.0 - chance.random())


class Deterministic(_WithMean, frozen=True, kw_only=True, tag="deterministic"):
    """Always the same length: the mean."""

    def draw(self, chance: Random) -> float:
        return self.mean


class Erlang(_WithMean, frozen=True, kw_only=True, tag="erlang"):
    """The sum of `phases` exponential lengths; the mean is that of the sum."""

    phases: Annotated[int, msgspec.Meta(ge=1, le=500)]

    def draw(self, chance: Random) -> float:
        product = 1.0
        for _ in range(self.phases):
            product *= 1.0 - chance.random()
        return -self.mean / self.phases * math.log(product)


class Gamma(_WithMean, frozen=True, kw_only=True, tag="gamma"):
    shape: Above0

    def draw(self, chance: Random) -> float:
        return chance.gammavariate(self.shape, self.mean / self.shape)


class Lognormal(_WithMean, frozen=True, kw_only=True, tag="lognormal"):
    """Mean and standard deviation are those of the length itself, not of its logarithm."""

    sd_s: NonNegative | None = None
    sd_min: NonNegative | None = None
    sd_h: NonNegative | None = None

    def __post_init__(self) -> None:
        in_seconds(self, "mean")
        in_seconds(self, "sd")

    @cached_property
    def _log(self) -> tuple[float, float]:
        variance = math.log(1.0 + (in_seconds(self, "sd") / self.mean) ** 2)
        return math.log(self.mean) - variance / 2, math.sqrt(variance)

    def draw(self, chance: Random) -> float:
        mu, sigma = self._log
        return math.exp(mu + sigma * chance.normalvariate(0.0, 1.0))


class Weibull(_Law, frozen=True, kw_only=True, tag="weibull"):
    shape: Annotated[float, msgspec.Meta(ge=0.05)]
    scale_s: Above0 | None = None
    scale_min: Above0 | None = None
    scale_h: Above0 | None = None

    def __post_init__(self) -> None:
        in_seconds(self, "scale")

    @cached_property
    def mean(self) -> float:
        return in_seconds(self, "scale") * math.gamma(1.0 + 1.0 / self.shape)

    def draw(self, chance: Random) -> float:
        return float(in_seconds(self, "scale") * (-math.log(1.0 - chance.random())) ** (1.0 / self.shape))


class Uniform(_Law, frozen=True, kw_only=True, tag="uniform"):
    from_s: NonNegative
    to_s: NonNegative

    def __post_init__(self) -> None:
        if self.to_s < self.from_s:
            raise ValueError("to_s has to be at least from_s")

    @cached_property
    def mean(self) -> float:
        return (self.from_s + self.to_s) / 2

    def draw(self, chance: Random) -> float:
        return chance.uniform(self.from_s, self.to_s)


class Empirical(_Law, frozen=True, kw_only=True, tag="empirical"):
    """One of the given lengths, each as likely as the others."""

    values_s: Annotated[tuple[NonNegative, ...], msgspec.Meta(min_length=1)]

    @cached_property
    def mean(self) -> float:
        return sum(self.values_s) / len(self.values_s)

    def draw(self, chance: Random) -> float:
        return self.values_s[int(chance.random() * len(self.values_s))]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One law of a mixture and its weight against the others."""

    weight: Above0
    of: "Law"


class Mixture(_Law, frozen=True, kw_only=True, tag="mixture"):
    """One of several laws, each with its weight: two kinds of people under one name."""

    parts: Annotated[tuple[Part, ...], msgspec.Meta(min_length=1)]

    @cached_property
    def mean(self) -> float:
        whole = sum(part.weight for part in self.parts)
        return sum(part.weight * part.of.mean for part in self.parts) / whole

    def draw(self, chance: Random) -> float:
        left = chance.random() * sum(part.weight for part in self.parts)
        for part in self.parts:
            left -= part.weight
            if left < 0:
                return part.of.draw(chance)
        return self.parts[-1].of.draw(chance)


Law = Exponential | Deterministic | Erlang | Gamma | Lognormal | Weibull | Uniform | Empirical | Mixture


class GammaFactor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="law", tag="gamma"):
    """A number around `shape * scale` by which a day's arrivals are multiplied; without `scale` its mean is 1."""

    shape: Above0
    scale: Above0 | None = None

    def draw(self, chance: Random) -> float:
        return chance.gammavariate(self.shape, 1.0 / self.shape if self.scale is None else self.scale)


class LognormalFactor(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="law", tag="lognormal"
):
    """A number with this mean and standard deviation."""

    mean: Above0 = 1.0
    sd: Above0

    def draw(self, chance: Random) -> float:
        variance = math.log(1.0 + (self.sd / self.mean) ** 2)
        return math.exp(math.log(self.mean) - variance / 2 + math.sqrt(variance) * chance.normalvariate(0.0, 1.0))


class UniformFactor(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="law", tag="uniform"
):
    low: NonNegative
    high: Above0

    def draw(self, chance: Random) -> float:
        return chance.uniform(self.low, self.high)


Factor = GammaFactor | LognormalFactor | UniformFactor


def drawn_ms(law: Law | None, chance: Random) -> int:
    """Draw a length in whole ms, at least 1; without a law it takes no time at all: 0."""
    return 0 if law is None else max(1, round(law.draw(chance) * 1000.0))
