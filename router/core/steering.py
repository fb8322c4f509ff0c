"""Rules for what people do to waiting work: another priority, another queue, put aside, given to one agent; and for
work that an agent has without an offer.

The wait that is reported counts on from the arrival, whatever is done here.
"""

from typing import Any

from history.core import routing as facts
from history.core.call_words import WorkKind
from history.core.routing_records import InteractionRecord
from history.core.vocabulary import (
    InteractionId,
    InteractionPhase,
    Medium,
    MovedBecause,
    OfferedBecause,
    OfferId,
    OutcomeReason,
    Presence,
    ReservationEndedBecause,
    WithdrawnBecause,
)
from router.core.capacity import Seat
from router.core.decision import Deciding, Refused, ignored
from router.core.dispatch import offer_ms
from router.core.inputs import (
    WorkBegun,
    WorkFinished,
    WorkMoved,
    WorkParked,
    WorkPrioritised,
    WorkPulled,
    WorkResumed,
)
from router.core.order import PRIORITY_MAX, due_ms

PARKED_MAX_MS = 31 * 24 * 3_600_000
"""Nothing is put aside for longer."""


def _waiting(deciding: Deciding, interaction: InteractionId) -> InteractionRecord | Refused:
    """Return an interaction that nobody has accepted yet."""
    record = deciding.state.interactions.get(interaction)
    if record is None:
        closed = interaction in deciding.state.closed
        return Refused(OutcomeReason.INTERACTION_CLOSED if closed else OutcomeReason.UNKNOWN_INTERACTION)
    if record.phase not in (InteractionPhase.WAITING, InteractionPhase.OFFERED) or record.customer_gone:
        return Refused(OutcomeReason.NOT_WAITING)
    return record


def work_prioritised(deciding: Deciding, given: WorkPrioritised) -> Refused | None:
    record = _waiting(deciding, given.interaction)
    if isinstance(record, Refused):
        return record
    if not -PRIORITY_MAX <= given.priority <= PRIORITY_MAX:
        return Refused(OutcomeReason.OUT_OF_RANGE)
    if record.priority == given.priority:
        return ignored(OutcomeReason.NO_CHANGE)
    queue = deciding.state.queue_settings[record.queue]
    before = due_ms(queue, record.arrived_ms, record.priority, record.attributes.value)
    after = due_ms(queue, record.arrived_ms, given.priority, record.attributes.value)
    # Work that came with a due time of its own is moved from there.
    due = record.due_ms + after - before
    deciding.add(
        facts.InteractionPrioritised(interaction=record.interaction, priority=given.priority, due_ms=due, by=given.by)
    )
    return None


def work_moved(deciding: Deciding, given: WorkMoved) -> Refused | None:
    record = _waiting(deciding, given.interaction)
    if isinstance(record, Refused):
        return record
    queue = deciding.state.queue_settings.get(given.to)
    if queue is None:
        return Refused(OutcomeReason.UNKNOWN_QUEUE)
    if queue.medium is not record.medium:
        return Refused(OutcomeReason.WRONG_MEDIUM)
    if queue.queue == record.queue:
        return ignored(OutcomeReason.NO_CHANGE)
    deciding.take_back(record, WithdrawnBecause.MOVED)
    deciding.move(record, given.to, MovedBecause.SUPERVISOR, given.by)
    return None


def work_parked(deciding: Deciding, given: WorkParked) -> Refused | None:
    record = _waiting(deciding, given.interaction)
    if isinstance(record, Refused):
        return record
    if not deciding.now_ms < given.until_ms <= deciding.now_ms + PARKED_MAX_MS:
        return Refused(OutcomeReason.OUT_OF_RANGE)
    deciding.take_back(record, WithdrawnBecause.MOVED)
    deciding.add(facts.InteractionParked(interaction=record.interaction, until_ms=given.until_ms, by=given.by))
    return None


def work_resumed(deciding: Deciding, given: WorkResumed) -> Refused | None:
    record = _waiting(deciding, given.interaction)
    if isinstance(record, Refused):
        return record
    if record.parked_until_ms is None:
        return ignored(OutcomeReason.NO_CHANGE)
    deciding.add(facts.InteractionResumed(interaction=record.interaction, by=given.by))
    return None


