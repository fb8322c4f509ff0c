"""Each KPI once: what it counts in words, its numerator and denominator in words and as measures, its unit.

Wallboard, simulation, what-if, alerts and reports ask these same definitions, so that they agree to the unit. All are
measured over the values of `reports/core/counted.py`; the service levels are made in `reports/core/service_level.py`.
"""

from dataclasses import replace
from typing import Final

from history.core.vocabulary import OfferPhase
from reports.core import measures as of
from reports.core.counted import AgentSpell, HandlingEnded, OfferEnded, VisitEnded
from reports.core.measures import Gini, Kpi, Open, Quantile, Ratio, Sample, Sum, Term, Unit
from reports.core.service_level import SERVICE_LEVEL, SERVICE_LEVEL_1, SERVICE_LEVEL_2, SERVICE_LEVEL_4

OFFERED: Final = Kpi(
    figure="offered",
    name="Offered",
    words="Visits that entered the queue in the period.",
    numerator="visits that entered the queue in the period",
    by=Sum((of.BEGAN,)),
)
ANSWERED: Final = Kpi(
    figure="answered",
    name="Answered",
    words="Visits that an agent answered in the period.",
    numerator="visits that ended in the period as answered",
    by=Sum((of.ANSWERED_VISIT,)),
)
ABANDONED: Final = Kpi(
    figure="abandoned",
    name="Abandoned",
    words="Visits that the customer left unanswered in the period; short abandons are counted apart.",
    numerator="visits that ended in the period as abandoned and not short",
    by=Sum((of.ABANDONED_VISIT,)),
)
SHORT_ABANDONED: Final = Kpi(
    figure="short_abandoned",
    name="Short abandons",
    words="Visits that the customer left within the queue's short-abandon time in the period.",
    numerator="visits that ended in the period as abandoned and short",
    by=Sum((of.SHORT_VISIT,)),
)
FLOWED_OUT: Final = Kpi(
    figure="flowed_out",
    name="Flowed out",
    words="Visits that left the queue in the period unanswered and not by the customer's doing: moved to another "
    "queue, sent outside or turned away by a rule, or served by the fallback while no engine ran.",
    numerator="visits that ended in the period as flowed out",
    by=Sum((of.FLOWED_OUT_VISIT,)),
)
MOVED: Final = Kpi(
    figure="moved",
    name="Moved",
    words="Visits that ended in the period with a move to another queue; they are among those that flowed out.",
    numerator="visits that ended in the period as moved",
    by=Sum((Term(VisitEnded, of.is_moved),)),
)
WAITING: Final = Kpi(
    figure="waiting",
    name="Waiting",
    words="Interactions that are in the queue now and have not been answered, also while they are being offered.",
    numerator="visits begun and not ended",
    by=Open(lambda waiting, now_ms: sum(1 for _ in waiting)),
)
LONGEST_WAIT: Final = Kpi(
    figure="longest_wait",
    name="Longest wait",
    words="How long the interaction that arrived first among those waiting has waited.",
    numerator="now minus the earliest arrival among the waiting",
    unit=Unit.MS,
    by=Open(lambda waiting, now_ms: max((now_ms - visit.arrived_ms for visit in waiting), default=None)),
)
ABANDONMENT: Final = Kpi(
    figure="abandonment",
    name="Abandonment rate",
    words="Share of the visits offered in the period that the customer left unanswered. Short abandons are in neither "
    "number.",
    numerator="visits abandoned in the period and not short",
    denominator="visits offered in the period minus short abandons",
    unit=Unit.SHARE,
    by=Ratio((of.ABANDONED_VISIT,), (of.BEGAN, Term(VisitEnded, lambda visit: -of.is_short(visit)))),
)

# ---- waits


def _wait(figure: str, name: str, which: str, percent: int) -> Kpi:
    return Kpi(
        figure=figure,
        name=name,
        words=f"{which} wait, from entry into the queue to the answer, of the visits answered in the period.",
        numerator=f"{which.lower()} wait of the visits answered in the period",
        unit=Unit.MS,
        by=Quantile(Sample(VisitEnded, of.answered_sample_ms), percent),
    )


