"""Pace: what a queue's recent past says about waiting in it, learnt from facts one by one, in whole numbers.

Three averages that fade with each case: how long an agent is taken by a piece of work, how long an offer takes to be
answered, and how impatient those who wait are (people who left for each hour waited, which is exact for exponential
patience). And the calibration: each prediction made as a visit began is scored when the visit is answered. A quantile
that was passed is stretched a little, one that held is shortened a little, in the ratio at which it ends where it
should: half of all waits below the first, nine of ten below the second. Short, middling and long lines are stretched
apart from one another.

Only answered visits are scored. One that left, moved on or flowed out has not shown how long the wait would have been
until an agent answers: it counts for impatience alone. So what is told is the wait of those who stay.
"""

from history.core.routing_records import InteractionRecord, PaceRecord
from history.core.routing_work import Expected
from history.core.vocabulary import QueueId
from router.core.state import State

ONE = 1_000_000
LINES = (2, 8)
"""From so many ahead on a line is middling, and long."""
HANDLED_LAST = 100
"""So many handlings, offers and waits, roughly, are remembered."""
SCORED_LAST = 40
"""So many scored predictions, roughly, are in the shares that held."""
SCORED_LEAST = 30
"""Before so many have been scored nothing is told."""
UP_50, DOWN_50 = 20_000, 20_000
UP_90, DOWN_90 = 36_000, 4_000
"""By so much (millionths) a stretch changes with one score, in the ratio of those above to those below."""
STRETCH_MIN, STRETCH_MAX = ONE // 10, ONE * 10
HELD_50 = (150_000, 850_000)
HELD_90 = (650_000, 1_000_000)
"""Within these shares a queue is calibrated; outside nothing is told. Scores come in bunches, since those in one line
are early or late together: the shares of the last forty stray so far by chance once in some hundreds of times, and a
dozen in a row above p90 bring silence."""


def pace_of(state: State, queue: QueueId) -> PaceRecord:
    """Return the queue's pace, to be changed by `apply` alone."""
    pace = state.paces.get(queue)
    if pace is None:
        pace = state.paces[queue] = PaceRecord(queue=queue, stretch=(ONE,) * 6)
    return pace


def handled(state: State, queue: QueueId, length_ms: int) -> None:
    """An agent who had a piece of the queue's work may take the next."""
    pace = state.paces.get(queue) or pace_of(state, queue)
    pace.handlings += 1
    pace.handle_us = _averaged(pace.handle_us, length_ms, pace.handlings)


def taken(state: State, queue: QueueId, length_ms: int) -> None:
    """An offer was answered after so long."""
    pace = state.paces.get(queue) or pace_of(state, queue)
    pace.answer_us = _averaged(pace.answer_us, length_ms, pace.handlings + 1)


def answered(state: State, record: InteractionRecord, at_ms: int) -> None:
    """A visit is answered."""
    wait_ms = at_ms - record.entered_ms
    pace = state.paces.get(record.queue) or pace_of(state, record.queue)
    _waited(pace, wait_ms, 0)
    expected = record.expected or record.unsure
    if expected is not None and expected.p90_ms > 0:
        _score(pace, expected, wait_ms)


def left(state: State, record: InteractionRecord, at_ms: int) -> None:
    """A visit has ended because the customer left."""
    _waited(pace_of(state, record.queue), at_ms - record.entered_ms, ONE)


def _averaged(average_us: int, length_ms: int, cases: int) -> int:
    """The plain average of the first cases; from `HANDLED_LAST` on older ones fade."""
    return average_us + (length_ms * 1000 - average_us) // (cases if cases < HANDLED_LAST else HANDLED_LAST)


def _waited(pace: PaceRecord, wait_ms: int, left_ppm: int) -> None:
    if wait_ms > 0:
        pace.left_ppm += left_ppm - pace.left_ppm // HANDLED_LAST
        pace.waited_ms += wait_ms - pace.waited_ms // HANDLED_LAST


def _score(pace: PaceRecord, expected: Expected, wait_ms: int) -> None:
    pace.scored += 1
    ahead = expected.ahead
    line = 0 if ahead < LINES[0] else 1 if ahead < LINES[1] else 2
    stretch = list(pace.stretch)
    if wait_ms <= expected.p50_ms:
        changed_50 = -stretch[line] * DOWN_50 // ONE
        pace.held_50_ppm += (ONE - pace.held_50_ppm) // SCORED_LAST
    else:
        changed_50 = stretch[line] * UP_50 // ONE
        pace.held_50_ppm -= pace.held_50_ppm // SCORED_LAST
    if wait_ms <= expected.p90_ms:
        changed_90 = -stretch[line + 3] * DOWN_90 // ONE
        pace.held_90_ppm += (ONE - pace.held_90_ppm) // SCORED_LAST
    else:
        changed_90 = stretch[line + 3] * UP_90 // ONE
        pace.held_90_ppm -= pace.held_90_ppm // SCORED_LAST
    if STRETCH_MIN < stretch[line] + changed_50 < STRETCH_MAX:
        stretch[line] += changed_50
    if STRETCH_MIN < stretch[line + 3] + changed_90 < STRETCH_MAX:
        stretch[line + 3] += changed_90
    pace.stretch = tuple(stretch)
    # Enough has been scored, and what was told has held about as often as it should.
    pace.calibrated = (
        pace.scored >= SCORED_LEAST
        and HELD_50[0] <= pace.held_50_ppm <= HELD_50[1]
        and HELD_90[0] <= pace.held_90_ppm <= HELD_90[1]
    )
