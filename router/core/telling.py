"""Telling: screens and machines outside, which never read the state, learn by a fact what somebody who came now would
be told of the wait.

A queue of calls or chats is looked at a second after something has happened in it that moves the wait, and once in ten
seconds at the most; what has not changed noticeably is not written again. While nothing happens nothing is looked at.
"""

from history.core.routing import ExpectedWaitTold
from history.core.vocabulary import Medium, QueueId
from router.core import queueing
from router.core.decision import Deciding
from router.core.pace import pace_of
from router.core.state import State

LOOK_MS = 1_000
"""What happens within a second is looked at together."""
AGAIN_MS = 10_000
MOVED_MS = 5_000
MOVED_PERCENT = 10
"""A quantile has changed noticeably when it has by more than both."""
TOLD = (Medium.VOICE, Medium.CHAT)
"""Who waits for the others is not at the other end."""


def look(state: State, queue: QueueId, at_ms: int) -> None:
    """Something has happened in a queue: for `apply`, which lets it be looked at in time."""
    pace = state.paces.get(queue) or pace_of(state, queue)
    if pace.look_ms <= at_ms and state.queue_settings[queue].medium in TOLD:
        pace.look_ms = max(pace.look_ms + AGAIN_MS, at_ms + LOOK_MS)
        state.add_deadline(pace.look_ms, "told", queue)


def look_at_all(state: State, at_ms: int) -> None:
    """Something has happened that may matter to every queue."""
    for queue in state.queue_settings:
        look(state, queue, at_ms)


def tell(deciding: Deciding) -> None:
    """Add the facts of all queues that were to be looked at by now, and in which what is told has changed noticeably.

    A queue stays to be looked at until something happens in it again. So what is found here follows from the state and
    the instant alone, and a replay, which knows nothing of looks that found nothing, finds the same.
    """
    state, now_ms = deciding.state, deciding.now_ms
    for queue_id, pace in state.paces.items():
        if 0 < pace.look_ms <= now_ms and pace.told_ms + AGAIN_MS <= now_ms:
            expected = queueing.expected_now(state, state.queue_settings[queue_id], now_ms)
            now = (None, None) if expected is None else (expected.p50_ms, expected.p90_ms)
            if _has_moved(pace.told_p50_ms, now[0]) or _has_moved(pace.told_p90_ms, now[1]):
                deciding.add(ExpectedWaitTold(queue=queue_id, p50_ms=now[0], p90_ms=now[1]))


def _has_moved(before_ms: int | None, now_ms: int | None) -> bool:
    if before_ms is None or now_ms is None:
        return before_ms is not now_ms
    moved_ms = abs(now_ms - before_ms)
    return moved_ms > MOVED_MS and moved_ms * 100 > before_ms * MOVED_PERCENT
