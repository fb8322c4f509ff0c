"""One story a call, out of whatever the switch said.

Signals go in, events come out; nothing here asks a clock or the network. The story holds whatever order the signals
come in and however often: a signal that fits nothing changes nothing. After a reconnect `adopt` replaces all that was
known by what was found. It leaves to the adapter how a signal was read from the wire.
"""

from collections import OrderedDict
from dataclasses import replace
from typing import TypeVar, assert_never

from cti.core.call import CAUSE_NORMAL, Call, Leg, LegStage, failure_of, with_ended
from cti.core.events import (
    AfterTalk,
    Apart,
    CallArrived,
    CallEnded,
    CallFellBack,
    CallId,
    CallNotSent,
    CallSeen,
    CallSent,
    CallServed,
    EmergencyAsked,
    EndedBy,
    InFallback,
    LegAnswered,
    LegEnded,
    LegEndedBy,
    LegFailed,
    LegFailure,
    LegHeld,
    LegKey,
    LegRang,
    LegResumed,
    PhoneSeen,
    Ringing,
    Served,
    SwitchEvent,
    Talking,
    Waiting,
    call_id_of,
)
from cti.core.gatherings import UNTOLD_RING_MS, Gatherings, as_party
from cti.core.parties import Gathering
from cti.core.phones import Phones
from cti.core.signals import (
    CallEnding,
    Caller,
    CallerEntered,
    CallerNotSent,
    CallerSent,
    CallerServed,
    CallerTakenToFallback,
    CallFound,
    ChannelGone,
    CustomerStands,
    DeviceChanged,
    DialStatus,
    EmergencyDialled,
    HangUpAsked,
    LegAlerting,
    LegChannelMade,
    LegDialled,
    LegNotMade,
    LegPickedUp,
    LegReturned,
    LegTakenBack,
    PhoneHolds,
    PhoneStands,
    RingBegan,
    RingRefused,
    Signal,
    Snapshot,
)
from history.core.vocabulary import PhoneName, SwitchName

EARLY_RINGS_KEPT = 1_000
"""Legs that rang before we heard whose they are: Asterisk tells a leg's own events from another thread."""
ENDED_CALLS_KEPT = 5_000
"""Ended calls remembered, so that a late signal does not bring one back."""
UNTOLD_END_MS = 2_000
"""A leg whose channel is gone is closed after this long, should the dialplan never say how it ended."""

Events = list[SwitchEvent]
Key = TypeVar("Key", bound=str)


