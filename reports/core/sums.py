"""What is kept of counted values so that KPIs can be told from it: a total per term, a list per sample."""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, assert_never

from reports.core.counted import Counted
from reports.core.measures import AnySample, AnyTerm, Gini, Kpi, Open, Quantile, Ratio, Sum


@dataclass(slots=True)
class Sums:
    """Of one queue or one agent in one interval. A `Plan` says what stands where."""

    totals: list[int]
    samples: list["array[int]"]


@dataclass(slots=True)
class Plan:
    """Where in `Sums` each term and sample of some KPIs is kept, and what each kind of value adds to which."""

    terms: dict[AnyTerm, int] = field(default_factory=dict)
    samples: dict[AnySample, int] = field(default_factory=dict)
    # A measure takes exactly the kind that it stands under, which a dictionary cannot say to the type checker.
    adds: dict[type, list[tuple[int, Callable[[Any], int]]]] = field(default_factory=dict)
    keeps: dict[type, list[tuple[int, Callable[[Any], int | None]]]] = field(default_factory=dict)

    @classmethod
    def of(cls, kpis: Iterable[Kpi]) -> "Plan":
        plan = cls()
        for kpi in kpis:
            for term in terms_of(kpi):
                if term not in plan.terms:
                    plan.terms[term] = len(plan.terms)
                    plan.adds.setdefault(term.of, []).append((plan.terms[term], term.measure))
            for sample in samples_of(kpi):
                if sample not in plan.samples:
                    plan.samples[sample] = len(plan.samples)
                    plan.keeps.setdefault(sample.of, []).append((plan.samples[sample], sample.measure))
        return plan

    def knows(self, kpi: Kpi) -> bool:
        return all(term in self.terms for term in terms_of(kpi)) and all(
            sample in self.samples for sample in samples_of(kpi)
        )

    def empty(self) -> Sums:
        return Sums([0] * len(self.terms), [array("q") for _ in self.samples])

    def put(self, sums: Sums, value: Counted) -> None:
        """Add what the value counts."""
        for index, measure in self.adds.get(type(value), ()):
            sums.totals[index] += measure(value)
        for index, sample in self.keeps.get(type(value), ()):
            found = sample(value)
            if found is not None:
                sums.samples[index].append(found)

    def total(self, terms: Iterable[AnyTerm], of: Iterable[Sums]) -> int:
        """The sum of the terms over all of these."""
        indexes = [self.terms[term] for term in terms]
        return sum(sums.totals[index] for sums in of for index in indexes)

    def ordered(self, sample: AnySample, of: Iterable[Sums]) -> list[int]:
        """All samples in rising order."""
        index = self.samples[sample]
        return sorted(length for sums in of for length in sums.samples[index])


def terms_of(kpi: Kpi) -> tuple[AnyTerm, ...]:
    """The terms whose sums a KPI is worked out from."""
    match kpi.by:
        case Sum():
            return kpi.by.terms
        case Ratio():
            return (*kpi.by.above, *kpi.by.below)
        case Gini():
            return (*kpi.by.ratio.above, *kpi.by.ratio.below)
        case Quantile() | Open():
            return ()
        case _:
            assert_never(kpi.by)


def samples_of(kpi: Kpi) -> tuple[AnySample, ...]:
    return (kpi.by.sample,) if isinstance(kpi.by, Quantile) else ()


def kinds_of(kpi: Kpi) -> frozenset[type]:
    """Which kinds of values it measures; none for what is read from the open visits."""
    return frozenset(part.of for part in (*terms_of(kpi), *samples_of(kpi)))