WAIT_MEAN: Final = Kpi(
    figure="wait_mean",
    name="Mean wait",
    words="Mean wait, from entry into the queue to the answer, of the visits answered in the period (speed of answer).",
    numerator="sum of the waits of the visits answered in the period",
    denominator="visits answered in the period",
    unit=Unit.MS,
    by=Ratio((Term(VisitEnded, of.answered_wait_ms),), (of.ANSWERED_VISIT,)),
)
WAIT_MEDIAN: Final = _wait("wait_median", "Median wait", "Median", 50)
WAIT_P90: Final = _wait("wait_p90", "90 % waited at most", "90th percentile of the", 90)
WAIT_LONGEST: Final = _wait("wait_longest", "Longest answered wait", "Longest", 100)
WAIT_ALL_MEAN: Final = Kpi(
    figure="wait_all_mean",
    name="Mean wait of all",
    words="Mean wait of the visits that ended in the period in whatever way but a move, after which the wait goes on.",
    numerator="sum of the waits of the visits that ended in the period and were not moved",
    denominator="visits that ended in the period and were not moved",
    unit=Unit.MS,
    by=Ratio((Term(VisitEnded, of.wait_over_ms),), (Term(VisitEnded, of.is_over),)),
)
ABANDON_WAIT_MEAN: Final = Kpi(
    figure="abandon_wait_mean",
    name="Mean time to abandon",
    words="Mean time after which customers left unanswered in the period, without short abandons.",
    numerator="sum of the waits of the visits abandoned in the period and not short",
    denominator="visits abandoned in the period and not short",
    unit=Unit.MS,
    by=Ratio((Term(VisitEnded, of.abandoned_wait_ms),), (of.ABANDONED_VISIT,)),
)

# ---- handlings

HANDLED: Final = Kpi(
    figure="handled",
    name="Handled",
    words="Handlings whose wrap-up ended in the period; an interaction may have several.",
    numerator="handlings that ended in the period",
    by=Sum((of.ENDED_HANDLING,)),
)


def _handling_mean(figure: str, name: str, what: str, length: Term[HandlingEnded]) -> Kpi:
    return Kpi(
        figure=figure,
        name=name,
        words=f"Mean {what} of the handlings that ended in the period.",
        numerator=f"sum of the {what} of the handlings that ended in the period",
        denominator="handlings that ended in the period",
        unit=Unit.MS,
        by=Ratio((length,), (of.ENDED_HANDLING,)),
    )


TALK_MEAN: Final = _handling_mean("talk_mean", "Mean talk", "time with the customer", Term(HandlingEnded, of.active_ms))
WRAP_UP_MEAN: Final = _handling_mean(
    "wrap_up_mean", "Mean wrap-up", "time in wrap-up", Term(HandlingEnded, of.wrap_up_ms)
)
HANDLE_MEAN: Final = _handling_mean(
    "handle_mean", "Mean handle time", "time with the customer plus wrap-up", Term(HandlingEnded, of.handle_ms)
)

# ---- an agent's time

_OCCUPIED: Final = Ratio((Term(AgentSpell, of.busy_ms),), (Term(AgentSpell, of.ready_or_busy_ms),))

