"""Which agent gets an interaction: among those who are free and meet its requirement, the one its queue's choice picks.

| choice | who comes first |
|---|---|
| longest idle | since when they have had nothing to do |
| least occupied | least time in work within the last half hour |
| best skill | highest sum of the levels of the skills that are asked |
| least skilled | fewest skills, so that who can do much stays free for what only they can do |
| round robin | the next one by id after who was chosen last in this queue |
| weighted | highest sum of weight times level, by the queue's weights |

Equal ones go by the longest idle, and equally long ones by the lower id. The runner-up is who would have got it.
"""

import msgspec

from history.core.routing_settings import QueueSettings
from history.core.vocabulary import AgentChoice
from router.core.capacity import NUMBER_OF, Seat
from router.core.occupancy import busy_ms
from router.core.requirements import parse, skills_asked
from router.core.seats import Seats, mask_with, numbers_in
from router.core.state import State
from router.core.waiting import WorkClass


class Choice(msgspec.Struct, frozen=True):
    """The winner, the runner-up, their scores (higher first), and how many there were to choose from."""

    winner: Seat
    score: int
    candidates: int
    runner_up: Seat | None
    runner_up_score: int


def free_for(state: State, work_class: WorkClass) -> int:
    """Return the mask of the agents who may be offered work of this class now."""
    free = work_class.mask & state.seats.open[NUMBER_OF[work_class.medium]]
    blending = state.seats.blending
    return free if blending is None or not blending.closes or not free else free & ~blending.closed_to(work_class.queue)


def choose(state: State, work_class: WorkClass, now_ms: int) -> Choice | None:
    """Return who is to get the head of a class, or None when nobody who may take it is free."""
    free = free_for(state, work_class)
    if not free:
        return None
    queue = state.queue_settings[work_class.queue]
    match queue.choice:
        case AgentChoice.LONGEST_IDLE:
            first, second = _two_longest_idle(state.seats, free)
            return Choice(first, 0, free.bit_count(), second, 0)
        case AgentChoice.LEAST_OCCUPIED:
            return _least_occupied(state.seats, free, now_ms)
        case AgentChoice.ROUND_ROBIN:
            return _round_robin(state, work_class, free)
        case AgentChoice.BEST_SKILL | AgentChoice.LEAST_SKILLED | AgentChoice.WEIGHTED:
            return _by_tiers(state.seats, queue, work_class, free)


def score_of(queue: QueueSettings, work_class: WorkClass, seat: Seat) -> int:
    """Return what an agent scores in this class under a choice that looks at skills; 0 under the others."""
    match queue.choice:
        case AgentChoice.BEST_SKILL:
            return skill_score(work_class, seat)
        case AgentChoice.LEAST_SKILLED:
            return -len(seat.levels)
        case AgentChoice.WEIGHTED:
            return sum(each.level * seat.levels.get(each.skill, 0) for each in queue.weights)
        case _:
            return 0


def skill_score(work_class: WorkClass, seat: Seat) -> int:
    """Return the sum of the agent's levels of the skills that are asked."""
    return sum(seat.levels.get(skill, 0) for skill in skills_asked(parse(work_class.requirement)))


def _two_longest_idle(seats: Seats, free: int) -> tuple[Seat, Seat | None]:
    found = seats.idle.first_two(free)
    return seats.numbered[found[0]], seats.numbered[found[1]] if len(found) > 1 else None


def _least_occupied(seats: Seats, free: int, now_ms: int) -> Choice:
    ranked = sorted(
        (busy_ms(seats.numbered[number].record, now_ms), seats.numbered[number].record.idle_since_ms, number)
        for number in numbers_in(free)
    )
    runner_up = ranked[1] if len(ranked) > 1 else None
    return Choice(
        seats.numbered[ranked[0][2]],
        -ranked[0][0],
        len(ranked),
        None if runner_up is None else seats.numbered[runner_up[2]],
        0 if runner_up is None else -runner_up[0],
    )


def _round_robin(state: State, work_class: WorkClass, free: int) -> Choice:
    seats = state.seats
    last = seats.of.get(state.turns[work_class.queue]) if work_class.queue in state.turns else None
    behind = 0 if last is None else last.number + 1
    later = free >> behind << behind
    in_turn = [number for mask in (later, free ^ later) for number in _lowest_two(mask)]
    runner_up = seats.numbered[in_turn[1]] if len(in_turn) > 1 else None
    return Choice(seats.numbered[in_turn[0]], 0, free.bit_count(), runner_up, 0)


def _lowest_two(mask: int) -> list[int]:
    found = []
    for number in numbers_in(mask):
        found.append(number)
        if len(found) == 2:
            break
    return found


def _by_tiers(seats: Seats, queue: QueueSettings, work_class: WorkClass, free: int) -> Choice:
    if work_class.tiers is None:
        work_class.tiers = _tiers(seats, queue, work_class)
    found: list[tuple[Seat, int]] = []
    for score, members in work_class.tiers:
        here = members & free
        if here:
            first, second = _two_longest_idle(seats, here)
            found.append((first, score))
            if second is not None:
                found.append((second, score))
            if len(found) > 1:
                break
    runner_up, runner_up_score = found[1] if len(found) > 1 else (None, 0)
    return Choice(found[0][0], found[0][1], free.bit_count(), runner_up, runner_up_score)


def _tiers(seats: Seats, queue: QueueSettings, work_class: WorkClass) -> list[tuple[int, int]]:
    by_score: dict[int, list[int]] = {}
    for number in numbers_in(work_class.mask):
        by_score.setdefault(score_of(queue, work_class, seats.numbered[number]), []).append(number)
    return [(score, mask_with(numbers)) for score, numbers in sorted(by_score.items(), reverse=True)]
