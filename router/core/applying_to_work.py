"""What facts about interactions change: from queue to queue, step to step, and to their end."""

from collections.abc import Callable
from typing import Any

from history.core import routing as facts
from history.core.entries import Fact
from history.core.routing_records import InteractionRecord, PlaceRecord
from history.core.routing_settings import Route
from history.core.vocabulary import (
    InteractionPhase,
    MovedBecause,
)
from router.core import expected_wait, lifecycle, pace, telling
from router.core.keeping import (
    OVERFLOWS_MAX,
    forget_call,
    keep_place,
    leave_out,
    leave_waiting,
    put_overflow,
    put_sending,
    put_steps,
    put_waiting,
    remember_closed,
)
from router.core.levels import note_visit
from router.core.lifecycle import LIFECYCLE
from router.core.state import State


def _queued(state: State, fact: facts.InteractionQueued, at_ms: int) -> None:
    earlier = state.interactions.get(fact.interaction)
    if earlier is not None:
        passed = lifecycle.Trigger.PASSED if fact.passing else lifecycle.Trigger.REQUEUED
        LIFECYCLE.next_state(earlier.phase, passed)
        leave_waiting(state, fact.interaction)
    if fact.again and fact.identity is not None:
        state.places_kept.pop((fact.queue, fact.identity), None)
    record = InteractionRecord(
        interaction=fact.interaction,
        medium=fact.medium,
        queue=fact.queue,
        phase=InteractionPhase.PASSING if fact.passing else InteractionPhase.WAITING,
        visit=fact.visit,
        visits=1 if earlier is None else earlier.visits + 1,
        arrived_ms=fact.arrived_ms,
        queued_ms=_waits_since(earlier, fact, at_ms),
        entered_ms=at_ms,
        came_ms=_came(earlier, fact, at_ms),
        overflows=0 if earlier is None else earlier.overflows,
        due_ms=fact.due_ms,
        switch=fact.switch,
        called=fact.called,
        requirement=fact.requirement,
        own=fact.own,
        for_agent=fact.for_agent,
        step=fact.step,
        next_step_ms=fact.next_step_ms,
        priority=fact.priority,
        customer=fact.customer,
        identity=fact.identity,
        trust=fact.trust,
        attributes=fact.attributes,
        expected=fact.expected,
        unsure=fact.unsure,
    )
    if fact.rivals is not None:
        expected_wait.keep_rivals(state, fact.queue, fact.requirement, fact.rivals, at_ms)
    state.interactions[fact.interaction] = record
    telling.look(state, fact.queue, at_ms)
    if not fact.passing:
        put_waiting(state, record)
    put_steps(state, record)
    put_overflow(state, record)


def _came(earlier: InteractionRecord | None, fact: facts.InteractionQueued, at_ms: int) -> int:
    """Who lost their agent is no newcomer, even if the queue has closed meanwhile."""
    if earlier is None:
        return fact.arrived_ms
    return earlier.came_ms if earlier.queue == fact.queue else at_ms


def _waits_since(earlier: InteractionRecord | None, fact: facts.InteractionQueued, at_ms: int) -> int:
    """One that is moved from queue to queue goes on waiting; one that has been with an agent waits anew."""
    if earlier is None:
        return min(fact.arrived_ms, at_ms)
    waited_on = earlier.phase in (InteractionPhase.WAITING, InteractionPhase.SENDING)
    return earlier.queued_ms if waited_on else at_ms


def _attributed(state: State, fact: facts.InteractionAttributed, at_ms: int) -> None:
    record = state.interactions[fact.interaction]
    record.customer, record.identity, record.trust = fact.customer, fact.identity, fact.trust
    record.attributes = fact.attributes


def _relaxed(state: State, fact: facts.RequirementRelaxed, at_ms: int) -> None:
    """The class changes, the place in time does not."""
    interaction = state.interactions[fact.interaction]
    stands = fact.interaction in state.waiting.places
    if stands:
        leave_waiting(state, fact.interaction)
    interaction.requirement, interaction.step = fact.requirement, fact.step
    interaction.next_step_ms = fact.next_step_ms
    if stands:
        state.waiting.add(interaction)
    put_steps(state, interaction)


def _offerable_again(state: State, fact: facts.OfferableAgain, at_ms: int) -> None:
    interaction = state.interactions[fact.interaction]
    leave_out(state, interaction, tuple(each for each in interaction.declined_by if each.agent != fact.agent))


def _prioritised(state: State, fact: facts.InteractionPrioritised, at_ms: int) -> None:
    interaction = state.interactions[fact.interaction]
    stands = fact.interaction in state.waiting.places
    if stands:
        state.waiting.remove(fact.interaction)
    interaction.priority, interaction.due_ms = fact.priority, fact.due_ms
    if stands:
        state.waiting.add(interaction)


def _parked(state: State, fact: facts.InteractionParked, at_ms: int) -> None:
    leave_waiting(state, fact.interaction)
    interaction = state.interactions[fact.interaction]
    interaction.parked_until_ms = fact.until_ms
    put_waiting(state, interaction)


def _resumed(state: State, fact: facts.InteractionResumed, at_ms: int) -> None:
    interaction = state.interactions[fact.interaction]
    interaction.parked_until_ms = None
    put_waiting(state, interaction)


