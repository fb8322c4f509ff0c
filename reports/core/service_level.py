"""Service level in its named variants. They differ in what the visits answered within T are a share of.

T is the queue's own service-level time at the end of the visit, unless a variant is made for another one. "Within T"
means everywhere: after waiting at most T; "after T": after waiting longer.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reports.core import measures as of
from reports.core.counted import VisitEnd, VisitEnded
from reports.core.measures import AnyTerm, Kpi, Ratio, Term, Unit


class Variant(StrEnum):
    """The formulas; the value is the figure's id."""

    OFFERED = "service_level_1"
    """Answered within T / offered."""
    ANSWERED = "service_level_2"
    """Answered within T / answered: `ServicelevelPerf` of Asterisk's `app_queue`."""
    LATE = "service_level"
    """Answered within T / (answered + abandoned after T): the wallboard's, sometimes called service level 3."""
    LEFT_IN_TIME = "service_level_4"
    """(Answered within T + abandoned within T) / (answered + abandoned): `ServicelevelPerf2` of `app_queue`."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One addend of a denominator: in words, and as a term."""

    words: str
    term: AnyTerm


def service_level(
    variant: Variant,
    *,
    short_abandons: bool | None = None,
    flow_outs: bool | None = None,
    within_ms: int | None = None,
) -> Kpi:
    """The KPI of a variant, with its switches.

    `short_abandons` says whether visits abandoned short are in the formula like the other abandoned ones; none is the
    variant's own habit: not in `OFFERED`, but in `LATE` and `LEFT_IN_TIME`. `flow_outs` says whether visits that flowed
    out, moves included, are in the denominator (in `LATE` those that did after T); none: only in `OFFERED`. `ANSWERED`
    has a place for neither. `within_ms` is T for all queues; none is each queue's own. Any other choice than the habit
    has a figure id of its own, so that two formulas never pass for one another.
    """
    short = (variant in _WITH_SHORT) if short_abandons is None else short_abandons
    out = (variant is Variant.OFFERED) if flow_outs is None else flow_outs
    left_ends = {VisitEnd.ABANDONED, VisitEnd.SHORT_ABANDONED} if short else {VisitEnd.ABANDONED}
    in_time = {VisitEnd.ANSWERED, *left_ends} if variant is Variant.LEFT_IN_TIME else {VisitEnd.ANSWERED}
    below = _BELOW[variant](short, out, within_ms)
    which = "answered or left" if variant is Variant.LEFT_IN_TIME else "answered"
    return Kpi(
        figure=_figure(variant, short, out, within_ms),
        name=_NAMES[variant],
        words=f"Share of the visits in the period that were {which} within "
        + ("the queue's time T" if within_ms is None else f"T = {within_ms} ms")
        + f". {_SETS_ASIDE[variant]}",
        numerator=f"visits {which} in the period after waiting at most T",
        denominator=" ".join(part.words for part in below),
        unit=Unit.SHARE,
        by=Ratio((_ended(in_time, lambda visit: visit.wait_ms <= _t(visit, within_ms)),), tuple(p.term for p in below)),
    )


def _figure(variant: Variant, short: bool, out: bool, within_ms: int | None) -> str:
    marks = [variant.value]
    if variant is not Variant.ANSWERED and short is not (variant in _WITH_SHORT):
        marks.append("with_short" if short else "without_short")
    if variant is not Variant.ANSWERED and out is not (variant is Variant.OFFERED):
        marks.append("with_flow_outs" if out else "without_flow_outs")
    if within_ms is not None:
        marks.append(f"within_{within_ms}_ms")
    return "/".join(marks)


def _t(visit: VisitEnded, within_ms: int | None) -> int:
    return visit.within_ms if within_ms is None else within_ms


def _ended(ends: AbstractSet[VisitEnd], counts: Callable[[VisitEnded], bool], sign: int = 1) -> Term[VisitEnded]:
    return Term(VisitEnded, lambda visit: sign if visit.end in ends and counts(visit) else 0)


def _always(visit: VisitEnded) -> bool:
    return True


def _of_offered(short: bool, out: bool, within_ms: int | None) -> list[_Part]:
    parts = [_Part("visits offered in the period", of.BEGAN)]
    if not short:
        parts.append(_Part("minus short abandons", _ended({VisitEnd.SHORT_ABANDONED}, _always, -1)))
    if not out:
        parts.append(_Part("minus visits flowed out", _ended(of.FLOW_OUTS, _always, -1)))
    return parts


def _of_answered(short: bool, out: bool, within_ms: int | None) -> list[_Part]:
    return [_Part("visits answered in the period", of.ANSWERED_VISIT)]


def _of_late(short: bool, out: bool, within_ms: int | None) -> list[_Part]:
    def late(visit: VisitEnded) -> bool:
        return visit.wait_ms > _t(visit, within_ms)

    left = {VisitEnd.ABANDONED, VisitEnd.SHORT_ABANDONED} if short else {VisitEnd.ABANDONED}
    said = "plus visits abandoned in the period after waiting more than T"
    parts = [
        *_of_answered(short, out, within_ms),
        _Part(said if short else f"{said} and not short", _ended(left, late)),
    ]
    if out:
        parts.append(_Part("plus visits flowed out after waiting more than T", _ended(of.FLOW_OUTS, late)))
    return parts


def _of_all_ends(short: bool, out: bool, within_ms: int | None) -> list[_Part]:
    parts = [*_of_answered(short, out, within_ms), _Part("plus visits abandoned", of.ABANDONED_VISIT)]
    if short:
        parts.append(_Part("plus short abandons", of.SHORT_VISIT))
    if out:
        parts.append(_Part("plus visits flowed out", of.FLOWED_OUT_VISIT))
    return parts


_WITH_SHORT: Final = (Variant.LATE, Variant.LEFT_IN_TIME)
_NAMES: Final = {
    Variant.OFFERED: "Service level of offered",
    Variant.ANSWERED: "Service level of answered",
    Variant.LATE: "Service level",
    Variant.LEFT_IN_TIME: "Service level with left in time",
}
_SETS_ASIDE: Final = {
    Variant.OFFERED: "Who still waits counts against it.",
    Variant.ANSWERED: "Who left is in neither number.",
    Variant.LATE: "Whoever left within T is in neither number.",
    Variant.LEFT_IN_TIME: "Who still waits is in neither number.",
}
_BELOW: Final[dict[Variant, Callable[[bool, bool, int | None], list[_Part]]]] = {
    Variant.OFFERED: _of_offered,
    Variant.ANSWERED: _of_answered,
    Variant.LATE: _of_late,
    Variant.LEFT_IN_TIME: _of_all_ends,
}

SERVICE_LEVEL_1: Final = service_level(Variant.OFFERED)
SERVICE_LEVEL_2: Final = service_level(Variant.ANSWERED)
SERVICE_LEVEL: Final = service_level(Variant.LATE)
SERVICE_LEVEL_4: Final = service_level(Variant.LEFT_IN_TIME)
