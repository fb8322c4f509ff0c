"""What an adapter has understood of its switch's raw messages: one small fact each, not yet a call story.

`unique_id` is always the switch's own id of the *caller's* channel unless the field says otherwise. Signals may come
twice, late or in another order after a reconnect; `core/correlate.py` makes one story of them.
"""

from enum import StrEnum

import msgspec

from cti.core.events import (
    CallState,
    EndedBy,
    LegKey,
    PhoneSeen,
)
from history.core.call_words import PartyAt
from history.core.vocabulary import PhoneName


class DialStatus(StrEnum):
    """How a ring ended, as the switch itself puts it."""

    ANSWER = "ANSWER"
    BUSY = "BUSY"
    NO_ANSWER = "NOANSWER"
    CANCEL = "CANCEL"
    CONGESTION = "CONGESTION"
    UNAVAILABLE = "CHANUNAVAIL"
    OTHER = "OTHER"


class Caller(msgspec.Struct, frozen=True):
    """Who calls which number, since when (UTC milliseconds of the engine's clock); `channel` is its name there."""

    unique_id: str
    dialled: str
    number: str | None
    name: str | None
    since_ms: int
    channel: str = ""


class CallerEntered(msgspec.Struct, frozen=True):
    """The caller begins to wait."""

    caller: Caller


class CallerTakenToFallback(msgspec.Struct, frozen=True):
    """The dialplan gave the engine up for this caller."""

    caller: Caller


class CallerServed(msgspec.Struct, frozen=True):
    """Somebody whom the fallback rang has answered this caller."""

    unique_id: str


class CallerSent(msgspec.Struct, frozen=True):
    """The dialplan takes the caller outside."""

    unique_id: str


class CallerNotSent(msgspec.Struct, frozen=True):
    """The dialplan could not, and the caller waits on."""

    unique_id: str


class RingBegan(msgspec.Struct, frozen=True):
    """The dialplan begins to ring."""

    unique_id: str
    leg_key: LegKey
    phone: PhoneName


class LegChannelMade(msgspec.Struct, frozen=True):
    """The ringing leg has a channel of its own."""

    unique_id: str
    leg_unique_id: str


class LegAlerting(msgspec.Struct, frozen=True):
    """The phone on this channel says that it rings."""

    leg_unique_id: str


class LegPickedUp(msgspec.Struct, frozen=True):
    """The phone answered."""

    unique_id: str


class LegReturned(msgspec.Struct, frozen=True):
    """The ring or the talk is over."""

    unique_id: str
    leg_key: LegKey
    phone: PhoneName
    status: DialStatus
    cause: int
    caller_there: bool


class LegTakenBack(msgspec.Struct, frozen=True):
    """The engine took the caller away from this leg."""

    unique_id: str
    leg_key: LegKey
    phone: PhoneName


class RingRefused(msgspec.Struct, frozen=True):
    """The dialplan refused a ring: an older epoch, or a phone name that is none."""

    unique_id: str
    leg_key: LegKey
    phone: PhoneName


class HangUpAsked(msgspec.Struct, frozen=True):
    """The far side of this channel (any channel) hung up."""

    unique_id: str


class CallEnding(msgspec.Struct, frozen=True):
    """The dialplan is about to hang up, for this party's sake."""

    unique_id: str
    by: EndedBy


class ChannelGone(msgspec.Struct, frozen=True):
    """This channel (any channel) is gone; `greeted` tells who it was if it left during the greeting."""

    unique_id: str
    cause: int
    greeted: Caller | None


class DeviceChanged(msgspec.Struct, frozen=True):
    """A phone's condition."""

    seen: PhoneSeen


class CustomerStands(msgspec.Struct, frozen=True):
    """The caller has come to a place of a call whose parties stand on their own."""

    unique_id: str
    at: PartyAt


class PhoneStands(msgspec.Struct, frozen=True):
    """A phone of such a call has come to a place; `unique_id` is the caller's, as ever."""

    unique_id: str
    leg_unique_id: str
    leg_key: LegKey
    phone: PhoneName
    at: PartyAt


class LegDialled(msgspec.Struct, frozen=True):
    """A phone that is rung beside others has a channel."""

    leg_unique_id: str


class LegNotMade(msgspec.Struct, frozen=True):
    """A phone that was to be rung beside others could not, or did not answer."""

    leg_unique_id: str


class PhoneHolds(msgspec.Struct, frozen=True):
    """The phone on this channel (any channel) has put its call on hold by its own key, or taken it back."""

    unique_id: str
    holds: bool


class EmergencyDialled(msgspec.Struct, frozen=True):
    """Somebody on this channel (no caller of ours) has entered digits that declare or end an emergency."""

    unique_id: str
    pin: str
    code: str
    key: str


Signal = (
    CallerEntered
    | CallerTakenToFallback
    | CallerServed
    | CallerSent
    | CallerNotSent
    | RingBegan
    | LegChannelMade
    | LegAlerting
    | LegPickedUp
    | LegReturned
    | LegTakenBack
    | RingRefused
    | HangUpAsked
    | CallEnding
    | ChannelGone
    | DeviceChanged
    | CustomerStands
    | PhoneStands
    | LegDialled
    | LegNotMade
    | PhoneHolds
    | EmergencyDialled
)


class PartyFound(msgspec.Struct, frozen=True):
    """One phone in a snapshot, of a call whose parties stand on their own."""

    leg_key: LegKey
    phone: PhoneName
    leg_unique_id: str
    at: PartyAt
    answered: bool
    talking_since_ms: int | None = None


class CallFound(msgspec.Struct, frozen=True):
    """One call in a snapshot of the switch."""

    caller: Caller
    state: CallState
    leg_unique_id: str | None
    talking_since_ms: int | None = None
    parties: tuple[PartyFound, ...] = ()
    """Phones that stand on their own, or are rung to; where the caller does too, `state` is `Apart` without legs."""


class Snapshot(msgspec.Struct, frozen=True):
    """All calls of ours and all phones at one moment."""

    calls: tuple[CallFound, ...]
    phones: tuple[PhoneSeen, ...]
