"""What a KPI is made of: measures over counted values, and the ways in which they combine to one number.

A measure says what one value adds; it is a whole number, so that sums agree to the unit whoever adds them up, in any
order. `reports/core/kpi.py` defines the KPIs with these, `reports/core/tally.py` works them out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from history.core.vocabulary import Presence
from reports.core.counted import AgentSpell, Counted, HandlingEnded, OfferEnded, VisitBegan, VisitEnd, VisitEnded

FLOW_OUTS: Final = frozenset({VisitEnd.FLOWED_OUT, VisitEnd.MOVED})

Value = TypeVar("Value", VisitBegan, VisitEnded, OfferEnded, HandlingEnded, AgentSpell)


class Unit(StrEnum):
    COUNT = "count"
    SHARE = "share"
    """A number from 0 to 1 (utilisation may pass 1)."""
    MS = "ms"


@dataclass(frozen=True, slots=True)
class Term(Generic[Value]):
    """What each value of one kind adds to a sum."""

    of: type[Value]
    measure: Callable[[Value], int]

    def adds(self, value: Counted) -> int:
        """0 for a value of another kind."""
        return self.measure(value) if isinstance(value, self.of) else 0


AnyTerm = Term[VisitBegan] | Term[VisitEnded] | Term[OfferEnded] | Term[HandlingEnded] | Term[AgentSpell]


@dataclass(frozen=True, slots=True)
class Sample(Generic[Value]):
    """What each value of one kind adds to a list of lengths; none adds nothing."""

    of: type[Value]
    measure: Callable[[Value], int | None]


AnySample = Sample[VisitBegan] | Sample[VisitEnded] | Sample[OfferEnded] | Sample[HandlingEnded] | Sample[AgentSpell]


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of its terms; over several queues or intervals the sums add up."""

    terms: tuple[AnyTerm, ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One sum over another; over several queues or intervals both add up before the division. A mean is a sum of
    lengths over a count. There is none while the denominator is 0."""

    above: tuple[AnyTerm, ...]
    below: tuple[AnyTerm, ...]


@dataclass(frozen=True, slots=True)
class Quantile:
    """The smallest sample that at least `percent` of the samples do not pass (nearest rank, so always one that was
    measured); 100 gives the longest. None without a sample."""

    sample: AnySample
    percent: int


@dataclass(frozen=True, slots=True)
class Gini:
    """How unequal a ratio is over the agents who have one: 0 when all are equal, towards 1 when one has everything."""

    ratio: Ratio


@dataclass(frozen=True, slots=True)
class Open:
    """A measure of the visits that have not ended, at the instant given (UTC ms)."""

    measure: Callable[[Iterable[VisitBegan], int], int | None]


Combination = Sum | Ratio | Quantile | Gini | Open


PERIOD: Final = "in the period"
"""Stands in the words where a screen or a report names its own period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A figure's definition in words. `denominator` is empty for a plain count or a length."""

    figure: str
    name: str
    words: str
    numerator: str
    denominator: str = ""

    def over(self, period: str) -> "Meaning":
        """The words for a period of this name, such as `today`."""
        return Meaning(
            figure=self.figure,
            name=self.name,
            words=self.words.replace(PERIOD, period),
            numerator=self.numerator.replace(PERIOD, period),
            denominator=self.denominator.replace(PERIOD, period),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi(Meaning):
    """A figure's definition in words and in measures, which say the same. Two KPIs with one `figure` are one KPI."""

    unit: Unit = Unit.COUNT
    by: Combination


def percent(numerator: int, denominator: int) -> float | None:
    """A share in percent with one decimal; none while nothing counts."""
    return round(1000 * numerator / denominator) / 10 if denominator else None


def quantile(ordered: list[int], percent_of: int) -> int | None:
    """See `Quantile`; the list is in rising order."""
    return ordered[max(0, -(-percent_of * len(ordered) // 100) - 1)] if ordered else None


def gini(shares: list[float]) -> float | None:
    """Half the mean difference between any two, over the mean; 0 when all are 0, none without any."""
    if not shares:
        return None
    total, count = sum(shares), len(shares)
    if total == 0:
        return 0.0
    ranked = sum(rank * share for rank, share in enumerate(sorted(shares), start=1))
    return 2 * ranked / (count * total) - (count + 1) / count


# ---- predicates and measures over visits


def each(value: object) -> int:
    """Counts every value of its kind."""
    return 1


def is_answered(visit: VisitEnded) -> int:
    return int(visit.end is VisitEnd.ANSWERED)


def is_abandoned(visit: VisitEnded) -> int:
    """Left unanswered, and not short."""
    return int(visit.end is VisitEnd.ABANDONED)


def is_short(visit: VisitEnded) -> int:
    return int(visit.end is VisitEnd.SHORT_ABANDONED)


def is_flowed_out(visit: VisitEnded) -> int:
    """Left the queue without an agent of it and without the customer's doing, also for another queue."""
    return int(visit.end in FLOW_OUTS)


def is_moved(visit: VisitEnded) -> int:
    return int(visit.end is VisitEnd.MOVED)


def is_over(visit: VisitEnded) -> int:
    """Not moved: a wait that goes on in another queue is told there."""
    return int(visit.end is not VisitEnd.MOVED)


def answered_wait_ms(visit: VisitEnded) -> int:
    return visit.wait_ms if visit.end is VisitEnd.ANSWERED else 0


def abandoned_wait_ms(visit: VisitEnded) -> int:
    return visit.wait_ms if visit.end is VisitEnd.ABANDONED else 0


def wait_over_ms(visit: VisitEnded) -> int:
    return visit.wait_ms * is_over(visit)


def answered_sample_ms(visit: VisitEnded) -> int | None:
    return visit.wait_ms if visit.end is VisitEnd.ANSWERED else None


# ---- over handlings


def active_ms(handling: HandlingEnded) -> int:
    return handling.active_ms


def wrap_up_ms(handling: HandlingEnded) -> int:
    return handling.wrap_up_ms


def handle_ms(handling: HandlingEnded) -> int:
    return handling.active_ms + handling.wrap_up_ms


# ---- over an agent's time


def signed_in_ms(spell: AgentSpell) -> int:
    return spell.length_ms if spell.signed_in else 0


def busy_ms(spell: AgentSpell) -> int:
    """Signed in, with at least one handling in talk or in wrap-up, or with work that was not offered."""
    return spell.length_ms if spell.signed_in and spell.in_work else 0


def ready_or_busy_ms(spell: AgentSpell) -> int:
    """Signed in and ready, or not ready and at work all the same."""
    counts = spell.signed_in and (spell.in_work > 0 or spell.presence is Presence.READY)
    return spell.length_ms if counts else 0


def loaded_ms(spell: AgentSpell) -> int:
    """In hundredths of a millisecond: work of weight 30 counts 30 of 100 for as long as it lasts."""
    return spell.length_ms * spell.load_percent if spell.signed_in else 0


def full_load_ms(spell: AgentSpell) -> int:
    """In hundredths too: what `loaded_ms` would be at a load of 100 all the time."""
    return 100 * signed_in_ms(spell)


BEGAN: Final = Term(VisitBegan, each)
ANSWERED_VISIT: Final = Term(VisitEnded, is_answered)
ABANDONED_VISIT: Final = Term(VisitEnded, is_abandoned)
SHORT_VISIT: Final = Term(VisitEnded, is_short)
FLOWED_OUT_VISIT: Final = Term(VisitEnded, is_flowed_out)
ENDED_HANDLING: Final = Term(HandlingEnded, each)
