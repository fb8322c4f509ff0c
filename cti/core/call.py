"""One call and its present leg, as the switch told us.

A call waits, is rung for, talks, waits for a decision after the talk, or is in the fallback's hands; it has at most one
open leg. A leg is asked for, rings, talks, and ends once; keys of ended legs are remembered so that late or repeated
messages about them change nothing. Values only; `core/correlate.py` moves them.
"""

from dataclasses import dataclass
from enum import StrEnum

from cti.core.events import (
    AfterTalk,
    Apart,
    CallId,
    CallSeen,
    CallState,
    EndedBy,
    InFallback,
    LegFailure,
    LegKey,
    Ringing,
    Served,
    Talking,
    Waiting,
)
from cti.core.signals import Caller, DialStatus
from history.core.vocabulary import PhoneName

ENDED_LEGS_KEPT = 32
"""How many ended leg keys a call remembers; a caller is seldom rung for more often."""

CAUSE_UNALLOCATED = 1
CAUSE_NO_ROUTE = 3
CAUSE_NORMAL = 16
CAUSE_BUSY = 17
CAUSE_REJECTED = 21


class LegStage(StrEnum):
    """How far an open leg has come."""

    ASKED = "asked"
    DIALLING = "dialling"
    ALERTING = "alerting"
    TALKING = "talking"


@dataclass(frozen=True, slots=True)
class Leg:
    """The open leg of a call."""

    key: LegKey
    phone: PhoneName
    stage: LegStage
    asked_at_ms: int
    channel_id: str | None = None
    answered_at_ms: int | None = None
    channel_gone_at_ms: int | None = None
    channel_gone_cause: int = 0

    def talk_ms(self, until_ms: int) -> int:
        """How long it has talked."""
        return 0 if self.answered_at_ms is None else max(0, until_ms - self.answered_at_ms)


@dataclass(frozen=True, slots=True)
class Call:
    """A call on the switch."""

    id: CallId
    caller: Caller
    leg: Leg | None = None
    after: AfterTalk | None = None
    fallback: InFallback | Served | None = None
    hang_up_asked: bool = False
    taken: bool = False
    """The engine takes the caller elsewhere: the end of a talk is its doing, and told by the dialplan."""
    ending_by: EndedBy | None = None
    ended_legs: tuple[LegKey, ...] = ()

    def knows_ended(self, leg_key: LegKey) -> bool:
        """Whether this leg has had its end already."""
        return leg_key in self.ended_legs

    def state(self) -> CallState:
        """The call as others see it."""
        if self.leg is not None:
            if self.leg.stage is LegStage.TALKING:
                return Talking(leg_key=self.leg.key, phone=self.leg.phone)
            return Ringing(leg_key=self.leg.key, phone=self.leg.phone)
        if self.fallback is not None:
            return self.fallback
        return self.after if self.after is not None else Waiting()

    def seen(self, apart: Apart | None) -> CallSeen:
        """The call as it goes into a resynchronisation; `apart` where its parties stand on their own."""
        return CallSeen(
            call_id=self.id,
            dialled=self.caller.dialled,
            caller_number=self.caller.number,
            caller_name=self.caller.name,
            waiting_since_ms=self.caller.since_ms,
            state=apart or self.state(),
        )


def with_ended(ended: tuple[LegKey, ...], leg_key: LegKey) -> tuple[LegKey, ...]:
    """`ended` with one more key, the oldest forgotten beyond the limit."""
    return (*ended, leg_key)[-ENDED_LEGS_KEPT:]


def failure_of(status: DialStatus, cause: int, alerted: bool) -> LegFailure:
    """Why a ring that the caller outlived failed.

    Asterisk 22 reports a phone's 486 as BUSY with cause 17 and a 603 as NOANSWER with cause 21; a ring that runs out
    of time is NOANSWER, which is a missed call only if the phone ever rang.
    """
    if status is DialStatus.BUSY or cause == CAUSE_BUSY:
        return LegFailure.BUSY
    if cause == CAUSE_REJECTED:
        return LegFailure.DECLINED
    if status is DialStatus.NO_ANSWER and alerted:
        return LegFailure.NO_ANSWER
    return LegFailure.UNREACHABLE