SIGNED_IN: Final = Kpi(
    figure="signed_in",
    name="Signed in",
    words="Time that agents were signed in in the period, pauses included.",
    numerator="time signed in in the period",
    unit=Unit.MS,
    by=Sum((Term(AgentSpell, of.signed_in_ms),)),
)
OCCUPANCY: Final = Kpi(
    figure="occupancy",
    name="Occupancy",
    words="Share of the agents' working time in the period in which they had work in hand: a handling in talk or in "
    "wrap-up, or work that was not offered. Working time is signed in and ready, also while an offer rings, or not "
    "ready with work in hand.",
    numerator="time signed in in the period with work in hand",
    denominator="time signed in in the period, ready or with work in hand",
    unit=Unit.SHARE,
    by=_OCCUPIED,
)
UTILISATION: Final = Kpi(
    figure="utilisation",
    name="Utilisation",
    words="Share of the agents' capacity of 100 that the work in hand took in all the time signed in in the period, "
    "pauses included. Each handling, and each work that was not offered, takes its medium's weight; several add up, "
    "beyond 100 too.",
    numerator="time signed in in the period times the weights of the work in hand",
    denominator="time signed in in the period times 100",
    unit=Unit.SHARE,
    by=Ratio((Term(AgentSpell, of.loaded_ms),), (Term(AgentSpell, of.full_load_ms),)),
)
FAIRNESS: Final = Kpi(
    figure="occupancy_gini",
    name="Inequality of occupancy",
    words="Gini coefficient of the occupancy of the agents who worked in the period: 0 when all are equally occupied.",
    numerator="mean difference of occupancy between any two agents who worked in the period",
    denominator="twice their mean occupancy",
    unit=Unit.SHARE,
    by=Gini(_OCCUPIED),
)

# ---- offers


def _ended_as(*ends: OfferPhase) -> Term[OfferEnded]:
    return Term(OfferEnded, lambda offer: int(offer.how in ends))


_NO_RESPONSE: Final = (OfferPhase.DECLINED, OfferPhase.EXPIRED, OfferPhase.FAILED)
_PUT_TO_AGENTS: Final = _ended_as(OfferPhase.ACCEPTED, *_NO_RESPONSE)


def _offers(figure: str, name: str, which: str, *ends: OfferPhase) -> Kpi:
    return Kpi(
        figure=figure,
        name=name,
        words=f"Share of the offers ended in the period that {which}. Withdrawn ones are in neither number.",
        numerator=f"offers that {which} in the period",
        denominator="offers that ended in the period and were not withdrawn",
        unit=Unit.SHARE,
        by=Ratio((_ended_as(*ends),), (_PUT_TO_AGENTS,)),
    )


OFFERS_ACCEPTED: Final = _offers("offers_accepted", "Offers accepted", "were accepted", OfferPhase.ACCEPTED)
OFFERS_DECLINED: Final = _offers("offers_declined", "Offers declined", "the agent declined", OfferPhase.DECLINED)
OFFERS_EXPIRED: Final = _offers("offers_expired", "Offers missed", "expired unanswered", OfferPhase.EXPIRED)
OFFERS_FAILED: Final = _offers("offers_failed", "Offers failed", "could not be connected", OfferPhase.FAILED)
NON_RESPONSE: Final = _offers(
    "non_response", "Non-response", "were declined, expired or could not be connected", *_NO_RESPONSE
)
OFFERS_WITHDRAWN: Final = replace(
    _offers("offers_withdrawn", "Offers withdrawn", "were withdrawn"),
    words="Offers that ended in the period without the agent's doing, such as when the customer left.",
    denominator="",
    unit=Unit.COUNT,
    by=Sum((_ended_as(OfferPhase.WITHDRAWN),)),
)

KPIS: Final = (
    OFFERED,
    ANSWERED,
    ABANDONED,
    SHORT_ABANDONED,
    FLOWED_OUT,
    MOVED,
    WAITING,
    LONGEST_WAIT,
    SERVICE_LEVEL,
    SERVICE_LEVEL_1,
    SERVICE_LEVEL_2,
    SERVICE_LEVEL_4,
    ABANDONMENT,
    WAIT_MEAN,
    WAIT_MEDIAN,
    WAIT_P90,
    WAIT_LONGEST,
    WAIT_ALL_MEAN,
    ABANDON_WAIT_MEAN,
    HANDLED,
    TALK_MEAN,
    WRAP_UP_MEAN,
    HANDLE_MEAN,
    SIGNED_IN,
    OCCUPANCY,
    UTILISATION,
    FAIRNESS,
    OFFERS_ACCEPTED,
    OFFERS_DECLINED,
    OFFERS_EXPIRED,
    OFFERS_FAILED,
    NON_RESPONSE,
    OFFERS_WITHDRAWN,
)
"""Every KPI, in the order in which reports list them."""
