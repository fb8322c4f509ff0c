"""Explanations: for one decision, who could have got it, in what order, and for each of the others why not.

Nothing of this is stored. The state from which was decided is folded again from the nearest snapshot and the facts up
to the decision; from it the rules of today decide once more, and where they come to another offer, that is said.
"""

from typing import Final

import msgspec

from history.core.routing import OfferMade
from history.core.routing_records import InteractionRecord
from history.core.routing_settings import QueueSettings
from history.core.vocabulary import (
    AgentChoice,
    AgentId,
    InteractionId,
    InteractionPhase,
    Medium,
    OfferedBecause,
    Presence,
    QueueId,
    ReasonCode,
    Requirement,
    Word,
)
from router.core.capacity import NUMBER_OF, Seat, able_media, is_asked, open_media
from router.core.decision import Deciding
from router.core.dispatch import has_news, next_match
from router.core.occupancy import busy_ms
from router.core.order import due_at_ms, moved_ms
from router.core.requirements import is_met, parse
from router.core.selection import score_of
from router.core.state import State
from router.core.waiting import WorkClass


class WhyNot(Word):
    """Why an agent did not get it."""

    UNKNOWN_AGENT = "unknown_agent"
    SIGNED_OUT = "signed_out"
    NOT_READY = "not_ready"
    CHANGE_PLANNED = "change_planned"
    BACKED_OFF = "backed_off"
    MEDIUM_NOT_TAKEN = "medium_not_taken"
    NO_PHONE = "no_phone"
    PHONE_UNREACHABLE = "phone_unreachable"
    PHONE_BUSY = "phone_busy"
    NO_DESKTOP = "no_desktop"
    REQUIREMENT_NOT_MET = "requirement_not_met"
    DECLINED_IT = "declined_it"
    HELD_FOR_ANOTHER = "held_for_another"
    KEPT_FOR_OTHERS = "kept_for_others"
    LENT_ELSEWHERE = "lent_elsewhere"
    OFFER_STANDS = "offer_stands"
    LIMIT_REACHED = "limit_reached"
    FULLY_LOADED = "fully_loaded"
    RESERVED = "reserved"
    OTHERS_BEFORE = "others_before"


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who was free and able, with what the queue's choice compares."""

    agent: AgentId
    score: int
    idle_ms: int


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who was not a candidate, or not the first, and all that stood against them."""

    agent: AgentId
    because: tuple[WhyNot, ...]
    reason: ReasonCode | None = None
    """Of one who was not ready."""
    carries: tuple[Medium, ...] = ()
    kept_for: tuple[QueueId, ...] = ()
    """The queues for which a reserve or a floor keeps them."""
    lent_to: QueueId | None = None


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """One offer and all that it was chosen from. Times in ms; `at_ms` and due times are UTC."""

    at_ms: int
    interaction: InteractionId
    queue: QueueId
    medium: Medium
    requirement: Requirement
    step: int
    waited_ms: int
    due_ms: int
    moved_ms: int
    """By how much priority and value had brought the due time forward."""
    counted_due_ms: int
    """The due time as it counted at that moment, its lateness weighed."""
    choice: AgentChoice
    because: OfferedBecause
    agent: AgentId
    score: int
    """What the choice compared, as it was recorded; `candidates` have it as it is reckoned again."""
    runner_up: AgentId | None
    runner_up_score: int
    candidates: tuple[Candidate, ...]
    """Best first."""
    others: tuple[Left, ...]
    recomputed: AgentId | None
    """Whom the rules of today choose from the same state; none where they make no offer."""
    recomputed_interaction: InteractionId | None
    agrees: bool
    """Whether they make the very offer that was made."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits, and what keeps each agent from being offered it now. Times in ms; instants are UTC."""

    at_ms: int
    queue: QueueId
    medium: Medium
    requirement: Requirement
    step: int
    next_step_ms: int | None
    waited_ms: int
    due_ms: int
    parked_until_ms: int | None
    offered_to: AgentId | None
    others: tuple[Left, ...]
    """Every agent. Of one against whom nothing stands it is said that others came first."""


CANDIDATES_SHOWN: Final = 100


