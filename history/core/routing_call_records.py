"""What the router keeps of calls with more than two parties, or of whose parties one stands elsewhere than in talk.

A call of two that was never arranged has no record here.
"""

import msgspec

from history.core.call_words import HeldBy, LegFor, LegPhase, PartyAt, Places
from history.core.entries import Fact
from history.core.vocabulary import AgentId, DestinationId, HandlingId, InteractionId, LegId, WorkId


class LegRecord(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A leg beside the first one."""

    leg: LegId
    interaction: InteractionId
    phase: LegPhase
    purpose: LegFor
    at: PartyAt
    """Where it comes into the call."""
    agent: AgentId | None = None
    destination: DestinationId | None = None
    work: WorkId | None = None
    ordered_ms: int
    expires_at_ms: int
    ring_ms: int = 0
    rang: bool = False
    pop_shown: bool = False
    connected_ms: int = 0


class Arrangement(msgspec.Struct, frozen=True, kw_only=True):
    customer: PartyAt
    legs: Places


class Lost(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The owner's leg that is gone, until it is found again or given up."""

    handling: HandlingId
    at: PartyAt
    since_ms: int
    until_ms: int
    again_ms: int = 0
    """It is not rung before then."""


class CallRecord(msgspec.Struct, kw_only=True, omit_defaults=True):
    interaction: InteractionId
    arrangement: int = 0
    """The number of the last one."""
    customer: PartyAt = PartyAt.TALK
    legs: Places = ()
    """Where each leg stands, or comes to stand."""
    ordered: Arrangement | None = None
    """What the switch has not confirmed yet:"""
    give_up_at_ms: int = 0
    firm: bool = False
    tries: int = 0
    before: Arrangement | None = None
    """How the parties stood before it."""
    consult: LegId | None = None
    consult_since_ms: int = 0
    held_since_ms: int | None = None
    held_by: HeldBy = HeldBy.DESK
    lost: Lost | None = None


class CallRestored(Fact, frozen=True, kw_only=True):
    record: CallRecord


class LegRestored(Fact, frozen=True, kw_only=True):
    record: LegRecord