def work_pulled(deciding: Deciding, given: WorkPulled) -> Refused | None:
    """A call rings the agent's phone as any offered call does; everything else is theirs at once."""
    record = _waiting(deciding, given.interaction)
    if isinstance(record, Refused):
        return record
    seat = deciding.state.seats.of.get(given.agent)
    if seat is None:
        return Refused(OutcomeReason.UNKNOWN_AGENT)
    if record.phase is not InteractionPhase.WAITING:
        return Refused(OutcomeReason.NOT_WAITING)
    if not _can_have(seat, record.medium):
        return Refused(OutcomeReason.WORK_IN_HAND)
    offer = _pull(deciding, record, seat)
    if record.medium is not Medium.VOICE:
        deciding.add(facts.OfferAccepted(offer=offer, interaction=record.interaction, agent=seat.agent))
        deciding.begin_handling(record, seat.agent, offer)
    return None


def _can_have(seat: Seat, medium: Medium) -> bool:
    """Whether work can reach the agent at all; limits are for what is offered, not for what is taken."""
    if seat.record.presence is Presence.SIGNED_OUT:
        return False
    if medium is not Medium.VOICE:
        return seat.record.desktop
    rings = any(offer.medium is Medium.VOICE for offer in seat.offers.values())
    free = seat.record.phone_reachable and not seat.record.phone_busy and Medium.VOICE not in seat.leases()
    return seat.settings.phone is not None and free and not rings


def _pull(deciding: Deciding, record: InteractionRecord, seat: Seat) -> OfferId:
    state, now_ms = deciding.state, deciding.now_ms
    queue = state.queue_settings[record.queue]
    offer = OfferId(f"o{state.offers_made + 1}")
    if record.parked_until_ms is not None:
        deciding.add(facts.InteractionResumed(interaction=record.interaction))
    deciding.add(
        facts.OfferMade(
            offer=offer,
            interaction=record.interaction,
            visit=record.visit,
            queue=record.queue,
            medium=record.medium,
            agent=seat.agent,
            waited_ms=max(0, now_ms - record.queued_ms),
            expires_at_ms=now_ms + offer_ms(state, seat, queue),
            idle_ms=max(0, now_ms - seat.record.idle_since_ms),
            candidates=1,
            choice=queue.choice,
            because=OfferedBecause.PULLED,
        )
    )
    return offer


def work_begun(deciding: Deciding, given: WorkBegun) -> Refused | None:
    if given.agent not in deciding.state.seats.of:
        return ignored(OutcomeReason.UNKNOWN_AGENT)
    if given.kind is WorkKind.CONSULT:
        return Refused(OutcomeReason.WORK_OF_A_CALL)
    if given.work in deciding.state.works:
        return ignored(OutcomeReason.NO_CHANGE)
    kept = deciding.state.reservations.get(given.reservation) if given.reservation is not None else None
    if kept is not None and kept.agent == given.agent:
        deciding.add(
            facts.ReservationEnded(agent=kept.agent, reservation=kept.reservation, because=ReservationEndedBecause.USED)
        )
    deciding.add(
        facts.WorkStarted(
            work=given.work,
            agent=given.agent,
            medium=given.medium,
            kind=given.kind,
            interaction=given.interaction,
        )
    )
    return None


def work_finished(deciding: Deciding, given: WorkFinished) -> Refused | None:
    work = deciding.state.works.get(given.work)
    if work is None:
        return ignored(OutcomeReason.UNKNOWN_WORK)
    if work.kind is WorkKind.CONSULT:
        return Refused(OutcomeReason.WORK_OF_A_CALL)
    deciding.add(facts.WorkEnded(work=work.work, agent=work.agent))
    return None


DECIDE: dict[type, Any] = {
    WorkPrioritised: work_prioritised,
    WorkMoved: work_moved,
    WorkParked: work_parked,
    WorkResumed: work_resumed,
    WorkPulled: work_pulled,
    WorkBegun: work_begun,
    WorkFinished: work_finished,
}