class Correlator:
    """All calls and phones of one switch."""

    def __init__(self, switch: SwitchName) -> None:
        self._switch = switch
        self._calls: dict[CallId, Call] = {}
        self.gatherings = Gatherings()
        self._call_of_leg_channel: dict[str, CallId] = {}
        self._early_rings: OrderedDict[str, None] = OrderedDict()
        self._ended: OrderedDict[CallId, None] = OrderedDict()
        self._phones = Phones()

    def call(self, call_id: CallId) -> Call | None:
        """The call, or None when it is unknown or over."""
        return self._calls.get(call_id)

    def calls(self) -> tuple[CallSeen, ...]:
        """Every call, the longest waiting first."""
        ordered = sorted(self._calls.values(), key=lambda call: (call.caller.since_ms, call.id))
        return tuple(call.seen(self.gatherings.seen(call)) for call in ordered)

    def phones(self) -> tuple[PhoneSeen, ...]:
        """Every phone, by name."""
        return self._phones.seen()

    def ring_asked(self, call_id: CallId, leg_key: LegKey, phone: PhoneName, at_ms: int) -> None:
        """Remember that a ring is on its way, so that it is not sent twice."""
        call = self._calls[call_id]
        self._calls[call_id] = replace(call, leg=Leg(leg_key, phone, LegStage.ASKED, at_ms))

    def taken(self, call_id: CallId, taken: bool) -> None:
        """Remember that the caller is being taken elsewhere, or was not."""
        call = self._calls.get(call_id)
        if call is not None:
            self._calls[call_id] = replace(call, taken=taken)

    def ring_not_sent(self, call_id: CallId, leg_key: LegKey) -> None:
        """The ring never left, or the switch would not have it: the key may be used again."""
        call = self._calls.get(call_id)
        if call and call.leg and call.leg.key == leg_key and call.leg.stage is LegStage.ASKED:
            self._calls[call_id] = replace(call, leg=None)

    # -- time and snapshots --------------------------------------------------------------------------------------

    def advance(self, at_ms: int) -> Events:
        """Close what the switch left open for too long."""
        events = self._note_ended(self.gatherings.advance(at_ms))
        for call in list(self._calls.values()):
            leg = call.leg
            if leg is None:
                continue
            gone = leg.channel_gone_at_ms
            if gone is not None and at_ms - gone >= UNTOLD_END_MS:
                talk_ms = leg.talk_ms(gone)
                if leg.stage is LegStage.TALKING:
                    events += self._end_leg(call, leg, LegEndedBy.LOST, talk_ms, at_ms)
                else:
                    events += self._fail_leg(call, leg, LegFailure.UNREACHABLE, at_ms)
            elif leg.stage is LegStage.ASKED and at_ms - leg.asked_at_ms >= UNTOLD_RING_MS:
                events += self._fail_leg(call, leg, LegFailure.SWITCH_DOWN, at_ms)
        return events

    def adopt(self, snapshot: Snapshot, at_ms: int) -> Events:
        """Forget all calls and phones and believe the snapshot; ended legs stay known. What is to be told after it:
        arrangements that were made meanwhile."""
        before = self._calls
        self._calls = {}
        self.gatherings.forget_all()
        self._call_of_leg_channel = {}
        for found in snapshot.calls:
            call = self._adopted(found, at_ms)
            known = before.get(call.id)
            if known is not None:
                # A leg that is seen has not ended, whatever was believed.
                open_key = call.leg.key if call.leg is not None else None
                ended = tuple(key for key in known.ended_legs if key != open_key)
                call = replace(call, ended_legs=ended)
            self._calls[call.id] = call
            if found.leg_unique_id is not None:
                self._call_of_leg_channel[found.leg_unique_id] = call.id
            if isinstance(found.state, Apart) or found.parties:
                self.gatherings.adopt(call.id, found, at_ms)
        for call_id in before:
            if call_id not in self._calls:
                _remember(self._ended, call_id, ENDED_CALLS_KEPT)
        self._phones.believe(snapshot.phones)
        return [event for call_id in self._calls for event in self.gatherings.settle(call_id, at_ms)]

    def _adopted(self, found: CallFound, at_ms: int) -> Call:
        call = Call(call_id_of(self._switch, found.caller.unique_id), found.caller)
        match found.state:
            case Waiting() | Apart():
                return call
            case InFallback() | Served():
                return replace(call, fallback=found.state)
            case AfterTalk():
                return replace(call, after=found.state)
            case Ringing(leg_key=leg_key, phone=phone):
                stage = LegStage.DIALLING
            case Talking(leg_key=leg_key, phone=phone):
                stage = LegStage.TALKING
            case _ as never:
                assert_never(never)
        answered = None
        if stage is LegStage.TALKING:
            answered = at_ms if found.talking_since_ms is None else found.talking_since_ms
        return replace(call, leg=Leg(leg_key, phone, stage, at_ms, found.leg_unique_id, answered))

    # -- signals -------------------------------------------------------------------------------------------------

    def apply(self, signal: Signal, at_ms: int) -> Events:
        """What this signal means. An empty list where it is known already or fits nothing."""
        match signal:
            case CallerEntered(caller=caller):
                return self._arrive(caller, at_ms)
            case CallerTakenToFallback(caller=caller):
                return self._fall_back(caller, at_ms)
            case CallerServed(unique_id=unique_id):
                return self._serve(unique_id, at_ms)
            case CallerSent(unique_id=unique_id):
                return self._send(unique_id, at_ms)
            case CallerNotSent(unique_id=unique_id):
                call_id = call_id_of(self._switch, unique_id)
                return [CallNotSent(at_ms, call_id)] if call_id in self._calls else []
            case EmergencyDialled(unique_id=unique_id, pin=pin, code=code, key=key):
                return [EmergencyAsked(at_ms, unique_id, pin, code, key == "1")] if key in ("0", "1") else []
            case DeviceChanged(seen=seen):
                return self._phones.changed(seen, at_ms)
            case CustomerStands() | PhoneStands() | LegDialled() | LegNotMade():
                return self._stands(signal, at_ms)
            case PhoneHolds():
                return self._holds(signal, at_ms)
            case HangUpAsked() | CallEnding():
                self._note_end(signal.unique_id, signal.by if isinstance(signal, CallEnding) else None)
                return []
            case ChannelGone():
                return self._gone(signal, at_ms)
            case LegReturned() | LegTakenBack() | RingRefused():
                return self._leg_over(signal, at_ms)
            case RingBegan() | LegChannelMade() | LegAlerting() | LegPickedUp():
                return self._leg_on(signal, at_ms)
            case _ as never:
                assert_never(never)

    def _arrive(self, caller: Caller, at_ms: int) -> Events:
        call_id = call_id_of(self._switch, caller.unique_id)
        if call_id in self._calls or call_id in self._ended:
            return []
        self._calls[call_id] = Call(call_id, caller)
        return [CallArrived(at_ms, call_id, caller.dialled, caller.number, caller.name, caller.since_ms)]

    def _send(self, unique_id: str, at_ms: int) -> Events:
        """The call leaves us alive: whatever the switch says of it from here on is not about a call of ours."""
        call = self._calls.get(call_id_of(self._switch, unique_id))
        if call is None:
            return []
        events = [] if call.leg is None else self._close_unexplained(call, call.leg, at_ms)
        del self._calls[call.id]
        _remember(self._ended, call.id, ENDED_CALLS_KEPT)
        return [*events, CallSent(at_ms, call.id)]

    def _fall_back(self, caller: Caller, at_ms: int) -> Events:
        events = self._arrive(caller, at_ms)
        call = self._calls.get(call_id_of(self._switch, caller.unique_id))
        if call is None or call.fallback is not None:
            return events
        self._calls[call.id] = replace(call, fallback=InFallback(), after=None)
        return [*events, CallFellBack(at_ms, call.id)]

    def _serve(self, unique_id: str, at_ms: int) -> Events:
        call = self._calls.get(call_id_of(self._switch, unique_id))
        if call is None or isinstance(call.fallback, Served):
            return []
        served = replace(call, fallback=Served(), after=None)
        self._calls[call.id] = served
        return [CallServed(at_ms, served.seen(None))]

    def _stands(self, signal: CustomerStands | PhoneStands | LegDialled | LegNotMade, at_ms: int) -> Events:
        """What is heard of parties that stand on their own."""
        if isinstance(signal, LegDialled | LegNotMade):
            found = self.gatherings.on(signal.leg_unique_id)
            if isinstance(signal, LegDialled):
                if found is not None:
                    found[0].phone_dialled(found[1].key)
                return []
            # A phone that has a channel tells better why, with the channel's end.
            if found is None or found[1].stage is not LegStage.ASKED:
                return []
            return self._note_ended(self.gatherings.gone(found[0], found[1].key, 0, at_ms))
        call_id = call_id_of(self._switch, signal.unique_id)
        call = self._calls.get(call_id)
        if call is None and self.gatherings.of(call_id) is None:
            return []
        gathering = self.gatherings.together(call_id)
        events: Events = []
        if call is not None:
            events = self._part(call, gathering, at_ms)
        if isinstance(signal, CustomerStands):
            events += gathering.customer_stands(signal.at, at_ms)
        else:
            self.gatherings.take(signal.leg_unique_id, call_id)
            events += gathering.phone_stands(signal.leg_key, signal.phone, signal.leg_unique_id, signal.at, at_ms)
        self.gatherings.forget_if_over(gathering)
        return events

    def _part(self, call: Call, gathering: Gathering, at_ms: int) -> Events:
        """Caller and phone, who talked the simple way, stand on their own from here on."""
        events: Events = []
        if call.leg is not None and call.leg.stage is LegStage.TALKING:
            gathering.parties[call.leg.key] = as_party(call.leg)
            self.gatherings.take(call.leg.channel_id, call.id)
            if call.leg.channel_gone_at_ms is not None:
                ended = gathering.phone_gone(call.leg.key, call.leg.channel_gone_cause, at_ms)
                events = self._note_ended(ended)
                call = self._calls[call.id]
        elif call.leg is not None:
            events = self._close_unexplained(call, call.leg, at_ms)
            call = self._calls[call.id]
        self._calls[call.id] = replace(call, leg=None, after=None, fallback=None)
        return events

    def _note_ended(self, events: Events) -> Events:
        """Remember the keys of phones that stood on their own and have ended."""
        for event in events:
            if isinstance(event, LegEnded | LegFailed) and (call := self._calls.get(event.call_id)) is not None:
                self._calls[call.id] = replace(call, ended_legs=with_ended(call.ended_legs, event.leg_key))
        return events

    def _holds(self, signal: PhoneHolds, at_ms: int) -> Events:
        """Of phones that talk in our calls; a caller's own hold is not ours to tell."""
        told = LegHeld if signal.holds else LegResumed
        found = self.gatherings.on(signal.unique_id)
        if found is not None:
            return [told(at_ms, found[0].call_id, found[1].key)]
        call = self._calls.get(self._call_of_leg_channel.get(signal.unique_id, CallId("")))
        if call is None or call.leg is None or call.leg.stage is not LegStage.TALKING:
            return []
        return [told(at_ms, call.id, call.leg.key)]

    def _note_end(self, unique_id: str, by: EndedBy | None) -> None:
        found = self.gatherings.on(unique_id)
        if found is not None and by is None:
            found[0].phone_hangs_up(found[1].key)
        call = self._calls.get(call_id_of(self._switch, unique_id))
        if call is None:
            return
        self._calls[call.id] = replace(call, hang_up_asked=True) if by is None else replace(call, ending_by=by)

    def _leg_on(self, signal: RingBegan | LegChannelMade | LegAlerting | LegPickedUp, at_ms: int) -> Events:
        if isinstance(signal, LegAlerting):
            found = self.gatherings.on(signal.leg_unique_id)
            if found is not None:
                return found[0].phone_alerts(found[1].key, at_ms)
            call_id = self._call_of_leg_channel.get(signal.leg_unique_id)
            if call_id is None:
                _remember(self._early_rings, signal.leg_unique_id, EARLY_RINGS_KEPT)
                return []
        else:
            call_id = call_id_of(self._switch, signal.unique_id)
        call = self._calls.get(call_id)
        if call is None:
            return []
        if isinstance(signal, RingBegan):
            return self._ring_begins(call, signal, at_ms)
        leg = call.leg
        if leg is None or leg.stage is LegStage.TALKING:
            return []
        if isinstance(signal, LegChannelMade):
            self._call_of_leg_channel[signal.leg_unique_id] = call.id
            self._calls[call.id] = replace(call, leg=replace(leg, channel_id=signal.leg_unique_id))
            if signal.leg_unique_id in self._early_rings:
                del self._early_rings[signal.leg_unique_id]
                return self._leg_on(LegAlerting(signal.leg_unique_id), at_ms)
            return []
        events: Events = []
        if leg.stage is not LegStage.ALERTING:
            events.append(LegRang(at_ms, call.id, leg.key, leg.phone))
        if isinstance(signal, LegPickedUp):
            events.append(LegAnswered(at_ms, call.id, leg.key, leg.phone))
            leg = replace(leg, stage=LegStage.TALKING, answered_at_ms=at_ms)
        else:
            leg = replace(leg, stage=LegStage.ALERTING)
        self._calls[call.id] = replace(call, leg=leg)
        return events

    def _ring_begins(self, call: Call, signal: RingBegan, at_ms: int) -> Events:
        leg = call.leg
        if call.knows_ended(signal.leg_key) or (
            leg is not None and leg.key == signal.leg_key and leg.stage is not LegStage.ASKED
        ):
            return []
        events: Events = []
        if leg is not None and leg.key != signal.leg_key:
            events = self._close_unexplained(call, leg, at_ms)
            call = self._calls[call.id]
        began = Leg(signal.leg_key, signal.phone, LegStage.DIALLING, at_ms)
        if (gathering := self.gatherings.of(call.id)) is not None:
            gathering.customer_at = None
            self.gatherings.forget_if_over(gathering)
        self._calls[call.id] = replace(call, leg=began, after=None, fallback=None)
        return events

    def _leg_over(self, signal: LegReturned | LegTakenBack | RingRefused, at_ms: int) -> Events:
        call = self._calls.get(call_id_of(self._switch, signal.unique_id))
        if call is None or call.knows_ended(signal.leg_key):
            return []
        leg = call.leg
        if leg is None or leg.key != signal.leg_key:
            return []
        match signal:
            case RingRefused():
                return self._fail_leg(call, leg, LegFailure.REFUSED, at_ms)
            case LegTakenBack():
                if leg.stage is LegStage.TALKING:
                    return self._end_leg(call, leg, LegEndedBy.ENGINE, leg.talk_ms(at_ms), at_ms)
                return self._fail_leg(call, leg, LegFailure.WITHDRAWN, at_ms)
            case LegReturned():
                return self._returned(call, leg, signal, at_ms)
            case _ as never:
                assert_never(never)

    def _returned(self, call: Call, leg: Leg, signal: LegReturned, at_ms: int) -> Events:
        events: Events = []
        if signal.status is DialStatus.ANSWER and leg.stage is not LegStage.TALKING:
            events = self._leg_on(LegPickedUp(signal.unique_id), at_ms)
            call = self._calls[call.id]
            leg = call.leg or leg
        if leg.stage is LegStage.TALKING:
            talk_ms = leg.talk_ms(at_ms)
            if not signal.caller_there:
                by = LegEndedBy.ENGINE if call.ending_by is EndedBy.ENGINE else LegEndedBy.CALLER
            else:
                by = LegEndedBy.AGENT if signal.cause == CAUSE_NORMAL else LegEndedBy.LOST
            return events + self._end_leg(call, leg, by, talk_ms, at_ms)
        if not signal.caller_there:
            return self._fail_leg(call, leg, LegFailure.CALLER_GONE, at_ms)
        alerted = leg.stage is LegStage.ALERTING
        return self._fail_leg(call, leg, failure_of(signal.status, signal.cause, alerted), at_ms)

    def _gone(self, signal: ChannelGone, at_ms: int) -> Events:
        found = self.gatherings.on(signal.unique_id)
        call_id = self._call_of_leg_channel.pop(signal.unique_id, None)
        if found is not None:
            return self._note_ended(self.gatherings.gone(found[0], found[1].key, signal.cause, at_ms))
        if call_id is not None:
            call = self._calls.get(call_id)
            if call and call.leg and call.leg.channel_id == signal.unique_id:
                return self._leg_channel_gone(call, call.leg, signal.cause, at_ms)
            return []
        events: Events = []
        if signal.greeted is not None:
            events = self._arrive(signal.greeted, at_ms)
        call = self._calls.get(call_id_of(self._switch, signal.unique_id))
        if call is None:
            return events
        if call.leg is not None:
            if call.leg.stage is LegStage.TALKING:
                by = LegEndedBy.ENGINE if call.ending_by is EndedBy.ENGINE else LegEndedBy.CALLER
                events += self._end_leg(call, call.leg, by, call.leg.talk_ms(at_ms), at_ms)
            else:
                events += self._fail_leg(call, call.leg, LegFailure.CALLER_GONE, at_ms)
            call = self._calls[call.id]
        by_whom = call.ending_by or (EndedBy.CALLER if call.hang_up_asked or signal.greeted else EndedBy.SWITCH)
        del self._calls[call.id]
        _remember(self._ended, call.id, ENDED_CALLS_KEPT)
        ended = CallEnded(at_ms, call.id, by_whom, signal.cause)
        gathering = self.gatherings.of(call.id)
        if gathering is None:
            return [*events, ended]
        settled = gathering.customer_left(at_ms)
        self.gatherings.forget_if_over(gathering)
        return [*events, ended, *settled]

    def _leg_channel_gone(self, call: Call, leg: Leg, cause: int, at_ms: int) -> Events:
        """The phone's own channel tells how a talk has ended, some milliseconds before the dialplan can. Where somebody
        else ends the call, or takes the caller elsewhere, what is told of the caller says more."""
        gathering = self.gatherings.of(call.id)
        arranged = gathering is not None and gathering.wanted is not None
        ours = call.taken or call.hang_up_asked or call.ending_by is not None or arranged
        if leg.stage is not LegStage.TALKING or ours:
            gone = replace(leg, channel_gone_at_ms=at_ms, channel_gone_cause=cause)
            self._calls[call.id] = replace(call, leg=gone)
            return []
        by = LegEndedBy.AGENT if cause == CAUSE_NORMAL else LegEndedBy.LOST
        return self._end_leg(call, leg, by, leg.talk_ms(at_ms), at_ms)

    # -- ends ----------------------------------------------------------------------------------------------------

    def _close_unexplained(self, call: Call, leg: Leg, at_ms: int) -> Events:
        if leg.stage is LegStage.TALKING:
            return self._end_leg(call, leg, LegEndedBy.ENGINE, leg.talk_ms(at_ms), at_ms)
        return self._fail_leg(call, leg, LegFailure.WITHDRAWN, at_ms)

    def _fail_leg(self, call: Call, leg: Leg, cause: LegFailure, at_ms: int) -> Events:
        self._close_leg(call, leg, None)
        return [LegFailed(at_ms, call.id, leg.key, leg.phone, cause)]

    def _end_leg(self, call: Call, leg: Leg, by: LegEndedBy, talk_ms: int, at_ms: int) -> Events:
        waits_for_us = by in (LegEndedBy.AGENT, LegEndedBy.LOST)
        self._close_leg(call, leg, AfterTalk(leg.key, leg.phone, by) if waits_for_us else None)
        return [LegEnded(at_ms, call.id, leg.key, leg.phone, by, talk_ms)]

    def _close_leg(self, call: Call, leg: Leg, after: AfterTalk | None) -> None:
        if leg.channel_id is not None:
            self._call_of_leg_channel.pop(leg.channel_id, None)
        self._calls[call.id] = replace(call, leg=None, after=after, ended_legs=with_ended(call.ended_legs, leg.key))


def _remember(kept: OrderedDict[Key, None], key: Key, limit: int) -> None:
    kept[key] = None
    while len(kept) > limit:
        kept.popitem(last=False)
