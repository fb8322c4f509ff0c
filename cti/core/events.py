"""What a switch reports: calls, legs and phones, told in the past tense.

Every event carries `at_ms`, UTC milliseconds of the engine's clock when the engine learnt it, and is tagged by `type`,
so that it can be written down and read again. Events of one call come in order; nothing comes after `CallEnded` of that
call but what becomes of phones that go on talking. What happened while the link was down is not told event by event:
`SwitchResynchronised` shows what is.
"""

import re
from enum import StrEnum
from typing import NewType

import msgspec

from history.core.call_words import PartyAt
from history.core.vocabulary import PhoneName, SwitchName

CallId = NewType("CallId", str)
"""`<switch>-<Uniqueid of the caller's channel>`, only letters, digits, dot and hyphen; the same after a restart."""
LegKey = NewType("LegKey", str)
"""Given with each ring by whoever asks for it; found again on the switch after a restart of the engine."""

_NOT_IN_AN_ID = re.compile(r"[^a-zA-Z0-9.-]")


def call_id_of(switch: SwitchName, unique_id: str) -> CallId:
    """The id of the call whose caller's channel has this Uniqueid; every other character becomes a hyphen."""
    return CallId(_NOT_IN_AN_ID.sub("-", f"{switch}-{unique_id}"))


class EndedBy(StrEnum):
    """Who ended a call."""

    CALLER = "caller"
    AGENT = "agent"
    ENGINE = "engine"
    SWITCH = "switch"
    UNKNOWN = "unknown"


class LegEndedBy(StrEnum):
    """Who ended an answered leg; `lost` is a leg that broke without anybody hanging up."""

    AGENT = "agent"
    CALLER = "caller"
    LOST = "lost"
    ENGINE = "engine"


class LegFailure(StrEnum):
    """Why a leg was never answered. `withdrawn`: the engine took the caller back; `refused`: the dialplan refused
    the ring (older epoch, bad phone name); `unreachable`: the phone never rang."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    CALLER_GONE = "caller_gone"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    SWITCH_DOWN = "switch_down"


class Waiting(msgspec.Struct, frozen=True, tag="waiting", tag_field="state"):
    """The caller hears the music."""


class Ringing(msgspec.Struct, frozen=True, tag="ringing", tag_field="state"):
    """The caller hears the music while this phone is being rung."""

    leg_key: LegKey
    phone: PhoneName


class Talking(msgspec.Struct, frozen=True, tag="talking", tag_field="state"):
    """Caller and phone are connected."""

    leg_key: LegKey
    phone: PhoneName


class AfterTalk(msgspec.Struct, frozen=True, tag="after_talk", tag_field="state"):
    """The answered leg has ended and the caller is still there; the engine must ring again or hang up."""

    leg_key: LegKey
    phone: PhoneName
    by: LegEndedBy


class InFallback(msgspec.Struct, frozen=True, tag="fallback", tag_field="state"):
    """The dialplan took the caller to its fallback, since the engine's heartbeat was too old."""


class Served(msgspec.Struct, frozen=True, tag="served", tag_field="state"):
    """Somebody whom the fallback rang has answered: the caller talks, and nobody may be rung for them any more."""


class LegSeen(msgspec.Struct, frozen=True):
    """One phone of a call whose parties stand on their own; one that rings has not answered yet."""

    leg_key: LegKey
    phone: PhoneName
    at: PartyAt
    answered: bool


class Apart(msgspec.Struct, frozen=True, tag="apart", tag_field="state"):
    """The parties stand on their own: held, in a consultation, in a conference."""

    customer: PartyAt
    legs: tuple[LegSeen, ...]


CallState = Waiting | Ringing | Talking | AfterTalk | InFallback | Served | Apart


class CallSeen(msgspec.Struct, frozen=True):
    """One call as it was found on the switch."""

    call_id: CallId
    dialled: str
    caller_number: str | None
    caller_name: str | None
    waiting_since_ms: int
    state: CallState


class PhoneSeen(msgspec.Struct, frozen=True):
    """One phone as it was found on the switch; `busy` counts any call, `reachable` is a contact to ring."""

    phone: PhoneName
    reachable: bool
    busy: bool


class CallArrived(msgspec.Struct, frozen=True, tag=True):
    """A caller stands in our context and hears the music, or hung up during the greeting (`CallEnded` follows)."""

    at_ms: int
    call_id: CallId
    dialled: str
    caller_number: str | None
    caller_name: str | None
    waiting_since_ms: int


class CallEnded(msgspec.Struct, frozen=True, tag=True):
    """The caller's channel is gone; `cause` is the switch's number (Q.850 at Asterisk), 0 when it gave none."""

    at_ms: int
    call_id: CallId
    by: EndedBy
    cause: int


