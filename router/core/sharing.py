"""Shares of time: how long the agents of a rule were at work for each of its queues within the last half hour.

Counted are handlings until the end of their wrap-up, each for itself, in stretches of five minutes (`occupancy.py`).
"""

from collections.abc import Iterator

from history.core.routing_blending import Share
from history.core.routing_records import HandlingRecord, ShareRecord
from history.core.vocabulary import AgentId, QueueId
from router.core.occupancy import with_work, within_window
from router.core.state import State


def _records(state: State, agent: AgentId, queue: QueueId) -> Iterator[ShareRecord]:
    number = state.seats.of[agent].number
    for rule in state.settings.shares:
        record = state.shares.get((rule.rule, queue))
        if record is not None and state.seats.mask_of(rule.agents) >> number & 1:
            yield record


def note_handling(state: State, handling: HandlingRecord, step: int, at_ms: int) -> None:
    """A handling has begun (1) or ended (-1)."""
    for record in _records(state, handling.agent, handling.queue):
        _settle(record, at_ms)
        record.live += step


def _settle(record: ShareRecord, at_ms: int) -> None:
    if record.live:
        record.busy = with_work(record.busy, record.since_ms, at_ms, record.live)
    record.since_ms = at_ms


def define_shares(state: State, at_ms: int) -> None:
    """Rules that stay keep what they have counted; who is in their groups may have changed."""
    before = state.shares
    state.shares = {}
    for rule in state.settings.shares:
        for each in rule.queues:
            key = (rule.rule, each.queue)
            record = before.get(key) or ShareRecord(rule=rule.rule, queue=each.queue)
            _settle(record, at_ms)
            record.live = 0
            state.shares[key] = record
    if state.shares:
        for handling in state.handlings.values():
            if not handling.frees:
                for record in _records(state, handling.agent, handling.queue):
                    record.live += 1


def times_ms(state: State, rule: Share, now_ms: int) -> dict[QueueId, int]:
    """Return the time at work for each queue of a rule."""
    found = {}
    for each in rule.queues:
        record = state.shares[rule.rule, each.queue]
        busy = with_work(record.busy, record.since_ms, now_ms, record.live) if record.live else record.busy
        found[each.queue] = within_window(busy, now_ms)
    return found


def behind(state: State, rule: Share, now_ms: int) -> dict[QueueId, int]:
    """Return how far each queue is below its share: hundredths of the time (ms); what is above it is negative."""
    times = times_ms(state, rule, now_ms)
    total = sum(times.values())
    return {each.queue: each.percent * total - 100 * times[each.queue] for each in rule.queues}
