"""Confidence intervals: Student's t for the mean of independent days or batches, and of paired differences.

A share or a mean of a day, such as a service level, is a ratio of two sums. Over many days it is the ratio of what
they have in all, as a report over those days would print it, and no mean of ratios: a day with twice the customers
counts twice. Its interval is that of the ratio estimator (delta method).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean of `count` values, and half the width of its intervals; None where one value alone gives none."""

    mean: float
    count: int
    half_95: float | None
    half_99: float | None

    def holds(self, value: float) -> bool:
        """Whether the value lies in the 99 % interval."""
        return self.half_99 is not None and abs(value - self.mean) <= self.half_99


def estimate(values: Sequence[float]) -> Estimate:
    """Return the mean of at least one value and its intervals."""
    count = len(values)
    mean = math.fsum(values) / count
    if count < 2:
        return Estimate(mean, count, None, None)
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    error = math.sqrt(variance / count)
    return Estimate(mean, count, t_quantile(0.975, count - 1) * error, t_quantile(0.995, count - 1) * error)


def weighted(values: Sequence[float], weights: Sequence[float]) -> Estimate:
    """Return the ratio of sums and its intervals, from each day's ratio and its denominator; a day whose denominator
    is 0 has any value. At least one denominator is above 0."""
    ratio, residuals = _residuals(values, weights)
    return replace(estimate(residuals), mean=ratio)


def weighted_difference(
    base: Sequence[float], base_weights: Sequence[float], other: Sequence[float], other_weights: Sequence[float]
) -> Estimate:
    """Return what the ratio of `other` has more than that of `base`; days with the same seed stand in the same
    place."""
    before, before_residuals = _residuals(base, base_weights)
    after, after_residuals = _residuals(other, other_weights)
    return replace(paired(before_residuals, after_residuals), mean=after - before)


def _residuals(values: Sequence[float], weights: Sequence[float]) -> tuple[float, list[float]]:
    """The ratio, and how each day moves it away from what it is."""
    mean_weight = math.fsum(weights) / len(weights)
    ratio = math.fsum(v * w for v, w in zip(values, weights, strict=True)) / math.fsum(weights)
    return ratio, [(v - ratio) * w / mean_weight for v, w in zip(values, weights, strict=True)]


def paired(base: Sequence[float], other: Sequence[float]) -> Estimate:
    """Return what `other` has more than `base`, value by value: days with the same seed stand in the same place."""
    return estimate([after - before for before, after in zip(base, other, strict=True)])


@lru_cache(maxsize=1024)
def t_quantile(probability: float, degrees: int) -> float:
    """Return the quantile (above the median) of Student's t with so many degrees of freedom."""
    low, high = 0.0, 1.0
    while _t_below(high, degrees) < probability:
        low, high = high, high * 2.0
    for _ in range(60):
        middle = (low + high) / 2.0
        if _t_below(middle, degrees) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def _t_below(t: float, degrees: int) -> float:
    """P(T <= t) for t >= 0."""
    return 1.0 - _beta_share(degrees / 2.0, 0.5, degrees / (degrees + t * t)) / 2.0


def _beta_share(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), by its continued fraction where that converges fast."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _beta_share(b, a, 1.0 - x)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(1.0 - x)
    return math.exp(scale) / a / _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    """The denominator 1 + d1/(1 + d2/(1 + ...)) of the continued fraction, from its tail."""
    value = 1.0
    for n in range(200, 0, -1):
        half = n // 2
        if n % 2:
            step = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            step = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        value = 1.0 + step / value
    return value