class CallSent(msgspec.Struct, frozen=True, tag=True):
    """The caller has been taken outside as the engine asked: this is no call of ours any more, nothing comes after."""

    at_ms: int
    call_id: CallId


class CallNotSent(msgspec.Struct, frozen=True, tag=True):
    """The dialplan has no such destination, or refused an older epoch: the caller hears the music."""

    at_ms: int
    call_id: CallId


class CallFellBack(msgspec.Struct, frozen=True, tag=True):
    """The dialplan took the caller to its fallback; the caller can still be rung out of it."""

    at_ms: int
    call_id: CallId


class CallServed(msgspec.Struct, frozen=True, tag=True):
    """Somebody whom the fallback rang has answered; `call` is the caller as they stand now."""

    at_ms: int
    call: CallSeen


class CallArranged(msgspec.Struct, frozen=True, tag=True):
    """All parties of the call stand as this arrangement wants it; told again when it is asked for again."""

    at_ms: int
    call_id: CallId
    arrangement: int


class LegRang(msgspec.Struct, frozen=True, tag=True):
    """The phone rings."""

    at_ms: int
    call_id: CallId
    leg_key: LegKey
    phone: PhoneName


class LegAnswered(msgspec.Struct, frozen=True, tag=True):
    """The phone answered and is connected with the caller."""

    at_ms: int
    call_id: CallId
    leg_key: LegKey
    phone: PhoneName


class LegFailed(msgspec.Struct, frozen=True, tag=True):
    """The ring ended unanswered. The caller is back at the same music unless the cause is `caller_gone`."""

    at_ms: int
    call_id: CallId
    leg_key: LegKey
    phone: PhoneName
    cause: LegFailure


class LegEnded(msgspec.Struct, frozen=True, tag=True):
    """An answered leg has ended after `talk_ms`. If `by` is agent or lost, the caller is still there and the engine
    must decide: hang up, or ring again."""

    at_ms: int
    call_id: CallId
    leg_key: LegKey
    phone: PhoneName
    by: LegEndedBy
    talk_ms: int


class LegHeld(msgspec.Struct, frozen=True, tag=True):
    """A phone has put its call on hold by its own key: the others hear music."""

    at_ms: int
    call_id: CallId
    leg_key: LegKey


class LegResumed(msgspec.Struct, frozen=True, tag=True):
    """It has taken the call back; may come without a hold before it."""

    at_ms: int
    call_id: CallId
    leg_key: LegKey


class PhoneBusy(msgspec.Struct, frozen=True, tag=True):
    """The phone has a call, ours or any other."""

    at_ms: int
    phone: PhoneName


class PhoneFree(msgspec.Struct, frozen=True, tag=True):
    """The phone has no call any more."""

    at_ms: int
    phone: PhoneName


class PhoneReachable(msgspec.Struct, frozen=True, tag=True):
    """The phone is registered, or has a static contact that answers."""

    at_ms: int
    phone: PhoneName


class PhoneUnreachable(msgspec.Struct, frozen=True, tag=True):
    """The phone has no contact that could be rung."""

    at_ms: int
    phone: PhoneName


class EmergencyAsked(msgspec.Struct, frozen=True, tag=True):
    """Somebody has dialled in with a PIN and the code of a place, and waits on this channel for the verdict."""

    at_ms: int
    channel: str
    pin: str
    code: str
    declares: bool
    """Or ends it."""


class SwitchLost(msgspec.Struct, frozen=True, tag=True):
    """The link is down; calls go on without us. `SwitchResynchronised` follows when it is back."""

    at_ms: int
    reason: str


class SwitchResynchronised(msgspec.Struct, frozen=True, tag=True):
    """All that is on the switch now; what it does not name has ended. Later events are applied on top of it.

    `epoch` is the number of this login, rising by one each time; `restarted` says that the switch itself started anew
    since the last login, so that every call from before is gone.
    """

    at_ms: int
    epoch: int
    calls: tuple[CallSeen, ...]
    phones: tuple[PhoneSeen, ...]
    restarted: bool


CallEvent = CallArrived | CallEnded | CallSent | CallNotSent | CallFellBack | CallServed | CallArranged
LegEvent = LegRang | LegAnswered | LegFailed | LegEnded | LegHeld | LegResumed
PhoneEvent = PhoneBusy | PhoneFree | PhoneReachable | PhoneUnreachable
LinkEvent = SwitchLost | SwitchResynchronised
SwitchEvent = CallEvent | LegEvent | PhoneEvent | EmergencyAsked | LinkEvent
