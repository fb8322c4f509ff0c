"""Puts one signal into the traffic that is known. It decides nothing: each thing lands under its own instant."""

from typing import assert_never

import msgspec

from cti.core.channels import (
    BlindTransferred,
    BridgeEntered,
    BridgeGone,
    BridgeLeft,
    ChannelChanged,
    ChannelGone,
    ChannelMade,
    ChannelRenamed,
    ChannelSeen,
    ChannelSignal,
    ConsultTransferred,
    DialAlerting,
    DialBegan,
    DialEnded,
    DigitSent,
    HangUpAsked,
    Held,
    Masqueraded,
    OriginateFailed,
    PickedUp,
    QueueJoined,
    QueueLeft,
    Resumed,
    When,
)
from cti.core.records import TransferHeard
from cti.core.traffic import Traffic

SAME_TRANSFER_MS = 1_000


def channels_in(signal: ChannelSignal, traffic: Traffic) -> tuple[str, ...]:
    """The ids of all channels that a signal is about; of a bridge's end, of those that are still in it."""
    match signal:
        case BridgeGone(bridge_id=bridge_id):
            return tuple(
                unique_id
                for unique_id in traffic.in_bridge.get(bridge_id, ())
                if traffic.channels[unique_id].bridge_now() == bridge_id
            )
        case ChannelRenamed(unique_id=unique_id):
            return (unique_id,)
        case Masqueraded(clone=clone, original=original):
            bearers = (traffic.bearer(name, signal.when) for name in (clone, original))
            return tuple(bearer for bearer in bearers if bearer is not None)
        case DialBegan(source=first, target=second) | DialEnded(source=first, target=second):
            return _ids(first, second)
        case PickedUp(by=by, target=target):
            return _ids(by, target)
        case DialAlerting(target=target):
            return _ids(target)
        case BlindTransferred(by=by, transferee=transferee):
            return _ids(by, transferee)
        case ConsultTransferred(first=by, second=second, transferee=transferee, target=to):
            return _ids(by, second, transferee, to)
        case _:
            return _ids(signal.channel)


def _ids(*seen: ChannelSeen | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.unique_id for each in seen if each is not None and each.unique_id))


def hear(traffic: Traffic, signal: ChannelSignal) -> bool:
    """Note the signal. False where it is known to have brought nothing new."""
    when = signal.when
    match signal:
        case ChannelMade(channel=seen):
            traffic.see(seen, when, made=True)
        case ChannelChanged(channel=seen):
            traffic.see(seen, when)
        case ChannelRenamed(unique_id=unique_id, name=name):
            return traffic.rename(unique_id, name, when)
        case ChannelGone() | HangUpAsked():
            _leave(traffic, signal, when)
        case DialBegan() | DialAlerting() | DialEnded() | OriginateFailed():
            _dial(traffic, signal, when)
        case BridgeEntered() | BridgeLeft() | BridgeGone():
            return _bridge(traffic, signal, when)
        case Held(channel=seen) | Resumed(channel=seen):
            return traffic.see(seen, when).holds.note(when, isinstance(signal, Held))
        case DigitSent(channel=seen):
            return traffic.see(seen, when).digits.note(when, None)
        case BlindTransferred() | ConsultTransferred():
            return _transfer(traffic, signal, when)
        case Masqueraded(clone=clone, original=original):
            traffic.mask(clone, original, when)
        case PickedUp(by=by, target=target):
            traffic.see(by, when)
            traffic.see(target, when)
            return traffic.join(by.unique_id, target.unique_id, when)
        case QueueJoined(channel=seen, queue=queue):
            return traffic.see(seen, when).queues.note(when, (queue, "joined"))
        case QueueLeft(channel=seen, queue=queue, abandoned=abandoned):
            return traffic.see(seen, when).queues.note(when, (queue, "abandoned" if abandoned else "left"))
        case _ as never:
            assert_never(never)
    return True


def _leave(traffic: Traffic, signal: ChannelGone | HangUpAsked, when: When) -> None:
    channel = traffic.see(signal.channel, when)
    if isinstance(signal, HangUpAsked):
        channel.asks.note(when, signal.cause)
        return
    if channel.ended is None or when < channel.ended or channel.lost:
        channel.ended, channel.cause, channel.lost = when, signal.cause, False


def _dial(traffic: Traffic, signal: DialBegan | DialAlerting | DialEnded | OriginateFailed, when: When) -> None:
    match signal:
        case DialBegan(source=source, target=target):
            if source is not None:
                traffic.see(source, when)
            if not target.unique_id:
                if source is not None:
                    traffic.dial_by_name(source.unique_id, target.name, when)
                return
            traffic.dial(None if source is None else source.unique_id, target.unique_id, when)
            traffic.see(target, when)
        case DialAlerting(target=target):
            channel = traffic.see(target, when)
            channel.alerting = when if channel.alerting is None else min(channel.alerting, when)
        case DialEnded(source=source, target=None, status=status):
            if source is not None:
                traffic.see(source, when).dial_ends.note(when, status)
        case DialEnded(source=source, target=target) if target is not None:
            if source is not None:
                traffic.see(source, when)
            dial = traffic.dial(None if source is None else source.unique_id, target.unique_id, when)
            dial.end(when, signal.status)
            dial.forwarded_to = signal.forwarded_to or dial.forwarded_to
            traffic.see(target, when)
        case OriginateFailed(channel=seen):
            traffic.dial(None, seen.unique_id, when)
            # It names what was to be called, no channel.
            channel = traffic.see(msgspec.structs.replace(seen, name=""), when)
            channel.wanted = seen.name
            channel.failed = when if channel.failed is None else min(channel.failed, when)


def _bridge(traffic: Traffic, signal: BridgeEntered | BridgeLeft | BridgeGone, when: When) -> bool:
    bridge_id = signal.bridge_id
    if isinstance(signal, BridgeGone):
        inside = channels_in(signal, traffic)
        return any([traffic.stay(bridge_id, unique_id, when, entered=False) for unique_id in inside])
    traffic.see(signal.channel, when)
    if isinstance(signal, BridgeEntered):
        traffic.kind(bridge_id, signal.kind)
    entered = isinstance(signal, BridgeEntered)
    return traffic.stay(bridge_id, signal.channel.unique_id, when, entered=entered)


def _transfer(traffic: Traffic, signal: BlindTransferred | ConsultTransferred, when: When) -> bool:
    if isinstance(signal, BlindTransferred):
        by, second, target, to = signal.by, None, None, signal.to
    else:
        by, second, target, to = signal.first, signal.second, signal.target, ""
    seen = [each for each in (by, second, signal.transferee, target) if each is not None]
    for each in seen:
        traffic.see(each, when)
    heard = TransferHeard(
        by=by.unique_id,
        second=None if second is None else second.unique_id,
        transferee=None if signal.transferee is None else signal.transferee.unique_id,
        target=None if target is None else target.unique_id,
        to=to,
        succeeded=signal.succeeded,
    )
    if second is not None and signal.succeeded:
        traffic.join(second.unique_id, by.unique_id, when)
    transfers = traffic.channels[by.unique_id].transfers
    if any(heard == each and abs(at[0] - when[0]) <= SAME_TRANSFER_MS for at, each in transfers):
        return False
    return transfers.note(when, heard)
