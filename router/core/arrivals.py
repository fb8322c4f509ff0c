"""Rules for what channels report: a customer arrives, becomes known, leaves; and for a new definition."""

from typing import Any

from history.core import routing as facts
from history.core.call_words import PartyAt
from history.core.routing_records import InteractionRecord
from history.core.vocabulary import (
    CloseReason,
    EndedBy,
    InteractionId,
    InteractionPhase,
    Medium,
    OutcomeReason,
    QueueId,
    Standing,
    WithdrawnBecause,
)
from router.core import calls, departures, emergency, leaving, lost_legs, opening, queueing
from router.core.decision import Deciding, Refused, ignored
from router.core.definition_faults import fault_of
from router.core.inputs import CustomerLeft, DefinitionApplied, InteractionArrived, InteractionLearnt, SwitchSeen
from router.core.keeping import owner_of
from router.core.lifecycle import LIFECYCLE
from router.core.lifecycle import Trigger as LifecycleTrigger
from router.core.order import PRIORITY_MAX
from router.errors import BadRequirement


def definition_applied(deciding: Deciding, given: DefinitionApplied) -> Refused | None:
    """Refused while it would take away a queue with work in it or an agent with work in hand."""
    state = deciding.state
    if given.settings == state.settings:
        return ignored(OutcomeReason.NO_CHANGE)
    queues = {queue.queue for queue in given.settings.queues}
    agents = {agent.agent for agent in given.settings.agents}
    if any(record.queue not in queues for record in state.interactions.values()):
        return Refused(OutcomeReason.WORK_IN_HAND)
    if any(seat.leases() for seat in state.seats.numbered if seat.agent not in agents):
        return Refused(OutcomeReason.WORK_IN_HAND)
    fault = fault_of(given.settings)
    if fault is not None:
        return Refused(fault)
    deciding.add(facts.RoutingDefined(settings=given.settings))
    deciding.add(*opening.after_definition(state, given.settings, deciding.now_ms))
    emergency.after_definition(deciding, given.settings)
    return None


def interaction_arrived(deciding: Deciding, given: InteractionArrived) -> Refused | None:
    """A visit begins. A queue that is no more leads to the first queue of the medium: nobody is lost."""
    state = deciding.state
    known = state.interactions.get(given.interaction)
    if known is not None:
        return _seen_again(deciding, known, given.standing)
    if given.interaction in state.closed:
        return ignored(OutcomeReason.INTERACTION_CLOSED)
    queue_id = _queue_for(deciding, given.queue, given.medium)
    if queue_id is None:
        return Refused(OutcomeReason.UNKNOWN_QUEUE)
    queue = state.queue_settings[queue_id]
    if not -PRIORITY_MAX <= given.priority <= PRIORITY_MAX:
        return Refused(OutcomeReason.OUT_OF_RANGE)
    try:
        queued = queueing.queued(state, given, queue, deciding.now_ms)
    except BadRequirement:
        return Refused(OutcomeReason.REQUIREMENT_UNREADABLE)
    deciding.add(queued)
    if given.standing is Standing.SERVED:
        deciding.flow_out(given.interaction, queued.visit, queue_id, given.medium, given.arrived_ms)
    return None


def _seen_again(deciding: Deciding, known: InteractionRecord, standing: Standing | None) -> Refused | None:
    """The switch still has a caller of whom we know: the dialplan may have gone on without us."""
    if standing is Standing.SERVED:
        return _leave(deciding, known.interaction, CloseReason.SERVED_BY_FALLBACK)
    if standing is Standing.WAITING and known.phase is InteractionPhase.ACTIVE and not known.customer_gone:
        return _alone_again(deciding, known)
    return ignored(OutcomeReason.NO_CHANGE)


def _alone_again(deciding: Deciding, known: InteractionRecord) -> Refused | None:
    """The caller is at the music, and nobody put them there: their agent's leg is lost."""
    call = deciding.state.calls.get(known.interaction)
    owner = owner_of(deciding.state, known.interaction)
    if owner is None or (call is not None and (call.lost is not None or call.customer is not PartyAt.TALK)):
        return ignored(OutcomeReason.NO_CHANGE)
    lost_legs.lose(deciding, owner)
    return None


