"""What a switch says about any channel on it: made, rung, bridged, held, transferred, gone; ours or not.

These are the neutral signals below a call's story: an adapter makes them of its switch's traffic, `core/stories.py`
makes stories of them. Every signal carries `at_ms`, UTC milliseconds by the switch's own clock where it stamps what it
says, else of when it was heard, and `order`, its place among signals of the same millisecond. A signal that names a
channel brings along what the switch said of that channel, so that a lost signal is made up for by the next one.
A digit is told without saying which it was.
"""

from enum import StrEnum

import msgspec

When = tuple[int, int]
"""An instant and the place within it: `(at_ms, order)`."""


class ChannelState(StrEnum):
    """How far a channel has come. `calling` is somebody who calls in; `ringing` is a phone that rings."""

    DOWN = "down"
    CALLING = "calling"
    RINGING = "ringing"
    UP = "up"


class DialStatus(StrEnum):
    """How a dial ended, in the switch's word."""

    ANSWER = "answer"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CANCEL = "cancel"
    CONGESTION = "congestion"
    UNAVAILABLE = "unavailable"
    OTHER = "other"


class BridgeKind(StrEnum):
    """What a bridge is for. In a `holding` one nobody hears another; a `conference` is entered by name."""

    TALK = "talk"
    HOLDING = "holding"
    CONFERENCE = "conference"


class ChannelSeen(msgspec.Struct, frozen=True):
    """A channel as one message described it; None or '' where the message did not say."""

    unique_id: str
    name: str = ""
    linked_id: str = ""
    """The channel that this one was made for, itself for a call of its own; only the first one heard is believed."""
    number: str | None = None
    caller_name: str | None = None
    dialled: str | None = None
    state: ChannelState | None = None


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What all signals have in common."""

    at_ms: int
    order: int = 0

    @property
    def when(self) -> When:
        """The instant and the place within it."""
        return (self.at_ms, self.order)


class ChannelMade(Heard, frozen=True, tag=True):
    """A channel has come into being."""

    channel: ChannelSeen


class ChannelChanged(Heard, frozen=True, tag=True):
    """The channel's state or its numbers have changed."""

    channel: ChannelSeen


class ChannelRenamed(Heard, frozen=True, tag=True):
    """The channel bears another name: from here on another phone stands behind it."""

    unique_id: str
    name: str


class ChannelGone(Heard, frozen=True, tag=True):
    """The channel has ended; `cause` is the switch's number (Q.850 at Asterisk), 0 when it gave none."""

    channel: ChannelSeen
    cause: int


class DialBegan(Heard, frozen=True, tag=True):
    """A channel was made to reach somebody. `source` is None when nobody on the switch asked (an originate); a target
    without an id is known by its name alone."""

    source: ChannelSeen | None
    target: ChannelSeen


class DialAlerting(Heard, frozen=True, tag=True):
    """The far end says that it rings, or plays its own ringing."""

    target: ChannelSeen


class DialEnded(Heard, frozen=True, tag=True):
    """How a dial ended. Older switches do not say whose (`target` is None): it holds for all that `source` dials."""

    source: ChannelSeen | None
    target: ChannelSeen | None
    status: DialStatus
    forwarded_to: str | None = None


class OriginateFailed(Heard, frozen=True, tag=True):
    """An originate came to nothing. Where no channel was ever made, `channel` has the id it should have got."""

    channel: ChannelSeen


class BridgeEntered(Heard, frozen=True, tag=True):
    """The channel is in this bridge from here on."""

    bridge_id: str
    kind: BridgeKind
    channel: ChannelSeen


class BridgeLeft(Heard, frozen=True, tag=True):
    """The channel is no more in this bridge."""

    bridge_id: str
    channel: ChannelSeen


class BridgeGone(Heard, frozen=True, tag=True):
    """The bridge is no more, nor is anybody in it."""

    bridge_id: str


class Held(Heard, frozen=True, tag=True):
    """The phone of this channel has put the other side on hold."""

    channel: ChannelSeen


class Resumed(Heard, frozen=True, tag=True):
    """The phone of this channel has taken the other side off hold; may come without any hold before."""

    channel: ChannelSeen


class DigitSent(Heard, frozen=True, tag=True):
    """The phone of this channel has sent a digit."""

    channel: ChannelSeen


class BlindTransferred(Heard, frozen=True, tag=True):
    """`by` sent the other side to a number. `transferee` is None when the switch does not say who that was."""

    by: ChannelSeen
    transferee: ChannelSeen | None
    to: str
    succeeded: bool


class ConsultTransferred(Heard, frozen=True, tag=True):
    """Somebody with two channels put the far sides of both together: `second` is the one of the consultation."""

    first: ChannelSeen
    second: ChannelSeen
    transferee: ChannelSeen | None
    target: ChannelSeen | None
    succeeded: bool


class HangUpAsked(Heard, frozen=True, tag=True):
    """The far end of this channel hung up, or refused; `cause` as in `ChannelGone`."""

    channel: ChannelSeen
    cause: int


class Masqueraded(Heard, frozen=True, tag=True):
    """What stood behind the channel named `clone` goes on in the one named `original`; renames follow."""

    clone: str
    original: str


class PickedUp(Heard, frozen=True, tag=True):
    """`by` answers in place of `target`, which was ringing."""

    by: ChannelSeen
    target: ChannelSeen


class QueueJoined(Heard, frozen=True, tag=True):
    """The channel waits in a queue of the switch's own."""

    channel: ChannelSeen
    queue: str


class QueueLeft(Heard, frozen=True, tag=True):
    """The channel waits no more; `abandoned` says that the caller gave up."""

    channel: ChannelSeen
    queue: str
    abandoned: bool


ChannelSignal = (
    ChannelMade
    | ChannelChanged
    | ChannelRenamed
    | ChannelGone
    | DialBegan
    | DialAlerting
    | DialEnded
    | OriginateFailed
    | BridgeEntered
    | BridgeLeft
    | BridgeGone
    | Held
    | Resumed
    | DigitSent
    | BlindTransferred
    | ConsultTransferred
    | HangUpAsked
    | Masqueraded
    | PickedUp
    | QueueJoined
    | QueueLeft
)


class ChannelFound(msgspec.Struct, frozen=True):
    """A channel in a snapshot. `dialled_out` tells a leg that was dialled from one that called in."""

    channel: ChannelSeen
    since_ms: int
    bridge_id: str | None = None
    dialled_out: bool = False


class Found(msgspec.Struct, frozen=True):
    """All channels and the kinds of all bridges at one moment."""

    channels: tuple[ChannelFound, ...]
    bridges: dict[str, BridgeKind] = {}
