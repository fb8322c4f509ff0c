"""A call's story as a value: who called, who was rung, who talked, and how it ended; and what is told while it runs.

A story is about one call: its first channel and all channels that were made for it. Whoever else stands in one of its
bridges (a nailed-up agent, the other side of a consultation) appears in its talks and has a story of their own. A
consultation's story ends where its channels are joined to the call that it was about. All times are UTC milliseconds.
"""

from enum import StrEnum

import msgspec

from cti.core.events import CallId


class RingEnd(StrEnum):
    """How a ring ended. `unreachable`: the phone never rang; `cancelled`: taken back while the caller stayed, or
    somebody else answered; `caller_gone`: the caller left meanwhile; `lost`: nobody told us."""

    ANSWER = "answer"
    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"
    CALLER_GONE = "caller_gone"
    LOST = "lost"


class Outcome(StrEnum):
    """What came of a call. `only_switch`: the switch answered (music, a menu, an application) and nobody else;
    `abandoned`: the caller left a queue of the switch; `cancelled`: the caller left before anybody answered;
    `passed_on`: nobody talked before it went on in another call."""

    UNDER_WAY = "under_way"
    TALKED = "talked"
    ONLY_SWITCH = "only_switch"
    ABANDONED = "abandoned"
    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"
    PASSED_ON = "passed_on"
    UNKNOWN = "unknown"


class HungUpBy(StrEnum):
    """Which side hung up. `callee` is whoever the caller talked with last; `switch` is the dialplan, a time limit or
    an order from outside; in a call that the switch began, the phone that it rang is the callee."""

    CALLER = "caller"
    CALLEE = "callee"
    SWITCH = "switch"
    UNKNOWN = "unknown"


class EndReason(StrEnum):
    """Why a call ended, by the cause that the switch gave for its first channel; `joined`: it goes on in another call,
    `lost`: it was not there any more when we looked again."""

    NORMAL = "normal"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    CONGESTION = "congestion"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    JOINED = "joined"
    LOST = "lost"
    OTHER = "other"


class TransferKind(StrEnum):
    """`blind` at once, `consult` after speaking, or ringing, from a second channel."""

    BLIND = "blind"
    CONSULT = "consult"


class Party(msgspec.Struct, frozen=True):
    """Somebody at a channel. `phone` is the device (`PJSIP/agent1`), `number` and `name` as the switch had them."""

    channel_id: str
    channel: str
    phone: str
    number: str | None
    name: str | None


class Ring(msgspec.Struct, frozen=True):
    """One phone that was rung. `by` is None when the switch rang by itself; `answered_by` is who picked up instead."""

    by: Party | None
    target: Party
    began_ms: int
    alerted_ms: int | None
    ended_ms: int | None
    end: RingEnd | None
    answered_by: Party | None = None
    forwarded_to: str | None = None


class Talk(msgspec.Struct, frozen=True):
    """A stretch in which the same parties heard each other; `until_ms` is None while it lasts."""

    parties: tuple[Party, ...]
    from_ms: int
    until_ms: int | None


class Hold(msgspec.Struct, frozen=True):
    """A stretch in which `by` had put the other side on hold."""

    by: Party
    from_ms: int
    until_ms: int | None


class Transfer(msgspec.Struct, frozen=True):
    """Who passed whom on to whom. `to` is the number of a blind transfer, `targets` are the parties it reached or
    rang; `consulted_from` is the transferer's own second channel; `while_ringing`: nobody had answered that yet."""

    kind: TransferKind
    at_ms: int
    by: Party
    transferred: Party | None
    to: str | None
    targets: tuple[Party, ...]
    succeeded: bool
    consulted_from: Party | None = None
    while_ringing: bool = False


class QueueVisit(msgspec.Struct, frozen=True):
    """A wait in a queue of the switch's own."""

    queue: str
    by: Party
    joined_ms: int
    left_ms: int | None
    abandoned: bool


class Share(msgspec.Struct, frozen=True):
    """A party's part in all talks: time talking, time with anybody on hold, and how many digits they sent."""

    party: Party
    talk_ms: int
    hold_ms: int
    digits: int


class Ending(msgspec.Struct, frozen=True):
    """How a call ended. `party` is who hung up; `inferred` says that the order of leaving tells it, nobody said so.
    `cause` is the switch's number; `joined_to` is the call in which it goes on."""

    at_ms: int
    by: HungUpBy
    party: Party | None
    inferred: bool
    reason: EndReason
    cause: int
    joined_to: CallId | None = None


class Story(msgspec.Struct, frozen=True):
    """A call. `originated`: the switch began it; `beginning_seen` is false if it began before we listened."""

    call_id: CallId
    caller: Party
    dialled: str | None
    originated: bool
    began_ms: int
    answered_ms: int | None
    beginning_seen: bool
    outcome: Outcome
    conference: bool
    rings: tuple[Ring, ...]
    talks: tuple[Talk, ...]
    holds: tuple[Hold, ...]
    transfers: tuple[Transfer, ...]
    queues: tuple[QueueVisit, ...]
    shares: tuple[Share, ...]
    joined: tuple[CallId, ...]
    """Consultations and other calls that went on in this one."""
    ending: Ending | None


class CallTold(msgspec.Struct, frozen=True, kw_only=True):
    """What all events of a call's story have in common."""

    at_ms: int
    call_id: CallId


class CallBegan(CallTold, frozen=True, tag=True):
    """Somebody calls, or the switch begins to call somebody."""

    caller: Party
    dialled: str | None


class RingTold(CallTold, frozen=True, tag=True):
    """A phone rings."""

    target: Party


class RingOver(CallTold, frozen=True, tag=True):
    """A ring has ended, as far as is known by now; the story says it again with all that came after."""

    target: Party
    end: RingEnd


class TalkChanged(CallTold, frozen=True, tag=True):
    """From here on these parties hear each other; nobody when there are none."""

    parties: tuple[Party, ...]


class HoldChanged(CallTold, frozen=True, tag=True):
    """A party has put the other side on hold, or taken it back."""

    by: Party
    held: bool


class CallTransferred(CallTold, frozen=True, tag=True):
    """A transfer was made or refused; who it reached, the story will say."""

    transfer: Transfer


class QueueChanged(CallTold, frozen=True, tag=True):
    """A party waits in a queue of the switch, or waits no more."""

    by: Party
    queue: str
    waiting: bool
    abandoned: bool


class CallJoined(CallTold, frozen=True, tag=True):
    """This call goes on in another one; its own story has ended."""

    joined_to: CallId


class CallOver(CallTold, frozen=True, tag=True):
    """Nobody of this call is left."""

    ending: Ending


class StoryAmended(CallTold, frozen=True, tag=True):
    """Something was heard late that changes the story of a call that had ended: ask for it again."""


StoryEvent = (
    CallBegan
    | RingTold
    | RingOver
    | TalkChanged
    | HoldChanged
    | CallTransferred
    | QueueChanged
    | CallJoined
    | CallOver
    | StoryAmended
)