def _queue_for(deciding: Deciding, asked: QueueId, medium: Medium) -> QueueId | None:
    known = deciding.state.queue_settings.get(asked)
    if known is not None and known.medium is medium:
        return asked
    return next((queue.queue for queue in deciding.state.settings.queues if queue.medium is medium), None)


def interaction_learnt(deciding: Deciding, given: InteractionLearnt) -> Refused | None:
    if given.interaction not in deciding.state.interactions:
        return ignored(_unknown(deciding, given.interaction))
    deciding.add(
        facts.InteractionAttributed(
            interaction=given.interaction,
            customer=given.customer,
            identity=given.identity,
            trust=given.trust,
            attributes=given.attributes,
        )
    )
    return None


def _unknown(deciding: Deciding, interaction: Any) -> OutcomeReason:
    closed = interaction in deciding.state.closed
    return OutcomeReason.INTERACTION_CLOSED if closed else OutcomeReason.UNKNOWN_INTERACTION


def customer_left(deciding: Deciding, given: CustomerLeft) -> Refused | None:
    """The customer's leg or chat has ended, in whatever phase the interaction is."""
    return _leave(deciding, given.interaction, None)


def switch_seen(deciding: Deciding, given: SwitchSeen) -> Refused | None:
    """Calls that ended while nobody listened are ended now."""
    seen = frozenset(given.interactions)
    here = [record for record in deciding.state.interactions.values() if record.switch == given.switch]
    for record in here:
        if record.interaction in seen:
            _look_after(deciding, record)
            continue
        if not record.customer_gone:
            reason = CloseReason.SWITCH_RESTARTED if given.restarted else None
            _leave(deciding, record.interaction, reason, at_once=True)
        elif departures.is_talked_on(deciding, record):
            departures.switch_has_it_no_more(deciding, record)
    return None


def _look_after(deciding: Deciding, record: InteractionRecord) -> None:
    """Legs may have gone while nobody listened: the switch says so as it arranges the call again."""
    call = deciding.state.calls.get(record.interaction)
    if call is not None and call.arrangement and call.legs:
        calls.order(deciding, calls.plan_of(deciding.state, record.interaction), firm=True)


def _leave(
    deciding: Deciding, interaction: InteractionId, reason: CloseReason | None, *, at_once: bool = False
) -> Refused | None:
    record = deciding.state.interactions.get(interaction)
    if record is None:
        return ignored(_unknown(deciding, interaction))
    ignored_because = LIFECYCLE.why_ignored(record.phase, LifecycleTrigger.CUSTOMER_LEFT)
    if ignored_because is not None or record.customer_gone:
        return ignored(ignored_because or OutcomeReason.NO_CHANGE)
    if deciding.state.stops:
        for stop in [stop for stop in deciding.state.stops.values() if stop.interaction == interaction]:
            deciding.add(facts.RingingStopped(offer=stop.offer))
    match record.phase:
        case InteractionPhase.WAITING | InteractionPhase.OFFERED | InteractionPhase.PASSING:
            _left_unanswered(deciding, record, reason)
        case InteractionPhase.SENDING:
            leaving.close(deciding, record, record.sent)
        case InteractionPhase.ACTIVE:
            by = EndedBy.LOST if reason is CloseReason.SERVED_BY_FALLBACK else EndedBy.CUSTOMER
            departures.left_in_talk(deciding, record, by, at_once=at_once)
        case InteractionPhase.HANDED_ON:
            departures.left_handed_on(deciding, record, at_once=at_once)
        case _:
            departures.left_in_wrap_up(deciding, record)
    return None


def _left_unanswered(deciding: Deciding, record: InteractionRecord, reason: CloseReason | None) -> None:
    served = reason is CloseReason.SERVED_BY_FALLBACK
    if record.offer is not None:
        because = WithdrawnBecause.ANSWERED_ELSEWHERE if served else WithdrawnBecause.CUSTOMER_LEFT
        deciding.withdraw(deciding.state.offers[record.offer], because)
    if served:
        deciding.flow_out(record.interaction, record.visit, record.queue, record.medium, record.queued_ms)
    else:
        deciding.abandon(record, reason)


DECIDE: dict[type, Any] = {
    DefinitionApplied: definition_applied,
    InteractionArrived: interaction_arrived,
    InteractionLearnt: interaction_learnt,
    CustomerLeft: customer_left,
    SwitchSeen: switch_seen,
}
