"""How each ring of a call ended, worked out of the dial's own end, the causes and what happened around it.

Asterisk says too little in one place: app_queue says NOANSWER of a busy phone, a phone that cannot be reached and one
that nobody takes look alike, CANCEL is said whether the caller left or the ring was taken back. The rules are here.
"""

from cti.core.call import CAUSE_BUSY, CAUSE_NORMAL, CAUSE_REJECTED
from cti.core.channels import DialStatus, When
from cti.core.records import Channel, Dial, is_phone
from cti.core.story import RingEnd
from cti.core.traffic import Traffic

CAUSES_OF_REFUSAL = (CAUSE_BUSY, CAUSE_REJECTED)
"""Whatever else is said of a channel's end, these are believed."""
CALLER_GONE_WITHIN_MS = 1_000
"""A caller whose channel ends this soon after a ring was cancelled is why it was cancelled."""


def is_ring(traffic: Traffic, dial: Dial) -> bool:
    """Whether a dial rang somebody. Half a Local is only the way to a phone; it counts if it led to no other dial."""
    channel = traffic.channels.get(dial.target)
    if channel is None or is_phone(channel.first_name):
        return channel is not None
    half = traffic.half_of(dial.target)
    return channel.first_name.startswith("Local/") and not (half and traffic.dialled_by.get(half))


def caller_of(traffic: Traffic, dial: Dial) -> Channel | None:
    """Who dials: the phone in front of all Locals, None where the switch dials by itself."""
    source, passed = dial.source, set[str]()
    while source is not None and source not in passed:
        passed.add(source)
        channel = traffic.channels.get(source)
        if channel is None or channel.other_half is None:
            return channel
        half = traffic.half_of(source)
        if channel.other_half.endswith("2"):
            # The first half dials for whoever was reached by way of the second: a click to dial.
            front = None if half is None else _reached_by(traffic, half)
            return None if front is None else traffic.channels[front]
        outer = traffic.dials.get(half or source)
        source = None if outer is None else outer.source
    return None


def front_of(traffic: Traffic, unique_id: str) -> str:
    """The phone that a call's first channel stands for: of a Local, whoever was reached by way of its other half."""
    half = traffic.half_of(unique_id)
    return unique_id if half is None else _reached_by(traffic, half) or unique_id


def _reached_by(traffic: Traffic, unique_id: str) -> str | None:
    """The first phone that answered a dial of this channel, or of the Locals that it led to; else the first rung."""
    rung = sorted(
        (traffic.channels[dial.target].up is None, dial.began, dial.target)
        for dial in dials_under(traffic, unique_id)
        if is_ring(traffic, dial)
    )
    return rung[0][2] if rung else None


def rang_by_itself(traffic: Traffic, channel: Channel) -> bool:
    """Whether the switch rang this phone and did not say that it dials: so it does of an originate before 12."""
    rung = channel.alerting is not None and not channel.calling and channel.unique_id not in traffic.dials
    return rung and traffic.root(channel.unique_id) == channel.unique_id


def status_of(traffic: Traffic, dial: Dial) -> tuple[DialStatus | None, When | None]:
    """The dial's end; of a switch that only says how all dials of a channel ended, what that means for this one."""
    if dial.status is not None:
        return dial.status, dial.ended
    source = traffic.channels.get(dial.source or "")
    target = traffic.channels.get(dial.target)
    if source is None or target is None:
        return None, None
    for when, status in source.dial_ends:
        if when < dial.began:
            continue
        if status is DialStatus.ANSWER and target.up is None:
            return DialStatus.CANCEL, when
        return status, when
    return None, None


def end_of(traffic: Traffic, dial: Dial) -> tuple[RingEnd | None, When | None]:
    """How and when a ring ended; None while it lasts."""
    target = traffic.channels[dial.target]
    status, ended = status_of(traffic, dial)
    answered = status is DialStatus.ANSWER or (status is None and target.up is not None)
    if answered:
        # Before 12 Asterisk says how a dial ended when the talk is over.
        return RingEnd.ANSWER, target.up or ended
    if status is None and target.gone is None:
        return None, None
    ended = ended or target.gone or dial.began
    return _unanswered(traffic, dial, target, status, ended), ended


def _unanswered(traffic: Traffic, dial: Dial, target: Channel, status: DialStatus | None, ended: When) -> RingEnd:
    cause = next((cause for _, cause in target.asks if cause in CAUSES_OF_REFUSAL), target.cause)
    if status in (None, DialStatus.CANCEL) and _ran_out(traffic, dial):
        status = DialStatus.NO_ANSWER
    if target.lost:
        return RingEnd.LOST
    if dial.forwarded_to is not None:
        return RingEnd.CANCELLED
    if status is DialStatus.BUSY or cause == CAUSE_BUSY:
        return RingEnd.BUSY
    if cause == CAUSE_REJECTED:
        return RingEnd.DECLINED
    if status in (DialStatus.CONGESTION, DialStatus.UNAVAILABLE):
        return RingEnd.UNREACHABLE
    alerted = target.alerting is not None
    if dial.source is None:
        if cause == CAUSE_NORMAL or status is DialStatus.CANCEL:
            return RingEnd.CANCELLED
        return RingEnd.NO_ANSWER if alerted else RingEnd.UNREACHABLE
    if status is DialStatus.NO_ANSWER:
        return RingEnd.NO_ANSWER if alerted else RingEnd.UNREACHABLE
    if _answered_elsewhere(traffic, dial, ended):
        return RingEnd.CANCELLED
    return RingEnd.CALLER_GONE if _caller_left(traffic, dial, ended) else RingEnd.CANCELLED


def _ran_out(traffic: Traffic, dial: Dial) -> bool:
    """Whether a dial was cancelled since the time of the one that led to it through a Local had run out."""
    passed = {dial.target}
    while (half := traffic.half_of(dial.source or "")) is not None and half not in passed:
        passed.add(half)
        outer = traffic.dials.get(half)
        if outer is None:
            return False
        status, _ = status_of(traffic, outer)
        if status is not DialStatus.CANCEL:
            return status is DialStatus.NO_ANSWER
        dial = outer
    return False


def _answered_elsewhere(traffic: Traffic, dial: Dial, ended: When) -> bool:
    """Whether another phone that the same caller rang at the same time was answered."""
    caller = caller_of(traffic, dial)
    for other in traffic.dials.values() if caller is None else dials_under(traffic, caller.unique_id):
        if other is dial or caller is None or other.began > ended:
            continue
        answered, when = status_of(traffic, other)
        if answered is DialStatus.ANSWER and when is not None and when >= dial.began:
            return True
    return False


def dials_under(traffic: Traffic, unique_id: str) -> list[Dial]:
    """The dials of a channel, and those that they led to through Locals."""
    found, waiting = list[Dial](), [unique_id]
    while waiting:
        for target in traffic.dialled_by.get(waiting.pop(), ()):
            dial = traffic.dials.get(target)
            if dial is None or dial in found:
                continue
            found.append(dial)
            half = traffic.half_of(target)
            if half is not None:
                waiting.append(half)
    return found


def _caller_left(traffic: Traffic, dial: Dial, ended: When) -> bool:
    caller = caller_of(traffic, dial)
    if caller is None:
        return False
    if caller.asked is not None:
        return dial.began <= caller.asked and caller.asked[0] <= ended[0]
    if caller.gone is None or caller.gone[0] - ended[0] > CALLER_GONE_WITHIN_MS:
        return False
    return not any(other.began > ended for other in dials_under(traffic, caller.unique_id))