def explain(state: State, made: OfferMade, at_ms: int) -> Explanation:
    """Explain an offer from the state as it was right before it. The state is not changed."""
    state.seats.refresh()
    record = state.interactions[made.interaction]
    queue = state.queue_settings[record.queue]
    work_class = _class_of(state, record)
    free = [seat for seat in state.seats.numbered if not reasons_against(state, seat, record)]
    ranked = sorted(free, key=lambda seat: _rank(state, queue, work_class, seat, at_ms))
    again = _again(state, made, at_ms)
    first = made.agent
    others = [left_out(state, seat, record, first=first) for seat in state.seats.numbered if seat.agent != first]
    return Explanation(
        at_ms=at_ms,
        interaction=made.interaction,
        queue=made.queue,
        medium=made.medium,
        requirement=record.requirement,
        step=record.step,
        waited_ms=made.waited_ms,
        due_ms=record.due_ms,
        moved_ms=moved_ms(queue, record.priority, record.attributes.value),
        counted_due_ms=due_at_ms(record.due_ms, at_ms, queue.age_percent, queue.age_max_ms),
        choice=made.choice,
        because=made.because,
        agent=first,
        score=made.score,
        runner_up=made.runner_up,
        runner_up_score=made.runner_up_score,
        candidates=tuple(
            Candidate(
                agent=seat.agent,
                score=_score(queue, work_class, seat, at_ms),
                idle_ms=at_ms - seat.record.idle_since_ms,
            )
            for seat in ranked[:CANDIDATES_SHOWN]
        ),
        others=tuple(others),
        recomputed=None if again is None else again.agent,
        recomputed_interaction=None if again is None else again.interaction,
        agrees=again == made,
    )


def explain_waiting(state: State, interaction: InteractionId, at_ms: int) -> Waiting | None:
    """Explain why nobody is offered an interaction in this state, or none if it does not wait. The state is not
    changed."""
    record = state.interactions.get(interaction)
    if record is None or record.phase not in (InteractionPhase.WAITING, InteractionPhase.OFFERED):
        return None
    state.seats.refresh()
    offer = None if record.offer is None else state.offers.get(record.offer)
    nobody = AgentId("")
    return Waiting(
        at_ms=at_ms,
        queue=record.queue,
        medium=record.medium,
        requirement=record.requirement,
        step=record.step,
        next_step_ms=record.next_step_ms,
        waited_ms=max(0, at_ms - record.queued_ms),
        due_ms=record.due_ms,
        parked_until_ms=record.parked_until_ms,
        offered_to=None if offer is None else offer.agent,
        others=tuple(left_out(state, seat, record, first=nobody) for seat in state.seats.numbered),
    )


def left_out(state: State, seat: Seat, record: InteractionRecord, *, first: AgentId) -> Left:
    """Return why an agent did not get an interaction that another one got."""
    against = reasons_against(state, seat, record)
    return Left(
        agent=seat.agent,
        because=against or (WhyNot.OTHERS_BEFORE,),
        reason=seat.record.reason if WhyNot.NOT_READY in against else None,
        carries=tuple(seat.leases()),
        kept_for=_kept_for(state, seat, record),
        lent_to=None if seat.record.lent is None else seat.record.lent.queue,
    )


def reasons_against(state: State, seat: Seat, record: InteractionRecord) -> tuple[WhyNot, ...]:
    """Return everything that keeps an agent from being offered an interaction now; nothing for a candidate."""
    found = [*_of_presence(seat), *_of_reach(seat, record.medium)]
    lent = seat.record.lent
    if not is_met(parse(record.requirement), seat.settings) and (lent is None or lent.queue != record.queue):
        found.append(WhyNot.REQUIREMENT_NOT_MET)
    if any(each.agent == seat.agent for each in record.declined_by):
        found.append(WhyNot.DECLINED_IT)
    if seat.record.held_for not in (None, record.interaction):
        found.append(WhyNot.HELD_FOR_ANOTHER)
    if _kept_for(state, seat, record):
        found.append(WhyNot.KEPT_FOR_OTHERS)
    if lent is not None and lent.only and lent.queue != record.queue:
        found.append(WhyNot.LENT_ELSEWHERE)
    return tuple([*found, *_of_load(seat, record.medium)])


