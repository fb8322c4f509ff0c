"""Who ended a call and why, and what came of it."""

from cti.core.call import CAUSE_BUSY, CAUSE_NO_ROUTE, CAUSE_NORMAL, CAUSE_REJECTED, CAUSE_UNALLOCATED
from cti.core.cast import Cast, party_at
from cti.core.channels import When
from cti.core.events import CallId
from cti.core.records import NEVER, Channel
from cti.core.ringing import front_of
from cti.core.story import Ending, EndReason, HungUpBy, Outcome, QueueVisit, Ring, RingEnd
from cti.core.talks import Stretch
from cti.core.traffic import Traffic

AFTER_TALK_MS = 10_000
"""A caller whose channel ends this soon after the talk was hung up on; who stays longer was with the switch again."""
LATE_WORD_MS = 250
"""The word that somebody hung up may come this long after the bridge was left."""

_REASONS = {
    0: EndReason.NORMAL,
    CAUSE_NORMAL: EndReason.NORMAL,
    31: EndReason.NORMAL,
    127: EndReason.NORMAL,
    CAUSE_BUSY: EndReason.BUSY,
    18: EndReason.NO_ANSWER,
    19: EndReason.NO_ANSWER,
    CAUSE_REJECTED: EndReason.DECLINED,
    26: EndReason.ANSWERED_ELSEWHERE,
    CAUSE_UNALLOCATED: EndReason.UNREACHABLE,
    2: EndReason.UNREACHABLE,
    CAUSE_NO_ROUTE: EndReason.UNREACHABLE,
    20: EndReason.UNREACHABLE,
    22: EndReason.UNREACHABLE,
    27: EndReason.UNREACHABLE,
    28: EndReason.UNREACHABLE,
    34: EndReason.CONGESTION,
    38: EndReason.CONGESTION,
    41: EndReason.CONGESTION,
    42: EndReason.CONGESTION,
}
"""Q.850; 0 and 127 are what Asterisk gives when nobody said why."""
_OUTCOMES_BY_REASON = {
    EndReason.BUSY: Outcome.BUSY,
    EndReason.NO_ANSWER: Outcome.NO_ANSWER,
    EndReason.DECLINED: Outcome.DECLINED,
    EndReason.UNREACHABLE: Outcome.UNREACHABLE,
    EndReason.CONGESTION: Outcome.UNREACHABLE,
    EndReason.ANSWERED_ELSEWHERE: Outcome.CANCELLED,
}
_OUTCOMES_BY_RING = {
    RingEnd.BUSY: Outcome.BUSY,
    RingEnd.DECLINED: Outcome.DECLINED,
    RingEnd.NO_ANSWER: Outcome.NO_ANSWER,
    RingEnd.UNREACHABLE: Outcome.UNREACHABLE,
    RingEnd.CANCELLED: Outcome.CANCELLED,
    RingEnd.CALLER_GONE: Outcome.CANCELLED,
    RingEnd.ANSWER: Outcome.NO_ANSWER,  # somebody who never came through: a phone that asks to press a key first
    RingEnd.LOST: Outcome.UNKNOWN,
}


def ending_of(
    traffic: Traffic,
    cast: Cast,
    found: list[Stretch],
    rings: list[Ring],
    ids: dict[str, CallId],
    *,
    hang_ups_told: bool,
) -> Ending:
    """How a call ended whose channels are all gone, or were joined to another call."""
    first = traffic.channels[cast.root]
    if cast.joined_to is not None:
        when, to = cast.joined_to
        return Ending(when[0], HungUpBy.UNKNOWN, None, False, EndReason.JOINED, first.cause, ids.get(to))
    at = max(channel.gone or channel.began for channel in (traffic.channels[each] for each in cast.spans))
    if first.lost:
        return Ending(at[0], HungUpBy.UNKNOWN, None, False, EndReason.LOST, 0)
    who, inferred = _who(traffic, cast, found, rings, hang_ups_told=hang_ups_told)
    reason = _REASONS.get(first.cause, EndReason.OTHER)
    if who is None:
        by = HungUpBy.SWITCH if hang_ups_told or _was_refused(rings, first) else HungUpBy.UNKNOWN
        return Ending(at[0], by, None, False, reason, first.cause)
    by = _side(traffic, cast, found, who)
    return Ending(at[0], by, party_at(traffic, who), inferred, reason, first.cause)


