"""Expected wait: how long it will be until an agent answers, told as an interval from p50 to p90, or unknown.

The line is reckoned as it stands. Those who are due earlier count, in full where they can only be served by the same
agents, else by the share of their agents who could also serve this one. Ready agents take them at the pace lately
seen; each of those ahead, and the customer, may lose patience meanwhile. For those who stay that makes the wait a sum
of one short wait for each place, with

    rate at place j = ready agents / mean handling + j * impatience,     j = 1 ... ahead + 1

whose mean and variance are known; a gamma law with both gives the two quantiles, which the queue's calibration then
stretches (see `router/core/pace.py`). docs/expected-wait.md explains it to those who are told.

What other classes add is looked at again once a second at the most, and more seldom the more classes wait: an estimate
costs the same on any floor and behind any backlog. What was found goes into the fact of who came just then, so that
`apply` has it only to keep (`keep_rivals`).
"""

from collections.abc import Sequence
from itertools import pairwise
from math import log, sqrt

import msgspec

from history.core.routing_records import InteractionRecord, PaceRecord, RivalsRecord
from history.core.routing_settings import QueueSettings
from history.core.routing_work import Expected, Rivals
from history.core.vocabulary import QueueId, Requirement
from router.core.capacity import NUMBER_OF
from router.core.pace import LINES, ONE
from router.core.state import State
from router.core.steps import Step
from router.core.waiting import Entry, Waiting

AGAIN_MS = 1_000
"""Rivals are looked at again after this long,"""
AGAIN_MS_A_CLASS = 100
"""or after this long for each class in which somebody waits, whichever is longer."""
RIVALS_KEPT = 1_000
UNSURE_OF_RATE = 0.01
"""Square of the relative error with which the pace is known, as after a hundred handlings."""
Z_90 = 1.2815515655446004
LATEST_MS = 24 * 3_600_000
"""Nothing beyond a day is told."""

Line = tuple[float, float, float]
"""Mean (ms) and variance of the wait in a line, and how many are ahead in it."""


class Estimate(msgspec.Struct, frozen=True, gc=False):
    """What somebody is told who comes now, what is scored instead while nothing is told, and the rivals, where they
    had to be looked at anew for it."""

    expected: Expected | None
    unsure: Expected | None = None
    rivals: Rivals | None = None


AT_ONCE = Estimate(Expected(0, 0))
UNKNOWN = Estimate(None)


def at_arrival(state: State, queue: QueueSettings, steps: Sequence[Step], due_ms: int, now_ms: int) -> Estimate:
    """Return the estimate for somebody who comes now with these steps before them."""
    seats = state.seats
    if seats.stale:
        seats.refresh()
    number = NUMBER_OF[queue.medium]
    requirement = steps[0].requirement
    mask = seats.mask_of(requirement)
    if mask & seats.open[number]:
        return AT_ONCE  # whoever waits already has nobody of these, or they would not wait
    pace = state.paces.get(queue.queue)
    if pace is None or not pace.handle_us:
        return UNKNOWN
    line = anew = None
    if pool := mask & seats.present[number]:
        rivals, anew = _rivals(state, queue, requirement, due_ms, now_ms)
        line = _line(state, queue, pace, requirement, pool, due_ms, now_ms, rivals)
    if len(steps) > 1:
        line = _soonest(state, queue, pace, line, steps, 0, due_ms, now_ms)
    expected = None if line is None else _quantiles(pace, line)
    return Estimate(expected, None, anew) if pace.calibrated else Estimate(None, expected, anew)


def remaining(state: State, record: InteractionRecord, steps: Sequence[Step], now_ms: int) -> Expected | None:
    """Return what somebody who waits is told of the rest of their wait; `steps` begins with the present one. None as
    well for one that cannot be offered now."""
    pace = state.paces.get(record.queue)
    if record.interaction not in state.waiting.places or pace is None or not pace.calibrated:
        return None
    state.seats.refresh()
    spent_ms = 0
    if steps[0].lasts_ms is not None and record.next_step_ms is not None:
        spent_ms = steps[0].lasts_ms - max(0, record.next_step_ms - now_ms)
    queue = state.queue_settings[record.queue]
    line = _line_of(state, queue, pace, record.requirement, record.due_ms, now_ms, waits=1)
    line = _soonest(state, queue, pace, line, steps, spent_ms, record.due_ms, now_ms)
    return None if line is None else _quantiles(pace, line)


