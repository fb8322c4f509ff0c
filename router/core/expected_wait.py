"""Expected wait: how long it will be until an agent answers, told as an interval from p50 to p90, or unknown.

The line is reckoned as it stands. Those who are due earlier count, in full where they can only be served by the same
agents, else by the share of their agents who could also serve this one. Ready agents take them at the pace lately
seen; each of those ahead, and the customer, may lose patience meanwhile. For those who stay that makes the wait a sum
of one short wait for each place, with

    rate at place j = ready agents / mean handling + j * impatience,     j = 1 ... ahead + 1

whose mean and variance are known; a gamma law with both gives the two quantiles, which the queue's calibration then
stretches (see `router/core/pace.py`). docs/expected-wait.md explains it to those who are told.

What other classes add is looked at again once a second at the most, and more seldom the more classes wait: an estimate
costs the same on any floor and behind any backlog.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import log, sqrt

from history.core.routing_records import InteractionRecord, PaceRecord, RivalsRecord
from history.core.routing_settings import QueueSettings
from history.core.routing_work import Expected
from history.core.vocabulary import QueueId, Requirement
from router.core.capacity import MEDIA, NUMBER_OF
from router.core.pace import LINES, ONE
from router.core.state import State
from router.core.steps import Step

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
AT_ONCE = Expected(0, 0)

Line = tuple[float, float, float]
"""Mean (ms) and variance of the wait in a line, and how many are ahead in it."""


def at_arrival(
    state: State, queue: QueueSettings, steps: Sequence[Step], due_ms: int, now_ms: int
) -> tuple[Expected | None, Expected | None]:
    """Return what somebody is told who comes now with these steps before them, and what is scored instead while
    nothing is told."""
    seats = state.seats
    if seats.stale:
        seats.refresh()
    number = NUMBER_OF[queue.medium]
    requirement = steps[0].requirement
    mask = seats.mask_of(requirement)
    if mask & seats.open[number]:
        return AT_ONCE, None  # whoever waits already has nobody of these, or they would not wait
    pace = state.paces.get(queue.queue)
    if pace is None or not pace.handle_us:
        return None, None
    line = _line(state, queue, pace, requirement, mask & seats.ready & seats.takes[number], due_ms, now_ms)
    if len(steps) > 1:
        line = _soonest(state, queue, pace, line, steps, 0, due_ms, now_ms)
    expected = None if line is None else _quantiles(pace, line)
    return (expected, None) if pace.calibrated else (None, expected)


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
    pool = _pool(state, queue, record.requirement)
    line = _line(state, queue, pace, record.requirement, pool, record.due_ms, now_ms, waits=1)
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
        line = _line(state, queue, pace, step.requirement, _pool(state, queue, step.requirement), due_ms, now_ms)
        if line is not None and (best is None or max(line[0], begins_ms) < best[0]):
            best = (max(line[0], float(begins_ms)), line[1], line[2])
    return best


def _pool(state: State, queue: QueueSettings, requirement: Requirement) -> int:
    """Return the mask of the ready agents who meet this and take the medium."""
    seats = state.seats
    return seats.mask_of(requirement) & seats.ready & seats.takes[NUMBER_OF[queue.medium]]


def _line(
    state: State,
    queue: QueueSettings,
    pace: PaceRecord,
    requirement: Requirement,
    pool: int,
    due_ms: int,
    now_ms: int,
    waits: int = 0,
) -> Line | None:
    """Return the line before these agents, or None when there are none. `waits` is 1 for somebody who stands among
    those who wait in it."""
    if not pool:
        return None
    last_ms = now_ms + queue.target_ms
    places = 1.0
    work_class = state.waiting.found(queue.queue, queue.medium, requirement)
    if work_class is not None and work_class.head is not None:
        before = work_class.live - waits
        places += before if due_ms >= last_ms else before * _share_before(work_class.head[0], due_ms, last_ms)
    rivals = state.rivals.get((queue.queue, requirement))
    # Those who have a better or a worse place than somebody who comes now see others before them.
    if (
        rivals is None
        or not -AGAIN_MS <= last_ms - due_ms <= AGAIN_MS
        or (now_ms - rivals.at_ms >= 2 * AGAIN_MS and now_ms - rivals.at_ms >= 2 * AGAIN_MS_A_CLASS * state.waiting.led)
    ):
        rivals = _rivals(state, queue, requirement, due_ms, now_ms)
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


def keep_rivals(state: State, queue: QueueId, requirement: Requirement, now_ms: int) -> None:
    """Look at the rivals anew if it is time: for `apply`, as somebody comes. In a busy class this is always in time
    for the next one, so that nobody who arrives has to wait for it."""
    known = state.rivals.get((queue, requirement))
    if known is None or now_ms - known.at_ms >= max(AGAIN_MS, AGAIN_MS_A_CLASS * state.waiting.led):
        settings = state.queue_settings[queue]
        state.rivals[queue, requirement] = _rivals(state, settings, requirement, now_ms + settings.target_ms, now_ms)
        if len(state.rivals) > RIVALS_KEPT:
            del state.rivals[next(iter(state.rivals))]


def _rivals(state: State, queue: QueueSettings, requirement: Requirement, due_ms: int, now_ms: int) -> RivalsRecord:
    seats, waiting, number = state.seats, state.waiting, NUMBER_OF[queue.medium]
    seats.refresh()
    mask = seats.mask_of(requirement) & seats.ready & seats.takes[number]
    ahead = work_ms = 0.0
    for other_number in range(len(MEDIA)):
        if seats.aside >> other_number & 1 and not seats.aside >> number & 1:
            continue
        present = seats.ready & seats.takes[other_number]
        entries = [*waiting.order[other_number], *(each.head for each in waiting.aging[other_number].values())]
        for head in entries:
            if head is None or ((other := head[4]).requirement == requirement and other.queue == queue.queue):
                continue
            theirs = other.mask & present
            if not (shared := theirs & mask):
                continue
            their_queue = state.queue_settings[other.queue]
            before = other.live * _share_before(head[0], due_ms, now_ms + their_queue.target_ms)
            before *= shared.bit_count() / theirs.bit_count()
            their_pace = state.paces.get(other.queue)
            if their_pace is not None:
                work_ms += before * (their_pace.handle_us + their_pace.answer_us) / 1000 / seats.pieces[other_number]
            ahead += before
    return RivalsRecord(
        queue=queue.queue, requirement=requirement, at_ms=now_ms, ahead=round(ahead * 1000), work_ms=round(work_ms)
    )


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
