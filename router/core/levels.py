"""The service level that rules of lending look at, folded from the facts.

    level = visits answered within T / (visits answered + visits abandoned after waiting more than T)

where T is the queue's service-level time as the visit ends, and the visits are those that ended in the last whole
minutes of the clock, the current one included. It is the service level of wallboard and reports (`reports/core`), which
this room may not import; a test holds the two together.
"""

from history.core.routing import VisitAbandoned, VisitAnswered
from history.core.routing_blending import Lending
from history.core.routing_records import LendingRecord, Minute
from history.core.vocabulary import LentWhen
from router.core.state import State

MINUTE_MS = 60_000


def note_visit(state: State, fact: VisitAnswered | VisitAbandoned, at_ms: int) -> None:
    """Count the end of a visit for the rules that look at its queue's service level."""
    for rule in state.lends_to.get(fact.queue, ()):
        if rule.when is LentWhen.SERVICE_LEVEL:
            in_time = fact.wait_ms <= state.queue_settings[fact.queue].service_level_ms
            answered = isinstance(fact, VisitAnswered)
            if answered or not in_time:
                _count(state.lendings[rule.rule], rule, at_ms // MINUTE_MS, int(answered and in_time))


def _count(record: LendingRecord, rule: Lending, minute: int, in_time: int) -> None:
    kept = [each for each in record.minutes if each.minute > minute - rule.window_ms // MINUTE_MS]
    if kept and kept[-1].minute == minute:
        last = kept.pop()
        kept.append(Minute(minute, last.in_time + in_time, last.counted + 1))
    else:
        kept.append(Minute(minute, in_time, 1))
    record.minutes = tuple(kept)


def service_level(record: LendingRecord, rule: Lending, now_ms: int) -> float | None:
    """Return the level (percent) over the rule's window, or None where nothing counted in it."""
    oldest = now_ms // MINUTE_MS - rule.window_ms // MINUTE_MS
    within = [each for each in record.minutes if each.minute > oldest]
    counted = sum(each.counted for each in within)
    return 100.0 * sum(each.in_time for each in within) / counted if counted else None
