"""Rules for what channels report: a customer arrives, becomes known, leaves; and for a new definition."""

from typing import Any

from history.core import routing as facts
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
from router.core import emergency, leaving, opening, queueing
from router.core.decision import Deciding, Refused, ignored
from router.core.definition_faults import fault_of
from router.core.inputs import CustomerLeft, DefinitionApplied, InteractionArrived, InteractionLearnt, SwitchSeen
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
        # One agent at a time has a caller.
        (handling,) = deciding.state.interaction_handlings[known.interaction].values()
        deciding.back_to_queue(handling, EndedBy.LOST)
        return None
    return ignored(OutcomeReason.NO_CHANGE)


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
    gone = [
        record.interaction
        for record in deciding.state.interactions.values()
        if record.switch == given.switch and record.interaction not in seen and not record.customer_gone
    ]
    for interaction in gone:
        _leave(deciding, interaction, CloseReason.SWITCH_RESTARTED if given.restarted else None)
    return None


def _leave(deciding: Deciding, interaction: InteractionId, reason: CloseReason | None) -> Refused | None:
    record = deciding.state.interactions.get(interaction)
    if record is None:
        return ignored(_unknown(deciding, interaction))
    ignored_because = LIFECYCLE.why_ignored(record.phase, LifecycleTrigger.CUSTOMER_LEFT)
    if ignored_because is not None or record.customer_gone:
        return ignored(ignored_because or OutcomeReason.NO_CHANGE)
    if deciding.state.stops:
        for stop in [stop for stop in deciding.state.stops.values() if stop.interaction == interaction]:
            deciding.add(facts.RingingStopped(offer=stop.offer))
    if record.phase in (InteractionPhase.WAITING, InteractionPhase.OFFERED):
        _left_unanswered(deciding, record, reason)
    elif record.phase is InteractionPhase.SENDING:
        leaving.close(deciding, record, record.sent)
    elif record.phase is InteractionPhase.ACTIVE:
        deciding.add(facts.CustomerLegEnded(interaction=interaction))
        by = EndedBy.LOST if reason is CloseReason.SERVED_BY_FALLBACK else EndedBy.CUSTOMER
        for handling in deciding.state.interaction_handlings[interaction].values():
            deciding.end_part(handling, by)
    else:
        deciding.add(facts.CustomerLegEnded(interaction=interaction))
        if interaction not in deciding.state.interaction_handlings:
            deciding.add(facts.InteractionClosed(interaction=interaction, reason=CloseReason.HANDLED))
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