def _visit_answered(state: State, fact: facts.VisitAnswered, at_ms: int) -> None:
    """The visit's end follows from the offer's acceptance, or from the handling."""
    if state.lends_to:
        note_visit(state, fact, at_ms)
    pace.answered(state, state.interactions[fact.interaction], at_ms)
    telling.look(state, fact.queue, at_ms)


def _visit_abandoned(state: State, fact: facts.VisitAbandoned, at_ms: int) -> None:
    """The interaction is closed by its own fact; what stays is the place, if the queue keeps it for the customer."""
    if state.lends_to:
        note_visit(state, fact, at_ms)
    interaction = state.interactions[fact.interaction]
    pace.left(state, interaction, at_ms)
    telling.look(state, fact.queue, at_ms)
    again_ms = state.queue_settings[fact.queue].again_ms
    if again_ms and interaction.identity is not None:
        place = PlaceRecord(
            queue=fact.queue,
            identity=interaction.identity,
            due_ms=interaction.due_ms,
            until_ms=at_ms + again_ms,
        )
        keep_place(state, place, at_ms)


def _visit_moved(state: State, fact: facts.VisitMoved, at_ms: int) -> None:
    """The next visit begins with its own fact."""
    telling.look(state, fact.queue, at_ms)
    if fact.because is not MovedBecause.SUPERVISOR:
        state.interactions[fact.interaction].overflows += 1


def _visit_flowed_out(state: State, fact: facts.VisitFlowedOut, at_ms: int) -> None:
    """Counted by reports; the interaction is sent outside or closed by its own fact."""
    telling.look(state, fact.queue, at_ms)


def _send_ordered(state: State, fact: facts.SendOrdered, at_ms: int) -> None:
    leave_waiting(state, fact.interaction)
    interaction = state.interactions[fact.interaction]
    if interaction.phase is InteractionPhase.WRAP_UP:  # by their agent: should it fail, they wait from here on
        interaction.queued_ms = at_ms
    interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.SENT)
    interaction.parked_until_ms = None
    interaction.sent = Route(destination=fact.destination, announcement=fact.announcement)
    interaction.sending_until_ms = fact.give_up_at_ms
    put_sending(state, interaction)


def _sending_failed(state: State, fact: facts.SendingFailed, at_ms: int) -> None:
    """It waits again by the fact of its next visit."""
    interaction = state.interactions[fact.interaction]
    interaction.overflows = OVERFLOWS_MAX
    interaction.sent = interaction.sending_until_ms = None


def _hang_up_ordered(state: State, fact: facts.HangUpOrdered, at_ms: int) -> None:
    state.interactions[fact.interaction].hang_up_until_ms = fact.give_up_at_ms
    state.add_deadline(fact.give_up_at_ms, "hang_up", fact.interaction)


def _customer_leg_ended(state: State, fact: facts.CustomerLegEnded, at_ms: int) -> None:
    interaction = state.interactions[fact.interaction]
    interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.CUSTOMER_LEFT)
    interaction.customer_gone = True
    interaction.closes_as = fact.closes_as
    interaction.hang_up_until_ms = None
    interaction.sent = interaction.sending_until_ms = None
    if fact.closes_as is not None and interaction.phase is not InteractionPhase.WRAP_UP:
        leave_waiting(state, fact.interaction)
        interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.LEFT_WRITING)


def _interaction_closed(state: State, fact: facts.InteractionClosed, at_ms: int) -> None:
    interaction = state.interactions.pop(fact.interaction)
    if interaction.phase is InteractionPhase.WAITING:
        leave_waiting(state, fact.interaction)
    interaction.phase = LIFECYCLE.next_state(interaction.phase, lifecycle.Trigger.CLOSED)
    remember_closed(state, fact.interaction)
    forget_call(state, fact.interaction)


def _expected_wait_told(state: State, fact: facts.ExpectedWaitTold, at_ms: int) -> None:
    record = pace.pace_of(state, fact.queue)
    record.told_p50_ms, record.told_p90_ms, record.told_ms = fact.p50_ms, fact.p90_ms, at_ms


# Each function takes exactly the fact type it stands under, which a dictionary cannot say to the type checker.
APPLY: dict[type[Fact], Callable[[State, Any, int], None]] = {
    facts.InteractionQueued: _queued,
    facts.InteractionAttributed: _attributed,
    facts.RequirementRelaxed: _relaxed,
    facts.OfferableAgain: _offerable_again,
    facts.InteractionPrioritised: _prioritised,
    facts.InteractionParked: _parked,
    facts.InteractionResumed: _resumed,
    facts.ExpectedWaitTold: _expected_wait_told,
    facts.VisitMoved: _visit_moved,
    facts.VisitAnswered: _visit_answered,
    facts.VisitAbandoned: _visit_abandoned,
    facts.VisitFlowedOut: _visit_flowed_out,
    facts.SendOrdered: _send_ordered,
    facts.SendingFailed: _sending_failed,
    facts.HangUpOrdered: _hang_up_ordered,
    facts.CustomerLegEnded: _customer_leg_ended,
    facts.InteractionClosed: _interaction_closed,
}