def _kept_for(state: State, seat: Seat, record: InteractionRecord) -> tuple[QueueId, ...]:
    blending = state.seats.blending
    rules = [] if blending is None else blending.rules_against(seat, record.queue)
    return tuple(dict.fromkeys(queue for rule in rules for queue in rule.queues))


def _of_presence(seat: Seat) -> list[WhyNot]:
    record = seat.record
    found = []
    if record.presence is Presence.SIGNED_OUT:
        found.append(WhyNot.SIGNED_OUT)
    elif record.presence is Presence.NOT_READY:
        found.append(WhyNot.NOT_READY)
    if record.planned is not None:
        found.append(WhyNot.CHANGE_PLANNED)
    if record.backed_off_until_ms:
        found.append(WhyNot.BACKED_OFF)
    return found


def _of_reach(seat: Seat, medium: Medium) -> list[WhyNot]:
    if medium not in seat.capacities:
        return [WhyNot.MEDIUM_NOT_TAKEN]
    if medium is not Medium.VOICE:
        return [] if seat.record.desktop else [WhyNot.NO_DESKTOP]
    if seat.settings.phone is None:
        return [WhyNot.NO_PHONE]
    found = [] if seat.record.phone_reachable else [WhyNot.PHONE_UNREACHABLE]
    return [*found, WhyNot.PHONE_BUSY] if seat.record.phone_busy else found


def load_against(seat: Seat, medium: Medium) -> list[WhyNot]:
    """Return what leaves no room for one more of a medium; a call outside fills who has nothing else in hand."""
    found = _of_load(seat, medium)
    busy_outside = seat.record.phone_busy and not seat.leases()
    return [WhyNot.PHONE_BUSY] if busy_outside and (found or medium is Medium.VOICE) else found


def _of_load(seat: Seat, medium: Medium) -> list[WhyNot]:
    capacity = seat.capacities.get(medium)
    if capacity is None:
        return []
    found = [WhyNot.OFFER_STANDS] if is_asked(seat, capacity) else []
    if seat.leases().count(medium) >= capacity.limit:
        found.append(WhyNot.LIMIT_REACHED)
    bit = 1 << NUMBER_OF[medium]
    fits = open_media(seat, able_media(seat) | bit) & bit
    if not fits and not found and not (medium is Medium.VOICE and seat.record.phone_busy):
        found.append(WhyNot.FULLY_LOADED)
    if not fits and seat.reservations:
        found.append(WhyNot.RESERVED)
    return found


def _class_of(state: State, record: InteractionRecord) -> WorkClass:
    entry = state.waiting.places.get(record.interaction)
    if entry is not None:
        return entry[4]
    return WorkClass(0, (record.queue, record.medium, record.requirement, ()))  # parked, and pulled from there


def _score(queue: QueueSettings, work_class: WorkClass, seat: Seat, at_ms: int) -> int:
    if queue.choice is AgentChoice.LEAST_OCCUPIED:
        return -busy_ms(seat.record, at_ms)
    return score_of(queue, work_class, seat)


def _rank(state: State, queue: QueueSettings, work_class: WorkClass, seat: Seat, at_ms: int) -> tuple[int, int, int]:
    """As `router/core/selection.py` ranks: by score, then the longest idle, then id; in a round robin by turn."""
    if queue.choice is AgentChoice.ROUND_ROBIN:
        last = state.seats.of.get(state.turns.get(queue.queue, AgentId("")))
        behind = -1 if last is None else last.number
        return (0 if seat.number > behind else 1, seat.number, 0)
    return (-_score(queue, work_class, seat, at_ms), seat.record.idle_since_ms, seat.number)


def _again(state: State, made: OfferMade, at_ms: int) -> OfferMade | None:
    """Return the offer that the rules of today make from this state; one that was pulled was nobody's choice."""
    if made.because is OfferedBecause.PULLED:
        return made
    deciding = Deciding(state, at_ms)
    if not has_news(state) or not next_match(deciding):
        return None
    (fact,) = deciding.facts
    return fact if isinstance(fact, OfferMade) else None
