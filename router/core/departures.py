"""The customer leaves: everything that hung on them ends. Only two who talk in the call may finish."""

from history.core import routing as facts
from history.core.call_words import ConsultEndedBecause
from history.core.routing_call_records import LegRecord
from history.core.routing_records import HandlingRecord, InteractionRecord
from history.core.vocabulary import CloseReason, EndedBy, LegId
from router.core import calls
from router.core.decision import Deciding
from router.core.keeping import leg_of, owner_of

LEFT = ConsultEndedBecause.CUSTOMER_LEFT


def left_in_talk(deciding: Deciding, record: InteractionRecord, by: EndedBy, *, at_once: bool = False) -> None:
    """Their agent's part ends, holds and consult with it. `at_once`: the switch has the call no more, nobody talks."""
    deciding.add(facts.CustomerLegEnded(interaction=record.interaction))
    part_over(deciding, record, by, at_once=at_once)


def part_over(deciding: Deciding, record: InteractionRecord, by: EndedBy, *, at_once: bool = False) -> None:
    owner = owner_of(deciding.state, record.interaction)
    if owner is None:
        return
    rest = calls.others(deciding.state, record.interaction)
    stay = [] if at_once else _with_owner(deciding, owner, rest)
    calls.consult_is_over(deciding, record.interaction, LEFT)
    for leg in rest:
        if leg not in stay:
            calls.leg_is_over(deciding, leg, by=EndedBy.SYSTEM)
    deciding.end_part(owner, by, talks_on=bool(stay))
    if at_once or not calls.was_arranged(deciding.state, record.interaction):
        return
    plan = calls.plan_of(deciding.state, record.interaction)
    kept = {leg.leg for leg in stay} | ({leg_of(owner)} if stay else set())
    if kept != set(plan.legs):
        plan.legs = {leg: at for leg, at in plan.legs.items() if leg in kept}
        calls.order(deciding, plan, firm=True)


def _with_owner(deciding: Deciding, owner: HandlingRecord, rest: list[LegRecord]) -> list[LegRecord]:
    """Those who talk with the owner now."""
    at = calls.plan_of(deciding.state, owner.interaction).legs
    mine = at.get(leg_of(owner))
    return [leg for leg in calls.talk(rest) if mine is not None and at[leg.leg] is mine]


def left_handed_on(deciding: Deciding, record: InteractionRecord, *, at_once: bool = False) -> None:
    """The next agent's phone still rang for them."""
    if calls.drop_others(deciding, record.interaction, LEFT) and not at_once:
        plan = calls.plan_of(deciding.state, record.interaction)
        plan.legs = {}
        calls.order(deciding, plan, firm=True)
    deciding.close(record, CloseReason.HANDLED)


def left_in_wrap_up(deciding: Deciding, record: InteractionRecord) -> None:
    """Expected: the agent's part was over before."""
    deciding.add(facts.CustomerLegEnded(interaction=record.interaction))
    if not deciding.is_open_still(record.interaction):
        deciding.close_after_work(record)


def talked_on(deciding: Deciding, record: InteractionRecord, leg: LegId, by: EndedBy) -> None:
    """After the customer has left, one of those who talked on is gone; one who is left alone is hung up."""
    state = deciding.state
    plan = calls.plan_of(state, record.interaction)
    plan.legs.pop(leg, None)
    _over(deciding, record, leg, by)
    if len(plan.legs) <= 1:
        for other in plan.legs:
            _over(deciding, record, other, EndedBy.SYSTEM)
        if plan.legs:
            plan.legs = {}
            calls.order(deciding, plan, firm=True)
        _close(deciding, record)


def switch_has_it_no_more(deciding: Deciding, record: InteractionRecord) -> None:
    """Whoever talked on after the customer has been let go without our hearing of it."""
    for leg in calls.plan_of(deciding.state, record.interaction).legs:
        _over(deciding, record, leg, EndedBy.SYSTEM)
    _close(deciding, record)


def _over(deciding: Deciding, record: InteractionRecord, leg: LegId, by: EndedBy) -> None:
    known = deciding.state.legs.get(leg)
    if known is not None:
        calls.leg_is_over(deciding, known, by=by)
    else:
        deciding.add(facts.LegOver(leg=leg, interaction=record.interaction, by=by))


def _close(deciding: Deciding, record: InteractionRecord) -> None:
    if not deciding.is_open_still(record.interaction):
        reason = record.closes_as or CloseReason.HANDLED
        deciding.add(facts.InteractionClosed(interaction=record.interaction, reason=reason))


def is_talked_on(deciding: Deciding, record: InteractionRecord) -> bool:
    """Whether phones are still together in a call whose customer has gone."""
    call = deciding.state.calls.get(record.interaction)
    return record.customer_gone and call is not None and bool(call.legs)