def outcome_of(
    first: Channel,
    rings: list[Ring],
    talked: bool,
    queues: list[QueueVisit],
    *,
    over: bool,
    joined: bool,
    originated: bool,
) -> Outcome:
    """What came of a call."""
    if talked:
        return Outcome.TALKED
    if not over:
        return Outcome.UNDER_WAY
    if joined:
        return Outcome.PASSED_ON
    if queues and queues[-1].abandoned:
        return Outcome.ABANDONED
    if first.lost:
        return Outcome.UNKNOWN
    onward = [ring.end for ring in rings if ring.by is not None and ring.target.channel_id != first.unique_id]
    if first.up is not None and originated and onward and onward[-1] not in (None, RingEnd.ANSWER):
        return _OUTCOMES_BY_RING[onward[-1]]
    if first.up is not None:
        return Outcome.ONLY_SWITCH
    reason = _REASONS.get(first.cause, EndReason.OTHER)
    own = next((ring.end for ring in rings if ring.target.channel_id == first.unique_id), None)
    if own is not None and own is not RingEnd.ANSWER:
        return _OUTCOMES_BY_RING[own]
    if reason in _OUTCOMES_BY_REASON:
        return _OUTCOMES_BY_REASON[reason]
    if rings and (end := rings[-1].end) is not None:
        return _OUTCOMES_BY_RING[end]
    return Outcome.CANCELLED if first.asked is not None else Outcome.UNKNOWN


def _was_refused(rings: list[Ring], first: Channel) -> bool:
    """Whether the switch ended the call for want of anybody who answers."""
    if first.made is None and first.failed is not None:
        return True
    if first.up is not None or first.cause in (0, CAUSE_NORMAL, 127):
        return False
    return not rings or rings[-1].end is not RingEnd.CALLER_GONE


def _who(
    traffic: Traffic, cast: Cast, found: list[Stretch], rings: list[Ring], *, hang_ups_told: bool
) -> tuple[str | None, bool]:
    """The channel whose far end hung up, and whether that is inferred."""
    front = front_of(traffic, cast.root)
    first = traffic.channels[front]
    last = found[-1] if found else None
    if last is not None and (_stayed_on(first, last) or _passed_on(traffic, last)):
        since, last = last.until, None
    else:
        since = (0, 0) if last is None else last.since
    if last is not None and (asked := _who_asked(traffic, last)) is not None:
        return asked, False
    if first.asked is not None and first.asked >= since:
        return front, False
    if hang_ups_told:
        return None, False
    if last is not None:
        left = _who_left(traffic, last)
        return left, left is not None
    return (front, True) if rings and rings[-1].end is RingEnd.CALLER_GONE else (None, False)


def _stayed_on(first: Channel, last: Stretch) -> bool:
    """Whether the caller was with the switch again after the last talk."""
    if first.unique_id not in last.who or first.gone is None or last.until == NEVER:
        return False
    return first.gone[0] - last.until[0] > AFTER_TALK_MS


def _passed_on(traffic: Traffic, last: Stretch) -> bool:
    """Whether the last talk ended with a transfer, that came to nothing then."""
    return any(
        heard.succeeded and last.since <= when and abs(when[0] - last.until[0]) <= LATE_WORD_MS
        for unique_id, _ in last.places
        for when, heard in traffic.channels[unique_id].transfers
    )


def _who_asked(traffic: Traffic, last: Stretch) -> str | None:
    """Who of the last talk asked for its end, the first of them."""
    asked = []
    for unique_id, _ in last.places:
        when = traffic.channels[unique_id].asked
        if when is not None and when >= last.since and when[0] <= last.until[0] + LATE_WORD_MS:
            asked.append((when, unique_id))
    return min(asked)[1] if asked else None


def _who_left(traffic: Traffic, last: Stretch) -> str | None:
    """Who left the last talk first, where one did."""
    left = sorted((_left(traffic.channels[unique_id], last), unique_id) for unique_id, _ in last.places)
    return left[0][1] if left[0][0] < left[1][0] else None


def _left(channel: Channel, last: Stretch) -> When:
    """When a channel left the bridge of its last talk."""
    return min((until for _, since, until in channel.intervals() if since <= last.until <= until), default=NEVER)


def _side(traffic: Traffic, cast: Cast, found: list[Stretch], who: str) -> HungUpBy:
    """Which side a channel is on: the caller is the call's first channel, or whoever dialled the other."""
    dial = traffic.dials.get(cast.root)
    rung_first = dial is not None and dial.originated and not traffic.dialled_by.get(cast.root)
    front = front_of(traffic, cast.root)
    if who == front:
        return HungUpBy.CALLEE if rung_first else HungUpBy.CALLER
    present = found[-1].who if found else frozenset[str]()
    if front in present:
        return HungUpBy.CALLER if rung_first else HungUpBy.CALLEE
    dialled = traffic.dials.get(who)
    return HungUpBy.CALLEE if dialled is not None and dialled.source is not None else HungUpBy.CALLER
