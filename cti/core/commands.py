"""What a switch may be asked, and what it may answer.

A command is safe to repeat: the leg key says which ring is meant. An answer tells only whether the switch took the
command; what came of it is told by events (`core/events.py`).
"""

import msgspec

from cti.core.events import (
    CallId,
    LegKey,
)
from history.core.call_words import PartyAt
from history.core.vocabulary import DestinationId, PhoneName


class Ring(msgspec.Struct, frozen=True, tag=True):
    """Ring `phone` for this caller for at most `ring_ms`. Answered by LegRang, LegAnswered or LegFailed."""

    call_id: CallId
    leg_key: LegKey
    phone: PhoneName
    ring_ms: int


class StopRinging(msgspec.Struct, frozen=True, tag=True):
    """Take the caller back to the music. Answered by LegFailed(withdrawn)."""

    call_id: CallId
    leg_key: LegKey


class HangUp(msgspec.Struct, frozen=True, tag=True):
    """End the call. Answered by CallEnded."""

    call_id: CallId


class SendOut(msgspec.Struct, frozen=True, tag=True):
    """Play the sound, then let the call go on at the destination, or end it without one. Answered by CallSent or
    CallNotSent."""

    call_id: CallId
    sound: str | None
    """The switch's own name of it, such as `custom/closed`."""
    destination: DestinationId | None


class Outside(msgspec.Struct, frozen=True, tag=True):
    """A destination of the dialplan, in place of a phone."""

    destination: DestinationId


class Invite(msgspec.Struct, frozen=True, tag=True):
    """Ring one more phone for the call, for at most `ring_ms`; when it answers it stands there. Answered by LegRang,
    LegAnswered or LegFailed."""

    call_id: CallId
    leg_key: LegKey
    target: PhoneName | Outside
    at: PartyAt
    ring_ms: int


Command = Ring | StopRinging | HangUp | SendOut


class Done(msgspec.Struct, frozen=True, tag=True):
    """The switch accepted the command, or what it asks for is already so."""


class CallGone(msgspec.Struct, frozen=True, tag=True):
    """There is no such call any more."""


class Refused(msgspec.Struct, frozen=True, tag=True):
    """Nothing was done, for a reason that a person can read."""

    reason: str


class OutcomeUnknown(msgspec.Struct, frozen=True, tag=True):
    """The command was sent and its answer was lost; the next resynchronisation shows what came of it."""


Answer = Done | CallGone | Refused | OutcomeUnknown