def _soonest(
    state: State,
    queue: QueueSettings,
    pace: PaceRecord,
    first: Line | None,
    steps: Sequence[Step],
    spent_ms: int,
    due_ms: int,
    now_ms: int,
) -> Line | None:
    """Each step opens the work to other agents from its time on, in the place that it has; the soonest way counts."""
    best, begins_ms = first, -spent_ms
    for before, step in pairwise(steps):
        assert before.lasts_ms is not None, "only the last step has no end"
        begins_ms += before.lasts_ms
        if best is not None and best[0] <= begins_ms:
            break
        line = _line_of(state, queue, pace, step.requirement, due_ms, now_ms)
        if line is not None and (best is None or max(line[0], begins_ms) < best[0]):
            best = (max(line[0], float(begins_ms)), line[1], line[2])
    return best


def _line_of(
    state: State,
    queue: QueueSettings,
    pace: PaceRecord,
    requirement: Requirement,
    due_ms: int,
    now_ms: int,
    waits: int = 0,
) -> Line | None:
    """Return the line before the ready agents who meet this and take the medium, or None when there are none."""
    seats = state.seats
    pool = seats.mask_of(requirement) & seats.present[NUMBER_OF[queue.medium]]
    if not pool:
        return None
    rivals, _ = _rivals(state, queue, requirement, due_ms, now_ms)
    return _line(state, queue, pace, requirement, pool, due_ms, now_ms, rivals, waits)


def _line(
    state: State,
    queue: QueueSettings,
    pace: PaceRecord,
    requirement: Requirement,
    pool: int,
    due_ms: int,
    now_ms: int,
    rivals: Rivals | RivalsRecord,
    waits: int = 0,
) -> Line:
    """Return the line before the agents of the pool. `waits` is 1 for somebody who stands among those who wait in
    it."""
    last_ms = now_ms + queue.target_ms
    places = 1.0
    work_class = state.waiting.found(queue.queue, queue.medium, requirement)
    if work_class is not None and work_class.head is not None:
        before = work_class.live - waits
        places += before if due_ms >= last_ms else before * _share_before(work_class.head[0], due_ms, last_ms)
    work_ms = (
        places * (pace.handle_us + pace.answer_us) / 1000 / state.seats.pieces[NUMBER_OF[queue.medium]] + rivals.work_ms
    )
    places += rivals.ahead / 1000
    rate = pool.bit_count() * places / work_ms
    if not pace.left_ppm:
        return (places / rate, places / (rate * rate), places - 1)
    impatience = pace.left_ppm / ONE / pace.waited_ms
    # The sums over all places are taken as the integrals between these rates.
    first, last = rate + 0.5 * impatience, rate + (places + 0.5) * impatience
    return (log(last / first) / impatience, places / (first * last), places - 1)


def _share_before(head_ms: int, due_ms: int, last_ms: int) -> float:
    """Return the share of those who wait that are due before an instant, as if they had come evenly."""
    if due_ms >= last_ms:
        return 1.0
    if due_ms <= head_ms:
        return 0.0
    return (due_ms - head_ms) / (last_ms - head_ms)


def keep_rivals(state: State, queue: QueueId, requirement: Requirement, found: Rivals, at_ms: int) -> None:
    """Keep what was found as somebody came: for `apply`."""
    state.rivals[queue, requirement] = RivalsRecord(
        queue=queue, requirement=requirement, at_ms=at_ms, ahead=found.ahead, work_ms=found.work_ms
    )
    if len(state.rivals) > RIVALS_KEPT:
        del state.rivals[next(iter(state.rivals))]


def _rivals(
    state: State, queue: QueueSettings, requirement: Requirement, due_ms: int, now_ms: int
) -> tuple[Rivals | RivalsRecord, Rivals | None]:
    """Return the rivals of somebody due then: as they are kept, or as they are now; and what is to be kept of it."""
    last_ms = now_ms + queue.target_ms
    if not -AGAIN_MS <= last_ms - due_ms <= AGAIN_MS:
        # Those who have a better or a worse place than somebody who comes now see others before them.
        return _rivals_before(state, queue, requirement, due_ms, now_ms), None
    known = state.rivals.get((queue.queue, requirement))
    if known is not None:
        age_ms = now_ms - known.at_ms
        if age_ms < AGAIN_MS or age_ms < AGAIN_MS_A_CLASS * state.waiting.led:
            return known, None
    found = _rivals_before(state, queue, requirement, last_ms, now_ms)
    return found, found


def _rivals_before(state: State, queue: QueueSettings, requirement: Requirement, due_ms: int, now_ms: int) -> Rivals:
    """Look at the head of each class. The loop is short on purpose: there are hundreds."""
    seats, waiting, number = state.seats, state.waiting, NUMBER_OF[queue.medium]
    seats.refresh()
    pool = seats.mask_of(requirement) & seats.present[number]
    ahead = work_ms = 0.0
    for other_number, present in enumerate(seats.present):
        if seats.aside >> other_number & 1 and not seats.aside >> number & 1:
            continue
        theirs: dict[QueueId, tuple[int, float]] = {}
        for head in [*waiting.order[other_number], *_aging_heads(waiting, other_number)]:
            head_ms, other = head[0], head[4]
            if head_ms > due_ms:
                continue
            if other.present is not present:
                other.look_at(present)
            if not (shared := other.there & pool):
                continue
            name = other.queue
            if name == queue.queue and other.requirement == requirement:
                continue
            if name not in theirs:
                theirs[name] = _theirs(state, name, other_number, now_ms)
            last_ms, piece_ms = theirs[name]
            before = other.live * shared.bit_count() / other.there_count
            if due_ms < last_ms:
                # As if those who wait had come evenly.
                before *= (due_ms - head_ms) / (last_ms - head_ms)
            ahead += before
            work_ms += before * piece_ms
    return Rivals(round(ahead * 1000), round(work_ms))


def _aging_heads(waiting: Waiting, number: int) -> list[Entry]:
    return [each.head for each in waiting.aging[number].values() if each.head is not None]


def _theirs(state: State, queue: QueueId, medium: int, now_ms: int) -> tuple[int, float]:
    """Return when somebody is due who comes into that queue now, and how long its work takes an agent (ms)."""
    pace = state.paces.get(queue)
    piece_ms = 0.0 if pace is None else (pace.handle_us + pace.answer_us) / 1000 / state.seats.pieces[medium]
    return now_ms + state.queue_settings[queue].target_ms, piece_ms


def _quantiles(pace: PaceRecord, line: Line) -> Expected:
    """Return the quantiles of the gamma law (Wilson and Hilferty's formula), stretched by what has been learnt."""
    mean_ms, variance, ahead = line
    ninth = (variance / (mean_ms * mean_ms) + UNSURE_OF_RATE) / 9
    middle = 1 - ninth
    high = middle + Z_90 * sqrt(ninth)
    by = 0 if ahead < LINES[0] else 1 if ahead < LINES[1] else 2
    answer_ms = pace.answer_us // 1000
    p50_ms = 1 + int(mean_ms * middle * middle * middle * pace.stretch[by] / ONE) + answer_ms
    p90_ms = 1 + int(mean_ms * high * high * high * pace.stretch[by + 3] / ONE) + answer_ms
    if p90_ms > LATEST_MS:
        p50_ms, p90_ms = min(p50_ms, LATEST_MS), LATEST_MS
    return Expected(p50_ms, p90_ms if p90_ms > p50_ms else p50_ms, int(ahead + 0.5))
